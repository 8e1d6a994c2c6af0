"""Connections on which nothing happens: they end, and until then they keep nobody out."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from shiftscope.web.server import bounded_connection
from shiftscope.web.server.security import folder_of
from shiftscope.web.server.server import Viewer, view
from tests.web.conftest import FakeDataset, FakeStudy
from tests.web.server.test_server import status

Connect = Callable[..., socket.socket]
HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
TOKEN = "correct-horse-battery"
PICTURE = (
    f"GET /{folder_of(TOKEN)}/thumbnails/digits/0 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    f"Cookie: shiftscope-{folder_of(TOKEN)}={TOKEN}\r\n\r\n"
).encode()
LONG = 60.0  # seconds, past which a test has failed


@pytest.fixture
def many_files() -> Iterator[None]:
    """Both ends of a few hundred connections are files of this process; some systems allow 256."""
    resource = pytest.importorskip("resource", reason="this system does not count files so")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2048 if hard == resource.RLIM_INFINITY else min(2048, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    viewer = view(FakeStudy(), port=0, open_browser=False, token=TOKEN)
    yield viewer
    viewer.stop()


@pytest.fixture
def connect(viewer: Viewer) -> Iterator[Connect]:
    """Open connections of one address of this machine that send what they are told and no more."""
    with ExitStack() as opened:

        def open_one(sent: bytes = b"", source: str = "127.0.0.1") -> socket.socket:
            place = "127.0.0.1", urlsplit(viewer.url).port or 0
            one = opened.enter_context(socket.create_connection(place, LONG, source_address=(source, 0)))
            one.sendall(sent)
            return one

        yield open_one


@dataclass
class Drawing:
    """What is done while a picture is read, by the thread that reads it."""

    meanwhile: Callable[[], object] = lambda: None


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> Drawing:
    made, read = Drawing(), FakeDataset.thumbnail

    def slowly(dataset: FakeDataset, position: int) -> tuple[bytes, str]:
        made.meanwhile()
        return read(dataset, position)

    monkeypatch.setattr(FakeDataset, "thumbnail", slowly)
    return made


def ended(one: socket.socket) -> bool:
    """Whether the other side ends it; what it said before is read."""
    with suppress(ConnectionError):
        while one.recv(65536):
            pass
    return True


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"G",
        HEAD,
        HEAD + b"X: " + b"y" * 500,
        HEAD.replace(b"GET", b"POST") + b"Content-Length: 9\r\n\r\nnote",
    ],
)
def test_a_request_that_never_ends_is_given_up(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(bounded_connection, "PATIENCE_SECONDS", 0.2)
    assert ended(connect(sent))


def test_half_of_a_second_request_is_given_up_too(
    connect: Connect, drawing: Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing.meanwhile = lambda: monkeypatch.setattr(bounded_connection, "PATIENCE_SECONDS", 0.2)
    one = connect(PICTURE)
    assert one.recv(65536).startswith(b"HTTP/1.1 200")
    with suppress(ConnectionError):
        one.sendall(HEAD)
    assert ended(one)


def test_bytes_now_and_then_gain_no_time(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_connection, "PATIENCE_SECONDS", 0.3)
    one, began = connect(HEAD), time.monotonic()
    with suppress(ConnectionError):
        while time.monotonic() - began < LONG:
            one.sendall(b"X: y\r\n")
            time.sleep(0.05)
        pytest.fail("it went on for good")


def test_an_answer_that_nobody_takes_is_given_up(
    connect: Connect, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_connection, "PATIENCE_SECONDS", 0.3)
    library = b"GET /static/vendor/vega-6.4.0.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    connect(library * 100)  # tens of megabytes, more than the system holds for a reader who is slow
    began = time.monotonic()
    while viewer._server.server_state.connections:
        assert time.monotonic() - began < LONG
        time.sleep(0.05)


@pytest.mark.usefixtures("many_files")
def test_hundreds_of_silent_connections_keep_nobody_out(connect: Connect, viewer: Viewer) -> None:
    """None of them has waited for long; others at the same address are let in all the same."""
    silent = [connect() for _ in range(600)]
    for _ in range(5):
        assert status(viewer.url) == 303
    held = len(viewer._server.server_state.connections)
    assert held <= bounded_connection.MOST_IDLE_OF_ONE + 1
    assert ended(silent[0])  # those that waited longest made room


def test_one_address_may_hold_fewer_idle_connections_than_all_together(
    connect: Connect, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_connection, "MOST_IDLE_OF_ONE", 3)
    monkeypatch.setattr(bounded_connection, "MOST_IDLE", 5)
    first = connect()
    try:
        connect(source="127.0.0.2")
    except OSError:
        pytest.skip("this machine has one loopback address")
    for source in ("127.0.0.2", "127.0.0.3"):
        for _ in range(4):
            connect(source=source)
    assert ended(first)
    assert status(viewer.url) == 303


def test_a_page_that_takes_long_to_draw_is_waited_for(
    connect: Connect, viewer: Viewer, drawing: Drawing
) -> None:
    def patience_ends() -> None:
        (connection,) = viewer._server.server_state.connections
        seen = threading.Event()
        connection.loop.call_soon_threadsafe(lambda: (connection._end_if_idle(), seen.set()))
        assert seen.wait(LONG)

    drawing.meanwhile = patience_ends
    assert connect(PICTURE).recv(65536).startswith(b"HTTP/1.1 200")
