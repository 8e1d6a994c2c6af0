"""What comes into a study while it is shown is there on the next page, and told on the first."""

from __future__ import annotations

import pytest

from shiftscope.study import Study, open_study
from shiftscope.web.server import study_version

from ...conftest import Made, viewer

TITLE = "Since this viewer was started"


def test_what_another_process_derives_or_records_is_told(
    recorded: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_version, "LOOKED_AT_EVERY", -1.0)
    client = viewer(open_study(recorded.path))
    assert TITLE not in client.get("/").text
    recorded.derive("hidden", "pca", size=2, progress=False)
    text = client.get("/").text
    assert TITLE in text
    assert "Layer hidden~pca2 is new." in text
    assert "hidden~pca2" in client.get("/layers/hidden").text
    recorded.record(Made(seed=2), "dusk", progress=False)
    assert "Dataset dusk is new." in client.get("/").text


def test_what_came_before_the_first_page_is_read_too(
    recorded: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_version, "LOOKED_AT_EVERY", -1.0)
    client = viewer(open_study(recorded.path))
    recorded.record(Made(seed=2), "dusk", progress=False)
    text = client.get("/").text
    assert "Dataset dusk is new." in text
    assert "Not finished" not in text
