"""Numbers of every unit's maps: over the same originals, kept block by block, and read by scores."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest, StudyMismatch, StudyNotWritable
from shiftscope.explain.attribution.numbers import layer_numbers
from shiftscope.explain.attribution.numbers.map_numbers import map_area, map_spread
from shiftscope.scores.estimation import stored_estimates
from shiftscope.scores.estimation.stored_map_numbers import usual_map_numbers
from shiftscope.scores.score import unit_scores
from shiftscope.statistics.wilson import wilson
from tests.conftest import Made

OF_MAPS = [name for name, score in unit_scores.items() if score.of_maps]


@pytest.fixture
def data():
    return {"lab": Made(), "field": Made(seed=1, scale=1.5)}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(layer_numbers, "AT_ONCE", 5)


def numbered(study, data=None, **options):
    given = {"keep": "shares", "samples": 12, "progress": False, **options}
    return study.attribute("hidden", "all", data=data, **given)


def gradients(net, inputs, unit):
    shown = inputs.clone().requires_grad_()
    net.eval().hidden(net.act(net.conv(shown)))[:, unit].sum().backward()
    return shown.grad


def test_numbers_are_those_of_each_units_gradient(recorded, net, data):
    table = numbered(recorded, data)
    assert list(table["dataset"]) == ["lab", "field"]
    assert list(table["samples"]) == [12, 12]
    assert set(table["state"]) == {"computed"}
    for name in ("lab", "field"):
        found = usual_map_numbers(recorded, "hidden", name)
        own = gradients(net, data[name].inputs[found.positions], 3)
        maps = own.abs().sum(1).numpy()
        np.testing.assert_allclose(found.numbers["map_spread"][:, 3], map_spread(maps), rtol=1e-4)
        np.testing.assert_allclose(found.numbers["map_area"][:, 3], map_area(maps), rtol=1e-4)
        # The finest detail of a haar transform, from sums and differences of four neighbours.
        a, b, c, d = (own[..., row::2, column::2] for row in (0, 1) for column in (0, 1))
        fine = [a + b - c - d, a - b + c - d, a - b - c + d]
        sizes = [(each / 2).abs().sum((1, 2, 3)).numpy() for each in fine]
        whole = sum_of_coefficients(own)
        read = whole > 0
        fine_share = found.numbers["scale_share"][:, 3, 0]
        np.testing.assert_allclose(fine_share[read], sum(sizes)[read] / whole[read], rtol=1e-4)
        assert np.isnan(fine_share[~read]).all()


def sum_of_coefficients(gradient):
    """(sample,) the sum of sizes of all coefficients of a haar transform to level 3."""
    total = 0
    for _ in range(3):
        a, b, c, d = (gradient[..., row::2, column::2] for row in (0, 1) for column in (0, 1))
        for band in (a + b - c - d, a - b + c - d, a - b - c + d):
            total = total + (band / 2).abs().sum((1, 2, 3))
        gradient = (a + b + c + d) / 2
    return (total + gradient.abs().sum((1, 2, 3))).numpy()


def test_scores_read_them_and_no_other_score_is_computed_again(recorded, data, monkeypatch):
    before = recorded.scores("hidden", intervals=True)
    assert before[OF_MAPS].isna().all().all()
    assert before.attrs["undefined"]["scale_level"] == 10
    numbered(recorded, data, samples=40)
    monkeypatch.setattr(stored_estimates, "estimate_units", None)  # so that it fails where it is called
    after = recorded.scores("hidden", intervals=True)
    others = [name for name in before if not name.startswith(tuple(OF_MAPS))]
    assert after[others].equals(before[others])
    known = after["scale_level"].notna()
    assert known.any()
    np.testing.assert_allclose(after["scale_level"], matched_by_prediction(recorded), atol=1e-6)
    assert ((after["scale_level_low"] <= after["scale_level"])[known]).all()
    numbered(recorded, data, seed=1, samples=30)
    assert not recorded.scores("hidden")["scale_level"].equals(after["scale_level"])


def matched_by_prediction(study):
    """(unit,) shifted less reference mean level within each predicted category, weighted as in the reference."""
    sides = []
    for name in ("field", "lab"):
        found = usual_map_numbers(study, "hidden", name)
        predicted = study[name].samples.predictions[found.positions]
        sides.append((predicted, found.numbers["scale_share"].astype(np.float64) @ np.arange(4)))
    (ours, levels), (theirs, of_reference) = sides
    expected = []
    for unit in range(10):
        total = weights = 0.0
        for category in range(4):
            shifted = levels[ours == category, unit]
            reference = of_reference[theirs == category, unit]
            pair = [each[np.isfinite(each)] for each in (shifted, reference)]
            if min(map(len, pair)) >= 5:
                total += (theirs == category).sum() * (pair[0].mean() - pair[1].mean())
                weights += (theirs == category).sum()
        expected.append(total / weights if weights else np.nan)
    return expected


def test_twins_are_compared_over_pairs_that_keep_their_prediction(new_study, data):
    study = new_study()
    twin = Made(scale=1.0)
    twin.inputs = (twin.inputs * 0.6).contiguous()
    twin.fingerprint = lambda: "darker"
    study.record(data["lab"], "lab", layers=["hidden"], reference=True, progress=False)
    study.record(twin, "dark", twins="id", twin_of="lab", progress=False)
    table = numbered(study, {"lab": data["lab"], "dark": twin}).set_index("dataset")
    ours, theirs = (usual_map_numbers(study, "hidden", name) for name in ("dark", "lab"))
    np.testing.assert_array_equal(ours.positions, theirs.positions)
    predicted = [study[name].samples.predictions[ours.positions] for name in ("dark", "lab")]
    kept = predicted[0] == predicted[1]
    assert (table.loc["dark", "pairs"], table.loc["dark", "kept"]) == (12, kept.sum())
    found = study.scores("hidden")["map_spread"]
    apart = ours.numbers["map_spread"] - theirs.numbers["map_spread"]
    pairs = [column[np.isfinite(column)] for column in apart[kept].T]
    expected = [each.mean() if len(each) else np.nan for each in pairs]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
    told = study.scores("hidden", intervals=True)
    changed = [column[np.isfinite(column)] for column in apart[~kept].T]
    others = [each.mean() if len(each) else np.nan for each in changed]
    np.testing.assert_allclose(told["map_spread_changed"], others, rtol=1e-6, atol=1e-9)
    low, high = wilson(int(kept.sum()), 12)
    assert told.attrs["kept"]["dark"] == (
        f"{kept.sum()} of 12 pairs keep their prediction: {100 * kept.mean():.0f} % "
        f"({100 * low:.0f} to {100 * high:.0f}); no test"
    )


def test_an_interrupt_keeps_the_blocks_that_are_done(recorded, data, monkeypatch):
    original, calls = layer_numbers.numbers_of_block, []

    def stopping(*given, **options):
        calls.append(given[3])
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(*given, **options)

    monkeypatch.setattr(layer_numbers, "numbers_of_block", stopping)
    with pytest.raises(KeyboardInterrupt):
        numbered(recorded, data)
    assert usual_map_numbers(recorded, "hidden", "lab") is None
    numbered(recorded, data)
    assert calls == ["lab", "lab", "lab", "lab", "field", "field", "field"]
    variants = recorded.results(kind="map_numbers")["variant"]
    assert list(variants) == ["", ""]  # the blocks are joined
    monkeypatch.undo()
    pieces = usual_map_numbers(recorded, "hidden", "lab")
    recorded.results(kind="map_numbers", remove=True)
    numbered(recorded, data)
    for name, array in usual_map_numbers(recorded, "hidden", "lab").numbers.items():
        np.testing.assert_array_equal(array, pieces.numbers[name], err_msg=name)


def test_what_is_kept_takes_no_model_and_is_stale_after_another_recording(recorded, data):
    numbered(recorded, data)
    opened = ss.open_study(recorded.path)
    assert set(numbered(opened)["state"]) == {"kept"}
    with pytest.raises(BadRequest, match="does not hold the model"):
        numbered(opened, samples=13)
    recorded.record(Made(seed=9), "field", overwrite=True, progress=False)
    assert usual_map_numbers(recorded, "hidden", "field") is None
    assert recorded.scores("hidden")[OF_MAPS].isna().all().all()
    assert "field recorded again" in set(recorded.results(kind="map_numbers")["state"])


def test_no_dataset_is_opened_where_nothing_is_missing(recorded, data, monkeypatch):
    numbered(recorded, data)
    live = recorded.live(data=data)
    monkeypatch.setattr(live, "at_hand", None)  # so that it fails where it is called
    assert set(numbered(live)["state"]) == {"kept"}


def test_a_dry_run_tells_the_price_and_computes_nothing(recorded, data, capsys):
    table = numbered(recorded, data, dry_run=True)
    assert set(table["state"]) == {"to compute"}
    assert "24 forward and 240 backward passes" in capsys.readouterr().err
    assert usual_map_numbers(recorded, "hidden", "lab") is None


def test_the_share_on_a_cues_mask_is_read(new_study):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (48, 16, 16, 3), np.uint8)
    source = ss.dataset((pictures, np.arange(48) % 4), categories=["a", "b", "c", "d"])
    cues = ss.stimuli.cue(source, kind="patch", association=0.9)
    torch.manual_seed(0)
    hidden = nn.Sequential(nn.Flatten(), nn.Linear(6 * 14 * 14, 10), nn.ReLU())
    layers = {"conv": nn.Conv2d(3, 6, 3), "act": nn.ReLU(), "hidden": hidden, "head": nn.Linear(10, 4)}
    study = new_study(nn.Sequential(OrderedDict(layers)))
    data = {name: cues.sets[name] for name in ("neutral", "conflict")}
    for name, twins in (("neutral", None), ("conflict", "id")):
        study.record(data[name], name, layers=["hidden"], twins=twins, progress=False)
    numbered(study, data, samples=8)
    found = study.scores("hidden")["on_mask_share"]
    unit, shares = int(np.flatnonzero(found.notna())[0]), {}
    for name in data:
        positions = usual_map_numbers(study, "hidden", name).positions
        maps = study.attribute(
            "hidden", unit, dataset=name, samples=positions.tolist(), data=data, progress=False
        ).maps
        masks = np.stack([cues.conflict.mask(int(each)) for each in positions])
        whole = np.where(maps.sum((1, 2)) > 0, maps.sum((1, 2)), np.nan)
        shares[name] = (maps * masks).sum((1, 2)) / whole
    predicted = [study[name].samples.predictions[positions] for name in data]
    kept = predicted[0] == predicted[1]
    apart = (shares["conflict"] - shares["neutral"])[kept]
    assert found[unit] != 0
    np.testing.assert_allclose(found[unit], apart[np.isfinite(apart)].mean(), rtol=1e-3)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"keep": "maps"}, "take both"),
        ({"method": "rise"}, "rise gives none: take saliency, smoothgrad"),
        ({"samples": "some"}, "how many samples"),
        ({"low_pass": 3}, "no low_pass"),
        ({"level": 0}, "level 0"),
        ({"n": 3}, "no option 'n'"),
    ],
)
def test_what_cannot_be_asked_is_refused(recorded, data, given, told):
    with pytest.raises(BadRequest, match=told):
        numbered(recorded, data, **given)


def test_a_study_that_is_only_read_and_other_responses_are_refused(recorded, data, monkeypatch):
    live = recorded.live(data=data)
    inputs = live.inputs
    monkeypatch.setattr(live, "inputs", lambda *given: inputs(*given) * 2)
    with pytest.raises(StudyMismatch, match="is the preprocessing the recording's"):
        numbered(live)
    monkeypatch.undo()
    recorded.read_only = True
    with pytest.raises(StudyNotWritable, match="cannot be written to"):
        numbered(recorded, data)
