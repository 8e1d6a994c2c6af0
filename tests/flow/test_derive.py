"""Layers derived from recorded ones, from the stored responses to pages, interventions and `verify`."""

import hashlib
import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from sklearn.decomposition import PCA

import shiftscope as ss
from shiftscope.derived.pca import PCA as OurPCA  # noqa: N811
from shiftscope.errors import BadRequest, LayerError, NotInStudy, StudyDamaged, StudyMismatch
from shiftscope.interop.deephys.export_deephys import export_deephys
from shiftscope.model.target import Feature
from shiftscope.statistics.split import FIT, split
from shiftscope.store.disk.self_digest import with_own_digest
from shiftscope.store.writing.writer import RecordingWriter
from shiftscope.study import open_study
from shiftscope.summaries.maxima import Maxima

from ..conftest import Made, viewer

NAME = "hidden~pca3"


@pytest.fixture
def small_shards(monkeypatch):
    """Five shards of eight samples."""
    monkeypatch.setattr("shiftscope.flow.steps.record_dataset.SHARD_SAMPLES", 8)


@pytest.fixture
def derived(recorded):
    recorded.derive("hidden", "pca", size=3, progress=False)
    return recorded


def independent(study, layer="hidden", size=3):
    """Components by scikit-learn over the fit half of the reference, with the largest entry of each positive."""
    rows = study["lab"].responses(layer).astype(np.float64)
    half = split([f"sample-{i}" for i in range(40)], 2, 0) == FIT
    found = PCA(size).fit(rows[half])
    atoms = found.components_
    return atoms * np.sign(atoms[range(size), np.abs(atoms).argmax(1)])[:, None], found.mean_


def contents(folder):
    return {
        p.relative_to(folder): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and "locks" not in str(p)
    }


def test_codes_are_those_of_components_of_the_fit_half_for_every_dataset(derived):
    atoms, mean = independent(derived)
    assert list(derived.layers) == ["conv", "hidden", NAME]
    for name, recording in derived.items():
        codes = (recording.responses("hidden").astype(np.float64) - mean) @ atoms.T
        np.testing.assert_allclose(recording.responses(NAME), codes, atol=1e-5)
        np.testing.assert_allclose(recording.unit_responses(NAME, 2), codes[:, 2], atol=1e-5)
        np.testing.assert_allclose(recording.summary(NAME, Maxima).largest, codes.max(0), atol=1e-5)
        assert derived.layer(NAME).read_as == "feature of hidden", name
    again = open_study(derived.path)
    np.testing.assert_array_equal(again["field"].responses(NAME), derived["field"].responses(NAME))
    assert again.derived[NAME].rows == 21 or again.derived[NAME].rows < 40


def test_scores_and_pages_have_the_layer(derived):
    scores = derived.scores(NAME)
    codes = {name: recording.responses(NAME).astype(float) for name, recording in derived.items()}
    ratio = codes["field"].max(0) / codes["lab"].max(0)
    np.testing.assert_allclose(scores["activation_ratio"], ratio, rtol=1e-5)
    client = viewer(derived)
    for address in (
        *("/", f"/layers/{NAME}", f"/layers/{NAME}/units/1", f"/?layer={NAME}", "/paths"),
        *(f"/datasets/field/samples/3?layer={NAME}", f"/categories/0?layer={NAME}"),
        *(f"/confusions/0/1?layer={NAME}", f"/interventions?layer={NAME}&units=1"),
    ):
        answer = client.get(address)
        assert answer.status_code in (200, 404 if address == "/methods" else 200), (
            address,
            answer.text[:300],
        )
    assert NAME in client.get("/").text
    assert "feature of hidden" in client.get(f"/layers/{NAME}").text


def test_the_head_reads_codes_through_the_atoms(derived):
    atoms, mean = independent(derived)
    plain, head = derived.heads["hidden"], derived.heads[NAME]
    np.testing.assert_allclose(head.weight, plain.weight @ atoms.T, atol=1e-5)
    np.testing.assert_allclose(head.bias, plain.bias + plain.weight @ mean, atol=1e-5)


@pytest.mark.parametrize("edit", ["silence", "clamp", "replace"])
def test_interventions_take_the_atom_out_of_the_layer(derived, net, edit):
    data = {"field": Made(seed=1, scale=1.5)}
    stored = derived.intervene(NAME, [0, 1, 2], edit).answers["field"]
    live = derived.intervene(NAME, [0, 1, 2], edit, model=net, data=data, progress=False).answers["field"]
    assert (live.after != stored.after).mean() <= 0.05  # two of forty, by rounding
    if edit == "silence":
        atoms, mean = independent(derived)
        rows = derived["field"].responses("hidden").astype(np.float64)
        taken = ((rows - mean) @ atoms.T) @ atoms
        head = derived.heads["hidden"]
        expected = ((rows - taken) @ head.weight.T + head.bias).argmax(1)
        assert (expected != stored.after).mean() <= 0.05
        assert stored.changed > 0


def test_codes_of_a_map_are_changed_at_every_place(recorded, net):
    recorded.derive("conv", "pca", size=2, progress=False)
    atoms, mean = independent(recorded, "conv", 2)
    data = Made(seed=1, scale=1.5)
    live = recorded.intervene("conv~pca2", [0], model=net, data={"field": data}, progress=False)
    with torch.no_grad():
        maps = net.eval().conv(data.inputs)
        code = (maps.mean((2, 3)).numpy() - mean) @ atoms[0]
        maps -= torch.from_numpy(code[:, None] * atoms[0]).float()[:, :, None, None]
        expected = net.head(net.hidden(net.act(maps))).argmax(1)
    np.testing.assert_array_equal(live.answers["field"].after, expected)


def test_a_feature_can_be_probed(derived, net):
    live = derived.live(net, {"field": Made(seed=1, scale=1.5)})
    inputs = live.inputs("field", range(40))
    stored = derived["field"].unit_responses(NAME, 1)
    for target in (f"{NAME}:1", Feature(NAME, 1)):
        np.testing.assert_allclose(live.probe(target)(inputs).detach(), stored, atol=2e-3)
    assert live.probe(f"{NAME}:1").gradient(inputs)[1].abs().sum() > 0
    half = split([f"sample-{i}" for i in range(40)], 2, 0) == FIT
    deviation = derived["lab"].unit_responses(NAME, 1)[half].astype(float).std()
    assert live.deviation(Feature(NAME, 1)) == pytest.approx(deviation, rel=1e-5)


def test_a_derivation_that_stopped_goes_on_and_ends_in_the_same_study(
    new_study, made, small_shards, monkeypatch
):
    for name in ("whole", "broken"):
        study = new_study(name=name)
        study.record(made(), "lab", layers=["hidden"], progress=False)
    whole, broken = (open_study(study.path.parent / f"{name}.study") for name in ("whole", "broken"))
    whole.derive("hidden", "pca", size=2, progress=False)
    commit, done = RecordingWriter.commit, []

    def stopping(writer, shard, states):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(shard.index)
        commit(writer, shard, states)

    with monkeypatch.context() as patched:
        patched.setattr(RecordingWriter, "commit", stopping)
        with pytest.raises(KeyboardInterrupt):
            broken.derive("hidden", "pca", size=2, progress=False)
    assert list(open_study(broken.path).layers) == ["hidden"]
    assert broken.verify().unfinished == ["hidden~pca2 of lab"]
    again = []
    with monkeypatch.context() as patched:
        patched.setattr(
            RecordingWriter, "commit", lambda w, s, t: (again.append(s.index), commit(w, s, t))[1]
        )
        broken.derive("hidden", "pca", size=2, progress=False)
    assert sorted(done + again) == [0, 1, 2, 3, 4]
    assert contents(broken.path) == contents(whole.path)


def test_datasets_that_are_recorded_later_get_their_codes(derived, net):
    atoms, mean = independent(derived)
    derived.record(Made(seed=5), "night", progress=False)
    codes = (derived["night"].responses("hidden").astype(float) - mean) @ atoms.T
    np.testing.assert_allclose(derived["night"].responses(NAME), codes, atol=1e-5)
    derived.record(Made(seed=6), "night", overwrite=True, progress=False)
    codes = (derived["night"].responses("hidden").astype(float) - mean) @ atoms.T
    np.testing.assert_allclose(derived["night"].responses(NAME), codes, atol=1e-5)
    with pytest.raises(BadRequest, match="whose codes are computed from responses"):
        derived.record(Made(seed=7), "dusk", keep="summaries", progress=False)


def test_a_layer_that_lacks_codes_of_a_dataset_is_not_shown_and_says_so(derived):
    shutil.rmtree(derived.place.file("derived", "layers", NAME, "field"))
    again = open_study(derived.path)
    assert NAME not in again.layers
    assert again.without_codes(NAME) == ["field"]
    with pytest.raises(NotInStudy, match="'hidden~pca3' is derived, and its codes of 'field' are missing"):
        again.layer(NAME)
    again.verify(repair=True)
    assert NAME in again.layers


def test_components_are_found_where_means_are_large_beside_deviations(new_study):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(4000, 16)) * np.logspace(0, -2, 16) + 10
    exact = np.linalg.eigh(np.cov(rows.astype(np.float32).astype(float).T))[1][:, ::-1].T
    atoms = OurPCA(size=16).fit(rows).components_
    np.testing.assert_allclose(np.abs(np.sum(atoms * exact, 1)), 1, atol=1e-3)


@pytest.mark.parametrize("damage", [b"{", b"[]", None])
def test_a_damaged_description_leaves_the_rest_of_the_study_alone(derived, damage):
    file = derived.place.file("derived", "layers", NAME, "derivation.json")
    file.write_bytes(damage or file.read_bytes().replace(b'"pca"', b'"pcb"'))
    again = open_study(derived.path)
    assert list(again.layers) == ["conv", "hidden"]
    assert len(again.scores("hidden")) == 10
    again.derive("hidden", "pca", size=3, progress=False)
    assert NAME in again.layers


def test_a_damaged_dataset_leaves_the_layer_to_the_others(derived):
    (derived.path / "field" / "recording.json").write_bytes(b"{")
    client = viewer(open_study(derived.path))
    assert client.get("/").status_code == 200
    assert client.get(f"/layers/{NAME}").status_code == 200


def test_who_waited_for_another_takes_what_that_one_made(derived, recorded):
    late = open_study(recorded.path)
    late.__dict__["derived"] = {}  # as it was when it began to wait
    before = contents(recorded.path)
    late.derive("hidden", "pca", size=3, progress=False)
    assert contents(recorded.path) == before


def test_codes_of_a_layer_that_is_rectified_as_it_is_read_cannot_be_set(new_study, net):
    study = new_study()
    study.record(Made(), "lab", layers=[ss.Layer("conv", rectify=True)], progress=False)
    study.derive(next(iter(study.layers)), "pca", size=2, progress=False)
    with pytest.raises(LayerError, match="no change of it has the codes that are wanted"):
        study.intervene(list(study.layers)[-1], [0], model=net, data={"lab": Made()}, progress=False)


def test_a_failed_derivation_leaves_the_layer_that_was_there(derived):
    before = contents(derived.path)
    for asked in (
        {"size": "3"},
        {"size": True},
        {"size": 2, "seed": 1.5},
        {"size": 2, "tilt": object()},
    ):
        with pytest.raises(BadRequest):
            derived.derive("hidden", "pca", name=NAME, overwrite=True, progress=False, **asked)
    for name in ("a" * 300, "", 5):
        with pytest.raises(BadRequest):
            derived.derive("hidden", "pca", size=2, name=name, progress=False)
    assert contents(derived.path) == before
    assert derived.derive("hidden", "pca", size=np.int64(3), progress=False).name == NAME


@pytest.mark.parametrize("damage", ["lost", "columns", "nan"])
def test_a_damaged_dictionary_leaves_recorded_layers_alone(derived, net, damage):
    file = derived.place.file("derived", "layers", NAME, "dictionary.safetensors")
    if damage == "lost":
        file.unlink()
    else:
        arrays = load_file(file)
        arrays["components_"] = (
            arrays["components_"][:, :-1] if damage == "columns" else arrays["components_"] * np.nan
        )
        arrays["mean_"] = arrays["mean_"][: arrays["components_"].shape[1]]
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, file)
        description = file.with_name("derivation.json")
        told = json.loads(description.read_text()) | {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        description.write_text(json.dumps(with_own_digest(told)))
    again = open_study(derived.path)
    assert len(again.scores("hidden")) == 10
    assert list(again.heads) == ["hidden"]
    live = again.live(net, {"lab": Made()})
    assert live.probe("hidden:0")(live.inputs("lab", [0])).shape == (1,)
    with pytest.raises((StudyDamaged, NotInStudy)):
        live.probe(f"{NAME}:0")


def test_a_model_changed_since_is_refused_where_its_answers_would_be_kept(recorded, net):
    live = recorded.live(net, {"lab": Made()})
    with torch.no_grad():
        net.head.weight += 1
    with pytest.raises(StudyMismatch):
        live.intervene("conv", [0], progress=False)


def test_a_live_study_reads_the_dictionary_that_is_there_now(derived, net):
    live = derived.live(net, {"lab": Made()})
    inputs = live.inputs("lab", range(40))
    live.probe(f"{NAME}:0")(inputs)
    derived.derive("conv", "pca", size=2, name=NAME, overwrite=True, progress=False)
    values = live.probe(f"{NAME}:0")(inputs).detach()
    np.testing.assert_allclose(values, derived["lab"].unit_responses(NAME, 0), atol=2e-3)


def test_a_layer_made_otherwise_makes_kept_scores_stale(derived):
    derived.scores(NAME)
    (kept,) = [row for row in derived.results().to_dict("records") if row["layer"] == NAME]
    assert kept["state"] == "fresh"
    derived.derive("hidden", "pca", size=3, seed=1, overwrite=True, progress=False)
    (kept,) = [row for row in derived.results().to_dict("records") if row["layer"] == NAME]
    assert kept["state"] != "fresh"


def test_a_layer_whose_folder_is_gone_is_not_there(derived):
    shutil.rmtree(derived.path / "derived")
    again = open_study(derived.path)
    assert list(again.layers) == ["conv", "hidden"]
    assert again.verify().sound
    again.derive("hidden", "pca", size=3, progress=False)
    assert list(again.layers) == ["conv", "hidden", NAME]


def test_damage_is_found_and_repaired(derived):
    folder = next(path for path in (derived.path / "derived" / "layers").iterdir())
    codes = next(path for path in (folder / "field").rglob("by_sample/c/**/*") if path.is_file())
    good = codes.read_bytes()
    codes.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    (found,) = derived.verify(repair=True).damages
    assert (found.file, found.remedy) == (codes, "derive")
    assert codes.read_bytes() == good
    assert derived.verify().sound
    dictionary = folder / "dictionary.safetensors"
    dictionary.write_bytes(dictionary.read_bytes()[:-1] + b"\0")
    (found,) = derived.verify(repair=True).damages
    assert found.file == dictionary
    assert list(open_study(derived.path).layers) == ["conv", "hidden"]
    description = json.loads((derived.path / "study.json").read_text())
    assert description["derived"] == [NAME]


def test_the_same_layer_is_not_made_twice_and_another_not_silently(derived):
    again = derived.derive("hidden", "pca", size=3, progress=False)
    assert again.name == NAME
    with pytest.raises(StudyMismatch, match="was made otherwise"):
        derived.derive("hidden", "pca", size=2, name=NAME, progress=False)
    assert derived.derive("hidden", "pca", size=2, name=NAME, overwrite=True, progress=False).units == 2
    assert derived["field"].responses(NAME).shape == (40, 2)


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"layer": "hiden"}, NotInStudy, "closest: 'hidden'"),
        ({"layer": NAME}, BadRequest, "is a derived layer itself. Derive from 'hidden'"),
        ({"kind": "pcaa"}, BadRequest, "closest: 'pca'"),
        ({"size": 11}, BadRequest, "size=11 for"),
        ({"name": "conv"}, BadRequest, "is a recorded layer"),
        ({"whiten": True}, BadRequest, "cannot be made with"),
    ],
)
def test_what_cannot_be_derived_is_refused(derived, asked, error, says):
    options = {"layer": "hidden", "kind": "pca", "size": 2, "progress": False, **asked}
    with pytest.raises(error, match=says):
        derived.derive(options.pop("layer"), options.pop("kind"), **options)


def test_a_study_with_summaries_alone_has_nothing_to_derive_from(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], keep="summaries", progress=False)
    with pytest.raises(NotInStudy, match="single responses are not there"):
        study.derive("hidden", "pca", size=2, progress=False)


def test_skipped_samples_have_no_code(new_study):
    study = new_study()
    data = Made(broken=frozenset({3, 30}))
    study.record(data, "lab", layers=["hidden"], on_error="skip", progress=False)
    study.derive("hidden", "pca", size=2, progress=False)
    codes = study["lab"].responses("hidden~pca2")
    assert np.isnan(codes[[3, 30]]).all()
    assert np.isfinite(np.delete(codes, [3, 30], 0)).all()


def test_it_goes_wherever_other_layers_go(derived, tmp_path):
    derived.annotate(NAME, 1, label="tilt")
    assert derived.notes()["label"].tolist() == ["tilt"]
    codes = derived["field"].responses(NAME)
    np.testing.assert_array_equal(derived.to_xarray(NAME, dataset="field")[NAME], codes)
    scores = derived.to_pandas("scores")
    assert (scores["layer"] == NAME).sum() == 3
    report = ss.report(derived, tmp_path / "report", layers=[NAME])
    assert any("feature of hidden" in path.read_text() for path in report.folder.rglob("*.html"))
    export_deephys(derived, tmp_path / "deephys")
    paths = derived.paths(NAME, shuffles=2, resamples=20, progress=False)
    assert paths.map.layer == NAME
    np.testing.assert_array_equal(paths.map.weight, derived.heads[NAME].weight)
