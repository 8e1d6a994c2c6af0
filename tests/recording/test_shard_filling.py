"""Batches into a shard: what arrives is what the model said, and what is not finite is named."""

import dataclasses

import numpy as np
import pytest
import torch

from shiftscope.errors import ResponseError
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.recording.shard_filling import ShardFilling
from shiftscope.shard import COMPARED, SampleEntry
from shiftscope.summaries.fused.on_device import OnDevice

SIZES = {"a": 3, "b": 5}
LAYERS = [
    RecordedLayer(name, name, "Linear", "neuron", "none", units, (units,), None, 0, False, 1, 0)
    for name, units in SIZES.items()
]


def samples(first, count, unread=()):
    return [
        SampleEntry(str(i), 0, "", "{}", b"", "gone" if i in unread else "")
        for i in range(first, first + count)
    ]


def drawn(count, dtype=torch.float32, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(count, units, generator=generator).to(dtype)
        for name, units in (*SIZES.items(), ("logits", 4))
    }


def filling(samples, stored_as="float16", on_device=False, **options):
    positions = range(100, 100 + samples)
    summaries = OnDevice if on_device else None
    return ShardFilling(2, positions, LAYERS, 4, stored_as, summaries=summaries, **options)


ROUTES = pytest.mark.parametrize(
    "route",
    [{}, {"on_device": True}, {"on_device": True, "keep": "summaries"}],
    ids=["host", "both", "device"],
)


@pytest.mark.parametrize("stored_as", ["float16", "float32"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_every_number_arrives_in_its_place(stored_as, dtype):
    first, second = drawn(3, dtype), drawn(2, dtype, seed=1)
    shard = filling(5, stored_as)
    for start, batch in ((0, first), (3, second)):
        assert not shard.full
        shard.append(samples(start, len(batch["a"])), batch, batch["logits"])
    whole = shard.finish()
    assert (whole.index, whole.first, len(whole.samples)) == (2, 100, 5)
    together = {name: torch.cat([first[name], second[name]]).float() for name in first}
    for name in SIZES:
        assert whole.responses[name].dtype == stored_as
        assert whole.responses[name].flags.c_contiguous
        np.testing.assert_array_equal(whole.responses[name], together[name].numpy().astype(stored_as))
    np.testing.assert_array_equal(whole.logits, together["logits"].numpy().astype(stored_as))
    np.testing.assert_array_equal(whole.predictions, together["logits"].argmax(1))
    expected = torch.softmax(together["logits"], 1).max(1).values
    np.testing.assert_allclose(whole.confidences, expected, rtol=1e-6)


def test_a_sample_that_was_not_shown_leaves_a_gap():
    shown = drawn(2)
    shard = filling(4)
    shard.append(samples(0, 3, unread={1}), shown, shown["logits"])
    shard.append(samples(3, 1, unread={3}), {}, None)
    whole = shard.finish()
    assert whole.shown.tolist() == [True, False, True, False]
    assert np.isnan(whole.responses["a"]).all(1).tolist() == [False, True, False, True]
    assert (whole.predictions == -1).tolist() == [False, True, False, True]
    np.testing.assert_array_equal(whole.logits[2], shown["logits"][1].numpy().astype(np.float16))


@ROUTES
@pytest.mark.parametrize(
    ("wrong", "said"), [(torch.nan, "is nan"), (-torch.inf, "is -inf"), (7e4, "too large")]
)
@pytest.mark.parametrize("more", [0, 1])
def test_what_is_not_finite_is_named_before_the_shard_is_done(wrong, said, more, route):
    batch = drawn(3)
    batch["b"][2, 4] = wrong
    batch["logits"][0, 0] = torch.nan  # layers come first
    shard = filling(3 + more, **route)
    shard.append(samples(0, 3), batch, batch["logits"])
    if more:
        with pytest.raises(ResponseError, match=rf"layer 'b', unit 4, sample '2': .*{said}"):
            shard.append(samples(3, 1), drawn(1), drawn(1)["logits"])
    else:
        with pytest.raises(ResponseError, match=rf"layer 'b', unit 4, sample '2': .*{said}"):
            shard.finish()


@ROUTES
def test_what_float16_cannot_hold_is_refused_in_every_shard(route):
    """Also far behind the samples of which it is counted what float16 took."""
    route = dict(route)
    made = OnDevice if route.pop("on_device", False) else None
    positions = range(10 * COMPARED, 10 * COMPARED + 3)
    shard = ShardFilling(10, positions, LAYERS, 4, "float16", summaries=made, **route)
    batch = drawn(3)
    batch["a"][1, 2] = 65520  # halfway from the largest number to the one that would be next
    shard.append(samples(0, 3), batch, batch["logits"])
    with pytest.raises(
        ResponseError, match=r"layer 'a', unit 2, sample '1': .* 65520 is too large for float16"
    ):
        shard.finish()


@ROUTES
def test_a_logit_that_is_not_finite_is_named(route):
    batch = drawn(3)
    batch["logits"][1, 2] = torch.inf
    shard = filling(4, **route)
    shard.append(samples(0, 4, unread={0}), batch, batch["logits"])
    with pytest.raises(ResponseError, match=r"the logits, unit 2, sample '2': the response is inf"):
        shard.finish()


def test_the_largest_and_smallest_finite_numbers_are_kept():
    batch = drawn(1)
    batch["a"][0] = torch.tensor([65504.0, -65504.0, 6e-8])
    shard = filling(1)
    shard.append(samples(0, 1), batch, batch["logits"])
    assert shard.finish().responses["a"][0].tolist() == [65504.0, -65504.0, np.float16(6e-8)]
    large = {**batch, "a": torch.full((1, 3), 3e38)}
    shard = filling(1, "float32")
    shard.append(samples(0, 1), large, batch["logits"])
    assert shard.finish().responses["a"][0, 0] == np.float32(3e38)


def test_labels_and_what_was_shown_are_made_once():
    batch = drawn(2)
    shard = filling(2)
    shard.append([dataclasses.replace(s, label=3) for s in samples(0, 2)], batch, batch["logits"])
    whole = shard.finish()
    assert whole.labels is whole.labels
    assert whole.labels.tolist() == [3, 3]
