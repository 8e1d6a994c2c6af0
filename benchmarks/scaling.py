"""One and two processes that record together, and what a dataset of millions leaves on the disk before it is whole.

python benchmarks/scaling.py                   # small, two minutes
python benchmarks/scaling.py --size imagenet   # 14 million samples, 2,048 units, 21,841 categories, ten minutes

The large dataset is not recorded: sixteen of its shards are summarised, written and merged, and the rest is
worked out from how many there are.
"""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from paired import command, paired, table
from torch import nn

import shiftscope as ss
from shiftscope.engine.engine import Engine
from shiftscope.engine.local import Local
from shiftscope.engine.ranks import Ranks
from shiftscope.store.layout import SHARD_SAMPLES
from shiftscope.store.places import RecordingPlace
from shiftscope.store.writing import merged_runs as runs
from shiftscope.store.writing.shard_summaries import read_partial, write_partial
from shiftscope.summaries.summarise import summarise
from shiftscope.summaries.summary import Block, States, merge_in_order

# samples recorded, samples of a shard, pixels; of the large dataset: samples, units, categories, samples of a shard
SIZES = {
    "tiny": (24, 4, 8, 1_000, 8, 30, 16),
    "small": (1_024, 64, 32, 1_281_167, 256, 1_000, SHARD_SAMPLES),
    "imagenet": (4_096, 128, 32, 14_000_000, 2_048, 21_841, SHARD_SAMPLES),
}
FEW = 2  # shards, the least that a recording is compared with
WORKERS = 8  # of whom the bytes that lie on the disk at once are told


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip


def recorded(path: str, samples: int, shard: int, pixels: int, engine: Engine | None) -> None:
    """Noise through a small network of one thread."""
    torch.set_num_threads(1)
    images = np.random.default_rng(0).random((samples, 3, pixels, pixels), np.float32)
    net = network()
    study = ss.Study.create(path, net, list("abcdefghij"), exist_ok=True)
    study.record((images, np.arange(samples) % 10), "noise", layers=["1", "5"], engine=engine,
                 shard_samples=shard, batch_size=min(64, shard), progress=False)  # fmt: skip


def passed(samples: int, batch: int, pixels: int) -> None:
    """As many samples through the same network, and nothing of them kept."""
    torch.set_num_threads(1)
    net, images = network().eval(), torch.rand(batch, 3, pixels, pixels)
    with torch.inference_mode():
        for _ in range(samples // batch):
            net(images)


@contextmanager
def rivals(folder: Path, samples: int, shard: int, pixels: int) -> Iterator[dict[str, Callable[[], None]]]:
    """The same recording by one and by two processes, all of which have started before."""
    from shiftscope.engine.cluster import Cluster, own_workers

    made = 0

    def fresh() -> str:
        nonlocal made
        shutil.rmtree(folder / f"{made}.study", ignore_errors=True)
        made += 1
        return str(folder / f"{made}.study")

    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(2, multiprocessing.get_context("spawn")))
        clients = {many: stack.enter_context(own_workers(many)).client for many in (1, 2)}

        def by_ranks(ranks: int) -> None:
            path = fresh()
            engines = [Ranks(rank, ranks) for rank in range(ranks)] if ranks > 1 else [Local()]
            for done in [pool.submit(recorded, path, samples, shard, pixels, engine) for engine in engines]:
                done.result()

        def by_workers(workers: int) -> None:
            recorded(fresh(), samples, shard, pixels, Cluster(clients[workers], threads=1))

        def bare(processes: int) -> None:
            """What the machine has for two processes at that moment."""
            part, batch = samples // processes, min(64, shard)
            for done in [pool.submit(passed, part, batch, pixels) for _ in range(processes)]:
                done.result()

        yield {
            "passes alone, 1 process": lambda: bare(1),
            "passes alone, 2 processes": lambda: bare(2),
            "1 process": lambda: by_ranks(1),
            "2 ranks": lambda: by_ranks(2),
            "1 worker": lambda: by_workers(1),
            "2 workers": lambda: by_workers(2),
        }


def strong(folder: Path, samples: int, shard: int, pixels: int, rounds: int) -> dict[str, float]:
    with rivals(folder, samples, shard, pixels) as ways:
        seconds = paired(ways, rounds)
    table(
        f"{samples:,} samples in {-(-samples // shard)} shards, one thread each; measured",
        ("by", "seconds", "faster than one"),
        [
            (name, f"{each:.2f}", f"{seconds[one] / each:.2f}")
            for name, each in seconds.items()
            for one in ["passes alone, 1 process" if "alone" in name else "1 process"]
        ],
    )
    return seconds


def wire(folder: Path, samples: int, shard: int, pixels: int) -> dict[int, int]:
    """Bytes that a scheduler, its client and two workers write to each other, by the number of shards."""
    from shiftscope.engine.cluster import Cluster, own_workers

    with own_workers(2) as cluster:
        cluster.client.run(count_bytes)
        count_bytes()
        told = {}
        for turn, shards in enumerate((FEW, FEW, -(-samples // shard))):  # the first time does not count
            before = written(cluster)
            path, engine = str(folder / f"wire-{turn}.study"), Cluster(cluster.client, threads=1)
            recorded(path, samples, -(-samples // shards), pixels, engine)
            told[shards] = written(cluster) - before
    return told


def count_bytes() -> None:
    """Have this process count what it sends."""
    from distributed.comm.tcp import TCP

    send, TCP.sent = TCP.write, 0

    async def write(self: Any, *arguments: Any, **options: Any) -> Any:
        many = await send(self, *arguments, **options)
        TCP.sent += many
        return many

    TCP.write = write


def bytes_sent() -> int:
    from distributed.comm.tcp import TCP

    return int(TCP.sent)


def written(cluster: Any) -> int:
    return bytes_sent() + sum(cluster.client.run(bytes_sent).values())


def states_of(shard: int, units: int, categories: int, samples: int, rows: int, *, shuffled: bool) -> States:
    """Summaries of one shard of a dataset with as many samples of each category, in order or not."""
    rng = np.random.default_rng(shard)
    first = shard * rows
    labels = (
        rng.integers(0, categories, rows)
        if shuffled
        else np.minimum((first + np.arange(rows)) * categories // samples, categories - 1)
    )
    responses = np.maximum(rng.standard_normal((rows, units), np.float32), 0).astype(np.float16)
    return {"layer": summarise(Block(responses, first + np.arange(rows), labels, categories))}


def merging(folder: Path, size: str, *, shuffled: bool) -> dict[str, float]:
    """A run of sixteen shards, one by one as a recording does them, and what a run of such runs costs."""
    *_, samples, units, categories, rows = SIZES[size]
    place = RecordingPlace(folder.parent, folder.name)
    count, together = -(-samples // rows), runs.TOGETHER
    seconds = {"summarise": 0.0, "write": 0.0, "merge": 0.0}
    bytes_of_shards = 0
    for shard in range(together):
        states = timed(seconds, "summarise", lambda shard=shard: states_of(
            shard, units, categories, samples, rows, shuffled=shuffled))  # fmt: skip
        path = place.partial(shard)
        timed(seconds, "write", lambda path=path, states=states: write_partial(path, states))
        bytes_of_shards += path.stat().st_size
    timed(seconds, "merge", lambda: runs.merge_run_of(place, together - 1, count))
    run = place.partial(0, together)
    merged = read_partial(run)
    once = {"read": 0.0, "merge": 0.0, "write": 0.0}
    read = timed(once, "read", lambda: read_partial(run))
    timed(once, "merge", lambda: merge_in_order([merged, read]))
    whole = folder / "whole"
    timed(once, "write", lambda: write_partial(whole, merged))
    bytes_of_run = run.stat().st_size
    shutil.rmtree(folder)
    many, larger = count // together, count // together**2
    left = larger + (many - larger * together) + (count - many * together)
    per_file = once["read"] + once["merge"]
    return {
        "shards": count,
        "bytes of a shard": bytes_of_shards / together,
        "bytes of a run": bytes_of_run,
        "bytes of all shards": count * bytes_of_shards / together,
        "bytes at once": WORKERS * bytes_of_shards + (together - 1 + larger + 1) * bytes_of_run,
        "seconds of a run": seconds["merge"],
        "seconds a shard otherwise": (seconds["summarise"] + seconds["write"]) / together,
        "seconds of all runs": many * seconds["merge"] + larger * (together * per_file + once["write"]),
        "seconds at the end": left * per_file,
        "files at the end": left,
    }


def timed(into: dict[str, float], name: str, run: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    made = run()
    into[name] += time.perf_counter() - start
    return made


def peak_bytes(size: str) -> float:
    """Largest resident memory of a process that summarises, writes and merges a run of shuffled shards."""
    ask = f"import scaling; scaling.tell_peak({size!r})"
    run = [sys.executable, "-c", ask]
    told = subprocess.run(run, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    return float(told.stdout.splitlines()[-1])


def tell_peak(size: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        merging(Path(folder, "made"), size, shuffled=True)
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else ["VmHWM: nan"]
    print(1024 * next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")))


def measure(size: str, rounds: int) -> dict[str, object]:
    samples, shard, pixels, large, units, categories, _ = SIZES[size]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds = strong(folder, samples, shard, pixels, rounds)
        sent = wire(folder, samples, shard, pixels)
        merges = {
            words: merging(folder / words, size, shuffled=words == "shuffled")
            for words in ("sorted", "shuffled")
        }
    few, many = sorted(sent)
    more = (sent[many] - sent[few]) / (many - few)
    table(
        "What scheduler, client and two workers send each other, images and model among it; measured",
        ("what", "kB"),
        [(f"{shards} shards", f"{each / 1e3:,.1f}") for shards, each in sent.items()]
        + [("one more shard", f"{more / 1e3:,.2f}")],
    )
    peak = peak_bytes(size)
    rows = [
        (what, *(shown(what, each[what]) for each in merges.values()), how)
        for what, how in (
            ("shards", "computed"),
            ("bytes of a shard", "measured, mean of 16"),
            ("bytes of a run", "measured"),
            ("bytes of all shards", "computed: what would pile up without runs"),
            ("bytes at once", f"computed, at most, {WORKERS} workers"),
            ("seconds a shard otherwise", "measured: made, summarised and written"),
            ("seconds of a run", "measured"),
            ("seconds of all runs", "computed; shared by the workers"),
            ("files at the end", "computed"),
            ("seconds at the end", "computed"),
        )
    ]
    table(
        f"{large:,} samples, {units:,} units, {categories:,} categories, summaries alone",
        ("what", "sorted labels", "shuffled labels", "how it is known"),
        rows,
    )
    table("Largest resident memory", ("process", "GB"),
          [("that summarises and merges a run of shuffled shards, measured", f"{peak / 1e9:.2f}")])  # fmt: skip
    return {
        "benchmark": "scaling",
        "seconds": seconds,
        "sent": sent,
        "merging": merges,
        "peak": peak,
        "more": more,
    }


def shown(what: str, value: float) -> str:
    if what.startswith("bytes"):
        return f"{value / 1e9:,.2f} GB" if value > 5e8 else f"{value / 1e6:,.2f} MB"
    return f"{value:,.0f}" if value >= 100 or float(value).is_integer() else f"{value:,.2f}"


if __name__ == "__main__":
    command(__doc__, measure)
