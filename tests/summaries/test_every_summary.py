"""The merge law, for every summary there is: a new one is covered as soon as its file is there."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shiftscope.summaries.summarise import summarise
from shiftscope.summaries.summary import Block, arrays_of, from_arrays, merge_in_order, summaries
from shiftscope.summaries.top_samples import TopSamples

CATEGORIES = 3
EXACT = {"maxima", "top_samples", "histograms"}  # the same bytes for any split; sums to rounding


def block(responses, labels, first=0):
    positions = first + np.arange(len(responses))
    return Block(np.asarray(responses, np.float32), positions, np.asarray(labels, np.int64), CATEGORIES)


def placed(block):
    """Top samples with a place for each response, as a recording finds them."""
    position = np.broadcast_to(block.positions[:, None], block.responses.shape)
    row = np.where(
        position % 3 == 2, -1, (position * 7 + np.arange(position.shape[1])) % 5
    )  # some are not known
    return TopSamples.of(block).placed({"position": position, "row": row, "column": row + (row >= 0)})


def equal(one, other, exact):
    for (name, (a, _)), (b, _) in zip(arrays_of(one).items(), arrays_of(other).values(), strict=True):
        if exact or a.dtype.kind in "biu":
            np.testing.assert_array_equal(a, b, err_msg=name)
        else:
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-9, err_msg=name)


halves = st.floats(width=16, allow_nan=False, allow_infinity=False)


@st.composite
def passes(draw):
    samples = draw(st.integers(1, 30))
    responses = draw(hnp.arrays(np.float16, (samples, 2), elements=halves)).astype(np.float32)
    labels = draw(hnp.arrays(np.int64, samples, elements=st.integers(-1, CATEGORIES - 1)))
    cut = draw(st.integers(0, samples))
    return responses, labels, cut


MADE = {name: kind.of for name, kind in summaries.items()} | {"top_samples with places": placed}
EVERY = pytest.mark.parametrize(("name", "of"), MADE.items(), ids=MADE)


@EVERY
@given(drawn=passes())
@settings(max_examples=60, deadline=None)
def test_halves_merge_into_the_whole(name, of, drawn):
    name = name.partition(" ")[0]
    responses, labels, cut = drawn
    whole = of(block(responses, labels))
    first, second = (of(block(responses[:cut], labels[:cut])), of(block(responses[cut:], labels[cut:], cut)))
    equal(first.merge(second), whole, name in EXACT)
    equal(second.merge(first), whole, name in EXACT)


@EVERY
def test_three_parts_merge_alike_in_any_grouping(name, of):
    name = name.partition(" ")[0]
    rng = np.random.default_rng(0)
    responses = np.maximum(rng.normal(size=(300, 4)), 0).astype(np.float16)
    labels = rng.integers(0, CATEGORIES, 300)
    a, b, c = (of(block(responses[s], labels[s], s.start)) for s in map(slice, (0, 7, 200), (7, 200, 300)))
    equal(a.merge(b).merge(c), a.merge(b.merge(c)), name in EXACT)


@EVERY
def test_a_summary_comes_back_from_its_arrays(name, of):
    name = name.partition(" ")[0]
    state = of(block([[1.0, -2.0], [0.0, 3.0]], [0, 2]))
    arrays = {field: values for field, (values, _) in arrays_of(state).items()}
    equal(from_arrays(name, arrays), state, exact=True)


@EVERY
def test_every_array_names_its_axes(name, of):
    state = of(block(np.ones((2, 5)), [0, 1]))
    assert dataclasses.is_dataclass(state)
    for values, axes in arrays_of(state).values():
        assert values.ndim == len(axes)
        assert set(axes) <= {"unit", "category", "rank", "bin"}


def test_all_summaries_are_made_and_merged_together():
    one, other = summarise(block([[1.0]], [0])), summarise(block([[2.0]], [1], first=1))
    assert set(one) == set(summaries) == {"maxima", "moments", "category_sums", "top_samples", "histograms"}
    assert merge_in_order([{"fc": one}, {"fc": other}])["fc"]["maxima"].largest == [2.0]


def test_merged_runs_of_a_power_of_two_stand_for_their_parts_to_the_last_bit():
    rng = np.random.default_rng(0)
    parts = [
        {"fc": summarise(block(rng.normal(size=(3, 2)), rng.integers(0, 3, 3), first=3 * part))}
        for part in range(13)
    ]
    whole = merge_in_order(parts)["fc"]
    for run in (2, 4, 8, 16):
        runs = [merge_in_order(parts[first : first + run]) for first in range(0, len(parts), run)]
        together = merge_in_order(runs)["fc"]
        for name in whole:
            equal(together[name], whole[name], exact=True)
