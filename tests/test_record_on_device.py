"""Recording with summaries made where the responses are: the same study as the host makes, file by file.

On the processor, which runs what CUDA would, and with CUDA where it is there.
"""

import json

import numpy as np
import pytest
import torch
from torch import nn

from shiftscope.errors import ResponseError
from shiftscope.flow.steps.record_dataset import record_dataset
from shiftscope.recording import recording_work
from shiftscope.recording.stream import PassOptions
from shiftscope.summaries import summary

CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
SUMS = [("moments", "total"), ("moments", "squares"), ("category_sums", "total")]


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=CUDA)])
def mixed(net, request):
    """Units of every sort at layers "conv" (of both signs, one never changes), "act" and "hidden" (ties at zero)."""
    with torch.no_grad():
        net.conv.weight[1], net.conv.bias[1] = 0, 0.5
        net.conv.weight[2], net.conv.bias[2] = 0, -0.25
        net.hidden[1].weight[3], net.hidden[1].bias[3] = 0, 0
        net.hidden[1].weight[4] *= 1e-4
    net.act = nn.GELU()
    return net.to(request.param)


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr("shiftscope.flow.steps.record_dataset.SHARD_SAMPLES", 16)


def record(study, dataset, on_device, name="lab", layers=("conv", "act", "hidden"), **more):
    options = PassOptions(batch_size=7, on_error="skip", summaries_on_device=on_device)
    return record_dataset(study, study.model, dataset, name, layers=list(layers), options=options, **more)


def files(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def compare(host, device, exact_totals):
    """Byte for byte but for sums, and for the digests of what they are part of."""
    there, here = files(host.path / "lab"), files(device.path / "lab")
    assert list(there) == list(here)
    summed = SUMS[1:2] if exact_totals else SUMS
    close = tuple(f"summaries.zarr/{layer}/{'/'.join(field)}/c/" for layer in host.layers for field in summed)

    def told(contents, path):
        """The entries of a description that are of none of the sums, nor of a shard's summaries."""
        entries = json.loads(contents[path])
        entries |= entries.pop("sha256", {})
        of_sums = ("content", "checksums", "digest", *close)  # digests of what holds them
        return {k: e for k, e in entries.items() if not (k.startswith(of_sums) or k.endswith(".summaries"))}

    for path in there:
        if path.endswith((".json", ".done")):
            assert told(there, path) == told(here, path), path
            assert len(told(there, path)) >= 3
        elif not path.startswith(close):
            assert there[path] == here[path], path
    for layer in host.layers:
        for name, field in summed:
            kind = summary.summaries[name]
            one, other = (getattr(study["lab"].summary(layer, kind), field) for study in (host, device))
            np.testing.assert_allclose(other, one, rtol=1e-13, atol=1e-13, err_msg=f"{layer} {name} {field}")


@pytest.mark.parametrize("keep", ["responses", "summaries"])
@pytest.mark.parametrize("stored_as", ["float16", "float32"])
def test_the_study_is_the_one_that_the_host_makes(
    new_study, made, mixed, keep, stored_as, small_shards, monkeypatch
):
    """40 samples in shards of 16 and batches of 7; one shard without a single sample that can be read."""
    broken, unlabelled = frozenset({2, 3, *range(16, 32)}), frozenset({0, 5, 39})
    dataset = made(broken=broken, unlabelled=unlabelled)
    dataset.inputs[34:38] = dataset.inputs[33]  # ties over two batches
    host, device = new_study(mixed, name="host"), new_study(mixed, name="device")
    record(host, dataset, False, keep=keep, stored_as=stored_as)
    monkeypatch.setattr("shiftscope.summaries.summarise.summarise", None)  # the host summarises nothing
    record(device, dataset, True, keep=keep, stored_as=stored_as)
    compare(host, device, exact_totals=stored_as == "float16")
    maxima = device["lab"].summary("conv", summary.summaries["maxima"])
    assert (maxima.largest[1:3] == [0.5, -0.25]).all()
    assert (maxima.smallest[1:3] == [0.5, -0.25]).all()


def test_more_samples_than_ranks_in_one_shard(new_study, made, mixed):
    dataset = made(samples=260, scale=2.0)
    dataset.inputs[130:] = dataset.inputs[:130]  # every response twice: ties at the last rank too
    host, device = new_study(mixed, name="host"), new_study(mixed, name="device")
    for study, on_device in ((host, False), (device, True)):
        record(study, dataset, on_device)
    compare(host, device, exact_totals=True)


def test_responses_stay_on_the_device_when_only_summaries_are_kept(new_study, made, mixed, monkeypatch):
    shards = []
    monkeypatch.setattr(
        recording_work, "summarise_shard", lambda shard, categories: shards.append(shard) or shard.states
    )
    record(new_study(mixed, name="summaries"), made(), True, keep="summaries")
    record(new_study(mixed, name="responses"), made(), True)
    assert [sorted(shard.responses) for shard in shards] == [[], ["act", "conv", "hidden"]]
    np.testing.assert_array_equal(shards[0].logits, shards[1].logits)
    np.testing.assert_array_equal(shards[0].confidences, shards[1].confidences)


@pytest.mark.parametrize("keep", ["responses", "summaries"])
@pytest.mark.parametrize(
    ("wrong", "said"), [(torch.nan, "is nan"), (-torch.inf, "is -inf"), (7e4, "too large for float16")]
)
def test_what_is_not_finite_is_named_and_leaves_no_trace(new_study, made, mixed, keep, wrong, said):
    class Wrong(nn.Module):
        def forward(self, images):
            wrongs = images.flatten(1)[:, :3].clone()
            wrongs[images[:, 0, 0, 0] > 9, 2] = wrong
            return wrongs

    model = nn.Sequential()
    model.seen, model.wrong = mixed, Wrong()
    model.forward = lambda images: (model.wrong(images), model.seen(images))[1]
    dataset = made()
    dataset.inputs[24, 0, 0, 0] = 10
    study = new_study(model)
    with pytest.raises(ResponseError, match=f"layer 'wrong', unit 2, sample 'sample-24'.* {said}"):
        record(study, dataset, True, keep=keep, layers=("seen.conv", "wrong"), stored_as="float16")
    assert not (study.path / "lab").exists()


def test_the_host_makes_the_summaries_without_cuda_or_float64():
    cpu, mps, cuda = (torch.device(name) for name in ("cpu", "mps", "cuda"))
    assert [PassOptions().summarises_on(d) for d in (cpu, mps, cuda)] == [False, False, True]
    asked, refused = PassOptions(summaries_on_device=True), PassOptions(summaries_on_device=False)
    assert [asked.summarises_on(d) for d in (cpu, mps, cuda)] == [True, False, True]
    assert not refused.summarises_on(cuda)
