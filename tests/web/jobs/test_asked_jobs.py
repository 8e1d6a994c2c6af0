"""Requests for jobs: those of our own pages are queued, those of others and of no sense are refused."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from shiftscope.flow.scores import score_all
from shiftscope.study import Study
from shiftscope.web.jobs import job_queue
from shiftscope.web.jobs.job_queue import JobQueue
from shiftscope.web.jobs.source import Source
from shiftscope.web.server.application import application
from shiftscope.web.server.save_rate import SaveRate
from shiftscope.web.server.security import folder_of

from .test_job_queue import SCRIPT

OWN = {"Sec-Fetch-Site": "same-origin"}
PAGE = "layers/hidden"
DERIVE = {"job": "derive", "layer": "hidden", "kind": "pca", "page": PAGE}
INTERVENE = {"job": "intervene", "layer": "conv", "edit": "silence", "reference": "lab", "page": PAGE}
SLEEPS, FAILS = "3", "4"  # sizes, see SCRIPT

Asked = Callable[..., TestClient]


@pytest.fixture
def jobs(recorded: Study) -> Iterator[JobQueue]:
    queue = JobQueue(
        Source(str(recorded.path), "model"), command=[sys.executable, "-c", SCRIPT], cancelled_within=0.1
    )
    yield queue
    queue.stop()


@pytest.fixture
def asked(recorded: Study, jobs: JobQueue) -> Asked:
    def serve(**options: object) -> TestClient:
        given = {"token": None, "jobs": jobs, "pace": SaveRate(1e9, 10**9), **options}
        app = application(recorded, **given)  # type: ignore[arg-type]
        return TestClient(
            app,
            base_url="http://127.0.0.1:8421",
            raise_server_exceptions=False,
            follow_redirects=False,
            headers=OWN,
        )

    return serve


def submitted(client: TestClient, **changed: str) -> int:
    return client.post("/jobs", data={**DERIVE, "size": "9", **changed}).status_code


def silenced(client: TestClient, units: str) -> int:
    return client.post("/jobs", data={**INTERVENE, "units": units}).status_code


def test_a_form_queues_a_job_and_leads_back_to_its_page(asked: Asked, jobs: JobQueue) -> None:
    client = asked()
    answer = client.post("/jobs", data={**DERIVE, "size": SLEEPS, "page": "layers/hidden?focus=a b&x=é"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "./layers/hidden?focus=a%20b&x=%C3%A9"
    assert client.get("/jobs/1").json()["state"] in ("waiting", "running")
    assert "pca of hidden, 3 features" in client.get("/jobs").text
    answer = client.post("/jobs/1/cancel", data={"page": PAGE})
    assert answer.headers["location"] == "../../layers/hidden"
    while jobs.job(1).under_way:
        time.sleep(0.01)
    assert client.get("/jobs/1").json()["state"] == "cancelled"
    assert "The last try was cancelled." in client.get(f"/{PAGE}").text


def test_the_list_of_jobs_is_in_the_menu_where_there_can_be_any(asked: Asked) -> None:
    entry = '<a href="../jobs">Jobs</a>'
    assert entry in asked().get("/layers/hidden").text
    assert entry not in asked(read_only=True).get("/layers/hidden").text
    assert entry not in asked(jobs=None).get("/layers/hidden").text


def test_what_two_ask_for_is_done_once(asked: Asked, jobs: JobQueue) -> None:
    one, other = asked(), asked()
    assert submitted(one, size=SLEEPS) == submitted(other, size=SLEEPS) == 303
    assert len(jobs.all()) == 1


def test_the_list_of_jobs_is_never_an_old_one(asked: Asked, jobs: JobQueue) -> None:
    client = asked()
    assert "No job has finished yet." in client.get("/jobs").text
    submitted(client, size=FAILS)
    while jobs.job(1).under_way:
        time.sleep(0.01)
    assert "no rank." in client.get("/jobs").text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "", "Origin": "http://evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_has_nothing_computed(asked: Asked, jobs: JobQueue, headers: dict[str, str]) -> None:
    client = asked()
    for path in ("/jobs", "/jobs/1/cancel"):
        answer = client.post(path, data={**DERIVE, "size": "9"}, headers=headers)
        assert answer.status_code == 400
        assert "only a page of this viewer" in answer.text
    assert jobs.all() == []


def test_without_the_token_nothing_is_computed_nor_told(asked: Asked, jobs: JobQueue) -> None:
    token = "Kq3-" + "abcdefgh01234567"
    client = asked(token=token)
    folder = folder_of(token)
    for path in ("/jobs", f"/{folder}/jobs", f"/{folder}/jobs/1/cancel"):
        assert client.post(path, data={**DERIVE, "size": "9"}).status_code == 403
    assert client.get(f"/{folder}/jobs").status_code == 403
    assert client.get(f"/{folder}/jobs/1").status_code == 403
    assert jobs.all() == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"job": "os.system"}, "os.system"),
        ({"job": ""}, "kind of job"),
        ({"size": "many"}, "must be a whole number"),
        ({"size": "1e3"}, "must be a whole number"),
        ({"size": "9" * 19}, "must be a whole number"),
        ({"size": ""}, "lacks size"),
        ({"size": "0"}, "from 1 to 10 features can be derived from it, and not 0"),
        ({"size": "11"}, "from 1 to 10 features can be derived from it, and not 11"),
        ({"size": "9" * 18}, "from 1 to 10 features"),
        ({"layer": "no"}, "no layer &#39;no&#39;"),
        ({"layer": "h" * 10_001}, "more than 10,000 characters"),
        ({"job": "intervene", "units": "1", "edit": "destroy", "reference": "lab"}, "it can be"),
        ({"job": "intervene", "edit": "silence", "reference": "lab"}, "lacks units"),
        ({"job": "intervene", "units": "99", "edit": "silence", "reference": "lab"}, "no unit 99"),
        ({"job": "scores", "reference": "lob"}, "closest: &#39;lab&#39;"),
    ],
)
def test_parameters_of_no_sense_are_refused(
    asked: Asked, jobs: JobQueue, changed: dict[str, str], told: str
) -> None:
    answer = asked().post("/jobs", data={**DERIVE, "size": "9", **changed})
    assert answer.status_code in (400, 404)
    assert told in answer.text
    assert jobs.all() == []


def test_a_form_with_a_bad_field_is_shown_again_with_what_was_sent_and_why(asked: Asked) -> None:
    text = asked().post("/jobs", data={**DERIVE, "size": 'ma"ny'}).text
    assert "must be a whole number" in text
    assert 'name="size" value="ma&#34;ny"' in text
    assert 'action="./jobs"' in text
    assert 'name="page" value="layers/hidden"' in text
    assert '<a href="./layers/hidden">Layer hidden</a>' in text
    assert "Units by" not in text  # the form alone
    text = asked().post("/jobs", data={**DERIVE, "size": "", "page": "no/such/page"}).text
    assert "the form lacks size" in text
    assert '<a href="./no/such/page">' in text


def test_a_form_that_is_too_long_or_says_a_thing_twice_is_refused(asked: Asked, jobs: JobQueue) -> None:
    client = asked()
    form = "application/x-www-form-urlencoded"
    for body in (
        b"job=derive&layer=hidden&kind=pca&size=9&size=8",
        b"job=derive&" + b"x" * 100_000,
        b"job=derive&" + b"&".join(b"a%d=1" % number for number in range(21)),
        b"\xff\xfe",
    ):
        assert client.post("/jobs", content=body, headers={"Content-Type": form}).status_code == 400
    assert jobs.all() == []


@pytest.mark.parametrize(
    "page",
    [
        "//evil.example",
        "/layers",
        "https:evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "../../secret",
        "layers/../../x",
        "layers/%2e%2e/%2E./x",
        "layers\r\nSet-Cookie: a=b",
        "layers\\..\\x",
        "\\\\evil.example",
        "layers/\x00",
        "//[",
        "x" * 20_001,
    ],
)
def test_a_page_that_leads_out_of_the_study_is_refused(asked: Asked, jobs: JobQueue, page: str) -> None:
    client = asked()
    for path in ("/jobs", "/jobs/1/cancel"):
        answer = client.post(path, data={**DERIVE, "size": "9", "page": page})
        assert answer.status_code == 400
        assert "is no page of this study" in answer.text
    assert jobs.all() == []


@pytest.mark.parametrize(
    "page", ["", "layers/a:b", "layers/a..b?where=x/../y", "layers/hidden?x=%250d%250a", "layers/%0d%0aX: y"]
)
def test_odd_names_stay_inside(asked: Asked, page: str) -> None:
    answer = asked().post("/jobs", data={**DERIVE, "size": FAILS, "page": page})
    location = answer.headers["location"]
    assert location.startswith("./")
    assert location.isascii()
    assert location.isprintable()


OFFER = "Scores are not computed yet"


def test_scores_that_are_not_kept_are_offered_and_not_computed_meanwhile(
    asked: Asked, jobs: JobQueue, recorded: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def computes(*given: object, **options: object) -> None:
        raise AssertionError

    monkeypatch.setattr("shiftscope.scores.estimation.stored_estimates.estimate_units", computes)
    client = asked()
    for page in (
        "",
        "layers/hidden",
        "layers/hidden?where=novelty%3E0",
        "layers/hidden/units/3",
        "layers/hidden/units/3?sort=novelty",
    ):
        text = client.get(f"/{page}").text
        assert text.count(f"{OFFER}</h2>") == 1
        assert f'name="page" value="{page.replace("&", "&amp;")}"' in text
        assert 'name="reference" value="lab"' in text
    assert OFFER not in client.get("/interventions").text  # its units are found by silencing them
    assert "<h1>Layer hidden</h1>" in client.get("/layers/hidden").text
    assert 'name="reference" value="field"' in client.get("/layers/hidden?reference=field").text
    answer = client.post("/jobs", data={"job": "scores", "reference": "lab", "page": "layers/hidden?x=y"})
    assert answer.headers["location"] == "./layers/hidden?x=y"
    assert jobs.job(1).title == "Scores compared with lab"


def test_scores_that_are_kept_are_shown_where_there_is_a_model(asked: Asked, recorded: Study) -> None:
    score_all(recorded)
    text = asked().get("/layers/hidden").text
    assert OFFER not in text
    assert "Units by lost peak response (novelty)" in text


def test_scores_are_computed_while_a_page_is_drawn_where_no_job_can(asked: Asked) -> None:
    for without in (asked(jobs=None), asked(read_only=True)):
        text = without.get("/layers/hidden").text
        assert OFFER not in text
        assert "Units by lost peak response (novelty)" in text


@pytest.mark.parametrize("number", ["99", "-1", "x", "1" * 18, "9" * 40, "1/2", "%00"])
def test_numbers_of_no_job_are_told(asked: Asked, number: str) -> None:
    client = asked()
    assert client.get(f"/jobs/{number}").status_code == 404
    assert client.post(f"/jobs/{number}/cancel", data={"page": ""}).status_code in (404, 405)


def test_a_viewer_that_reads_only_computes_nothing(asked: Asked, jobs: JobQueue, recorded: Study) -> None:
    client = asked(read_only=True)
    assert submitted(client) == 405
    assert client.post("/jobs/1/cancel", data={"page": ""}).status_code in (404, 405)
    assert client.get("/jobs/1").status_code == 404
    for page in ("/jobs", "/layers/hidden", "/interventions?layer=conv&units=1"):
        text = client.get(page).text
        assert 'method="post"' not in text
        assert "data-job" not in text
    told = client.get("/jobs").text
    assert "nothing can be computed from its pages" in told
    assert f"shiftscope view {recorded.path} --model" in told
    assert jobs.all() == []


def test_hundreds_of_jobs_are_bounded_by_pace_and_by_number(asked: Asked, jobs: JobQueue) -> None:
    seconds = [0.0]
    client = asked(pace=SaveRate(1.0, 30, clock=lambda: seconds[0]))
    told = [submitted(client, size=SLEEPS)]
    told += [silenced(client, f"1,{' ' * blanks}2") for blanks in range(99)]
    assert told.count(429) == 70
    assert set(told) <= {303, 400, 429}
    assert sum(job.state == "waiting" for job in jobs.all()) <= job_queue.MOST_WAITING
    client = asked()  # without a pace
    told = [silenced(client, f"2,{' ' * blanks}1") for blanks in range(100)]
    assert told.count(303) <= job_queue.MOST_WAITING
    assert len(jobs.all()) <= job_queue.MOST_WAITING + 2
    assert "jobs wait already" in client.post("/jobs", data={**INTERVENE, "units": "3"}).text


def test_text_of_a_worker_is_escaped(asked: Asked, jobs: JobQueue) -> None:
    client = asked()
    silenced(client, "1")
    while jobs.job(1).under_way:
        time.sleep(0.01)
    hostile = {"title": "<script>alert(1)</script>", "message": "<img src=x onerror=alert(2)>"}
    jobs._jobs[1] = replace(jobs._jobs[1], **hostile)
    text = client.get("/jobs").text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
