"""What is handed to the process that computes."""

from __future__ import annotations

import pickle
import stat
from pathlib import Path

import pytest

from shiftscope.errors import BadRequest
from shiftscope.web.jobs.source import Source

STUDY = Path("x.study")


def test_texts_are_handed_on_as_texts() -> None:
    source = Source.of(
        STUDY, "nets:small", weights=Path("w.pt"), data={"lab": "imagefolder:val"}, device="cpu"
    )
    assert source == Source("x.study", "nets:small", "w.pt", "cpu", {"lab": "imagefolder:val"})


def test_a_model_in_python_is_handed_on_in_a_file_of_the_users_own() -> None:
    source = Source.of(STUDY, {"a": 1}, data={"lab": [1, 2], "field": "npz:f.npz"})
    file = Path(source.pickled)
    try:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        told = {"model": {"a": 1}, "data": {"lab": [1, 2], "field": "npz:f.npz"}}
        assert pickle.loads(file.read_bytes()) == told
    finally:
        file.unlink()


def test_data_in_python_go_with_a_model_that_is_text_and_has_weights() -> None:
    source = Source.of(STUDY, "nets:small", weights="w.pt", data={"lab": [1]})
    Path(source.pickled).unlink()
    assert (source.model, source.weights, source.data) == ("nets:small", "w.pt", {})


def test_weights_of_a_model_in_python_are_refused() -> None:
    with pytest.raises(BadRequest, match="load them into the model"):
        Source.of(STUDY, object(), weights="w.pt")


def test_what_no_process_can_be_handed_is_told_with_the_way_out() -> None:
    with pytest.raises(BadRequest, match=r"cannot be handed .*Give the model as text"):
        Source.of(STUDY, (each for each in ()))
