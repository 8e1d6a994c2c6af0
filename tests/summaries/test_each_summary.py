"""Each summary against a slow plain computation."""

import numpy as np
import pytest

from shiftscope.errors import StudyDamaged
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.histograms import BINS, Histograms
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.summaries.summary import Block, from_arrays
from shiftscope.summaries.top_samples import KEPT, TopSamples


def block(responses, labels=None, positions=None, categories=3):
    responses = np.asarray(responses, np.float32)
    labels = np.zeros(len(responses), np.int64) if labels is None else np.asarray(labels, np.int64)
    positions = np.arange(len(responses)) if positions is None else np.asarray(positions, np.int64)
    return Block(responses, positions, labels, categories)


def test_maxima_of_no_samples_are_missing_not_zero():
    empty = Maxima.of(block(np.empty((0, 2))))
    assert np.isnan(empty.largest).all()
    silent = Maxima.of(block([[0.0, -1.0]]))
    np.testing.assert_array_equal(silent.largest, [0.0, -1.0])
    np.testing.assert_array_equal(empty.merge(silent).largest, [0.0, -1.0])


def test_an_extreme_of_minus_zero_is_zero():
    """Whichever comes first: -0.0 and 0.0 are equal, and would be different bytes."""
    for column in ([-0.0], [-0.0, 0.0], [0.0, -0.0]):
        maxima = Maxima.of(block(np.array(column)[:, None]))
        assert not np.signbit([maxima.largest, maxima.smallest]).any()


def test_moments_by_hand():
    moments = Moments.of(block([[1.0, 0.0], [3.0, -2.0]]))
    np.testing.assert_array_equal(moments.mean(), [2.0, -1.0])
    np.testing.assert_array_equal(moments.squares, [10.0, 4.0])
    np.testing.assert_array_equal(moments.firing_rate(), [1.0, 0.0])
    assert np.isnan(Moments.of(block(np.empty((0, 2)))).mean()).all()


def test_a_category_without_samples_has_no_mean_and_unlabelled_samples_no_category():
    sums = CategorySums.of(block([[1.0], [3.0], [100.0]], labels=[2, 2, -1]))
    np.testing.assert_array_equal(sums.count, [0, 0, 2])
    np.testing.assert_array_equal(sums.means(), [[np.nan], [np.nan], [2.0]])


def test_category_sums_equal_a_loop():
    rng = np.random.default_rng(1)
    responses, labels = rng.normal(size=(500, 7)).astype(np.float32), rng.integers(-1, 3, 500)
    sums = CategorySums.of(block(responses, labels))
    for c in range(3):
        np.testing.assert_allclose(
            sums.total[c], responses[labels == c].astype(float).sum(axis=0), rtol=1e-12
        )


def test_top_samples_equal_a_full_sort_with_ties_by_position():
    rng = np.random.default_rng(2)
    responses = rng.integers(-3, 4, (700, 5)).astype(np.float32) / 2  # many ties, both signs
    top = TopSamples.of(block(responses))
    for unit in range(5):
        expected = sorted(range(700), key=lambda i: (-responses[i, unit], i))[:KEPT]
        np.testing.assert_array_equal(top.position[:, unit], expected)
        np.testing.assert_array_equal(top.response[:, unit], responses[expected, unit])


def test_fewer_samples_than_ranks_leave_the_last_ranks_empty():
    top = TopSamples.of(block([[5.0], [-7.0]], positions=[10, 3]))
    np.testing.assert_array_equal(top.position[:3, 0], [10, 3, -1])
    np.testing.assert_array_equal(top.response[:3, 0], [5.0, -7.0, np.nan])


def test_minus_zero_and_zero_are_one_response():
    top = TopSamples.of(block([[0.0], [-0.0], [0.0]]))
    np.testing.assert_array_equal(top.position[:3, 0], [0, 1, 2])


def test_places_follow_their_samples_and_what_one_part_does_not_know_stays_unknown():
    first, second = (
        TopSamples.of(block([[1.0], [3.0]])),
        TopSamples.of(block([[2.0], [4.0]], positions=[2, 3])),
    )
    known = first.placed({"position": np.array([[1], [0]]), "token": np.array([[5], [6]])})
    for merged in (known.merge(second), second.merge(known)):
        np.testing.assert_array_equal(merged.position[:5, 0], [3, 1, 2, 0, -1])
        np.testing.assert_array_equal(merged.token[:5, 0], [-1, 5, -1, 6, -1])
        assert merged.row is None
    later = known.placed({"position": np.array([[0], [7]]), "token": np.array([[-1], [9]])})
    np.testing.assert_array_equal(later.token[:2, 0], [5, 6])


@pytest.mark.parametrize("scale", [1e-3, 0.3, 1.0, 77.0])
@pytest.mark.parametrize("signed", [False, True])
def test_a_histogram_counts_what_numpy_counts_between_its_edges(scale, signed):
    rng = np.random.default_rng(3)
    responses = (rng.normal(size=(1000, 3)) * scale).astype(np.float16).astype(np.float32)
    if not signed:
        responses = np.abs(responses)
    histogram = Histograms.of(block(responses))
    for unit in range(3):
        edges = histogram.edges(unit)
        expected, _ = np.histogram(responses[:, unit].astype(float), edges)
        np.testing.assert_array_equal(histogram.counts[:, unit], expected)
        assert histogram.counts[:, unit].sum() == 1000
        reach = np.abs(responses[:, unit]).max()
        assert reach <= edges[-1] <= 2 * reach  # the narrowest power of two


def test_the_upper_edge_itself_needs_the_next_range_and_the_lower_does_not():
    histogram = Histograms.of(block([[4.0, -4.0], [1.0, 1.0]]))
    assert histogram.edges(0)[-1] == 8.0
    assert histogram.edges(1)[0] == -4.0
    assert histogram.counts[0, 1] == 1


def test_a_widened_histogram_keeps_every_count():
    histogram = Histograms.of(block(np.linspace(0, 0.99, 50)[:, None]))
    wide = histogram.widened(histogram.exponent + 3, np.array([True]))
    assert wide.counts.sum() == 50
    expected, _ = np.histogram(np.linspace(0, 0.99, 50).astype(np.float32).astype(float), wide.edges(0))
    np.testing.assert_array_equal(wide.counts[:, 0], expected)
    assert len(wide.edges(0)) == BINS + 1


def test_a_stored_summary_without_a_field_is_damaged():
    with pytest.raises(StudyDamaged, match=r"'maxima' lacks \['smallest'\]"):
        from_arrays("maxima", {"largest": np.zeros(2)})
