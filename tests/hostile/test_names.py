"""Names from strangers: markup, control characters, half characters, without end."""

from __future__ import annotations

import dataclasses
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import torch

from shiftscope.datasets.source import as_dataset
from shiftscope.errors import DataError, ShiftscopeError, StudyDamaged
from shiftscope.store.formats.samples import read_metadata
from shiftscope.study import Study

from ..conftest import Made, Net, mostly_slow, viewer
from .mutations import TEXTS
from .readers import PAGES

SCRIPT = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
HALF = "\ud800"  # of a character, which no page can hold
REFUSED = (HALF, "x" * 100_000)  # as names of categories


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def changed(path: Path, change) -> None:
    manifest = json.loads((path / "study.json").read_text())
    change(manifest)
    (path / "study.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("text", mostly_slow([SCRIPT, *TEXTS], quick=5), ids=lambda text: ascii(text[:20]))
def test_a_category_of_any_name_is_refused_or_shown_as_text(text, stranger):
    changed(stranger, lambda manifest: manifest.update(categories=["a", text, "c", text]))
    try:
        page = viewer(Study(stranger))
    except StudyDamaged:
        assert text in REFUSED
        return
    for address in PAGES:
        answer = page.get(f"/{address}")
        assert answer.status_code == 200, address
        if "html" in answer.headers["content-type"]:
            for tag, attributes in Elements(answer.text).found:
                assert tag != "script" or "src" in attributes or attributes.get("type") == "application/json"
                assert not any(name.startswith("on") for name in attributes)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:20]))
def test_a_study_with_a_category_of_any_name_is_refused_or_can_be_opened(text, tmp_path):
    try:
        Study.create(tmp_path / "new.study", Net(), ["a", text, "c", "d"])
    except DataError:
        assert text in REFUSED
        assert not (tmp_path / "new.study" / "study.json").exists()
    else:
        assert Study(tmp_path / "new.study").categories[1] == text


@pytest.mark.parametrize("text", mostly_slow(TEXTS, quick=4), ids=lambda text: ascii(text[:20]))
def test_a_dataset_with_categories_of_any_name_is_refused_before_the_first_batch_or_recorded(text, tmp_path):
    torch.manual_seed(0)
    study = Study.create(tmp_path / "new.study", Net())
    data = Made(categories=("a", text, "c", "d"))
    try:
        study.record(data, "lab", layers=["hidden"], progress=False)
    except DataError:
        assert text in REFUSED
        assert len(data.read) < len(data)
    else:
        assert Study(study.path).categories[1] == text


@pytest.mark.parametrize("text", mostly_slow(TEXTS, quick=4), ids=lambda text: ascii(text[:20]))
@pytest.mark.parametrize("of", ["dataset", "layer", "reference"])
def test_a_dataset_or_layer_of_any_name_in_a_manifest_leads_nowhere(of, text, stranger, watched, healthy):
    def change(manifest):
        if of == "dataset":
            manifest["datasets"][1] = text
        elif of == "layer":
            manifest["layers"][0]["name"] = text
        else:
            manifest["reference"] = text

    changed(stranger, change)
    refused = watched("pages", str(healthy)).refused("pages", str(stranger))
    assert refused or of == "reference"


@pytest.mark.parametrize("text", mostly_slow(TEXTS, quick=4), ids=lambda text: ascii(text[:20]))
def test_a_dataset_recorded_under_any_name_stays_inside_its_study(text, tmp_path):
    torch.manual_seed(0)
    study = Study.create(tmp_path / "inner" / "new.study", Net())
    try:
        study.record(Made(samples=4), text, layers=["hidden"], progress=False)
    except ShiftscopeError:
        assert not study.datasets
    else:
        assert Study(study.path)[text].plan.dataset == text
    assert [path.name for path in tmp_path.iterdir()] == ["inner"]
    assert [path.name for path in (tmp_path / "inner").iterdir()] == ["new.study"]


@pytest.mark.parametrize(
    "text",
    mostly_slow([text for text in (SCRIPT, *TEXTS) if text != HALF], quick=4),
    ids=lambda text: ascii(text[:20]),
)
def test_metadata_and_source_of_any_text_are_shown_as_text(text, tmp_path):
    class Told(Made):
        def __getitem__(self, position):
            return dataclasses.replace(super().__getitem__(position), metadata={text: text}, source="s")

        def describe(self):
            return {"kind": "told", "path": text}

    torch.manual_seed(0)
    study = Study.create(tmp_path / "new.study", Net(), ("a", "b", "c", "d"))
    study.record(Told(samples=4), "lab", layers=["hidden"], progress=False)
    answer = viewer(Study(study.path)).get("/datasets/lab/samples/1")
    assert answer.status_code == 200
    assert not any(
        name.startswith("on") for _, attributes in Elements(answer.text).found for name in attributes
    )
    assert Study(study.path)["lab"].samples[1].metadata == {text: text}
    assert len(study.to_pandas("samples")) == 4


@pytest.mark.parametrize("where", ["name", "value", "source", "id", "description"])
def test_half_a_character_is_refused_wherever_text_comes_in(where, tmp_path):
    class Told(Made):
        def __getitem__(self, position):
            metadata = {HALF: 1} if where == "name" else {"a": HALF if where == "value" else 1}
            text = {where: HALF} if where in ("source", "id") else {}
            return dataclasses.replace(super().__getitem__(position), metadata=metadata, **text)

        def describe(self):
            return {"kind": "told", "path": HALF if where == "description" else ""}

    torch.manual_seed(0)
    study = Study.create(tmp_path / "new.study", Net())
    with pytest.raises(DataError, match="holds half a character"):
        study.record(Told(samples=4), "lab", layers=["hidden"], progress=False)
    assert not study.datasets


@pytest.mark.parametrize(
    "given",
    [
        {"metadata": {"camera": ["no\udce9", "x"]}},
        {"metadata": {HALF: [1, 2]}},
        {"ids": ["a", HALF]},
        {"categories": ["a", HALF]},
        {"labels": ["a", HALF], "categories": ["a", "b"]},
    ],
    ids=lambda given: next(iter(given)),
)
def test_half_a_character_is_refused_when_data_are_given(given):
    with pytest.raises(DataError, match=r"half a character|has the label"):
        as_dataset(np.zeros((2, 3), np.float32), **given)


def test_half_a_character_in_the_path_of_a_study_is_refused_before_it_is_made(tmp_path):
    with pytest.raises(DataError, match=r"the path of a study, .* holds half a character"):
        Study.create(tmp_path / f"new{HALF}.study", Net())
    assert not list(tmp_path.iterdir())


def test_half_a_character_in_a_recording_of_before_is_shown_as_a_question_mark():
    assert read_metadata('{"camera": "no\\udce9", "\\ud800": "\\ud83d\\ude00"}') == {
        "camera": "no?",
        "?": "\U0001f600",
    }


def test_a_sample_skipped_for_a_reason_of_half_characters_is_recorded_with_it(tmp_path):
    class Broken(Made):
        def __getitem__(self, position):
            if position == 2:
                raise DataError("photo-\udce9.png cannot be read")
            return super().__getitem__(position)

    torch.manual_seed(0)
    study = Study.create(tmp_path / "new.study", Net())
    study.record(Broken(samples=4), "lab", layers=["hidden"], on_error="skip", progress=False)
    assert "photo-\\udce9.png" in study["lab"].samples[2].problem
