"""A study of Deephys' files holds what the files hold."""

import io
import json
import sys

import cbor2
import numpy as np
import pytest
from PIL import Image

from shiftscope.errors import BadRequest, DataError, NotInStudy, ResponseError, StudyMismatch
from shiftscope.interop.deephys.import_deephys import import_deephys
from shiftscope.store.layout import SHARD_SAMPLES
from shiftscope.store.stored_study import StoredStudy
from shiftscope.study import open_study
from shiftscope.views.layer.layer import layer_units as layer_page
from shiftscope.views.overview.overview import overview
from shiftscope.views.sample.sample import sample as sample_page
from shiftscope.views.unit.unit import unit as unit_page

from .conftest import REAL, VERSIONS, decoded, image

FILES = [(version, model, test) for version, (model, tests) in VERSIONS.items() for test in tests]


@pytest.mark.parametrize(("version", "model", "test"), FILES)
def test_a_study_holds_the_files_of_every_version(imported, version, model, test):
    raw = decoded(REAL / model, REAL / test)
    study = imported(version)
    recording = study[study.datasets[VERSIONS[version][1].index(test)]]
    assert study.categories == ("cat", "Bär 🐻", "лиса <b>&", "ΩΩ")
    for layer, responses in raw.layers.items():
        stored = recording.responses(layer)
        assert stored.dtype == np.float32
        assert stored.tobytes() == responses.astype(np.float32).tobytes()
        np.testing.assert_array_equal(recording.unit_responses(layer, 3), stored[:, 3])
    np.testing.assert_array_equal(recording.logits_of(), raw.logits.astype(np.float32))
    np.testing.assert_array_equal(recording.samples.labels, raw.labels)
    np.testing.assert_array_equal(recording.samples.predictions, np.argmax(raw.logits, axis=1))
    shifted = np.exp(np.float64(raw.logits) - raw.logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        recording.samples.confidences, (shifted / shifted.sum(1, keepdims=True)).max(1), 1e-6
    )
    for position, pixels in enumerate(raw.pixels):
        shown = np.asarray(Image.open(io.BytesIO(recording.thumbnail(position)[0])))
        np.testing.assert_array_equal(np.atleast_3d(shown).transpose(2, 0, 1), pixels)
        assert recording.samples[position].id == str(position)
        assert recording.samples[position].metadata == (raw.features[position] or {})


def test_the_manifest_says_where_the_study_came_from(imported):
    study = imported("0.9.2")
    content = json.loads((study.path / "study.json").read_bytes())
    assert content["model"] == {
        "class": "toy_net_v2 (Deephys)",
        "file": "toy_net_v2.model",
        "file_sha256": "0af25c3987f4749e10fbe33a85ee1a67f503e57ebd1213ccd89c15a61df681a1",
        "name": "toy_net_v2",
        "layers": {"linear1": 7, "classification": 4},
        "classification_layer": "classification",
    }
    assert dict(study["older64"].plan.source) == {
        "kind": "deephys",
        "file": "older64.test",
        "name": "older64",
        "dtype": "float64",
    }
    assert study.head is None


def test_pages_are_drawn_of_an_imported_study(imported):
    study = open_study(imported("0.14.1").path)
    recorded = overview(study).panels[-1].panels[-1]
    assert recorded.panels[-1].text == "toy_net (Deephys)."
    assert layer_page(study, "output").panels
    assert unit_page(study, "linear1", 2).panels
    assert sample_page(study, "odd-of Ω", 3).panels


def test_reference_is_the_first_file_or_the_one_asked_for_by_any_of_its_names(tmp_path):
    tests = [REAL / "lab.test", REAL / "odd.test"]
    assert import_deephys(REAL / "now.model", tests, tmp_path / "a").reference == "lab"
    for asked in ("odd-of Ω", "odd/of Ω", "odd.test", "odd"):
        study = import_deephys(REAL / "now.model", tests, tmp_path / "a", reference=asked)
        assert study.reference == "odd-of Ω"
    with pytest.raises(
        NotInStudy, match=r"no dataset 'laß' among the files; closest: 'lab'. There are: lab, odd-of Ω"
    ):
        import_deephys(REAL / "now.model", tests, tmp_path / "b", reference="laß")
    assert not (tmp_path / "b").exists()


def test_files_are_added_to_a_study_of_the_same_model_once(tmp_path):
    alone = import_deephys(REAL / "now.model", REAL / "field.test", tmp_path / "x.study")
    whole = import_deephys(REAL / "now.model", [REAL / "field.test", REAL / "lab.test"], tmp_path / "x.study")
    assert whole.datasets == ["field", "lab"]
    assert whole["field"].plan == alone["field"].plan
    with pytest.raises(
        StudyMismatch, match=r"is a study of another model, toy_net .Deephys.; .*oldest_net.model"
    ):
        import_deephys(REAL / "oldest_net.model", [REAL / "oldest.test"], tmp_path / "x.study")


def test_another_dataset_of_a_name_that_is_there_is_refused(written):
    files = written()
    files.study()
    again = written(images=[image(0)], name="SET")
    with pytest.raises(StudyMismatch, match="holds another dataset named 'set' than"):
        again.study()
    assert StoredStudy(files.into).datasets == ["set"]


def test_two_files_that_call_themselves_the_same_are_told_apart(written, tmp_path):
    files = written(name="a/b\\c")
    (tmp_path / "other.test").write_bytes(files.test.read_bytes())
    study = import_deephys(files.model, [files.test, tmp_path / "other.test"], files.into)
    assert study.datasets == ["a-b-c", "a-b-c (2)"]
    assert study["a-b-c"].plan.source["name"] == "a/b\\c"


@pytest.mark.parametrize("name", ["", "..", "a\nb", "x" * 200, "\u202e"])
def test_a_name_that_cannot_be_a_folder_gives_way_to_the_files(written, name):
    assert written(name=name).study().datasets == ["set"]


def test_categories_no_file_names_have_their_numbers(written):
    files = written(classes=None)
    content = cbor2.loads(files.test.read_bytes())
    del content["classes"]
    files.test.write_bytes(cbor2.dumps(content))
    assert files.study().categories == ("a", "1", "c")


def test_files_that_call_a_category_differently_are_refused(written, tmp_path):
    files = written()
    other = written(classes=["a", "b", "x"], images=[image(0)]).test.rename(tmp_path / "other.test")
    files = written()
    with pytest.raises(DataError, match=r"other.test calls category 2 'x', and earlier it was 'c'"):
        import_deephys(files.model, [files.test, other], files.into)
    assert not files.into.exists()


@pytest.mark.parametrize(
    ("value", "dtype", "says"),
    [(np.nan, "float32", "is nan"), (np.inf, "float64", "is inf"), (-1e300, "float64", r"is -1e\+300")],
)
def test_a_response_that_is_no_float32_is_refused_or_counted(written, value, dtype, says):
    number = {"float32": ">f4", "float64": ">f8"}[dtype]

    def activations(hidden):
        return {"activations": {"activations": [np.array(v, number).tobytes() for v in (hidden, (0, 1, 2))]}}

    images = [
        image(0, **activations((1, 2))),
        image(1, **activations((3, value))),
        image(2, **activations((5, 6))),
    ]
    files = written(images=images, dtype=dtype)
    with pytest.raises(
        ResponseError, match=rf"image 1 at byte \d+: the response of unit 1 in layer 'hidden' {says}"
    ):
        files.study()
    assert not files.into.exists()
    recording = files.study(on_error="skip")["set"]
    assert recording.samples.skipped == 1
    assert "unit 1 in layer 'hidden'" in recording.samples[1].problem
    np.testing.assert_array_equal(recording.responses("hidden"), [[1, 2], [np.nan, np.nan], [5, 6]])
    with pytest.raises(BadRequest, match="on_error='ignore'; it can be 'raise' or 'skip'"):
        files.study(on_error="ignore")


def test_softmax_of_large_logits_is_a_number(written):
    files = written(images=[image(0, logits=(1000, 999, -1000))])
    assert files.study()["set"].samples.confidences[0] == pytest.approx(1 / (1 + np.exp(-1)))


def test_a_layer_without_neurons_is_left_out(written):
    layers = [
        {"layerID": name, "neurons": [{}] * units} for name, units in (("none", 0), ("hidden", 2), ("out", 3))
    ]
    one = image(0)
    one["activations"]["activations"].insert(0, b"")
    study = written({"layers": layers}, images=[one]).study()
    assert list(study.layers) == ["hidden", "out"]
    assert study.manifest.model["layers"] == {"none": 0, "hidden": 2, "out": 3}


def test_several_shards_are_one_dataset_and_an_interrupted_import_goes_on(written, monkeypatch):
    count = SHARD_SAMPLES + 10
    files = written(images=[image(i, data=[[b"a"]] * 3, hidden=(i, 0)) for i in range(count)])

    class Stop(Exception):
        pass

    def stop(*arguments):
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr("shiftscope.store.writing.writer.RecordingWriter.seal", stop)
        with pytest.raises(Stop):
            files.study()
    done = files.into / "set" / "shards" / "00000.done"
    written_at = done.stat().st_mtime_ns
    advanced = []

    class Bar:
        def __enter__(self):
            return advanced.append

        def __exit__(self, *error):
            return None

    (files.into / "set" / "shards" / "00001.done").unlink()
    recording = files.study(progress=lambda name, done, total: Bar())["set"]
    assert advanced == [10]
    assert done.stat().st_mtime_ns == written_at
    np.testing.assert_array_equal(recording.unit_responses("hidden", 0), np.arange(count))


def test_no_test_file_is_refused(written):
    with pytest.raises(BadRequest, match=r"no .test file is given"):
        import_deephys(written().model, [], "x.study")


def test_a_folder_of_something_else_is_refused(written, tmp_path):
    (tmp_path / "x.study").mkdir()
    (tmp_path / "x.study" / "letter.txt").touch()
    with pytest.raises(StudyMismatch, match="exists and is not empty, and is no study"):
        written().study()
    assert (tmp_path / "x.study" / "letter.txt").exists()


def test_an_import_needs_no_torch(tmp_path):
    import subprocess

    code = (
        "import sys; from shiftscope.interop.deephys.import_deephys import import_deephys; "
        f"import_deephys({str(REAL / 'now.model')!r}, [{str(REAL / 'lab.test')!r}], {str(tmp_path / 'x')!r}); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
