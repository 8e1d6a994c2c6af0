"""Many people at one viewer: requests a second, how long the slowest wait, errors, and whether memory grows.

python benchmarks/serving.py                   # some seconds on the demonstration's study, which is trained once
python benchmarks/serving.py --size imagenet   # a minute of load, then 10,000 requests for the memory

Each of 64 clients keeps its connection and asks for the next page as soon as one has come, all of this machine.
The study is made once and kept in the system's folder for temporary files.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from paired import command, table
from viewing import Served, addresses, anew, kept_study, quantile, served

from shiftscope.store.stored_study import StoredStudy

CLIENTS = 64
TARGET_MS = 250.0  # that 99 of 100 requests are answered in
SECONDS = {"tiny": 1.0, "small": 6.0, "imagenet": 60.0}
ASKED = {"tiny": 2, "small": 30, "imagenet": 30}  # addresses of each kind of page
WATCHED = {"tiny": 100, "small": 2_000, "imagenet": 10_000}  # requests while the memory is watched
DRAWN = {"tiny": 50, "small": 500, "imagenet": 4_000}  # of those, for addresses never asked for before
LOOKS = 10  # at the memory


@dataclass
class Client:
    """One connection that is kept, as a browser's, and what came over it."""

    viewer: Served
    answered: list[tuple[str, float, float]] = field(default_factory=list)  # path, began, ended
    errors: list[str] = field(default_factory=list)

    async def walk(self, paths: Iterator[str], until: float = float("inf")) -> None:
        """Ask for one page after the other until they end or the clock says so."""
        host, _, port = self.viewer.host.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            for path in paths:
                if time.perf_counter() > until:
                    break
                start = time.perf_counter()
                writer.write(
                    f"GET {self.viewer.at(path)} HTTP/1.1\r\nHost: {self.viewer.host}\r\n"
                    f"Cookie: {self.viewer.cookie}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
                )
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = int(head.partition("content-length:")[2].partition("\r\n")[0])
                body = await reader.readexactly(length)
                self.answered.append((path, start, time.perf_counter()))
                if head.split(" ", 2)[1] != "200" or not body:
                    self.errors.append(f"{path}: {head.splitlines()[0]}")
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            self.errors.append(f"{type(error).__name__}: {error}")
        finally:
            writer.close()


def demo_study() -> Path:
    """The study of `shiftscope demo`, made when it is first asked for."""
    path = Path(tempfile.gettempdir()) / "shiftscope-benchmark-demo.study"
    if not path.exists():
        from shiftscope.demo import make_study

        part = path.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        make_study(part)
        part.rename(path)
    return path


def together(viewer: Served, walks: Sequence[Iterator[str]], seconds: float = float("inf")) -> list[Client]:
    """Every walk by a client of its own, at the same time."""
    clients = [Client(viewer) for _ in walks]

    async def run() -> None:
        until = time.perf_counter() + seconds
        await asyncio.gather(*(one.walk(walk, until) for one, walk in zip(clients, walks, strict=True)))

    asyncio.run(run())
    return clients


def loaded(viewer: Served, paths: Sequence[str], seconds: float) -> dict[str, Any]:
    """All clients at once, each in an order of its own, beginning with a server that has drawn nothing yet."""
    rng = np.random.default_rng(0)
    walks = [
        itertools.chain.from_iterable(rng.permutation(paths).tolist() for _ in itertools.count())
        for _ in range(CLIENTS)
    ]
    before, start = viewer.state()["processor_seconds"], time.perf_counter()
    clients = together(viewer, walks, seconds)
    lasted = time.perf_counter() - start
    processor = viewer.state()["processor_seconds"] - before
    answered = [each for client in clients for each in client.answered]
    first: dict[str, float] = {}
    for path, _, ended in answered:
        first[path] = min(ended, first.get(path, ended))
    drawn = max(first.values())
    times = [1e3 * (ended - began) for _, began, ended in answered]
    later = [1e3 * (ended - began) for _, began, ended in answered if began > drawn] or times
    errors = [error for client in clients for error in client.errors]
    figures = {
        "clients": CLIENTS,
        "addresses": len(paths),
        "requests": len(times),
        "seconds": lasted,
        "requests_per_second": len(times) / lasted,
        "server_processor_ms": 1e3 * processor / max(1, len(times)),
        "errors": errors,
        "p50_ms": quantile(times, 50),
        "p99_ms": quantile(times, 99),
        "slowest_ms": max(times),
        "all_drawn_seconds": drawn - start,
        "p99_once_drawn_ms": quantile(later, 99),
    }
    told = "reached" if figures["p99_ms"] < TARGET_MS else "missed"
    table(
        f"{CLIENTS} clients on {len(paths)} pages for {lasted:.0f} s",
        ("what", "value"),
        [
            ("requests", f"{len(times):,}"),
            ("requests/s", f"{figures['requests_per_second']:.0f}"),
            ("errors", f"{len(errors)}"),
            ("p50", f"{figures['p50_ms']:.1f} ms"),
            ("p99", f"{figures['p99_ms']:.1f} ms (target below {TARGET_MS:.0f} ms: {told})"),
            ("slowest", f"{figures['slowest_ms']:.0f} ms"),
            ("every page drawn once after", f"{figures['all_drawn_seconds']:.1f} s"),
            ("p99 from then on", f"{figures['p99_once_drawn_ms']:.1f} ms"),
            ("server's processor time a request", f"{figures['server_processor_ms']:.2f} ms"),
        ],
    )
    return figures


def watched(viewer: Served, what: str, paths: Iterator[str], requests: int) -> dict[str, Any]:
    """Resident memory of the server while it answers `requests` of the paths, by some clients."""
    share = max(1, requests // LOOKS // 8)
    before = viewer.state()
    resident, errors = [before["resident_mb"]], []
    for _ in range(LOOKS):
        walks = [iter(list(itertools.islice(paths, share))) for _ in range(8)]
        errors += [error for client in together(viewer, walks) for error in client.errors]
        resident.append(viewer.state()["resident_mb"])
    answered = share * 8 * LOOKS
    slope = float(np.polyfit(np.linspace(0, answered, len(resident)), resident, 1)[0])
    figures = {
        "requests": answered,
        "errors": errors,
        "resident_mb": resident,
        "kb_per_request": 1e3 * slope,
        "server_processor_ms": 1e3
        * (viewer.state()["processor_seconds"] - before["processor_seconds"])
        / answered,
    }
    table(
        f"Memory over {answered:,} requests, {what}",
        ("first", "last", "largest", "slope", "errors", "server's processor time a request"),
        [
            (
                f"{resident[0]:.1f} MB",
                f"{resident[-1]:.1f} MB",
                f"{max(resident):.1f} MB",
                f"{1e3 * slope:.2f} kB a request",
                f"{len(errors)}",
                f"{figures['server_processor_ms']:.2f} ms",
            )
        ],
    )
    return figures


def never_seen(paths: Sequence[str]) -> Iterator[str]:
    """The same pages under new addresses, which have to be drawn."""
    for number, path in enumerate(itertools.cycle(paths)):
        yield anew(path, number)


def measure(size: str, rounds: int) -> dict[str, Any]:
    del rounds  # one long run says more here than several short ones
    path = kept_study(size) if size == "tiny" else demo_study()
    kinds = addresses(StoredStudy(path), ASKED[size])
    paths = [each for found in kinds.values() for each in found]
    with served(path) as viewer:
        figures = {"benchmark": "serving", "load": loaded(viewer, paths, SECONDS[size])}
        figures["memory_kept"] = watched(
            viewer, "pages kept from before", itertools.cycle(paths), WATCHED[size]
        )
        figures["memory_drawn"] = watched(viewer, "pages drawn anew", never_seen(paths), DRAWN[size])
    return figures


if __name__ == "__main__":
    command(__doc__, measure)
