"""The socket, the thread and the address."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from shiftscope.errors import BadRequest
from shiftscope.web import server
from shiftscope.web.server import view

from .conftest import FakeStudy


def status(url: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse().status
    connection.close()
    return answer


def test_a_study_is_shown_from_a_thread_until_it_is_stopped() -> None:
    viewer = view(FakeStudy(), port=0, open_browser=False)
    assert status(viewer.url) == 303
    assert status(viewer.url.partition("?")[0]) == 403
    viewer.stop()
    with pytest.raises(ConnectionRefusedError):
        status(viewer.url)


def test_a_taken_port_is_named_and_the_default_goes_on_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(BadRequest, match=f"port {taken} is taken"):
            view(FakeStudy(), port=taken, open_browser=False)
        monkeypatch.setattr(server, "FIRST_PORT", taken)
        viewer = view(FakeStudy(), open_browser=False)
        viewer.stop()
    assert taken < urlsplit(viewer.url).port < taken + server.PORTS_TRIED  # type: ignore[operator]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.2", "example.org"])
def test_a_study_is_not_shown_to_other_machines(host: str) -> None:
    with pytest.raises(BadRequest, match="to this machine only"):
        view(FakeStudy(), host=host, open_browser=False)


def test_small_answers_are_sent_at_once() -> None:
    listening = server._listen("127.0.0.1", 0)
    assert listening.proto == socket.IPPROTO_TCP
    listening.close()


def test_the_browser_is_opened_at_the_address_with_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    viewer = view(FakeStudy(), port=0)
    viewer.stop()
    assert opened == [viewer.url]


def test_serving_tells_the_address_and_ends_on_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(viewer: server.Viewer) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(server.Viewer, "wait", interrupted)
    told: list[str] = []
    server.serve(FakeStudy(), port=0, open_browser=False, tell=told.append)
    assert told[0].startswith("resnet is shown at http://127.0.0.1:")


def test_the_viewer_starts_without_the_heavy_libraries() -> None:
    heavy = {"torch", "numba", "pandas", "zarr", "xarray", "scipy", "PIL"}
    code = f"import sys, shiftscope.web.server; print(*{heavy} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []
