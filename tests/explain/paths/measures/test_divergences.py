"""Divergences of all pairs against one pair at a time in float64."""

from itertools import pairwise

import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.counting.map_inputs import MapInputs
from shiftscope.explain.paths.counting.path_counts import count_paths
from shiftscope.explain.paths.counting.rules import RULES
from shiftscope.explain.paths.measures.divergences import divergences
from shiftscope.explain.paths.measures.frequencies import Frequencies
from shiftscope.explain.paths.measures.separation import separation

CATEGORIES = 5
SMOOTHINGS = [
    Frequencies(),
    Frequencies(eps=1e-12),
    Frequencies(eps=1e-3),
    Frequencies("jeffreys"),
    Frequencies("none"),
]


@pytest.fixture(params=[0, 1], ids=["all categories", "one without samples"])
def data(request):
    rng = np.random.default_rng(3)
    weight = rng.normal(size=(4, 70)).astype(np.float32)
    bias = rng.normal(size=4).astype(np.float32)
    labels = rng.integers(0 if not request.param else 1, CATEGORIES, 90)
    labels[:7] = -1
    responses = np.maximum(rng.normal(size=(90, 70)) + 0.3 * np.cos(np.outer(labels, np.arange(70))), 0)
    return Counter(weight, bias, RULES["abs_mean"]), MapInputs.of_arrays(responses.astype(np.float16), labels)


def shares(counts, samples, frequencies):
    """(path,) frequency by the definition."""
    counts = counts.ravel().astype(float)
    if frequencies.smoothing == "jeffreys":
        return (counts + 0.5) / (samples + 1)
    plain = counts / samples
    return np.clip(plain, frequencies.eps, 1 - frequencies.eps) if frequencies.smoothing == "clip" else plain


def kl(p, q):
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(p > 0, p * np.log(p / q), 0)
        second = np.where(p < 1, (1 - p) * np.log((1 - p) / (1 - q)), 0)
    return float((first + second).mean())


def rows(counter, entering, frequencies):
    """Frequencies of each category, None without samples, and of all."""
    found = []
    for category in range(CATEGORIES):
        chosen = entering.responses[entering.labels == category]
        found.append(shares(counter.count(chosen), len(chosen), frequencies) if len(chosen) else None)
    known = entering.responses[entering.labels >= 0]
    return [*found, shares(counter.count(known), len(known), frequencies)]


@pytest.mark.parametrize("frequencies", SMOOTHINGS, ids=str)
@pytest.mark.parametrize("paths", [1, 150, 10_000])
def test_every_pair_is_that_of_the_definition(data, frequencies, paths, monkeypatch):
    monkeypatch.setattr("shiftscope.explain.paths.measures.divergences.AT_ONCE", paths)
    counter, entering = data
    found = divergences(count_paths(counter, entering, CATEGORIES), frequencies)
    each = rows(counter, entering, frequencies)
    for a, p in enumerate(each):
        for b, q in enumerate(each):
            expected = np.nan if p is None or q is None else kl(p, q)
            np.testing.assert_allclose(found.kl[a, b], expected, rtol=2e-6, atol=1e-9, err_msg=f"{a}, {b}")
            if p is not None and q is not None and frequencies.smoothing == "none":
                infinite = ((q == 0) & (p > 0)) | ((q == 1) & (p < 1))
                assert found.infinite[a, b] == infinite.sum()
    assert (np.diag(found.kl)[[p is not None for p in each]] == 0).all()


@pytest.mark.parametrize("frequencies", SMOOTHINGS, ids=str)
def test_two_datasets_are_compared_as_one_with_itself(data, frequencies):
    counter, entering = data
    shifted = MapInputs.of_arrays(entering.responses * np.float16(0.5) + np.float16(0.1), entering.labels)
    here, there = (count_paths(counter, each, CATEGORIES) for each in (entering, shifted))
    found = divergences(here, frequencies, there).kl
    ours, theirs = rows(counter, entering, frequencies), rows(counter, shifted, frequencies)
    for a, p in enumerate(ours):
        for b, q in enumerate(theirs):
            expected = np.nan if p is None or q is None else kl(p, q)
            np.testing.assert_allclose(found[a, b], expected, rtol=2e-6, atol=1e-9)


@pytest.mark.parametrize("frequencies", SMOOTHINGS, ids=str)
def test_the_mean_needs_no_pairs(data, frequencies):
    counter, entering = data
    matrix = divergences(count_paths(counter, entering, CATEGORIES), frequencies).kl[:-1, :-1]
    pairs = matrix[~np.eye(CATEGORIES, dtype=bool) & ~np.isnan(matrix)]
    found = separation(counter, entering, CATEGORIES, frequencies)
    np.testing.assert_allclose(found.mean_kl, pairs.mean(), rtol=2e-6)


def test_entropy_density_and_histogram_are_those_of_the_frequencies(data):
    counter, entering = data
    found = separation(counter, entering, CATEGORIES, Frequencies())
    for row, p in enumerate(rows(counter, entering, Frequencies("none"))):
        if p is None:
            assert np.isnan([found.entropy[row], found.density[row], found.rare[row]]).all()
            assert not found.histogram[row].any()
            continue
        inside = p[(p > 0) & (p < 1)]
        entropy = -(inside * np.log(inside) + (1 - inside) * np.log(1 - inside)).sum() / len(p)
        np.testing.assert_allclose(found.entropy[row], entropy)
        np.testing.assert_allclose(found.density[row], p.mean())
        np.testing.assert_allclose(found.rare[row], (p < 0.05).mean())
        np.testing.assert_allclose(found.frequent[row], (p > 0.95).mean())
        assert found.histogram[row].sum() == len(p)
        edges = np.linspace(0, 1, 51)
        expected = [((p >= a) & (p < b)).sum() for a, b in pairwise(edges)]
        expected[-1] += (p == 1).sum()
        np.testing.assert_allclose(found.histogram[row], expected, atol=3)  # shares on an edge, by rounding
        assert found.histogram[row][0] >= (p == 0).sum()


def test_counts_of_halves_merge_into_those_of_the_whole(data):
    counter, entering = data
    half = np.arange(len(entering.labels)) % 2 == 0
    parts = [
        count_paths(counter, MapInputs.of_arrays(entering.responses[keep], entering.labels[keep]), CATEGORIES)
        for keep in (half, ~half)
    ]
    whole, merged = count_paths(counter, entering, CATEGORIES), parts[0].merge(parts[1])
    np.testing.assert_array_equal(merged.samples, whole.samples)
    np.testing.assert_array_equal(merged.whole, whole.whole)
    swapped = parts[1].merge(parts[0])
    np.testing.assert_array_equal(swapped.whole, whole.whole)


def test_counts_that_do_not_fit_into_memory_lie_in_a_file(data, monkeypatch):
    counter, entering = data
    plain = count_paths(counter, entering, CATEGORIES)
    monkeypatch.setattr("shiftscope.explain.paths.counting.path_counts.IN_MEMORY", 0)
    monkeypatch.setattr("shiftscope.explain.paths.counting.map_inputs.AT_ONCE", 20)
    filed = count_paths(counter, entering, CATEGORIES)
    assert isinstance(filed.counts, np.memmap)
    np.testing.assert_array_equal(filed.whole, plain.whole)


def test_many_samples_of_a_category_are_counted_in_wider_numbers():
    counter = Counter(np.array([[1.0, -1.0]], np.float32), None, RULES["abs_mean"])
    entering = MapInputs.of_arrays(
        np.tile(np.array([[3.0, 1.0]], np.float16), (70_000, 1)), np.zeros(70_000, int)
    )
    counts = count_paths(counter, entering, 1)
    np.testing.assert_array_equal(counts.whole, [[[70_000, 0]]])


@pytest.mark.parametrize("categories", [0, 1])
def test_fewer_than_two_categories_have_no_mean(categories):
    counter = Counter(np.ones((2, 3), np.float32), None, RULES["abs_mean"])
    responses, labels = np.eye(3, dtype=np.float16)[:categories], np.zeros(categories, int)
    found = separation(counter, MapInputs.of_arrays(responses, labels), 2, Frequencies())
    assert np.isnan(found.mean_kl)
    matrix = divergences(count_paths(counter, MapInputs.of_arrays(responses, labels), 2), Frequencies()).kl
    assert np.isnan(matrix[1]).all()
    assert np.isnan(matrix[0, 0]) != bool(categories)


def test_resampling_keeps_the_size_of_each_category_and_shuffling_the_samples(data):
    _, entering = data
    rng = np.random.default_rng(0)
    for other in (entering.resampled(rng), entering.shuffled(rng)):
        np.testing.assert_array_equal(other.samples(CATEGORIES), entering.samples(CATEGORIES))
    drawn = entering.resampled(rng)
    assert len(np.unique(drawn.order)) < len(drawn.order)
    assert set(drawn.order) <= set(entering.order)
    shuffled = entering.shuffled(rng)
    assert (shuffled.labels != entering.labels).any()
    assert sorted(shuffled.order) == sorted(entering.order)


def test_odd_frequencies_are_refused():
    with pytest.raises(BadRequest, match="smoothing='laplace'; it can be 'clip', 'jeffreys', 'none'"):
        Frequencies("laplace")
    with pytest.raises(BadRequest, match=r"eps=0\.5"):
        Frequencies(eps=0.5)


def test_a_disk_without_room_is_told_before_counting(data, monkeypatch):
    counter, entering = data
    monkeypatch.setattr("shiftscope.explain.paths.counting.path_counts.IN_MEMORY", 0)

    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full, raising=False)
    with pytest.raises(BadRequest, match="there is no room: No space left on device"):
        count_paths(counter, entering, CATEGORIES)
