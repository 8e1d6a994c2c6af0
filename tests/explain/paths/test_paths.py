"""Path statistics of a study: computed from what is stored, kept, and read as tables."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import zarr
from safetensors import safe_open
from scipy.special import rel_entr

import shiftscope as ss
from shiftscope.errors import BadRequest, NotInStudy, StudyDamaged, StudyMismatch
from shiftscope.explain.paths.comparison import APART, compare
from shiftscope.explain.paths.counting.count import Counter, count_plainly
from shiftscope.explain.paths.counting.map_inputs import MapInputs
from shiftscope.explain.paths.counting.rules import RULES
from shiftscope.explain.paths.measures.frequencies import Frequencies
from shiftscope.explain.paths.measures.separation import separation
from shiftscope.explain.paths.path_statistics import Settings, _around, _difference, _of_draws
from shiftscope.explain.paths.paths import FEWEST, map_named, shifts
from shiftscope.explain.paths.stored_paths import read_paths, write_paths
from shiftscope.study import Study
from tests.conftest import Made, Net, copied

FEW = {"shuffles": 3, "resamples": 20, "progress": False}


@pytest.fixture(scope="module")
def _study_once(tmp_path_factory):
    """What `study` copies."""
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("paths") / "made.study", Net(), tuple("abcd"))
    study.record(Made(samples=160), "lab", layers=["conv", "hidden"], reference=True, progress=False)
    study.record(Made(samples=160, seed=1, scale=1.5), "field", progress=False)
    return study.path


@pytest.fixture
def study(tmp_path, net, _study_once):
    return copied(_study_once, tmp_path, net)


def plain(study, name):
    """(row, path) frequencies by the definition, from the files, and samples of each row."""
    folder = study.path / name
    responses = zarr.open_array(folder / "responses.zarr" / "hidden" / "by_sample", mode="r")[:]
    labels = study[name].samples.labels
    with safe_open(study.path / "head.safetensors", "numpy") as file:
        weight, bias = file.get_tensor("weight"), file.get_tensor("bias")
    groups = [responses[labels == c] for c in range(4)] + [responses]
    counts = [count_plainly(weight, bias, group, RULES["abs_mean"]).ravel() for group in groups]
    sizes = [len(group) for group in groups]
    return np.array([c / n for c, n in zip(counts, sizes, strict=True)]), sizes


def kl(p, q, eps=1e-8):
    p, q = (np.clip(each, eps, 1 - eps) for each in (p, q))
    return (rel_entr(p, q) + rel_entr(1 - p, 1 - q)).mean()


def test_the_numbers_are_those_of_the_definition_on_the_stored_files(study):
    found = ss.paths(study, "head", **FEW)
    frequencies = {name: plain(study, name)[0] for name in study}
    for name, statistics in found.statistics.items():
        rows = frequencies[name]
        expected = np.array([[kl(p, q) for q in rows] for p in rows])
        np.testing.assert_allclose(statistics.kl, expected, rtol=1e-5, atol=1e-9)
        pairs = expected[:4, :4][~np.eye(4, dtype=bool)]
        np.testing.assert_allclose(statistics.mean_kl.value, pairs.mean(), rtol=1e-6)
        entropies = [(-rel_entr(p, 1) - rel_entr(1 - p, 1)).mean() for p in rows]
        np.testing.assert_allclose(statistics.separation.entropy, entropies, rtol=1e-9)
    crossed = found.statistics["field"].from_reference
    expected = [[kl(p, q) for q in frequencies["field"]] for p in frequencies["lab"]]
    np.testing.assert_allclose(crossed, expected, rtol=1e-5, atol=1e-9)
    back = found.statistics["field"].to_reference
    np.testing.assert_allclose(
        back, [[kl(p, q) for q in frequencies["lab"]] for p in frequencies["field"]], rtol=1e-5
    )
    assert found.statistics["lab"].from_reference is None


def test_tables_hold_what_was_found(study):
    found = study.paths(**FEW)
    table = found.table().set_index("dataset")
    assert list(table.index) == ["lab", "field"]
    for name, statistics in found.statistics.items():
        assert table.loc[name, "mean_kl"] == statistics.mean_kl.value
        assert table.loc[name, "floor"] == statistics.floor.value
        assert table.loc[name, "samples"] == 160
        np.testing.assert_allclose(
            table.loc[name, "accuracy"],
            (study[name].samples.labels == study[name].samples.predictions).mean(),
        )
    rows = found.category_table()
    assert list(rows["category"]) == [*"abcd", "all together"] * 2
    here = rows[(rows["dataset"] == "field") & (rows["category"] == "b")].iloc[0]
    others = [c for c in range(4) if c != 1]
    np.testing.assert_allclose(here["to_others"], found.statistics["field"].kl[1, others].mean())
    np.testing.assert_allclose(here["from_reference"], found.statistics["field"].from_reference[1, 1])
    np.testing.assert_allclose(here["usual"], found.statistics["lab"].kl[1, others].mean())
    assert "abs_mean" not in repr(found)
    assert "|N_ij| > |mean_k N_ik|" in repr(found)


def test_a_category_with_few_samples_on_a_side_is_not_compared_across(new_study, made):
    study = new_study()
    study.record(made(samples=90), "lab", layers=["hidden"], progress=False)
    study.record(made(samples=60, seed=1), "few", progress=False)
    found = study.paths(**FEW)
    moved, usual, back = shifts(found.statistics["few"], found.statistics["lab"])
    enough = np.append(np.bincount(study["few"].samples.labels, minlength=4) >= FEWEST, True)
    assert not enough[:-1].all()
    for column in (moved, back):
        np.testing.assert_array_equal(np.isnan(column), ~enough)
    assert np.isnan(usual[-1])
    with pytest.raises(BadRequest, match="without a reference"):
        shifts(found.statistics["lab"], found.statistics["lab"])


def test_the_floor_is_what_shuffled_labels_give_and_intervals_hold_the_value(study):
    found = study.paths(shuffles=10, resamples=40, progress=False).statistics["lab"]
    entering = MapInputs.of_recording(study["lab"], "hidden")
    linear = study.maps["head"]
    counter = Counter(linear.weight, linear.bias, RULES["abs_mean"])
    rng = np.random.default_rng(99)  # other shuffles
    again = [separation(counter, entering.shuffled(rng), 4, Frequencies()).mean_kl for _ in range(10)]
    spread = np.std(again) / np.sqrt(10)
    assert abs(found.floor.value - np.mean(again)) < 6 * spread
    for part in (found.mean_kl, found.mean_entropy, found.floor, found.excess):
        assert part.low <= part.value <= part.high
    assert found.excess.value == found.mean_kl.value - found.floor.value


def test_intervals_by_hand():
    moved = _around(5.0, [7.0, 8.0, 9.0, 10.0, 6.0])
    np.testing.assert_allclose([moved.low, moved.high], [5 - 1.9, 5 + 1.9])
    floor = _of_draws([1.0, 3.0])
    np.testing.assert_allclose(
        [floor.value, floor.low, floor.high], [2, 2 - 1.95996398454, 2 + 1.95996398454]
    )
    apart = _difference(moved, floor)
    np.testing.assert_allclose([apart.value, apart.high], [3, 3 + np.hypot(1.9, 1.95996398454)])
    infinite = _around(np.inf, [np.inf, 2.0])
    assert infinite.value == np.inf
    assert np.isnan([infinite.low, infinite.high]).all()


def test_the_same_seed_gives_the_same_and_what_is_kept_is_read(study, monkeypatch):
    first = study.paths(**FEW)
    monkeypatch.setattr(
        "shiftscope.explain.paths.paths.path_statistics",
        lambda *given, **options: pytest.fail("computed again"),
    )
    again = Study(study.path).paths(**FEW)
    for name, statistics in first.statistics.items():
        np.testing.assert_array_equal(again.statistics[name].kl, statistics.kl)
        assert again.statistics[name].floor == statistics.floor
        np.testing.assert_array_equal(
            again.statistics[name].separation.histogram, statistics.separation.histogram
        )


def test_what_an_earlier_version_kept_is_stale_and_computed_again(study, monkeypatch):
    monkeypatch.setattr("shiftscope.explain.paths.stored_paths.VERSION", 1)
    study.paths(**FEW)
    monkeypatch.undo()
    assert set(study.results(kind="paths")["state"]) == {"computed by an earlier version of paths"}
    study.paths(**FEW)
    assert set(study.results(kind="paths")["state"]) == {"fresh"}


@pytest.mark.parametrize(
    "options",
    [
        {"rule": "printed"},
        {"smoothing": "jeffreys"},
        {"eps": 1e-6},
        {"seed": 1},
        {"reference": "field"},
        {"shuffles": 4},
    ],
    ids=str,
)
def test_other_settings_are_computed_anew(study, options, monkeypatch):
    study.paths(**FEW)
    computed = []
    from shiftscope.explain.paths import paths as module

    whole = module.path_statistics
    monkeypatch.setattr(
        module, "path_statistics", lambda *given, **how: computed.append(1) or whole(*given, **how)
    )
    study.paths(**{**FEW, **options})
    assert computed


def test_a_result_says_what_it_is_of_and_a_damaged_one_is_named(study):
    study.paths(**FEW)
    (path,) = study.path.glob("explanations/paths/*/lab/*/result.json")
    told = json.loads(path.read_text())
    assert (told["kind"], told["datasets"], told["seed"]) == ("paths", ["lab"], FEW.get("seed", 0))
    settings = told["settings"]
    assert (settings["rule"], settings["smoothing"], settings["eps"]) == ("abs_mean", "clip", 1e-8)
    assert settings["shuffles"] == 3
    (arrays,) = path.parent.glob("*.safetensors")
    arrays.write_bytes(arrays.read_bytes()[:100])
    with pytest.raises(StudyDamaged, match=r"arrays-.*\.safetensors differs from what was written"):
        study.paths(**FEW)


def test_without_smoothing_endless_terms_are_counted(study):
    found = study.paths(smoothing="none", **FEW).statistics["lab"]
    rows, sizes = plain(study, "lab")
    for a, p in enumerate(rows):
        for b, q in enumerate(rows):
            infinite = (((q == 0) & (p > 0)) | ((q == 1) & (p < 1))).sum()
            assert found.infinite[a, b] == infinite
            assert np.isinf(found.kl[a, b]) == bool(infinite)
    assert min(sizes) > 1


def test_float32_responses_give_nearly_the_same(new_study, made):
    means = []
    for stored_as in ("float16", "float32"):
        study = new_study(name=stored_as)
        study.record(made(samples=90), "lab", layers=["hidden"], stored_as=stored_as, progress=False)
        means.append(study.paths(eps=1e-3, **FEW).statistics["lab"].mean_kl.value)
    np.testing.assert_allclose(means[0], means[1], rtol=0.02)


def test_maps_are_found_by_module_or_layer(study, new_study, made):
    assert map_named(study).name == map_named(study, "head").name == map_named(study, "hidden").name == "head"
    with pytest.raises(NotInStudy, match="no linear map 'haed' in this study; closest: 'head'"):
        map_named(study, "haed")
    bare = new_study(name="bare")
    bare.record(made(), "lab", layers=["conv"], progress=False)
    with pytest.raises(NotInStudy, match="this study has no linear map"):
        bare.paths()


def test_sets_without_labels_are_left_out_and_summaries_alone_refused(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], progress=False)
    study.record(made(seed=1, unlabelled=frozenset(range(40))), "plain", progress=False)
    assert list(study.paths(**FEW).statistics) == ["lab"]
    study.record(made(seed=2), "counted", keep="summaries", progress=False)
    with pytest.raises(NotInStudy, match='recorded with keep="summaries"'):
        study.paths(**FEW)


def test_skipped_samples_are_in_no_count(new_study, made):
    study = new_study()
    study.record(made(broken=frozenset({0, 1, 2})), "lab", layers=["hidden"], on_error="skip", progress=False)
    assert study.paths(**FEW).statistics["lab"].separation.samples[-1] == 37


@pytest.mark.parametrize(
    "options",
    [
        {"seed": -1},
        {"shuffles": 2.5},
        {"rule": "mean"},
        {"shuffles": 1},
        {"resamples": 5},
        {"eps": 0},
        {"smoothing": "x"},
    ],
)
def test_odd_settings_are_refused(study, options):
    with pytest.raises(BadRequest):
        study.paths(**{**FEW, **options})


def checkpoint(tmp_path, made, name, gain):
    """A study of a net whose first layer separates the categories the more, the larger the gain."""
    torch.manual_seed(3)
    from ...conftest import Net

    net = Net()
    study = Study.create(tmp_path / f"{name}.study", net, tuple("abcd"))
    data = made(samples=160)
    data.inputs = data.inputs * (1 - gain)
    for sample, label in enumerate(data.labels):
        data.inputs[sample, :, 2 * label : 2 * label + 2] += gain * 3
    study.record(data, "lab", layers=["hidden"], progress=False)
    return study


def test_checkpoints_are_measured_against_the_first(tmp_path, made):
    names = ("start", "apart", "same")
    studies = [
        checkpoint(tmp_path, made, name, gain) for name, gain in zip(names, (0.1, 0.9, 0.1), strict=True)
    ]
    found = compare(names, [study.paths(**FEW) for study in studies])
    table = found.table()
    assert list(table["checkpoint"]) == list(names)
    np.testing.assert_allclose(table["ratio"][0], 1)
    excess = table["excess"]
    np.testing.assert_allclose(table["ratio"][1], excess[1] / excess[0])
    ratio = found.ratio("apart", "lab")
    assert ratio.low < ratio.value < ratio.high
    assert ratio.low > APART
    assert found.diagnosis("apart", "lab").startswith("Separates categories: separation is ")
    assert not found.diagnosis("same", "lab").startswith("Separates categories")
    with pytest.raises(BadRequest, match="at least two"):
        compare(["start"], [studies[0].paths(**FEW)])
    with pytest.raises(BadRequest, match="two studies are called start"):
        compare(["start", "start"], [studies[0].paths(**FEW)] * 2)
    with pytest.raises(StudyMismatch, match="different rules"):
        compare(["a", "b"], [studies[0].paths(**FEW), studies[1].paths(rule="printed", **FEW)])


def test_other_settings_leave_what_was_counted_before(study):
    first = study.paths(**FEW).statistics["field"]
    study.paths(eps=1e-6, **FEW)
    study.paths(reference="field", **FEW)
    assert len(list(study.path.glob("explanations/paths/**/result.json"))) == 6
    again = Study(study.path).paths(**FEW).statistics["field"]
    np.testing.assert_array_equal(again.kl, first.kl)


def test_a_result_of_other_shapes_is_damaged(study):
    study.paths(**FEW)
    linear, settings = study.head, Settings(shuffles=FEW["shuffles"], resamples=FEW["resamples"])
    short = replace(read_paths(study, linear, study["lab"], None, settings), kl=np.zeros((2, 2)))
    write_paths(study, linear, study["lab"], None, settings, short)
    with pytest.raises(StudyDamaged, match=r"holds no path statistics: 'kl' has shape \(2, 2\)"):
        study.paths(**FEW)


@pytest.mark.parametrize("named", [["aux"], ["aux", "classifier"]])
def test_without_a_name_the_map_into_the_logits_is_meant_also_beside_one_of_the_same_layer(
    tmp_path, made, named
):
    from torch import nn

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Flatten(), nn.Linear(192, 5), nn.ReLU())
            self.aux, self.classifier = nn.Linear(5, 3), nn.Linear(5, 4)

        def forward(self, images):
            entering = self.body(images)
            self.aux(entering)
            return self.classifier(entering)

    study = Study.create(tmp_path / "two.study", Two())
    study.record(made(), "lab", paths=named, progress=False)
    assert study.paths(**FEW).map.name == "classifier"


def test_a_map_is_meant_by_its_own_name_before_the_layer_that_enters_it(tmp_path, made):
    from torch import nn

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden, self.classifier = nn.Linear(192, 8), nn.Linear(8, 4)

        def forward(self, images):
            return self.classifier(self.hidden(images.flatten(1)))

    study = Study.create(tmp_path / "two.study", Two(), tuple("abcd"))
    study.record(made(), "lab", layers=["hidden"], paths="*", progress=False)
    assert map_named(study, "hidden").name == "hidden"
    assert map_named(study, "classifier").name == "classifier"
    study.record(made(seed=1), "field", layers=list(study.layers), progress=False)
    assert list(study["field"].layers) == list(study.layers)


@pytest.mark.parametrize("weight", ["flat", "narrow", "nan"])
def test_a_damaged_head_is_named(study, weight):
    from safetensors.numpy import load_file, save_file

    path = study.path / "head.safetensors"
    arrays = load_file(path)
    with safe_open(path, "numpy") as file:
        told = file.metadata()
    changed = {
        "flat": arrays["weight"].ravel(),
        "narrow": arrays["weight"][:, 1:].copy(),
        "nan": arrays["weight"] * np.nan,
    }
    save_file({**arrays, "weight": changed[weight]}, path, metadata=told)
    with pytest.raises(StudyDamaged, match=r"head\.safetensors"):
        Study(study.path).paths(**FEW)


def test_the_head_of_a_study_from_before_maps_had_names_is_read(study):
    from safetensors.numpy import load_file, save_file

    path = study.path / "head.safetensors"
    save_file(load_file(path), path, metadata={"layer": "hidden"})
    assert Study(study.path).paths(**FEW).map.name == "head"
