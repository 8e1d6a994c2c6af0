"""Dictionaries as layers of a study: how well they tell responses, and which features are found again."""

import hashlib
import json
import re
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from scipy.optimize import nnls

from shiftscope.derived import several_fits
from shiftscope.errors import BadRequest, StudyDamaged
from shiftscope.progress import bar
from shiftscope.statistics.split import FIT, split
from shiftscope.store.disk.self_digest import with_own_digest
from shiftscope.study import open_study

HALF = split([f"sample-{i}" for i in range(40)], 2, 0) == FIT
QUICK = {"topk": {"steps": 30, "active": 3}, "batchtopk": {"steps": 30, "active": 3}}


@pytest.mark.parametrize("kind", ["kmeans", "nmf", "seminmf", "topk", "batchtopk"])
def test_every_kind_is_a_layer_with_codes_of_every_dataset(recorded, kind):
    layer = recorded.derive("hidden", kind, size=5, progress=False, **QUICK.get(kind, {}))
    assert (layer.name, layer.units) == (f"hidden~{kind}5", 5)
    again = open_study(recorded.path)
    atoms, mean = (again.learned(layer.name)[name] for name in ("components_", "mean_"))
    for recording in again.values():
        codes = recording.responses(layer.name)
        assert codes.shape == (40, 5)
        assert (codes >= 0).all()
        if kind == "nmf":
            rows = recording.responses("hidden").astype(np.float64)
            exact = np.stack([nnls(atoms.T.astype(np.float64), row)[0] for row in rows])
            assert np.linalg.norm(codes - exact) < 1e-3 * np.linalg.norm(exact)
    held_out = again.derived[layer.name].fit_report["held_out"]
    rows = again["lab"].responses("hidden")[~HALF].astype(np.float64)
    left = np.square(rows - again["lab"].responses(layer.name)[~HALF] @ atoms - mean).sum()
    assert held_out["rows"] == (~HALF).sum()
    assert held_out["fvu"] == pytest.approx(left / np.square(rows - rows.mean(0)).sum(), rel=1e-3)
    assert len(again.scores(layer.name)) == 5


def test_further_fits_say_which_features_are_found_again(recorded):
    recorded.derive("hidden", "nmf", size=4, progress=False)
    report, arrays = recorded.derived["hidden~nmf4"].fit_report, recorded.learned("hidden~nmf4")
    assert report["seeds"] == 3
    assert report["kind"]["init"] == "nndsvda"
    assert report["stability"]["rows"] == [HALF.sum() // 2] * 2
    cosines = arrays["matched_cosine_"]
    assert cosines.shape == (4,)
    assert report["stability"]["found_by_all"] == (cosines >= 0.7).sum()
    assert cosines.mean() <= report["stability"]["matched_cosine"] + 1e-6
    assert 0 < report["stability"]["random_atoms"] < 1
    recorded.derive("hidden", "nmf", size=4, name="once", seeds=1, progress=False)
    assert "stability" not in recorded.derived["once"].fit_report
    assert "matched_cosine_" not in recorded.learned("once")
    np.testing.assert_array_equal(recorded.learned("once")["components_"], arrays["components_"])


def test_a_dictionary_signed_anew_for_another_layer_is_refused_by_the_samples_stored_with_it(recorded):
    name = recorded.derive("hidden", "topk", size=5, progress=False, **QUICK["topk"]).name
    file = recorded.place.file("derived", "layers", name, "dictionary.safetensors")
    arrays = load_file(file)
    arrays["encoder_"] = np.ascontiguousarray(arrays["encoder_"][::-1])
    save_file(arrays, file)
    description = file.with_name("derivation.json")
    told = json.loads(description.read_text()) | {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    description.write_text(json.dumps(with_own_digest(told)))
    again = open_study(recorded.path)
    with pytest.raises(StudyDamaged, match="gives the samples stored with it other codes"):
        again.derive("hidden", "topk", size=5, progress=False, **QUICK["topk"])


def test_time_and_size_are_told_before_and_steps_as_they_go(recorded, capsys, monkeypatch):
    recorded.derive("conv", "topk", size=13, seeds=2, steps=25, progress=bar)
    said = capsys.readouterr().err
    assert "conv~topk13: 2 fits of 13 features to 18 samples of 6 units, at most" in said
    assert "codes of 80 samples take 0.0 MB" in said
    assert "times their spread" in said
    assert "times as many features as units" in said
    calls = []

    class Counting:
        def __init__(self, name, done, total, counted="samples"):
            calls.append([name, total, counted, 0])

        def __enter__(self):
            def advance(by):
                calls[-1][3] += by

            return advance

        def __exit__(self, *_):
            pass

    recorded.derive("hidden", "topk", size=5, seeds=2, steps=25, progress=Counting)
    assert calls[0] == ["hidden~topk5, 2 fits", 50, "steps", 50]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"kind": "nmf", "size": 30}, r"30 features asked for, 18 rows to fit them on\."),
        ({"kind": "topk", "size": 2000}, r"codes of 80 samples would take 1\.3 MB.* At most 512\."),
        ({"kind": "topk", "active": 9}, "active=9; it is from 1 to size, 4"),
        ({"kind": "nmf", "init": "svd"}, 'it is "nndsvda" or "random"'),
        ({"kind": "nmf", "seeds": 0}, "seeds=0; it is a whole number, at least 1"),
        ({"kind": "nmf", "layer": "hidden~pca3"}, "is a derived layer itself. Derive from 'hidden'"),
    ],
)
def test_what_cannot_be_fitted_is_refused(recorded, asked, says):
    recorded.derive("hidden", "pca", size=3, progress=False)
    options = {"layer": "hidden", "size": 4, "progress": False, **asked}
    with pytest.raises(BadRequest, match=says):
        recorded.derive(options.pop("layer"), options.pop("kind"), **options)


def test_nmf_names_the_layer_whose_responses_are_negative(recorded):
    share = (recorded["lab"].responses("conv")[HALF] < 0).mean()
    assert share > 0
    told = f"'conv' has negative responses ({100 * share:.1f} % of them); NMF needs none"
    with pytest.raises(BadRequest, match=re.escape(told)):
        recorded.derive("conv", "nmf", size=2, progress=False)
    assert recorded.derive("conv", "seminmf", size=2, progress=False).units == 2


def test_silencing_a_feature_takes_its_atom_out(recorded):
    name = recorded.derive("hidden", "nmf", size=4, progress=False).name
    rows = recorded["field"].responses("hidden").astype(np.float64)
    codes, atoms = recorded["field"].responses(name), recorded.learned(name)["components_"]
    head = recorded.heads["hidden"]
    expected = ((rows - codes[:, [1, 2]] @ atoms[[1, 2]]) @ head.weight.T + head.bias).argmax(1)
    after = recorded.intervene(name, [1, 2]).answers["field"].after
    assert (after != expected).mean() <= 0.05


@pytest.mark.parametrize("kind", ["nmf", "topk"])
def test_fits_that_were_done_when_it_was_stopped_are_kept(recorded, tmp_path, monkeypatch, kind):
    whole = open_study(shutil.copytree(recorded.path, tmp_path / "whole.study"))
    whole.derive("hidden", kind, size=5, progress=False, **QUICK.get(kind, {}))
    fit, done = several_fits._fit, []

    def stopping(unfitted, rows, advance):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(len(rows))
        return fit(unfitted, rows, advance)

    with monkeypatch.context() as patched:
        patched.setattr(several_fits, "_fit", stopping)
        with pytest.raises(KeyboardInterrupt):
            recorded.derive("hidden", kind, size=5, progress=False, **QUICK.get(kind, {}))
    assert list(open_study(recorded.path).layers) == ["conv", "hidden"]
    _, second = sorted((recorded.path / "derived" / "fits").rglob("fit-*"))
    second.write_bytes(second.read_bytes()[:-1])  # a damaged one is fitted anew
    again = []
    with monkeypatch.context() as patched:
        patched.setattr(
            several_fits,
            "_fit",
            lambda unfitted, *rest: (again.append(unfitted.seed), fit(unfitted, *rest))[1],
        )
        recorded.derive("hidden", kind, size=5, progress=False, **QUICK.get(kind, {}))
    assert again == [1, 2]
    assert not list((recorded.path / "derived").rglob("fit-*"))
    name = f"hidden~{kind}5"
    assert recorded.derived[name] == whole.derived[name]
    np.testing.assert_array_equal(recorded["field"].responses(name), whole["field"].responses(name))
