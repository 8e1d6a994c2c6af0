"""A viewer that leaves the folder of the study as it is."""

from __future__ import annotations

import hashlib
import http.client
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from shiftscope.errors import BadRequest
from shiftscope.flow.scores import score_all
from shiftscope.store.notes import save_unit_note, unit_note
from shiftscope.store.stored_study import StoredStudy
from shiftscope.study import Study
from shiftscope.web.server.security import folder_of
from shiftscope.web.server.server import Viewer, view

from ..conftest import viewer

UNIT = "/layers/hidden/units/3"
OWN = {"Sec-Fetch-Site": "same-origin"}


def contents(folder: Path) -> dict[str, str]:
    """Digest of every file."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def asked(viewer: Viewer, method: str, path: str, body: str = "") -> tuple[int, str]:
    """Status and text, as its own pages ask."""
    parts = urlsplit(viewer.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    token = parts.query.partition("=")[2]
    cookie = f"shiftscope-{folder_of(token)}={token}"
    connection.request(method, f"/{folder_of(token)}{path}", body, headers={**OWN, "Cookie": cookie})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_reading_leaves_the_study_as_it_is(recorded: Study) -> None:
    save_unit_note(recorded, "hidden", 3, label="red edge", note="as it was")
    before = contents(recorded.path)
    told: list[str] = []
    viewer = view(recorded, port=0, open_browser=False, read_only=True, tell=told.append)
    try:
        for path in ("/", "/layers/hidden", "/layers/conv", UNIT):
            status, text = asked(viewer, "GET", path)
            assert status == 200
            assert '<form method="post"' not in text
        assert "as it was" in text
        assert "novelty" in text  # scores were computed, and not kept
        status, text = asked(viewer, "POST", UNIT, "label=other&tags=&note=")
        assert status == 405
        assert "only reads" in text
    finally:
        viewer.stop()
    assert contents(recorded.path) == before
    assert told == []


def test_otherwise_scores_and_notes_are_kept(recorded: Study) -> None:
    """What the test above would see if nothing were refused."""
    before = contents(recorded.path)
    viewer = view(recorded, port=0, open_browser=False)
    try:
        assert '<form method="post"' in asked(viewer, "GET", UNIT)[1]
        assert asked(viewer, "POST", UNIT, "label=other&tags=&note=")[0] == 303
    finally:
        viewer.stop()
    assert unit_note(recorded, "hidden", 3).label == "other"
    assert set(contents(recorded.path)) - set(before) >= {"notes.sqlite"}
    assert any(name.startswith("explanations") for name in contents(recorded.path))


def test_a_study_opened_read_only_takes_no_note_and_keeps_no_score(recorded: Study) -> None:
    before = contents(recorded.path)
    opened = StoredStudy(recorded.path, read_only=True)
    with pytest.raises(BadRequest, match="read only"):
        save_unit_note(opened, "hidden", 3, label="x")
    score_all(opened)
    assert contents(recorded.path) == before


def test_a_folder_that_cannot_be_written_is_shown_read_only_and_that_is_told(
    recorded: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**options: Any) -> None:
        assert options == {"dir": recorded.path}
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    told: list[str] = []
    viewer = view(recorded, port=0, open_browser=False, tell=told.append)
    try:
        assert told == [f"{recorded.path} cannot be written: it is shown read only, without forms for notes."]
        assert '<form method="post"' not in asked(viewer, "GET", UNIT)[1]
        assert asked(viewer, "POST", UNIT, "label=x&tags=&note=")[0] == 405
    finally:
        viewer.stop()


def test_trying_whether_a_folder_can_be_written_leaves_nothing_in_it(recorded: Study) -> None:
    before = contents(recorded.path)
    assert recorded.writable()
    assert contents(recorded.path) == before


def test_the_forms_of_search_and_filters_stay(recorded: Study) -> None:
    client = viewer(recorded, read_only=True)
    assert 'name="where"' in client.get("/layers/hidden").text
