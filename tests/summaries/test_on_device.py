"""The summaries made with torch's operations against the plain formulas, on the processor and with CUDA if there."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shiftscope.shard import SampleEntry, Shard
from shiftscope.summaries import summarise as module
from shiftscope.summaries.fused import on_device
from shiftscope.summaries.fused.on_device import MAKES, OnDevice, every_summary_on_device
from shiftscope.summaries.summarise import summarise, summarise_shard
from shiftscope.summaries.summary import Block, arrays_of, merge_in_order, summaries
from shiftscope.summaries.top_samples import KEPT

CATEGORIES = 4
FIRST = 70_000  # position of the shard's first sample
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
DEVICES = pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=CUDA)])
SUMS = {("moments", "total"), ("moments", "squares"), ("category_sums", "total")}


def made(responses, labels, cuts=(), rows=None, samples=None, first=FIRST, device="cpu"):
    """The states of layers "a", of one unit, and "b", of the others, from batches that end at `cuts`."""
    rows = np.arange(len(responses)) if rows is None else rows
    samples = len(responses) if samples is None else samples
    layers = {"a": 1, "b": responses.shape[1] - 1}
    made = OnDevice(layers, CATEGORIES, range(first, first + samples))
    for start, stop in zip([0, *cuts], [*cuts, len(responses)], strict=True):
        batch = torch.from_numpy(responses[start:stop]).to(device)
        made.add(batch, rows[start:stop].tolist(), labels[start:stop].tolist())
    return made.states()


def expected(responses, labels, rows=None, first=FIRST):
    rows = np.arange(len(responses)) if rows is None else rows
    parts = {"a": responses[:, :1], "b": responses[:, 1:]}
    return {
        layer: {
            name: kind.of(Block(part.astype(np.float32), first + rows, labels, CATEGORIES))
            for name, kind in summaries.items()
        }
        for layer, part in parts.items()
    }


def same(found, wanted, responses):
    exact_sums = responses.dtype == np.float16
    scale = np.abs(responses.astype(float)).sum() or 1.0
    assert set(found) == set(wanted)
    for layer, states in wanted.items():
        assert set(found[layer]) == set(states)
        for name, state in states.items():
            for (field, (a, _)), (b, _) in zip(
                arrays_of(state).items(), arrays_of(found[layer][name]).values(), strict=True
            ):
                where = f"{layer} {name} {field}"
                assert (a.dtype, a.shape) == (b.dtype, b.shape), where
                if (name, field) not in SUMS:
                    assert a.tobytes() == b.tobytes(), where
                elif exact_sums and field == "total":
                    np.testing.assert_array_equal(b, a, err_msg=where)
                else:
                    rounding = 1e-13 * (scale if field == "total" else scale**2)
                    np.testing.assert_allclose(b, a, rtol=1e-12, atol=rounding, err_msg=where)


def responses_of(dtype, samples, units, rng):
    """Units of every sort: of one sign and two, far apart in size, with ties, silent, equal, minus zero."""
    scale = np.exp2(rng.integers(-20, 12, units))
    drawn = rng.normal(size=(samples, units)) * scale
    drawn[:, ::3] = np.maximum(drawn[:, ::3], 0)
    drawn[:, 1::7] = np.round(drawn[:, 1::7] / scale[1::7]) * scale[1::7]
    drawn[:, 4::9] = -0.0
    drawn[:, 5::9] = 0.75
    drawn[:, 6::9] = -4.0
    drawn[samples // 2 :, 2::5] *= 8  # ranges widen on the way
    return np.clip(drawn, -60_000, 60_000).astype(dtype)


@DEVICES
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("units", [2, 45])
@pytest.mark.parametrize("samples", [0, 1, 7, KEPT + 20, 1000])
def test_it_equals_the_plain_formulas(dtype, units, samples, device):
    rng = np.random.default_rng(samples + units)
    responses = responses_of(dtype, samples, units, rng)
    labels = rng.integers(-1, CATEGORIES, samples)
    cuts = sorted(rng.integers(0, samples + 1, 3))
    same(made(responses, labels, cuts, device=device), expected(responses, labels), responses)


def test_rows_that_were_skipped_leave_gaps_between_the_positions():
    rng = np.random.default_rng(0)
    responses, rows = responses_of(np.float16, 300, 5, rng), np.sort(rng.choice(400, 300, replace=False))
    labels = rng.integers(-1, CATEGORIES, 300)
    found = made(responses, labels, (64, 128, 192, 256), rows, samples=400)
    same(found, expected(responses, labels, rows), responses)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_more_rows_than_the_short_keys_hold_take_long_ones(dtype):
    """Ties from both ends of a shard of 100,000 samples, which 16 bits cannot tell apart."""
    rows = np.sort(np.concatenate([np.arange(60), 2**16 + np.arange(60)]))
    responses = np.ones((120, 2), dtype)
    labels = np.zeros(120, np.int64)
    found = made(responses, labels, (50,), rows, samples=100_000)
    same(found, expected(responses, labels, rows), responses)
    np.testing.assert_array_equal(found["a"]["top_samples"].position[:, 0], FIRST + rows[:KEPT])


@DEVICES
@pytest.mark.parametrize(
    ("dtype", "largest"), [(np.float16, 65504.0), (np.float32, float(np.finfo(np.float32).max))]
)
def test_it_holds_the_smallest_and_the_largest_numbers_there_are(dtype, largest, device):
    tiny = np.finfo(dtype).smallest_subnormal
    extremes = np.array([[tiny, -tiny, largest, -largest, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5]], dtype)
    for responses in (extremes, np.concatenate([extremes, extremes[:, ::-1], 0 * extremes])):
        labels = np.zeros(len(responses), np.int64)
        same(made(responses, labels, (1,), device=device), expected(responses, labels), responses)


@DEVICES
def test_a_tiny_negative_number_beside_a_huge_one_is_below_zero(device):
    largest = np.finfo(np.float32).max
    responses = np.repeat(np.array([[largest], [-1e-30], [1e-30], [-1.0]], np.float32), 2, axis=1)
    labels = np.zeros(4, np.int64)
    same(made(responses, labels, (2,), device=device), expected(responses, labels), responses)


finite = st.floats(width=16, allow_nan=False, allow_infinity=False)


@st.composite
def passes(draw):
    samples = draw(st.integers(1, 30))
    responses = draw(hnp.arrays(np.float16, (samples, 3), elements=finite))
    labels = draw(hnp.arrays(np.int64, samples, elements=st.integers(-1, CATEGORIES - 1)))
    cuts = sorted(draw(st.lists(st.integers(0, samples), min_size=2, max_size=2)))
    return responses, labels, cuts


@DEVICES
@given(drawn=passes(), dtype=st.sampled_from([np.float16, np.float32]))
@settings(max_examples=150, deadline=None)
def test_any_batches_make_what_the_whole_makes(drawn, dtype, device):
    responses, labels, cuts = drawn
    responses = responses.astype(dtype)
    same(made(responses, labels, cuts, device=device), expected(responses, labels), responses)


@given(drawn=passes())
@settings(max_examples=100, deadline=None)
def test_shards_merge_into_the_whole_wherever_each_was_made(drawn):
    """The merge law, with one half from torch's operations and the other from the plain formulas."""
    responses, labels, (cut, _) = drawn
    wanted = expected(responses, labels)
    one = made(responses[:cut], labels[:cut])
    other = expected(responses[cut:], labels[cut:], first=FIRST + cut)
    for first, second in ((one, other), (other, one)):
        same(merge_in_order([first, second]), wanted, responses)


def test_the_compiled_route_makes_the_same_bytes(monkeypatch):
    monkeypatch.setattr(module, "WORTH_COMPILED", 1)
    rng = np.random.default_rng(4)
    responses = responses_of(np.float16, 700, 40, rng)
    labels = rng.integers(-1, CATEGORIES, 700)
    parts = {"a": responses[:, :1], "b": responses[:, 1:]}
    positions = FIRST + np.arange(700)
    compiled = {layer: summarise(Block(part, positions, labels, CATEGORIES)) for layer, part in parts.items()}
    same(made(responses, labels, (256, 512)), compiled, responses)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_a_batch_asks_nothing_of_the_device(dtype):
    """On torch's "meta" device, where no number exists, whatever would wait for one fails."""
    making = OnDevice({"a": 3}, CATEGORIES, range(64))
    for start in (0, 32):
        making.add(torch.empty((32, 3), dtype=dtype, device="meta"), range(start, start + 32), [0, -1] * 16)
    with pytest.raises(NotImplementedError, match="meta"):
        making.states()


@CUDA
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_a_batch_does_not_wait_for_cuda(dtype):
    making = OnDevice({"a": 3}, CATEGORIES, range(64))
    batches = torch.rand((2, 32, 3), device="cuda").to(dtype)
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("error")
    try:
        for batch, start in zip(batches, (0, 32), strict=True):
            making.add(batch, range(start, start + 32), [0, -1] * 16)
    finally:
        torch.cuda.set_sync_debug_mode(before)
    assert making.states()["a"]["moments"].count == 64


@DEVICES
@pytest.mark.parametrize("wrong", [np.nan, -np.nan, np.inf, -np.inf])
def test_what_is_not_finite_reaches_into_no_other_unit(wrong, device):
    """A recording refuses it a batch later; until then nothing may be written outside an array."""
    rng = np.random.default_rng(5)
    responses = rng.normal(size=(60, 4)).astype(np.float16)
    labels = rng.integers(-1, CATEGORIES, 60)
    wanted = expected(responses, labels)["b"]
    responses[20, 0] = wrong
    found = made(responses, labels, (20, 40), device=device)["b"]
    same({"b": found}, {"b": wanted}, responses[:, 1:])


def test_a_shard_with_states_is_not_summarised_again():
    responses = np.ones((3, 2), np.float16)
    states = made(responses, np.zeros(3, np.int64))
    seen = [SampleEntry(str(i), 0, "", "{}", b"") for i in range(3)]
    shard = Shard(
        0, FIRST, {}, np.zeros((3, 4)), np.zeros(3, np.int64), np.zeros(3, np.float32), seen, states
    )
    assert summarise_shard(shard, CATEGORIES) == states


def test_a_summary_that_it_does_not_make_takes_the_responses(monkeypatch):
    assert every_summary_on_device() is OnDevice
    monkeypatch.setattr(on_device, "summaries", {**summaries, "another": object})
    assert every_summary_on_device() is None
    assert set(summaries) == MAKES
