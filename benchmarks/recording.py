"""What recording adds to a model's forward passes: part by part, whole passes in turn, and memory.

python benchmarks/recording.py                   # small, a minute
python benchmarks/recording.py --size imagenet   # batches of 128 and 16, 100,000 samples for the memory
python benchmarks/recording.py --device cuda     # ResNet-50 and ViT-B/16 in bfloat16, samples a second

CPU time on one thread, since threads that wait for each other spin and would count as work. The parts are what
tells: they are small beside what two whole passes differ by on a machine that does other things too.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from paired import command, paired, table
from PIL import Image
from torch import nn

import shiftscope as ss
from shiftscope.datasets.pictures.thumbnails import encode_thumbnail
from shiftscope.datasets.sample import Sample
from shiftscope.kept_memory import memory_kept
from shiftscope.model.answer import Answer
from shiftscope.model.evaluation.evaluation import observed
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.survey import Survey
from shiftscope.model.taps import Taps
from shiftscope.recording.background import Background
from shiftscope.recording.batches import batches
from shiftscope.recording.shard_filling import ShardFilling
from shiftscope.recording.stream import PassOptions, stream
from shiftscope.recording.strongest_places import StrongestPlaces
from shiftscope.shard import Keep, SampleEntry, Shard
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.writing.writer import RecordingWriter
from shiftscope.summaries.fused.on_device import OnDevice
from shiftscope.summaries.summarise import summarise_shard

# pixels, samples a batch, channels of the first stage, categories, batches a pass
PASSES = {
    "tiny": [(16, 4, 4, 10, 2)],
    "small": [(32, 32, 64, 10, 1), (224, 8, 64, 1000, 1)],
    "imagenet": [(32, 128, 64, 10, 1), (224, 16, 64, 1000, 2)],
}
SHARD = {"tiny": 64, "small": 4096, "imagenet": 4096}
MEMORY = {"tiny": (100, 400), "small": (1_000, 20_000), "imagenet": (1_000, 100_000)}
STAGES = ("1", "2", "3", "4")
LOGITS = Answer(None, probabilities=False)


class Block(nn.Module):
    """A residual block of two convolutions, or of three around a narrow middle."""

    def __init__(self, entering: int, leaving: int, stride: int, narrow: int = 0) -> None:
        super().__init__()
        first, middle = (3, leaving) if not narrow else (1, narrow)
        self.first = self._convolution(entering, middle, first, 1 if narrow else stride)
        self.middle = self._convolution(middle, middle, 3, stride) if narrow else nn.Identity()
        self.last = self._convolution(middle, leaving, first, 1)[:2]
        same = entering == leaving and stride == 1
        self.beside = nn.Identity() if same else self._convolution(entering, leaving, 1, stride)[:2]
        self.relu = nn.ReLU(inplace=True)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return self.relu(self.last(self.middle(self.first(maps))) + self.beside(maps))

    @staticmethod
    def _convolution(entering: int, leaving: int, size: int, stride: int) -> nn.Sequential:
        convolution = nn.Conv2d(entering, leaving, size, stride, size // 2, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(leaving), nn.ReLU(inplace=True))


def resnet(pixels: int, width: int, categories: int, blocks: Sequence[int] = (2, 2, 2, 2)) -> nn.Sequential:
    """ResNet-18 with 17 ReLUs, or ResNet-50 for blocks 3, 4, 6, 3; for small pictures with a small first kernel."""
    torch.manual_seed(0)
    wide = 4 if blocks != (2, 2, 2, 2) else 1
    if pixels < 64:
        stem = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    else:
        stem = [nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
        stem.append(nn.MaxPool2d(3, 2, 1))
    stages, entering = [], width
    for stage, count in enumerate(blocks):
        narrow, row = width * 2**stage, []
        for block in range(count):
            stride = 2 if stage and not block else 1
            row.append(Block(entering, narrow * wide, stride, narrow if wide > 1 else 0))
            entering = narrow * wide
        stages.append(nn.Sequential(*row))
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(entering, categories)]
    return nn.Sequential(nn.Sequential(*stem), *stages, *head).eval()


class Attended(nn.Module):
    """A block of a transformer, normed first; torch's own takes another way through when it is hooked."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before, self.behind = nn.LayerNorm(width), nn.LayerNorm(width)
        self.asked, self.answered = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.perceptron = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        asked = self.asked(self.before(tokens)).unflatten(
            2, (3, self.heads, -1)
        )  # sample, token, 3, head, width
        found = nn.functional.scaled_dot_product_attention(*asked.permute(2, 0, 3, 1, 4))
        tokens = tokens + self.answered(found.transpose(1, 2).flatten(2))
        behind: torch.Tensor = tokens + self.perceptron(self.behind(tokens))
        return behind


class ViT(nn.Module):
    """A vision transformer with patches of 16 pixels: ViT-B/16 at a width of 768."""

    def __init__(self, pixels: int, width: int, categories: int, depth: int = 12, heads: int = 12) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.patches = nn.Conv2d(3, width, 16, 16)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.randn(1, 1 + (pixels // 16) ** 2, width) / 50)
        self.blocks = nn.Sequential(*(Attended(width, heads) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, categories)
        self.eval()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        patches = self.patches(images).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(images), -1, -1), patches], 1) + self.places
        logits: torch.Tensor = self.head(self.norm(self.blocks(tokens))[:, 0])
        return logits


class Ready:
    """Samples that cost nothing to read: `distinct` inputs with their pictures, over and over."""

    categories = None

    def __init__(self, samples: int, pixels: int, distinct: int = 16, dtype: torch.dtype = torch.float32):
        rng = np.random.default_rng(0)
        coarse = rng.integers(0, 256, (distinct, max(2, pixels // 8), max(2, pixels // 8), 3), np.uint8)
        self.pictures = [
            Image.fromarray(c).resize((pixels, pixels), Image.Resampling.BICUBIC) for c in coarse
        ]
        values = torch.from_numpy(
            np.stack([np.asarray(p) for p in self.pictures]).transpose(0, 3, 1, 2).copy()
        )
        self.inputs = (values / 255).to(dtype)
        self.samples, self.distinct = samples, distinct

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, position: int) -> Sample:
        place = position % self.distinct
        return Sample(str(position), self.inputs[place], position % 10, self.pictures[place], str(position))

    def fingerprint(self) -> str:
        return f"ready-{self.samples}"

    def describe(self) -> dict[str, str]:
        return {"kind": "ready"}


@contextmanager
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def cpu_seconds(run: Callable[[], object], times: int) -> float:
    return paired({"": run}, times, time.process_time)[""]


def hook_seconds(
    model: nn.Module, layers: Sequence[RecordedLayer], inputs: torch.Tensor, times: int
) -> float:
    """Time between a hook before ours and one behind it, on every layer, while the model runs."""
    modules, began, spent = dict(model.named_modules()), [0.0], [0.0]

    def before(*arguments: Any) -> None:
        began[0] = time.process_time()

    def behind(*arguments: Any) -> None:
        spent[0] += time.process_time() - began[0]

    def run() -> None:
        model(inputs)
        taps.take()

    handles = [modules[layer.module].register_forward_hook(before) for layer in layers]
    each = []
    with observed(model), Taps(model, layers) as taps:
        handles += [modules[layer.module].register_forward_hook(behind) for layer in layers]
        for turn in range(times + 1):
            spent[0] = 0.0
            run()
            if turn:
                each.append(spent[0])
    for handle in handles:
        handle.remove()
    return statistics.median(each)


def place_seconds(
    model: nn.Module, layers: Sequence[RecordedLayer], inputs: torch.Tensor, samples: int
) -> float:
    """Time to find the places of maxima in a shard, whose responses come in random order."""
    maps: dict[str, torch.Tensor] = {}
    with observed(model), Taps(model, layers) as taps:
        taps.see = lambda layer, output, responses: maps.update({layer.name: output.clone()})
        model(inputs)
    generator, spent = torch.Generator().manual_seed(0), 0.0
    for layer in layers:
        places = StrongestPlaces(layer, "float16")
        for _ in range(samples // len(inputs)):
            responses = torch.randn(len(inputs), layer.units, generator=generator)
            began = time.process_time()
            places.see(maps[layer.name], responses)
            spent += time.process_time() - began
    return spent


def relus(model: nn.Module) -> list[str]:
    return [name for name, module in model.named_modules() if isinstance(module, nn.ReLU)]


def off_the_device(
    model: nn.Module, layers: Sequence[RecordedLayer], inputs: torch.Tensor, times: int
) -> float:
    """Time to check, cast and copy the responses of one batch into its shard."""
    with observed(model), Taps(model, layers) as taps:
        logits = model(inputs)
        responses = taps.take()
    seen = [SampleEntry(str(i), 0, "", "{}", b"") for i in range(len(inputs))]

    def run() -> None:
        filling = ShardFilling(0, range(len(inputs)), layers, logits.shape[1], "float16")
        filling.append(seen, responses, logits)
        filling.finish()

    return cpu_seconds(run, times)


def made_shard(layers: Sequence[RecordedLayer], samples: int, categories: int, thumbnail: bytes) -> Shard:
    rng = np.random.default_rng(0)
    responses = {
        layer.name: np.maximum(rng.normal(size=(samples, layer.units)), 0).astype(np.float16)
        for layer in layers
    }
    logits = rng.normal(size=(samples, categories)).astype(np.float16)
    seen = [SampleEntry(str(i), i % categories, str(i), "{}", thumbnail) for i in range(samples)]
    chosen = logits.argmax(1).astype(np.int64)
    return Shard(0, 0, responses, logits, chosen, np.full(samples, 0.5, np.float32), seen)


def shard_seconds(
    layers: Sequence[RecordedLayer], samples: int, categories: int, thumbnail: bytes, times: int
) -> tuple[float, float]:
    """Time to write and to summarise one shard."""
    shard = made_shard(layers, samples, categories, thumbnail)
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan("made", samples, layers, categories, "float16", "responses", False, "", {}, {}, samples)
        writer = RecordingWriter(RecordingPlace(Path(folder), "made"), plan)
        states = summarise_shard(shard, categories)
        write = cpu_seconds(lambda: writer.commit(shard, states), times)
    return write, cpu_seconds(lambda: summarise_shard(shard, categories), times)


def naive(model: nn.Module, names: Iterable[str], inputs: Iterable[torch.Tensor]) -> list[Any]:
    """Full maps kept by hooks, pooled when the pass is over, and turned into lists."""
    kept: dict[str, list[torch.Tensor]] = {name: [] for name in names}
    modules = dict(model.named_modules())
    handles = [
        modules[name].register_forward_hook(lambda module, given, out, maps=maps: maps.append(out.clone()))
        for name, maps in kept.items()
    ]
    with torch.inference_mode():
        for batch in inputs:
            model(batch)
    for handle in handles:
        handle.remove()
    return [torch.cat([each.mean((2, 3)) for each in maps]).tolist() for maps in kept.values()]


def passes(case: tuple[int, ...], shard: int, rounds: int) -> dict[str, object]:
    """One model and size of picture: each part, then whole passes in turn."""
    pixels, batch, width, categories, count = case
    model, dataset = resnet(pixels, width, categories), Ready(batch * count, pixels)
    inputs = torch.stack([dataset[i].input for i in range(batch)])
    stages, every = (
        choose_layers(Survey.of(model, inputs[:2], layers=names)) for names in (STAGES, relus(model))
    )
    categories_named = [str(i) for i in range(categories)]

    def bare() -> None:
        # Memory kept as in a recording, so that the difference is what is recorded.
        with memory_kept(), torch.inference_mode():
            for _ in range(count):
                model(inputs)

    def recorded(layers: Sequence[RecordedLayer]) -> None:
        shards = {0: range(len(dataset))}
        options = PassOptions(batch_size=batch)
        for _ in stream(
            model,
            dataset,
            layers,
            categories_named,
            shards,
            stored_as="float16",
            answer=LOGITS,
            options=options,
        ):
            pass

    forward = cpu_seconds(bare, rounds) / (batch * count)
    thumbnail = encode_thumbnail(dataset.pictures[0])
    write, summary = shard_seconds(every, shard, categories, thumbnail, min(rounds, 2))
    parts = {
        "hooks at 4 stages": hook_seconds(model, stages, inputs, rounds) / batch,
        f"hooks at {len(every)} ReLUs": hook_seconds(model, every, inputs, rounds) / batch,
        "places at 4 stages": place_seconds(model, stages, inputs, shard) / shard,
        f"places at {len(every)} ReLUs": place_seconds(model, every, inputs, shard) / shard,
        "off the device, ReLUs": off_the_device(model, every, inputs, 3 * rounds) / batch,
        "thumbnail": cpu_seconds(lambda: [encode_thumbnail(p) for p in dataset.pictures], 3 * rounds) / 16,
        "write, ReLUs": write / shard,
        "summary, ReLUs": summary / shard,
    }
    four, off = parts["hooks at 4 stages"], parts["off the device, ReLUs"]
    share = sum(layer.units for layer in stages) / sum(layer.units for layer in every)
    placed = parts["places at 4 stages"]
    few = four + placed + share * (off + write / shard + summary / shard)
    whole = sum(parts.values()) - four - placed
    sums = {"4 stages, all but thumbnails": few, "ReLUs and thumbnails, all": whole}
    rows = [(name, f"{1e6 * each:,.1f}", f"{each / forward:.2%}") for name, each in {**parts, **sums}.items()]
    table(
        f"{pixels} px, batches of {batch}: {1e3 * forward:.2f} ms CPU a sample without recording",
        ("part", "µs CPU a sample", "of the forward pass"),
        rows,
    )
    seconds = paired(
        {
            "bare": bare,
            "recorded at 4 stages": lambda: recorded(stages),
            "recorded at the ReLUs": lambda: recorded(every),
            "naive hooks at 4 stages": lambda: naive(model, STAGES, [inputs] * count),
            "naive hooks at the ReLUs": lambda: naive(model, relus(model), [inputs] * count),
        },
        rounds,
        time.process_time,
    )
    table(
        "Whole passes, with thumbnails",
        ("pass", "CPU a sample, ms", "more than bare"),
        [
            (name, f"{1e3 * each / len(dataset):.2f}", f"{each / seconds['bare'] - 1:+.1%}")
            for name, each in seconds.items()
        ],
    )
    added = {name: each / forward for name, each in {**parts, **sums}.items()}
    return {"pixels": pixels, "forward_seconds": forward, "shares": added, "whole_pass_seconds": seconds}


def peak_bytes(samples: int) -> int:
    """Largest resident memory of a process that records so many small samples."""
    run = [sys.executable, "-c", f"import recording; recording.record_small({samples})"]
    told = subprocess.run(run, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    return int(told.stdout.split()[-1])


def record_small(samples: int) -> None:
    """Record a tiny model and print this process's largest resident memory in bytes."""
    torch.set_num_threads(1)
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10)
    )
    with tempfile.TemporaryDirectory() as folder:
        study = ss.Study.create(Path(folder, "memory.study"), model, list("abcdefghij"))
        study.record(Ready(samples, 8), "made", layers=["1"], batch_size=128, progress=False)
    status = Path(
        "/proc/self/status"
    ).read_text()  # getrusage would tell the peak of the parent, if that is larger
    print(1024 * int(status.split("VmHWM:")[1].split()[0]))


def memory(samples: tuple[int, int]) -> dict[str, object]:
    few, many = (peak_bytes(count) for count in samples)
    table(
        "Largest resident memory of a recording",
        ("samples", "MB"),
        [(f"{count:,}", f"{peak / 1e6:.0f}") for count, peak in zip(samples, (few, many), strict=True)],
    )
    return {"samples": samples, "peak_bytes": (few, many), "ratio": many / few}


def measure(size: str, rounds: int) -> dict[str, object]:
    with one_thread():
        shown = [passes(case, SHARD[size], rounds) for case in PASSES[size]]
    return {"benchmark": "recording", "passes": shown, "memory": memory(MEMORY[size])}


def on_device(
    device: str,
    samples: int = 12_288,
    pixels: int = 224,
    batch: int = 256,
    workers: int = 8,
    width: int = 64,
    rounds: int = 3,
) -> None:
    """Samples a second in bfloat16, channels last, bare and recorded in turn: from a loader, and without one."""
    convolutions, attention = resnet(pixels, width, 1000, (3, 4, 6, 3)), ViT(pixels, 12 * width, 1000)
    chosen = {
        "ResNet-50": (convolutions, {"4 stages": STAGES, "all ReLUs": relus(convolutions)}),
        "ViT-B/16": (attention, {"12 blocks": [f"blocks.{i}" for i in range(12)]}),
    }
    dataset = Ready(samples, pixels, dtype=torch.bfloat16)
    for name, (model, layers) in chosen.items():
        model.to(device, torch.bfloat16, memory_format=torch.channels_last)
        recorded = {
            where: choose_layers(Survey.of(model, dataset.inputs[:2].to(device), layers=names))
            for where, names in layers.items()
        }
        for whence, rivals in (
            ("from a loader", loaded(model, recorded, dataset, device, batch, workers)),
            ("one batch, over and over", repeated(model, recorded, dataset, device, batch)),
        ):
            seconds = paired(rivals, rounds)
            rows = [
                (way, f"{samples / each:,.0f}", f"{seconds['bare'] / each:.1%}")
                for way, each in seconds.items()
            ]
            title = f"{name}, {pixels} px, bfloat16, on {device}, {whence}"
            table(title, ("pass", "samples/s", "of bare"), rows)


def loaded(
    model: nn.Module,
    layers: Mapping[str, Sequence[RecordedLayer]],
    dataset: Ready,
    device: str,
    batch: int,
    workers: int,
) -> dict[str, Callable[[], object]]:
    """Passes over the dataset with summaries by the host and on the device; nothing is written."""
    samples = len(dataset)
    categories = [str(i) for i in range(1000)]

    def passed(through: nn.Module) -> None:
        loader = batches(dataset, [range(samples)], batch, workers=workers, pinned=device == "cuda")
        with torch.inference_mode():
            for each in loader:
                assert each.inputs is not None
                answer = through(each.inputs.to(device, non_blocking=True))
            answer.cpu()

    def recorded(chosen: Sequence[RecordedLayer], there: bool, keep: Keep) -> None:
        shards = stream(
            model,
            dataset,
            chosen,
            categories,
            dict(enumerate(cut(samples))),
            stored_as="float16",
            answer=LOGITS,
            options=PassOptions(batch, workers, summaries_on_device=there),
            keep=keep,
            summaries=OnDevice,
        )
        with Background() as background, closing(shards):
            for shard in shards:
                background.submit(summarise_shard, shard, len(categories))

    rivals: dict[str, Callable[[], object]] = {
        "bare": lambda: passed(model),
        "the loader alone": lambda: passed(nn.Identity()),
    }
    ways: dict[str, tuple[bool, Keep]] = {
        "summaries by the host": (False, "responses"),
        "summaries on the device": (True, "responses"),
        "responses stay there": (True, "summaries"),
    }
    for where, chosen in layers.items():
        for way, (there, keep) in ways.items():
            rivals[f"{where}, {way}"] = lambda c=chosen, t=there, k=keep: recorded(c, t, k)
    return rivals


def repeated(
    model: nn.Module, layers: Mapping[str, Sequence[RecordedLayer]], dataset: Ready, device: str, batch: int
) -> dict[str, Callable[[], object]]:
    """As many samples, all of one batch that the device has: what recording takes of its time."""
    inputs = dataset.inputs[torch.arange(batch) % dataset.distinct].to(device)
    seen = [SampleEntry(str(i), i % 10, str(i), "{}", b"") for i in range(batch)]
    whole = len(dataset) // batch * batch

    def bare() -> None:
        with torch.inference_mode():
            for _ in range(0, whole, batch):
                answer = model(inputs)
            answer.cpu()

    def recorded(chosen: Sequence[RecordedLayer], keep: Keep) -> None:
        with Background() as background, observed(model), Taps(model, chosen) as taps:
            for index, part in enumerate(cut(whole, 4096 // batch * batch)):
                shard = ShardFilling(index, part, chosen, 1000, "float16", keep=keep, summaries=OnDevice)
                while not shard.full:
                    logits = model(inputs)
                    shard.append(seen, taps.take(), logits)
                background.submit(summarise_shard, shard.finish(), 1000)

    rivals: dict[str, Callable[[], object]] = {"bare": bare}
    for where, chosen in layers.items():
        rivals[f"{where}, summaries on the device"] = lambda c=chosen: recorded(c, "responses")
        rivals[f"{where}, responses stay there"] = lambda c=chosen: recorded(c, "summaries")
    return rivals


def cut(samples: int, size: int = 4096) -> list[range]:
    return [range(i, min(i + size, samples)) for i in range(0, samples, size)]


if __name__ == "__main__":
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--device")
    given, rest = options.parse_known_args()
    if given.device:
        on_device(given.device)
    else:
        command(__doc__, measure, rest)
