"""Doses of units whose fall is planted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from scipy.stats import false_discovery_control, norm
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.dose.dose import dose_of
from shiftscope.explain.dose.ladder import ladder_of, ladders_of
from shiftscope.explain.dose.stored_doses import break_along, has_dose, stored_dose
from tests.conftest import copied

RUNGS = (0, 0.1, 0.2, 0.4, 0.6, 0.8)
HALVES = np.array([0.05, 0.24, 0.5, 0.79, 0.9, 0.3])
REST, SELECTIVE = 0.5, 1.0
CATEGORIES = 4


def left(strength):
    """(unit,) share of the selective response, a line that is at one half at `HALVES`."""
    return 1 - strength / (2 * HALVES)


def inputs(strength, labels, rng=None, noise=0.0):
    """(sample, unit): unit u prefers category u modulo 4; the last one responds alike to all."""
    preferred = np.arange(len(HALVES)) % CATEGORIES
    own = labels[:, None] == preferred
    own[:, -1] = False
    made = 10 + REST + SELECTIVE * own * left(strength)
    return (made + (0 if rng is None else rng.normal(size=made.shape) * noise)).astype(np.float32)


def units_net(units):
    """A layer "0" whose responses are the inputs, and always the same weights."""
    torch.manual_seed(0)
    return nn.Sequential(nn.ReLU(), nn.Linear(units, CATEGORIES))


def planted(folder, *, each=5, noise=0.0, **options):
    study = ss.Study.create(folder / "planted.study", units_net(len(HALVES)), tuple("abcd"))
    labels, rng = np.repeat(np.arange(CATEGORIES), each), np.random.default_rng(0)
    for strength in RUNGS:
        groups = {"kind": "fade", "severity": strength} if strength else None
        data = inputs(strength, labels, rng, noise)
        study.record(
            (data, labels),
            f"fade {strength}" if strength else "plain",
            layers=["0"],
            groups=groups,
            progress=False,
            **{"stored_as": "float32", "check_range": False, **options},
        )
    return study


@pytest.fixture(scope="module")
def _exact_once(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("exact")).path


@pytest.fixture
def exact(_exact_once, tmp_path):
    """A study without noise, for a test to change."""
    return copied(_exact_once, tmp_path, units_net(len(HALVES)))


def test_half_strengths_of_lines_are_exact_and_what_is_not_reached_is_censored(exact):
    table = exact.dose("kind fade", layer="0", progress=False)
    assert list(table["preferred"]) == list("abcdaa")
    np.testing.assert_allclose(table["half_strength"][:4], HALVES[:4], atol=1e-5)
    assert np.isinf(table["half_strength"][4])
    assert np.isnan(table["half_strength"][5])
    assert list(table["censored"]) == [False] * 4 + [True, False]
    # a line's mean height is that in its middle
    np.testing.assert_allclose(table["area"][:5], left(0.4)[:5], atol=1e-5)
    assert list(table["trend"][:5]) == [-1] * 5
    assert table.attrs["ladder"] == {"plain": 0, **{f"fade {s}": s for s in RUNGS[1:]}}
    assert table["q"].isna().all()  # nobody says that the samples are the same


def test_every_way_to_name_a_group_finds_the_ladder(exact):
    (ladder,) = ladders_of(exact)
    assert ladder.rungs == ladder_of(exact, "fade").rungs == ladder_of(exact, exact.groups[0]).rungs
    assert (ladder.source, ladder.variable, ladder.called) == ("plain", "severity", "kind fade")
    with pytest.raises(NotInStudy, match="no group is called 'fad'; closest: 'kind fade'"):
        exact.dose("fad")


def test_a_group_that_is_no_ladder_is_refused(exact):
    exact.describe("fade 0.1", groups={"severity": "a little"})
    with pytest.raises(BadRequest, match="has no order"):
        exact.dose("kind fade")
    for name in list(exact)[1:]:
        exact.describe(
            name,
            groups={
                "severity": "" if name != "fade 0.2" else 1,
                "kind": "" if name != "fade 0.2" else "fade",
            },
        )
    with pytest.raises(BadRequest, match="has 2 datasets, its start among them; a dose needs 3"):
        exact.dose("kind fade")
    with pytest.raises(BadRequest, match=r"level=1; it lies between 0 and 1"):
        exact.dose("kind fade", level=1)


def test_a_group_with_its_own_zero_starts_there(exact):
    exact.describe("plain", groups={"kind": "fade", "severity": 0})
    assert ladder_of(exact, "fade").rungs == dict.fromkeys(["plain"], 0) | {f"fade {s}": s for s in RUNGS[1:]}


def test_intervals_hold_the_truth_as_often_as_they_should_and_censoring_stays(new_study):
    units, each, truth = 128, 30, 0.24
    study = new_study(units_net(2 * units), tuple("abcd"))
    labels, rng = np.repeat(np.arange(CATEGORIES), each), np.random.default_rng(3)
    own = (labels[:, None] == np.arange(2 * units) % CATEGORIES).astype(float)
    for strength in RUNGS:
        fall = np.where(np.arange(2 * units) < units, 1 - strength / (2 * truth), 1 - strength / 4)
        data = (8 + own * fall + rng.normal(size=own.shape) * 0.35).astype(np.float32)
        groups = {"severity": strength} if strength else None
        study.record((data, labels), f"s{strength}", layers=["0"], groups=groups, progress=False)
    table = study.dose("severity", layer="0", progress=False)
    reached, kept = table[:units], table[units:]
    assert abs(reached["half_strength"].mean() - truth) < 0.01
    assert 0.85 < ((reached["low"] <= truth) & (truth <= reached["high"])).mean() <= 1
    assert 0.05 < (reached["high"] - reached["low"]).mean() < 0.2
    assert kept["censored"].mean() > 0.95
    assert np.isinf(kept["high"]).all()
    assert ((table["low"] <= table["half_strength"]) & (table["half_strength"] <= table["high"])).all()


def test_summaries_alone_give_the_curves_without_intervals_and_parts_merge(tmp_path):
    whole = planted(tmp_path / "whole", each=9, noise=0.3)
    expected = dose_of(whole, ladder_of(whole, "fade"), "0", level=0.5)
    parts = planted(tmp_path / "parts", each=9, noise=0.3, keep="summaries", shard_samples=7)
    found = dose_of(parts, ladder_of(parts, "fade"), "0", level=0.5)
    for name in ("preferred", "mean", "own", "rest"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-6)
    np.testing.assert_allclose(found.half[:5], expected.half[:5], rtol=1e-5)
    np.testing.assert_allclose(found.area[:5], expected.area[:5], rtol=1e-5)
    assert np.isnan(found.half_low).all()
    assert np.isnan(found.area_high).all()
    assert not len(found.losses)
    assert np.isfinite(expected.half_low[:4]).all()


def test_a_ladder_without_labels_has_a_trend_and_its_q(new_study):
    rng = np.random.default_rng(0)
    net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(588, 2))
    study = new_study(net, ("a", "b"))
    data = ss.dataset(rng.random((20, 1, 16, 16), np.float32))
    study.sweep(data, "brightness", strengths=[0.2, 0.6], layers=["1"], stored_as="float32", progress=False)
    table = study.dose("brightness", progress=False)
    rungs = np.stack([study[name].responses("1")[:] for name in table.attrs["ladder"]]).astype(np.float64)
    size = rungs[2] - rungs[0]  # ranks -1, 0, 1
    spread = ((rungs - rungs.mean(axis=0)) ** 2).sum(axis=(0, 1))  # 2 / (3 - 1) times this
    p = 2 * norm.sf(np.abs(size.sum(axis=0)) / np.sqrt(spread))
    np.testing.assert_allclose(table["q"], false_discovery_control(p), rtol=1e-6)
    assert list(table["trend"]) == list(np.sign(size.mean(axis=0)))
    assert table[["half_strength", "area"]].isna().all(axis=None)


def test_a_median_half_strength_takes_more_than_half_of_the_units(exact):
    dose = stored_dose(exact, ladder_of(exact, "kind fade"), "0")  # four of five measured units reach it
    assert dose.median_half == pytest.approx(0.5, abs=1e-5)
    of_two = dataclasses.replace(dose, half=np.array([0.2, np.inf]))
    assert dataclasses.replace(of_two, half=np.array([0.2, 0.4, np.inf])).median_half == 0.4
    assert of_two.median_half == np.inf


def test_a_dose_is_kept_and_another_level_beside_it(tmp_path):
    study = planted(tmp_path, noise=0.1)
    ladder = ladder_of(study, "fade")
    assert not has_dose(study, ladder, "0")
    first = stored_dose(study, ladder, "0")
    assert has_dose(study, ladder, "0")
    again = stored_dose(ss.open_study(study.path), ladder, "0")
    for name in ("half", "half_low", "area", "losses"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))
    assert stored_dose(study, ladder, "0", level=0.9).half[1] < first.half[1]
    table = study.results(kind="doses")
    assert list(table["state"]) == ["fresh", "fresh"]
    assert not has_dose(study, ladder, "0", level=0.8)


def test_the_layer_where_it_breaks_is_named(tmp_path):
    study = planted(tmp_path, noise=0.05)
    found = break_along(study, ladder_of(study, "fade"))
    assert (found.layer, found.shares) == ("0", {"0": 1.0})


def test_shares_above_half_fall_along_the_ladder(exact):
    dose = dose_of(exact, ladder_of(exact, "fade"), "0", level=0.5)
    # of .05 .24 .5 .79 .9 those beyond each rung
    np.testing.assert_allclose(dose.above_half(0.5), [1, 0.8, 0.8, 0.6, 0.4, 0.2])
    assert dose.median_half == pytest.approx(0.5, abs=1e-5)
    assert dose.loss == pytest.approx(1 - left(0.4)[2], abs=1e-5)
