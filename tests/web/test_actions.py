"""What a form sent to a page does, and whose forms are believed."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from shiftscope.web.server.application import application
from shiftscope.web.server.save_rate import SaveRate

from .conftest import ACTIONS, HOSTILE, SAVED, VIEWS, FakeStudy, Shown

OWN = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
UNIT = "/layers/conv1/units/3"


def test_a_form_is_saved_and_its_page_is_shown_again(shown: Shown) -> None:
    answer = shown().post(f"{UNIT}?focus=a%2Fb", content="note=fires+at+%E2%9C%93&other=1", headers=OWN)
    assert SAVED == [("conv1", 3, "fires at ✓")]
    assert answer.status_code == 303
    assert answer.headers["location"] == "./3?focus=a%2Fb"


def test_a_browser_without_fetch_metadata_is_known_by_its_origin(shown: Shown) -> None:
    answer = shown().post(UNIT, content="note=x", headers={"Origin": "http://127.0.0.1:8421"})
    assert answer.status_code == 303
    assert SAVED == [("conv1", 3, "x")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://example.org"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8421"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "none", "Origin": "http://127.0.0.1:8421"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example:8421"},
        {"Sec-Fetch-Site": "same-origin", "Origin": ""},
        {"Sec-Fetch-Site": "same-origin", "Origin": "nullnull"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Origin": ""},
        {"Origin": "127.0.0.1:8421.evil.example"},
        {"Origin": "http://127.0.0.1:8421@evil.example"},
    ],
)
def test_a_form_of_another_page_saves_nothing(shown: Shown, headers: dict[str, str]) -> None:
    answer = shown().post(UNIT, content="note=x", headers=headers)
    assert answer.status_code == 400
    assert "only a page of this viewer" in answer.text
    assert SAVED == []


def test_a_page_of_ours_that_tells_no_origin_is_known_by_fetch_metadata(shown: Shown) -> None:
    """Browsers send "null" from pages without a referrer, as ours are."""
    sent = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    assert shown().post(UNIT, content="note=x", headers=sent).status_code == 303


def test_headers_that_contradict_each_other_are_not_believed(shown: Shown) -> None:
    for name, texts in (
        ("Sec-Fetch-Site", ("same-origin", "cross-site")),
        ("Origin", ("http://127.0.0.1:8421", "http://evil.example")),
    ):
        for order in (texts, texts[::-1]):
            sent = [(name, text) for text in order]
            assert shown().post(UNIT, content="note=x", headers=sent).status_code == 400
    assert SAVED == []


def test_a_name_that_was_made_to_lead_here_saves_nothing(shown: Shown) -> None:
    """DNS rebinding: to the browser the page of evil.example and the viewer are then one site."""
    rebound = {
        "Host": "evil.example:8421",
        "Origin": "http://evil.example:8421",
        "Sec-Fetch-Site": "same-origin",
    }
    assert shown().post(UNIT, content="note=x", headers=rebound).status_code == 400
    assert shown().get(UNIT, headers=rebound).status_code == 400
    assert SAVED == []


def test_behind_a_proxy_that_leaves_the_port_out_of_the_name_its_pages_are_known(shown: Shown) -> None:
    sent = {"Host": "localhost", "Origin": "https://localhost:8443", "Sec-Fetch-Site": "same-origin"}
    assert shown().post(UNIT, content="note=x", headers=sent).status_code == 303


def test_too_many_forms_at_once_are_refused_with_the_time_to_wait() -> None:
    SAVED.clear()
    seconds = [0.0]
    pace = SaveRate(per_second=0.25, at_once=2, clock=lambda: seconds[0])
    app = application(FakeStudy(), token=None, views=VIEWS, actions=ACTIONS, pace=pace)
    client = TestClient(app, base_url="http://127.0.0.1:8421", follow_redirects=False)

    def save() -> Any:
        return client.post(UNIT, content="note=x", headers=OWN)

    for _ in range(5):  # another page's forms are refused first, and use nothing up
        assert (
            client.post(UNIT, content="note=x", headers={"Origin": "http://evil.example"}).status_code == 400
        )
    assert [save().status_code for _ in range(2)] == [303, 303]
    refused = save()
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "4"
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    assert "what was sent is not saved" in refused.text
    seconds[0] = 3.9
    assert save().headers["retry-after"] == "1"
    seconds[0] = 4
    assert save().status_code == 303
    assert len(SAVED) == 3
    assert client.get("/layers/conv1").status_code == 200  # reading goes on


def test_a_pace_never_saves_up_more_than_it_allows_at_once() -> None:
    seconds = [0.0]
    pace = SaveRate(per_second=1, at_once=3, clock=lambda: seconds[0])
    seconds[0] = 1_000
    assert [pace.wait() for _ in range(4)] == [0, 0, 0, 1]


def test_without_the_token_nothing_is_saved(shown: Shown) -> None:
    assert shown(token="secret").post(UNIT, content="note=x", headers=OWN).status_code == 403
    assert SAVED == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"note=" + b"x" * 200_000, "more than 100000 bytes"),
        (b"note=\xff", "cannot be read"),
        (b"note=%ff", "cannot be read"),
        (b"&".join(b"a%d=1" % i for i in range(50)), "cannot be read"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(shown: Shown, content: bytes, message: str) -> None:
    answer = shown().post(UNIT, content=content, headers=OWN)
    assert answer.status_code == 400
    assert message in answer.text
    assert SAVED == []


def test_a_form_that_lacks_a_field_is_refused_rather_than_filled_up(shown: Shown) -> None:
    answer = shown().post(UNIT, content="other=x", headers=OWN)
    assert answer.status_code == 400
    assert "lacks note" in answer.text
    assert SAVED == []


def test_what_the_action_refuses_is_told(shown: Shown) -> None:
    answer = shown().post("/layers/nothing/units/3", content="note=x", headers=OWN)
    assert answer.status_code == 500 or answer.status_code == 404
    assert "no layer" in answer.text


def test_a_page_without_a_form_takes_none(shown: Shown) -> None:
    assert shown().post("/", content="note=x", headers=OWN).status_code == 405


def test_a_hostile_address_is_not_followed(shown: Shown) -> None:
    answer = shown().post(f"/layers/conv1/units/3?focus={HOSTILE}", content="note=x", headers=OWN)
    assert answer.headers["location"].startswith("./3?focus=")
    assert "<" not in answer.headers["location"]
