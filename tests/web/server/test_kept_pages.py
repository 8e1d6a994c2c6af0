"""Pages that are kept are those that would be drawn, and no longer than the study stays as it is."""

from __future__ import annotations

import gzip
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from shiftscope.store.layout import NOTES
from shiftscope.store.notes import save_unit_note
from shiftscope.study import Study
from shiftscope.views.page.panels import Page
from shiftscope.views.page.view import View
from shiftscope.web.server.application import application
from shiftscope.web.server.kept_pages import KeptPage, KeptPages
from shiftscope.web.server.study_version import LOOKED_AT_EVERY, StudyVersion

DRAWN: list[str] = []  # titles of what the view below drew, by the test that is running


def counted(study: Study, *, name: str = "", slow: float = 0.0, broken: bool = False) -> Page:
    DRAWN.append(name)
    time.sleep(slow)
    if broken:
        raise RuntimeError("while it was drawn")
    return Page(f"Page {len(DRAWN)}", [])


@pytest.fixture
def client(recorded: Study) -> Iterator[TestClient]:
    DRAWN.clear()
    app = application(recorded, token=None, views={"counted": View("counted", counted)})
    with TestClient(app, base_url="http://127.0.0.1:8421", raise_server_exceptions=False) as client:
        yield client


def test_a_page_is_drawn_once_for_each_address(client: TestClient) -> None:
    texts = [client.get(f"/counted?name={name}").text for name in ("a", "b", "a", "b", "a")]
    assert DRAWN == ["a", "b"]
    assert texts[0] == texts[2] == texts[4] != texts[1] == texts[3]


def test_a_saved_note_is_seen_at_once(client: TestClient, recorded: Study) -> None:
    for number in range(20):  # many within one tick of the file system's clock, all of one size
        save_unit_note(recorded, "hidden", 3, label=f"note {number:02d}")
        assert f"Page {number + 1}<" in client.get("/counted").text
    assert len(DRAWN) == 20


def test_what_another_command_adds_is_seen_after_a_second(recorded: Study) -> None:
    seconds = [0.0]
    version = StudyVersion(recorded, clock=lambda: seconds[0])
    before = version.now()
    found = recorded.path / "explanations" / "paths" / "head" / "field" / "lab" / "usual" / "result.json"
    found.parent.mkdir(parents=True)
    found.write_bytes(b"paths")
    assert version.now() == before
    seconds[0] += LOOKED_AT_EVERY + 0.01
    assert version.now() != before


def test_a_viewer_shows_another_name_and_order_on_the_next_page(recorded: Study) -> None:
    client = TestClient(application(Study(recorded.path), token=None), base_url="http://127.0.0.1:8421")
    assert "field" in client.get("/").text
    recorded.rename("field", "outside")
    time.sleep(LOOKED_AT_EVERY + 0.01)
    page = client.get("/").text
    assert ("outside" in page, "field<" in page) == (True, False)
    assert client.get("/datasets/outside").status_code == 200
    assert client.get("/datasets/field").status_code == 404


def test_two_transactions_of_one_time_and_size_differ(
    recorded: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shiftscope.web.server.study_version._stat", lambda path: None)
    version = StudyVersion(recorded)
    found = []
    for label in ("one", "two"):
        save_unit_note(recorded, "hidden", 3, label=label)
        found.append(version.now())
    assert found[0] != found[1]


def test_notes_in_a_log_beside_their_file_are_seen(recorded: Study) -> None:
    """SQLite's other way of writing leaves the file itself alone for a while."""
    save_unit_note(recorded, "hidden", 3, label="one")
    with sqlite3.connect(recorded.path / NOTES, isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        version = StudyVersion(recorded)
        before = version.now()
        connection.execute("UPDATE unit_notes SET label = 'two'")
        assert version.now() != before
    connection.close()


def test_a_study_in_no_folder_is_drawn_each_time() -> None:
    assert StudyVersion(object()).now() is None


def test_many_that_ask_at_once_are_given_what_is_drawn_for_the_first(client: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda _: client.get("/counted?slow=0.5").text, range(8)))
    assert len(DRAWN) == 1
    assert len(set(texts)) == 1


def test_a_page_that_failed_is_not_kept(client: TestClient) -> None:
    assert [client.get("/counted?broken=1").status_code for _ in range(2)] == [500, 500]
    assert len(DRAWN) == 2


def test_a_table_asked_for_twice_at_once_comes_whole_to_both(recorded: Study) -> None:
    started = threading.Barrier(2)
    app = application(recorded, token=None)
    with TestClient(app, base_url="http://127.0.0.1:8421") as client, ThreadPoolExecutor(2) as pool:

        def ask(_: int) -> bytes:
            started.wait(30)
            answer = client.get("/layers/hidden?download=csv")
            assert answer.status_code == 200
            return answer.content

        first, second = pool.map(ask, range(2))
    assert first == second
    assert first.startswith(b'"')


def test_a_browser_that_has_the_page_is_told_so(client: TestClient) -> None:
    tag = client.get("/counted").headers["etag"]
    again = client.get("/counted", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "private, no-cache"
    assert "default-src 'none'" in again.headers["content-security-policy"]
    assert client.get("/counted", headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_is_of_the_content() -> None:
    assert KeptPage.of("<p>one</p>").tag == KeptPage.of("<p>one</p>").tag != KeptPage.of("<p>two</p>").tag


def test_a_page_comes_as_it_was_drawn_with_and_without_compression(client: TestClient) -> None:
    plain = client.get("/counted", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = client.get("/counted", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text


def page(size: int) -> KeptPage:
    return KeptPage(bytes(size), '"tag"')


def test_the_pages_not_asked_for_longest_go_first() -> None:
    kept = KeptPages(most_bytes=30)
    for name in "abc":
        kept.keep(name, page(10))
    assert kept.get("a")
    kept.keep("d", page(10))
    assert [name for name in "abcd" if kept.get(name)] == ["a", "c", "d"]
    kept.keep("d", page(5))  # in place of the other
    kept.keep("e", page(5))
    assert [name for name in "acde" if kept.get(name)] == ["a", "c", "d", "e"]
    kept.keep("f", page(31))
    assert [name for name in "acdef" if kept.get(name)] == []
    kept.keep("g", page(30))
    assert kept.get("g")


def test_after_its_time_a_page_is_drawn_by_one_and_others_do_not_wait() -> None:
    seconds = [0.0]
    kept = KeptPages(seconds=60, clock=lambda: seconds[0])
    kept.keep("a", page(1))
    seconds[0] = 60
    assert kept.get("a")
    seconds[0] = 61
    assert kept.get("a") is None
    assert kept.get("a")


def test_what_is_kept_is_html_compressed() -> None:
    assert gzip.decompress(KeptPage.of("<p>é</p>").compressed) == "<p>é</p>".encode()
