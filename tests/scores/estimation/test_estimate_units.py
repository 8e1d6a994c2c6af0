"""Estimates against slow loops over resampled datasets, and against the truth they estimate."""

import numpy as np
import pytest
from scipy import stats

from shiftscope.arrays import NO_LABEL
from shiftscope.scores.estimation import estimate_units as module
from shiftscope.scores.estimation import resampled_dataset
from shiftscope.scores.estimation.estimate_units import estimate_units
from shiftscope.scores.estimation.resampled_dataset import SPLITS, ResampledDataset
from shiftscope.scores.estimation.stored_estimates import NUMBERS
from shiftscope.scores.score import unit_scores
from shiftscope.statistics import rank_correlation
from shiftscope.statistics.bootstrap import interval
from shiftscope.store.twins import Twins

CATEGORIES, UNITS = 4, 5
OF_RESPONSES = ("shift_auroc", "wasserstein", "rate_change")


@pytest.fixture
def sets():
    """Responses, labels and predictions of two datasets, with unlabelled and skipped samples among them."""
    rng = np.random.default_rng(0)
    means = {"lab": rng.random((CATEGORIES, UNITS)) * 2, "field": rng.random((CATEGORIES, UNITS)) * 1.5}
    sizes = {"lab": 80, "field": 120}
    labels = {name: rng.integers(0, CATEGORIES, size) for name, size in sizes.items()}
    responses = {
        name: np.maximum(means[name][own] + rng.normal(-0.3, 0.6, (len(own), UNITS)), 0).astype(np.float32)
        for name, own in labels.items()
    }
    predictions = {
        name: np.where(rng.random(len(own)) < 0.7, own, rng.integers(0, CATEGORIES, len(own)))
        for name, own in labels.items()
    }
    for name in sizes:
        labels[name][::9] = NO_LABEL
        predictions[name][4::13] = NO_LABEL
    return responses, labels, predictions


@pytest.fixture
def study(written, sets):
    responses, labels, predictions = sets
    rng = np.random.default_rng(1)
    head = (rng.normal(size=(CATEGORIES, UNITS)).astype(np.float32), np.zeros(CATEGORIES, np.float32))
    # Several shards, so that top samples and sums come merged.
    return written(
        responses, labels, predictions=predictions, categories=CATEGORIES, head=head, shard_samples=50
    )


def expanded(drawn, draw, sets, name):
    """Rows of a resample written out one by one."""
    rows = np.repeat(drawn.order, drawn.draws[draw].astype(int))
    return (array[name][rows] for array in sets)


def slow(ours, theirs):
    """Every score of summaries of two resamples, by its formula."""
    means, largest = [], []
    for responses, labels, _ in (ours, theirs):
        means.append(np.stack([responses[labels == c].mean(axis=0) for c in range(CATEGORIES)]))
        largest.append(responses.max(axis=0))
    scale = [np.array([np.median(u[u != 0]) for u in full.T]) for full in slow.responses]
    profiles = [mean / largest[1] for mean in means]
    rho = np.array([stats.spearmanr(*(mean[:, u] for mean in means)).statistic for u in range(UNITS)])
    strongest = means[0].max(axis=0)
    rest = (means[0].sum(axis=0) - strongest) / (CATEGORIES - 1)
    return {
        "activation_ratio": largest[0] / largest[1],
        "novelty": profiles[1].max(axis=0) - profiles[0].max(axis=0),
        "novelty_matched": profiles[1].max(axis=0) - (profiles[0] * scale[1] / scale[0]).max(axis=0),
        "spurious": 1 - np.abs(rho),
        "profile_correlation": rho,
        "selectivity": (strongest - rest) / (strongest + rest),
        "profile_entropy": stats.entropy(means[0], base=2),
    }


def slow_expectation(drawn, sets):
    """(unit,) correlation that sampling alone leaves, and p of equal means, from halves written out one by one."""
    responses, labels, _ = (array[drawn[1].recording.name][drawn[1].order] for array in sets)
    responses = responses.astype(np.float64)
    between = []
    for half in drawn[1].halves[:SPLITS] == 1:
        first, second = (
            np.stack([responses[own & (labels == c)].mean(axis=0) for c in range(CATEGORIES)])
            for own in (half, ~half)
        )
        between.append([stats.spearmanr(first[:, u], second[:, u]).statistic for u in range(UNITS)])
    counts = [np.bincount(d.labels[d.labels >= 0], minlength=CATEGORIES) for d in drawn]
    halves = np.concatenate([counts[1] // 2, counts[1] - counts[1] // 2])
    noise = (1 / np.mean(between, axis=0) - 1) / np.mean(1 / halves)
    kept = [1 + noise * np.mean(1 / each) for each in counts]
    p = stats.f_oneway(*(responses[labels == c] for c in range(CATEGORIES)), axis=0).pvalue
    return 1 / np.sqrt(kept[0] * kept[1]), p


def test_scores_of_summaries_equal_those_of_resamples_written_out(study, sets):
    resamples = 20
    drawn = [
        ResampledDataset(study[name], "layer", resamples, np.random.default_rng([0, side]), splits=(0, 2))
        for side, name in enumerate(("field", "lab"))
    ]
    slow.responses = [sets[0][d.recording.name][d.order] for d in drawn]
    names = ("field", "lab")
    observed = slow(*([array[n][d.order] for array in sets] for d, n in zip(drawn, names, strict=True)))
    resampled = [
        slow(*(list(expanded(d, r, sets, n)) for d, n in zip(drawn, names, strict=True)))
        for r in range(resamples)
    ]
    found = estimate_units([study["field"]], study["lab"], "layer", resamples=resamples)[0]
    of_summaries = {name for name, score in unit_scores.items() if not (score.of_samples or score.of_maps)}
    assert observed.keys() == of_summaries
    expected, p = slow_expectation(drawn, sets)
    assert (p > 0.05).sum() == 1  # a flat unit, of whose order nothing is known
    correlations = np.stack([r["profile_correlation"] for r in resampled])
    moved = correlations + observed["profile_correlation"] - correlations.mean(axis=0)
    corrected = np.clip(moved / expected, -1, 1)
    for name, value in observed.items():
        again = {"profile_correlation": corrected, "spurious": 1 - np.abs(corrected)}.get(
            name, np.stack([r[name] for r in resampled])
        )
        np.testing.assert_allclose(found[name].value, value, rtol=1e-5, err_msg=name)
        low, high = interval(again, 0.95)
        if unit_scores[name].reads == "rank correlation":
            low, high = (
                np.where(p > 0.05, end, e)
                for end, e in zip(unit_scores[name].within, (low, high), strict=True)
            )
        np.testing.assert_allclose(
            found[name].low, np.minimum(low, value), rtol=1e-4, atol=1e-5, err_msg=name
        )
        np.testing.assert_allclose(
            found[name].high, np.maximum(high, value), rtol=1e-4, atol=1e-5, err_msg=name
        )
        if unit_scores[name].reads == "rank correlation":
            np.testing.assert_allclose(found[name].flat_p, p, rtol=1e-4)
            assert np.isfinite(found[name].floor).all()
        else:
            assert found[name].floor is None


def test_influences_move_a_score_as_resamples_written_out_do(study, sets):
    resamples = 400
    drawn = [
        ResampledDataset(study[name], "layer", resamples, np.random.default_rng([0, side]))
        for side, name in enumerate(("field", "lab"))
    ]
    values = {name: np.empty((resamples, UNITS)) for name in OF_RESPONSES}
    for draw in range(resamples):
        shifted, reference = (next(expanded(d, draw, sets, d.recording.name)) for d in drawn)
        above = stats.mannwhitneyu(shifted, reference, axis=0, method="asymptotic").statistic
        values["shift_auroc"][draw] = above / (len(shifted) * len(reference))
        for u in range(UNITS):
            own, other = shifted[:, u], reference[:, u]
            values["wasserstein"][draw, u] = stats.wasserstein_distance(own, other) / other.std(dtype=float)
            values["rate_change"][draw, u] = (own > 0).mean() - (other > 0).mean()
    found = estimate_units([study["field"]], study["lab"], "layer", resamples=resamples)[0]
    for name, resampled in values.items():
        low, high = interval(resampled, 0.95)
        width = high - low
        tolerance = {"rate_change": 1e-4, "shift_auroc": 0.05, "wasserstein": 0.25}[name] * width
        assert (np.abs(found[name].low - low) <= tolerance + 1e-6).all(), name
        assert (np.abs(found[name].high - high) <= tolerance + 1e-6).all(), name


def test_intervals_hold_what_they_estimate_as_often_as_they_say(written):
    """Each of 400 units is one experiment on normal responses, of which the truth is known."""
    rng, units, moved = np.random.default_rng(0), 400, 0.4
    labels = {"lab": np.repeat(np.arange(2), 150), "field": np.repeat(np.arange(2), 100)}
    responses = {"lab": rng.normal(0, 1, (300, units)), "field": rng.normal(moved, 1, (200, units))}
    study = written({n: r.astype(np.float32) for n, r in responses.items()}, labels, categories=2)
    found = estimate_units([study["field"]], study["lab"], "layer")[0]
    truth = {
        "shift_auroc": stats.norm.cdf(moved / np.sqrt(2)),
        "wasserstein": moved,
        "rate_change": stats.norm.cdf(moved) - 0.5,
    }
    for name, value in truth.items():
        held = (found[name].low <= value) & (value <= found[name].high)
        # Two standard errors of a share of 400 are 0.022; percentiles of 200 resamples are a little narrow.
        assert 0.91 <= held.mean() <= 0.975, (name, held.mean())


def test_samples_that_were_skipped_are_in_no_score(written, study, sets):
    responses, labels, predictions = ({n: a[n][sets[2][n] != NO_LABEL] for n in a} for a in sets)
    without = written(responses, labels, predictions=predictions, categories=CATEGORIES, name="without")
    for name, estimate in estimate_units([study["field"]], study["lab"], "layer", head=study.head)[0].items():
        other = estimate_units([without["field"]], without["lab"], "layer", head=study.head)[0][name]
        np.testing.assert_allclose(estimate.value, other.value, rtol=1e-6, err_msg=name)


def test_units_read_in_runs_get_what_they_get_at_once(study, monkeypatch):
    whole = estimate_units([study["field"]], study["lab"], "layer", head=study.head)[0]
    monkeypatch.setattr(module, "NUMBERS_AT_ONCE", 1)
    for name, estimate in estimate_units([study["field"]], study["lab"], "layer", head=study.head)[0].items():
        for part in ("value", "low", "high"):
            np.testing.assert_allclose(
                getattr(estimate, part), getattr(whole[name], part), rtol=1e-5, atol=1e-6
            )
        if estimate.q is not None:
            np.testing.assert_allclose(estimate.q, stats.false_discovery_control(whole[name].p))


def test_the_same_seed_gives_the_same_and_another_does_not(study):
    one, same, other = (
        estimate_units([study["field"]], study["lab"], "layer", seed=seed)[0]["novelty"].low
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_dataset_compared_with_itself_has_the_scores_of_one_dataset(study):
    for name, estimate in estimate_units([study["lab"]], study["lab"], "layer", head=study.head)[0].items():
        assert np.isnan(estimate.value).all() == unit_scores[name].compares, name
        assert np.isnan(estimate.low).all() == unit_scores[name].compares, name


def test_without_single_responses_scores_of_summaries_stay_without_intervals(written, study, sets):
    responses, labels, predictions = sets
    summed = written(
        responses,
        labels,
        predictions=predictions,
        categories=CATEGORIES,
        keep={"field": "summaries"},
        name="summed",
    )
    whole = estimate_units([study["field"]], study["lab"], "layer")[0]
    for name, estimate in estimate_units([summed["field"]], summed["lab"], "layer")[0].items():
        gone = unit_scores[name].of_samples or name == "novelty_matched"
        expected = np.full(UNITS, np.nan) if gone else whole[name].value
        np.testing.assert_allclose(estimate.value, expected, err_msg=name)
        assert np.isnan(estimate.low).all()
        assert np.isnan(estimate.high).all()


def test_a_dead_unit_is_undefined_or_zero_and_never_poisons_others(written):
    rng = np.random.default_rng(0)
    responses = {name: rng.random((40, 3)).astype(np.float32) for name in ("lab", "field")}
    for own in responses.values():
        own[:, 1] = 0
    labels = {name: np.arange(40) % 4 for name in responses}
    study = written(responses, labels, categories=4)
    rows = np.arange(40)
    twins = [Twins(rows, rows, rows)]
    for name, estimate in estimate_units([study["field"]], study["lab"], "layer", twins=twins)[0].items():
        if name != "blame":
            assert np.isfinite(estimate.value[[0, 2]]).all(), name
            assert np.isfinite(estimate.low[[0, 2]]).all(), name
        alive = name in ("rate_change", "shift_auroc") or unit_scores[name].of_twins
        np.testing.assert_array_equal(estimate.value[1], unit_scores[name].null if alive else np.nan)
        if estimate.q is not None:
            assert np.isnan(estimate.q[1])


def test_without_labels_the_scores_of_responses_are_there(written):
    rng = np.random.default_rng(0)
    responses = {name: rng.random((30, 2)).astype(np.float32) for name in ("lab", "field")}
    labels = {"lab": np.arange(30) % 3, "field": np.full(30, NO_LABEL)}
    study = written(responses, labels, categories=3)
    found = estimate_units([study["field"]], study["lab"], "layer")[0]
    assert np.isnan(found["novelty"].value).all()
    for name in (*OF_RESPONSES, "activation_ratio"):
        assert np.isfinite(found[name].low).all()


def test_datasets_scored_together_get_what_each_gets_alone(written, study, sets, monkeypatch):
    """To the last bit: also one without a category, one that is the reference itself, one that keeps only summaries,
    and by the compiled code, whatever part of the datasets and of the units is in memory at once."""
    responses, labels, predictions = sets
    rng = np.random.default_rng(2)
    for name, size in {"night": 90, "fog": 120, "snow": 70}.items():
        labels[name] = rng.integers(0, CATEGORIES - (name == "fog"), size)
        predictions[name] = rng.integers(0, CATEGORIES, size)
        responses[name] = rng.random((size, UNITS)).astype(np.float32)
    keep = {"snow": "summaries"}
    several = written(
        responses,
        labels,
        predictions=predictions,
        categories=CATEGORIES,
        head=(study.head.weight, study.head.bias),
        keep=keep,
        name="all",
    )
    names = ["field", "lab", "night", "fog", "snow"]

    def score(*chosen):
        return estimate_units(
            [several[name] for name in chosen], several["lab"], "layer", head=several.head, resamples=20
        )

    def assert_alike():
        apart = [score(name)[0] for name in names]
        for together in (score(*names), score(*names[::-1])[::-1]):
            for name, found, alone in zip(names, together, apart, strict=True):
                of_maps = {name for name, score in unit_scores.items() if score.of_maps}
                assert found.keys() == alone.keys() == set(unit_scores) - of_maps
                for of, estimate in found.items():
                    for part in NUMBERS:
                        parts = getattr(estimate, part), getattr(alone[of], part)
                        assert (parts[0] is None) == (parts[1] is None)
                        if parts[0] is not None:
                            np.testing.assert_array_equal(*parts, err_msg=f"{name}, {of}, {part}")

    assert np.isfinite(score("field")[0]["blame"].low).all()
    assert_alike()
    monkeypatch.setattr(module, "DATASETS_AT_ONCE", 2)
    monkeypatch.setattr(module, "NUMBERS_AT_ONCE", 400)  # of each dataset's own block
    assert_alike()
    for threshold in (resampled_dataset, rank_correlation):
        monkeypatch.setattr(threshold, "WORTH_COMPILED", 1)
    assert_alike()


def test_progress_counts_the_units_of_each_dataset(study):
    told = []
    estimate_units([study["field"], study["lab"]], study["lab"], "layer", advance=told.append)
    assert sum(told) == 2 * UNITS


def test_formulas_over_parts_of_the_resamples_give_what_they_give_at_once(study, monkeypatch):
    [whole] = estimate_units([study["field"]], study["lab"], "layer", head=study.head)
    monkeypatch.setattr(module, "CACHED", 1)
    [found] = estimate_units([study["field"]], study["lab"], "layer", head=study.head)
    for name, estimate in found.items():
        for part in ("value", "low", "high"):
            np.testing.assert_array_equal(getattr(estimate, part), getattr(whole[name], part))
