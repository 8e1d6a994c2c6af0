"""Whatever an address or a form holds, the answer is one of ours, soon, and of the study alone."""

from __future__ import annotations

import mimetypes
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

import shiftscope
from shiftscope.flow.scores import score_all
from shiftscope.store.notes import all_notes
from shiftscope.study import Study
from shiftscope.views.page.view import actions, views
from shiftscope.web.server.application import application
from shiftscope.web.server.arguments import options
from shiftscope.web.server.save_rate import SaveRate

from ..conftest import Made, Net, mostly_slow

SECRET = "a neighbour's secret"
PATIENCE_SECONDS = 5.0
OWN = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
ODD = [
    *(
        "",
        "0",
        "1",
        "3",
        "-0",
        "-1",
        "+1",
        " 1",
        "1.5",
        "1_000",
        "0x10",
        "007",
        "1e3",
        "1e308",
        "1e309",
        "-1e309",
    ),
    *("9" * 9, "9" * 18, "-" + "9" * 18, "9" * 19, "9" * 400, f"{2**31}", f"{2**63 - 1}", f"-{2**63}"),
    *(
        "nan",
        "-nan",
        "inf",
        "-inf",
        "infinity",
        "null",
        "None",
        "true",
        "false",
        "yes",
        "[]",
        "{}",
        "½",
        "１２",
        "٣",
    ),
    *(
        "..",
        "../..",
        "../../secret.txt",
        "..\\..\\secret.txt",
        "/etc/passwd",
        "//evil.example",
        "C:\\",
        "~",
        ".",
        "*",
    ),
    *(
        "\0",
        "a\0b",
        "\r\nSet-Cookie: a=b",
        "\x7f",
        "\u202e",
        "\ufeff",
        "é",
        "e\u0301",
        "🙂",
        "<script>",
        "'; DROP TABLE--",
    ),
    *(
        "%s%n",
        "{0}",
        "{{7*7}}",
        "${7*7}",
        "javascript:alert(1)",
        "a" * 2_000,
        "é" * 500,
        "," * 400,
        "1," * 400 + "1",
    ),
    *(
        "lab",
        "field",
        "LAB",
        "conv",
        "hidden",
        "hidden/",
        "head",
        "novelty",
        "novelty > 0.2",
        "novelty >",
        "tag:x",
        "a",
    ),
    *(
        "novelty > " + "9" * 400,
        "novelty > nan",
        "(" * 300,
        "novelty > 0, " * 100,
        "0:1",
        "0,0:1,1",
        "conv:0 hidden:1",
    ),
]
SHARES = 6  # of the odd values: of each option another one
QUERY_NAMES = sorted({name for view in views.values() for name in options(view.draw)})
VALUES = st.one_of(
    st.sampled_from(ODD),
    st.integers(-3, 60).map(str),
    st.integers().map(str),
    st.floats().map(str),
    st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace").decode()),
)
# Parts of a path, some already encoded, so that encoding tricks reach the server as they are.
PARTS = st.one_of(
    VALUES.map(lambda text: quote(text, safe="")),
    VALUES.map(lambda text: quote(quote(text, safe=""), safe="")),
    st.sampled_from(
        [
            "%2e%2e",
            "%2E%2e%2f",
            "..%5c",
            "%00",
            "%ff",
            "%c0%af",
            "%ed%a0%80",
            "%",
            "%zz",
            "%u0041",
            ";",
            "%2f",
        ]
    ),
)


@dataclass
class Watch:
    """What the process opens while a request is answered; Python tells it, and hooks cannot be taken back."""

    study: Path
    on: bool = False
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        own = [self.study, Path(shiftscope.__file__).parent, Path(sys.prefix), Path(sys.base_prefix)]
        own += [Path(entry) for entry in sys.path if entry]
        self.read = tuple(map(os.path.realpath, own))
        self.allowed = {os.path.realpath(path) for path in [*mimetypes.knownfiles, os.devnull]}

    def hear(self, event: str, given: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event in ("subprocess.Popen", "os.system", "os.exec", "socket.connect", "socket.getaddrinfo"):
            self.outside.append(f"{event} {given!r}")
        elif event in (
            "open",
            "sqlite3.connect",
            "os.listdir",
            "os.scandir",
            "os.mkdir",
            "os.remove",
            "os.rename",
        ):
            path, writes = given[0], event not in ("os.listdir", "os.scandir")
            if event == "open":
                _, mode, flags = given
                writes = bool(
                    set(mode or "") & set("wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
                )
            if isinstance(path, (str, bytes, os.PathLike)):
                self.check(event, os.fsdecode(path), writes)

    def check(self, event: str, path: str, writes: bool) -> None:
        place = os.path.realpath(re.sub(r"^file://|\?.*$", "", path))
        inside = [place.startswith(root) for root in self.read]
        cached = "_jinja2-cache" in place or "__pycache__" in place
        if not (cached or inside[0] or place in self.allowed or (any(inside) and not writes)):
            self.outside.append(f"{event} {path!r}{' to write' if writes else ''}")

    @contextmanager
    def watching(self) -> Iterator[None]:
        self.on = True
        try:
            yield
        finally:
            self.on = False


@dataclass
class Fuzzed:
    client: TestClient
    study: Study
    watch: Watch

    def ask(self, method: str, address: str, content: bytes | None = None) -> int:
        """The status; anything else that may not be is an error here."""
        self.watch.outside.clear()
        start = time.perf_counter()
        with self.watch.watching():
            answer = self.client.request(
                method, address, content=content, headers=OWN if method == "POST" else None
            )
        seconds = time.perf_counter() - start
        assert answer.status_code < 500, answer.text
        assert seconds < PATIENCE_SECONDS
        assert self.watch.outside == []
        assert SECRET not in answer.text
        assert "Traceback" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert not re.match(r"https?:|//|javascript:", answer.headers.get("location", ""))
        assert "set-cookie" not in answer.headers
        return answer.status_code


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Fuzzed:
    """Two datasets, two layers, paths and all scores, between neighbours that are none of its business."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "secret.txt").write_text(SECRET)
    torch.manual_seed(0)
    study = Study.create(folder / "fuzzed.study", Net(), ("a", "b", "c", "d"))
    study.record(Made(), "lab", layers=["conv", "hidden"], reference=True, progress=False)
    study.record(Made(seed=1, scale=1.5, unlabelled=frozenset({3})), "field", progress=False)
    study.paths(shuffles=2, resamples=20, progress=False)
    score_all(study)
    app = application(study, token=None, pace=SaveRate(per_second=1e6, at_once=1_000_000))
    client = TestClient(app, base_url="http://127.0.0.1:8421", follow_redirects=False)
    for view in views.values():  # libraries that pages import when first drawn are imported
        client.get(real(view.address, "lab"))
    client.get("/static/shiftscope.css")
    watch = Watch(study.path)
    sys.addaudithook(watch.hear)
    return Fuzzed(client, study, watch)


def filled(address: str, parts: list[str]) -> str:
    """An address of a view with parts in place of its names, in the order given and again from the first."""
    left = iter(parts * 10)
    return "/" + re.sub(r"{\w+}", lambda _: next(left), address.lstrip("/"))


def real(address: str, dataset: str) -> str:
    """An address of a view at a place that is there; two categories are different ones."""
    numbers = iter("12")
    named = {"layer": "hidden", "dataset": dataset}
    return "/" + re.sub(r"{(\w+)}", lambda match: named.get(match[1]) or next(numbers), address.lstrip("/"))


ADDRESSES = sorted({view.address for view in views.values()} | {"search", "names", "static/{name}"})
PICTURES = ["thumbnails/{dataset}/{position}", "pictures/{dataset}"]
REAL = ["hidden", "conv", "lab", "field", "0", "1", "3"]  # so that many addresses lead to a page
quickly = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@quickly
@given(
    st.sampled_from([*ADDRESSES, *PICTURES]),
    st.lists(st.sampled_from(REAL) | PARTS, min_size=1, max_size=3),
    st.lists(
        st.tuples(st.sampled_from([*QUERY_NAMES, "at", "q", "v", "download", "table", "token"]), VALUES),
        max_size=5,
    ),
)
@example("pictures/{dataset}", ["lab"], [("at", "1," * 400 + "1")])
@example("thumbnails/{dataset}/{position}", ["lab", "9" * 18], [])
@example("thumbnails/{dataset}/{position}", ["..%2f..%2fsecret.txt", "0"], [])
@example("static/{name}", ["..%2f..%2f..%2fsecret.txt"], [])
@example("static/{name}", ["a%00b"], [])
@example("static/{name}", ["a" * 5_000], [])
def test_no_address_brings_an_accident(
    fuzzed: Fuzzed, address: str, parts: list[str], query: list[tuple[str, str]]
) -> None:
    path = filled(address, parts)
    fuzzed.ask("GET", f"{path}?{urlencode(query)}" if query else path)


@pytest.mark.parametrize("share", mostly_slow(range(SHARES)))
@pytest.mark.parametrize("name", sorted(views))
def test_no_option_of_a_page_brings_an_accident(fuzzed: Fuzzed, name: str, share: int) -> None:
    """In all shares: each odd value for each option of each view, at a place that is there."""
    view = views[name]
    path = real(view.address, "field")
    kinds = options(view.draw)
    assert fuzzed.ask("GET", path) == 200
    for number, option in enumerate(kinds):
        for value in ODD[(share + number) % SHARES :: SHARES]:
            fuzzed.ask("GET", f"{path}?{urlencode([(option, value)])}")
        fuzzed.ask("GET", f"{path}?{urlencode([(option, '1'), (option, '2')])}")


@pytest.mark.parametrize(
    "path",
    [
        "/" + "a" * 20_000,
        "/" + "a/" * 5_000,
        "/?" + "a=1&" * 5_000,
        "/?layer=" + "a" * 20_000,
        "/?" + "%" * 500,
        "/?layer=%00&layer=%00",
        "/?=&=&&&",
        "/search?q=" + "9" * 5_000,
        "/search?q=" + "a " * 5_000,
        "/search?q=" + quote("unit " * 500 + "3"),
        "/search?q=%ed%a0%80",
        "/layers/hidden%2f..%2f..%2fsecret.txt",
        "/layers/%2e%2e/units/0",
        "/datasets/..%2f..%2fsecret.txt/samples/0",
        "/datasets/lab%00/samples/0",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "//evil.example/",
        "/%5c%5cevil.example/",
        "/layers//units//0",
        "/pictures/lab?at=" + ",".join(["0"] * 501),
        "/pictures/lab?at=" + ",".join(["0"] * 500),
        "/pictures/lab?at=0,0,,0",
        "/pictures/lab?at=" + "9" * 5_000,
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_odd_paths_and_long_queries_are_answered(fuzzed: Fuzzed, method: str, path: str) -> None:
    fuzzed.ask(method, path, b"label=x" if method == "POST" else None)


@quickly
@given(
    st.lists(st.sampled_from(REAL) | PARTS, min_size=2, max_size=2),
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.tuples(st.sampled_from(["label", "tags", "note", "other"]), VALUES | st.text(max_size=200)),
            max_size=6,
        ).map(lambda fields: urlencode(fields, errors="replace").encode()),
    ),
)
def test_no_form_brings_an_accident(fuzzed: Fuzzed, parts: list[str], content: bytes) -> None:
    for action in actions.values():
        fuzzed.ask("POST", filled(action.address, parts), content)
    for layer, unit, note in all_notes(fuzzed.study):
        assert 0 <= unit < fuzzed.study.layer(layer).units
        assert len(note.label) <= 80
        assert len(note.note) <= 10_000


def test_the_watch_hears_what_is_opened_outside(fuzzed: Fuzzed) -> None:
    """So that the silence in the tests above means something."""
    secret = fuzzed.study.path.parent / "secret.txt"
    fuzzed.watch.outside.clear()
    with fuzzed.watch.watching():
        secret.read_text()
        (fuzzed.study.path / "study.json").read_bytes()
    assert fuzzed.watch.outside == [f"open {str(secret)!r}"]
