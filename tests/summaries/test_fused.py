"""The compiled pass against each summary's plain formula, which reads the same blocks by itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shiftscope.summaries import summarise as module
from shiftscope.summaries.fused.kernels import COUNTED, ROOM
from shiftscope.summaries.fused.one_pass import GUESSED_FROM, MOST_ROWS, SCAN_TILE, OnePass
from shiftscope.summaries.summarise import summarise
from shiftscope.summaries.summary import Block, arrays_of, summaries

CATEGORIES = 4
SUMS = {("moments", "total"), ("moments", "squares"), ("category_sums", "total")}


def compare(responses, labels, cuts=()):
    positions = 3 * np.arange(len(responses))
    single = responses.astype(np.float32)
    expected = {
        name: kind.of(Block(single, positions, labels, CATEGORIES)) for name, kind in summaries.items()
    }
    passing = OnePass(responses.shape[1], CATEGORIES, responses.dtype)
    for start, stop in zip([0, *cuts], [*cuts, len(responses)], strict=True):
        passing.add(Block(responses[start:stop], positions[start:stop], labels[start:stop], CATEGORIES))
    for name, found in passing.summaries().items():
        for (field, (a, _)), (b, _) in zip(
            arrays_of(expected[name]).items(), arrays_of(found).values(), strict=True
        ):
            assert a.dtype == b.dtype
            if (name, field) in SUMS:
                scale = np.abs(single.astype(float)).sum() or 1.0
                rounding = 1e-13 * (scale if field == "total" else scale**2)
                np.testing.assert_allclose(b, a, rtol=1e-12, atol=rounding, err_msg=f"{name} {field}")
            else:
                np.testing.assert_array_equal(b, a, err_msg=f"{name} {field}")


def responses_of(dtype, samples, units, rng):
    """Units of every sort: of one sign and two, far apart in size, with ties, silent, minus zero."""
    scale = np.exp2(rng.integers(-20, 12, units))
    drawn = rng.normal(size=(samples, units)) * scale
    drawn[:, ::3] = np.maximum(drawn[:, ::3], 0)
    drawn[:, 1::7] = np.round(drawn[:, 1::7] / scale[1::7]) * scale[1::7]
    drawn[:, 4::9] = -0.0
    drawn[samples // 2 :, 2::5] *= 8  # ranges widen on the way
    return np.clip(drawn, -60_000, 60_000).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("units", [1, 32, 45, SCAN_TILE + 32])
@pytest.mark.parametrize("samples", [0, 1, 7, COUNTED + 9, 2000])
def test_it_equals_the_plain_formulas(dtype, units, samples):
    rng = np.random.default_rng(samples + units)
    labels = rng.integers(-1, CATEGORIES, samples)
    compare(responses_of(dtype, samples, units, rng), labels, sorted(rng.integers(0, samples + 1, 2)))


@pytest.mark.parametrize(
    ("dtype", "largest"), [(np.float16, 65504.0), (np.float32, float(np.finfo(np.float32).max))]
)
def test_it_holds_the_smallest_and_the_largest_numbers_there_are(dtype, largest):
    tiny = np.finfo(dtype).smallest_subnormal
    extremes = np.array([[tiny, -tiny, largest, -largest, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5]], dtype)
    compare(np.repeat(extremes, 3, axis=0), np.zeros(3, np.int64))
    compare(np.concatenate([extremes, extremes[:, ::-1], 0 * extremes]), np.zeros(3, np.int64), (1, 2))


def test_a_tiny_negative_number_beside_a_huge_one_is_below_zero():
    largest = np.finfo(np.float32).max
    compare(np.array([[largest], [-1e-30], [1e-30], [-1.0]], np.float32), np.zeros(4, np.int64))


finite = st.floats(width=16, allow_nan=False, allow_infinity=False)


@given(
    drawn=hnp.arrays(
        np.float16,
        st.tuples(st.integers(1, 40), st.integers(1, 3)),
        elements=finite,
    ),
    cut=st.integers(0, 40),
)
@settings(max_examples=80, deadline=None)
def test_any_responses_and_any_split(drawn, cut):
    compare(drawn, np.arange(len(drawn)) % (CATEGORIES + 1) - 1, (min(cut, len(drawn)),))


@pytest.mark.parametrize("order", ["rising", "falling", "equal", "organ pipe"])
def test_candidates_stay_right_however_the_responses_are_ordered(order):
    samples = 5 * ROOM + 3
    ramp = np.arange(samples, dtype=np.float32)
    column = {
        "rising": ramp,
        "falling": ramp[::-1],
        "equal": np.ones(samples),
        "organ pipe": np.minimum(ramp, ramp[::-1]),
    }[order]
    compare(np.tile(column[:, None], 33).astype(np.float32), np.zeros(samples, np.int64))


def test_a_bar_guessed_too_high_is_taken_back():
    samples = GUESSED_FROM + 8
    responses = np.zeros((samples, 33), np.float16)
    responses[:GUESSED_FROM:16] = np.linspace(1, 2, GUESSED_FROM // 16)[
        :, None
    ]  # all that the guess looks at, fewer than enough above it
    compare(responses, np.zeros(samples, np.int64))


def test_more_rows_than_two_bytes_count():
    samples = 4 * MOST_ROWS + 5
    responses = np.tile(np.array([[1.0, 0.0, -1.0]], np.float16), (samples, 1))
    compare(responses, np.arange(samples) % CATEGORIES)


def test_large_blocks_go_through_it_and_small_ones_need_no_compiler(monkeypatch):
    made = []
    monkeypatch.setattr(
        "shiftscope.summaries.fused.one_pass.OnePass", lambda *a: made.append(a) or OnePass(*a)
    )
    responses = np.ones((50, 4), np.float16)
    block = Block(responses, np.arange(50), np.zeros(50, np.int64), CATEGORIES)
    small = summarise(block)
    assert not made
    monkeypatch.setattr(module, "WORTH_COMPILED", 200)
    large = summarise(block)
    assert made
    for name in small:
        for (a, _), (b, _) in zip(
            arrays_of(small[name]).values(), arrays_of(large[name]).values(), strict=True
        ):
            np.testing.assert_array_equal(a, b)
