"""Opening a study and walking through it: seconds until the first page, each kind of page, and what a browser sees.

python benchmarks/viewing.py                   # 4 datasets of 5,000 samples, a minute
python benchmarks/viewing.py --size imagenet   # 4 of 50,000, 2,048 and 512 units, 1,000 categories

The study is made once by `synthetic.py` and kept in the system's folder for temporary files.
"""

from __future__ import annotations

import http.client
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit

import numpy as np
from paired import command, paired, table
from synthetic import EXTENTS, Extent, synthetic_study

from shiftscope.interop.deephys.export_deephys import export_deephys
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.top_samples import TopSamples
from shiftscope.web.server.page_at import page_at
from shiftscope.web.server.security import folder_of

CLIENTS = 16
READ = 200  # thumbnails at random
STRIP = 100  # pictures of one dataset on the page that the browser draws
HEAVY = "torch", "numba", "scipy", "pandas", "zarr"
RIVAL = {"tiny": 50, "small": 1_000, "imagenet": 4_000}  # samples of each dataset in the other tool's files
ASKED = {"tiny": 3, "small": 30, "imagenet": 100}  # addresses of each kind of page
# The command as a user starts it; a line on its input is answered by what its process has become.
SERVED = """
import json, sys, threading, time
def answer():
    for line in sys.stdin:
        processor = time.process_time()
        with open("/proc/self/status") as file:
            resident = next(int(l.split()[1]) / 1e3 for l in file if l.startswith("VmRSS"))
        told = {"processor_seconds": processor, "resident_mb": resident, "modules": sorted(sys.modules)}
        print(json.dumps(told), flush=True)
threading.Thread(target=answer, daemon=True).start()
from shiftscope.cli import main
main()
"""


@dataclass
class Served:
    """The viewer in a process of its own."""

    process: subprocess.Popen[str]
    host: str
    token: str

    @property
    def address(self) -> str:
        return f"http://{self.host}/?token={self.token}"

    @property
    def cookie(self) -> str:
        return f"shiftscope-{folder_of(self.token)}={self.token}"

    def at(self, path: str) -> str:
        """The path under which the viewer has its page `path`."""
        return f"/{folder_of(self.token)}{path}"

    def state(self) -> dict[str, Any]:
        """Processor time so far, resident memory and modules imported."""
        sent, got = pipes(self.process)
        sent.write("\n")
        sent.flush()
        return dict(json.loads(got.readline()))

    def connection(self) -> closing[http.client.HTTPConnection]:
        """Kept open from one request to the next, as a browser does."""
        return closing(http.client.HTTPConnection(self.host, timeout=120))

    def get(self, connection: http.client.HTTPConnection, path: str) -> bytes:
        """One page as a browser asks for it; anything but an answer is an error."""
        connection.request("GET", self.at(path), headers={"Cookie": self.cookie, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}")
        return body


@contextmanager
def served(study: Path) -> Iterator[Served]:
    """`shiftscope view STUDY --no-browser`, ended afterwards."""
    start = [sys.executable, "-u", "-c", SERVED, "view", str(study), "--no-browser", "--port", "0"]
    with subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            told = pipes(process)[1].readline()
            parts = urlsplit(next(word for word in told.split() if word.startswith("http")))
            token = parts.query.partition("=")[2]
            yield Served(process, parts.netloc, token)
        finally:
            process.terminate()


def pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin
    assert process.stdout
    return process.stdin, process.stdout


def opening(study: Path, rounds: int) -> dict[str, Any]:
    """From the start of the process to the last byte of the first page, and what the process then holds."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        with served(study) as viewer, viewer.connection() as connection:
            viewer.get(connection, "/")
            seconds.append(time.perf_counter() - start)
            state = viewer.state()
    heavy = [name for name in HEAVY if name in state["modules"]]
    median = statistics.median(seconds)
    table(
        f"Opening {study.name}",
        ("what", "value"),
        [
            ("process start to first page", f"{median:.2f} s"),
            ("processor time of it", f"{state['processor_seconds']:.2f} s"),
            ("resident memory", f"{state['resident_mb']:.0f} MB"),
            ("heavy libraries imported", ", ".join(heavy) or "none"),
        ],
    )
    del state["modules"]
    return {"seconds": median, **state, "heavy": heavy}


def addresses(study: StoredStudy, many: int) -> dict[str, list[str]]:
    """Addresses of every kind of page, `many` different ones where there are as many."""
    rng = np.random.default_rng(0)
    early, late = study.layers
    datasets = [quote(name) for name in study]
    units = rng.permutation(study.layers[late].units)[:many]
    categories = rng.permutation(len(study.categories))[:many]
    samples = study[study.reference].samples
    wrong = np.flatnonzero(samples.labels != samples.predictions)[:many]
    pairs = [(samples.labels[at], samples.predictions[at]) for at in wrong]
    shown = [(datasets[at % len(datasets)], at) for at in map(int, rng.permutation(len(samples))[:many])]
    scores = ("novelty", "spurious", "shift_auroc", "maximum")
    return {
        "overview": ["/"] * min(many, 10),
        "layer": [f"/layers/{layer}?sort={score}" for layer in (early, late) for score in scores],
        "unit": [f"/layers/{late}/units/{unit}" for unit in units],
        f"unit, {STRIP} images each": [f"/layers/{late}/units/{unit}?images={STRIP}" for unit in units],
        "sample": [f"/datasets/{name}/samples/{at}" for name, at in shown],
        "dataset": [f"/datasets/{name}?show={show}" for name in datasets for show in ("all", "wrong")],
        "category": [f"/categories/{category}" for category in categories],
        "confusion": [f"/confusions/{a}/{b}" for a, b in pairs],
        "set": [f"/datasets/{datasets[0]}?label={a}&prediction={b}" for a, b in pairs],
    }


def walking(viewer: Served, kinds: Mapping[str, Sequence[str]]) -> dict[str, dict[str, float]]:
    """Milliseconds of each kind of page, drawn cold and again warm; then all by many clients at once."""
    alone: dict[str, list[float]] = {}
    cold: dict[str, float] = {}
    processor: dict[str, float] = {}  # tells the cost of a page on a busy machine too
    with viewer.connection() as connection:
        for kind, paths in kinds.items():
            cold[kind] = max(timed(viewer, connection, path) for path in paths)
            start = viewer.state()["processor_seconds"]
            alone[kind] = [timed(viewer, connection, anew(path, "alone")) for path in paths]
            processor[kind] = 1e3 * (viewer.state()["processor_seconds"] - start) / len(paths)
    together: dict[str, list[float]] = {kind: [] for kind in kinds}
    failed: list[Exception] = []

    def client(number: int) -> None:
        try:
            with viewer.connection() as own:
                for kind, paths in kinds.items():
                    for path in paths[number % len(paths) :][:3]:
                        together[kind].append(timed(viewer, own, anew(path, number)))
        except Exception as error:
            failed.append(error)

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    if failed:
        raise failed[0]
    figures = {
        kind: {
            "p50": quantile(alone[kind], 50),
            "p95": quantile(alone[kind], 95),
            "processor": processor[kind],
            "slowest_first": cold[kind],
            f"p50_{CLIENTS}_clients": quantile(together[kind], 50),
            f"p95_{CLIENTS}_clients": quantile(together[kind], 95),
        }
        for kind in kinds
    }
    table(
        f"Pages over HTTP, milliseconds; {CLIENTS} clients without an error",
        (
            "page",
            "p50",
            "p95",
            "processor",
            "slowest when first seen",
            f"p50, {CLIENTS} clients",
            f"p95, {CLIENTS} clients",
        ),
        [(kind, *(f"{value:.1f}" for value in found.values())) for kind, found in figures.items()],
    )
    return figures


def anew(path: str, mark: object) -> str:
    """The same page under an address not asked for before, since the viewer keeps pages for a while."""
    return f"{path}{'&' if '?' in path else '?'}again={mark}"


def timed(viewer: Served, connection: http.client.HTTPConnection, path: str) -> float:
    start = time.perf_counter()
    viewer.get(connection, path)
    return 1e3 * (time.perf_counter() - start)


def quantile(values: Sequence[float], percent: int) -> float:
    return float(np.percentile(values, percent))


def images(viewer: Served, study: StoredStudy, rounds: int) -> dict[str, float]:
    """The pictures of one unit's page as few bodies, against a request for each; and thumbnails from the disk."""
    layer = list(study.layers)[-1]
    strongest = {
        name: [int(p) for p in recording.summary(layer, TopSamples).position[:STRIP, 0] if p >= 0]
        for name, recording in study.items()
    }
    single = [f"/thumbnails/{quote(name)}/{at}" for name, found in strongest.items() for at in found]
    strips = [f"/pictures/{quote(name)}?at={','.join(map(str, at))}" for name, at in strongest.items()]
    samples = study[study.reference].samples
    random = np.random.default_rng(0).integers(0, len(samples), READ).tolist()

    with viewer.connection() as connection:

        def fetched(paths: Sequence[str]) -> Callable[[], object]:
            return lambda: [viewer.get(connection, path) for path in paths]

        seconds = paired(
            {
                f"{len(strips)} strips": fetched(strips),
                f"{len(single)} single pictures": fetched(single),
                f"{READ} thumbnails read": lambda: [samples.thumbnail(at) for at in random],
            },
            rounds,
        )
    strip, one = list(seconds.values())[:2]
    table(
        f"Pictures of a unit, {len(single)} in all",
        ("what", "milliseconds"),
        [*((name, f"{1e3 * each:.1f}") for name, each in seconds.items()), ("ratio", f"{one / strip:.1f}")],
    )
    return seconds


def against_cbor(size: str, folder: Path, rounds: int) -> dict[str, float]:
    """The same recording as one file that must be read whole, as Deephys reads it, against our first page."""
    from cbor2 import load

    layers = {name: min(512, units) for name, units in EXTENTS[size].layers.items()}
    made = Extent(2, RIVAL[size], layers, min(100, EXTENTS[size].categories))
    study = synthetic_study(folder / "rival.study", made)
    files = export_deephys(study, folder / "deephys").files

    def read() -> None:
        for path in files:
            with path.open("rb") as file:
                load(file)

    rivals = {"ours, first page": lambda: page_at(StoredStudy(study.path), ""), "cbor2": read}
    seconds = paired(rivals, rounds)
    ours, theirs = seconds.values()
    table(
        f"The same 2 x {RIVAL[size]:,} samples, process started",
        ("what", "seconds"),
        [*((name, f"{each:.3f}") for name, each in seconds.items()), ("ratio", f"{theirs / ours:.1f}")],
    )
    return seconds


def browsing(viewer: Served, path: str) -> dict[str, float] | None:
    """What a browser sees of a unit's page; None where there is no browser."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found = None
    if not found:
        print("\nNo Chromium and playwright here: what a browser sees is not measured.")
        return None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--disable-gpu"])
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(viewer.address)  # brings the cookie, and is another page
        page.goto("about:blank")
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        answers: list[Any] = []
        page.on("requestfinished", lambda request: answers.append(request))
        page.goto(f"http://{viewer.host}{viewer.at(path)}")
        page.wait_for_function(SHOWN)
        seen = dict(page.evaluate(SEEN))
        page.evaluate("for (const fold of document.querySelectorAll('details.fold')) fold.open = true")
        for plot in page.locator(".plot").all():  # charts load their libraries when they come near the window
            plot.scroll_into_view_if_needed()
            plot.locator("svg[aria-hidden=true]").wait_for()
        scripts = [answer for answer in answers if answer.resource_type == "script"]
        seen["requests"] = len(answers)
        seen["script_kb"] = sum(script.sizes()["responseBodySize"] for script in scripts) / 1e3
        browser.close()
    table(
        f"{path} in Chromium, nothing cached",
        ("what", "value"),
        [
            ("first contentful paint", f"{seen['painted']:.0f} ms"),
            (f"all {seen['images']:.0f} images there", f"{seen['shown']:.0f} ms"),
            ("requests", f"{seen['requests']}"),
            ("scripts over the wire", f"{seen['script_kb']:.0f} kB"),
        ],
    )
    return seen


SHOWN = """() => {
  const images = [...document.querySelectorAll(".compared img")];
  const there = images.every((image) => image.complete && image.naturalWidth);
  if (there && images.length) window.shown ??= performance.now();
  return window.shown;
}"""
SEEN = """() => ({
  painted: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  shown: window.shown,
  images: document.querySelectorAll(".compared img").length,
})"""


def kept_study(size: str) -> Path:
    """The study of this size, made when it is first asked for."""
    path = Path(tempfile.gettempdir()) / f"shiftscope-benchmark-{size}.study"
    if not path.exists():
        part = path.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        synthetic_study(part, EXTENTS[size])
        part.rename(path)
    return path


def measure(size: str, rounds: int) -> dict[str, Any]:
    path = kept_study(size)
    study = StoredStudy(path)
    kinds = addresses(study, ASKED[size])
    figures: dict[str, Any] = {"benchmark": "viewing", "opening": opening(path, rounds)}
    with served(path) as viewer:
        figures["pages_ms"] = walking(viewer, kinds)
        figures["resident_mb"] = viewer.state()["resident_mb"]
        figures["pictures_seconds"] = images(viewer, study, rounds)
        figures["browser"] = browsing(viewer, kinds[f"unit, {STRIP} images each"][0])
    with tempfile.TemporaryDirectory() as folder:
        figures["rival_seconds"] = against_cbor(size, Path(folder), rounds)
    return figures


if __name__ == "__main__":
    command(__doc__, measure)
