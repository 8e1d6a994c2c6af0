"""The socket, the thread and the address."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from shiftscope.errors import BadRequest
from shiftscope.web.server import server
from shiftscope.web.server.server import view
from tests.web.conftest import FakeStudy


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


@pytest.mark.parametrize("host", ["192.0.2.1", "name.invalid", "a" * 70, "", "1.2.3.4.5"])
def test_an_address_of_another_machine_is_named(host: str) -> None:
    with pytest.raises(BadRequest, match="no address of this machine"):
        view(FakeStudy(), host=host or "\0", port=0, open_browser=False)


def test_alone_on_this_machine_nothing_is_told() -> None:
    told: list[str] = []
    viewer = view(FakeStudy(), port=0, open_browser=False, tell=told.append)
    viewer.stop()
    assert told == []
    assert viewer.url.startswith("http://127.0.0.1:")


def test_listening_to_other_machines_says_who_can_do_what_and_how_to_do_it_safely() -> None:
    told: list[str] = []
    viewer = view(FakeStudy(), host="0.0.0.0", port=0, open_browser=False, tell=told.append)
    try:
        parts = urlsplit(viewer.url)
        assert parts.hostname == "127.0.0.1"  # for the browser of this machine
        (words,) = told
        assert f"http://{socket.gethostname()}:{parts.port}/?{parts.query}" in words
        for needed in (
            "every address",
            "read the study and write its notes",
            "Nothing is encrypted",
            "ssh -L",
            "TLS",
        ):
            assert needed in words
        assert status(viewer.url) == 303
    finally:
        viewer.stop()
    view(FakeStudy(), host="0.0.0.0", port=0, open_browser=False, read_only=True, tell=told.append).stop()
    assert "can read the study. Nothing" in told[1]


@pytest.fixture(scope="module")
def open_to_others() -> Iterator[server.Viewer]:
    """A viewer that other machines can reach, also as studies.example.org."""
    viewer = view(
        FakeStudy(),
        host="0.0.0.0",
        allow_hosts=["Studies.example.org"],
        port=0,
        open_browser=False,
        tell=lambda words: None,
    )
    yield viewer
    viewer.stop()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("127.0.0.1", 403),
        ("localhost", 403),
        (socket.gethostname(), 403),
        (socket.gethostname().upper() + ".", 403),
        ("studies.example.org", 403),
        ("STUDIES.example.org:443", 403),
        ("evil.example", 400),
        ("192.0.2.1", 400),
        ("127.0.0.1.evil.example", 400),
    ],
)
def test_listening_to_others_it_answers_to_its_own_names_and_those_given(
    open_to_others: server.Viewer, name: str, expected: int
) -> None:
    connection = http.client.HTTPConnection(urlsplit(open_to_others.url).netloc, timeout=10)
    connection.request("GET", "/", headers={"Host": name})
    answer = connection.getresponse()
    assert answer.status == expected
    assert b"--allow-host" in answer.read() or expected != 400
    connection.close()


def test_a_machine_with_the_sixth_version_can_be_asked_over_it() -> None:
    try:
        viewer = view(FakeStudy(), host="::1", port=0, open_browser=False)
    except BadRequest:
        pytest.skip("no loopback address of the sixth version here")
    try:
        assert viewer.url.startswith("http://[::1]:")
        assert status(viewer.url) == 303
    finally:
        viewer.stop()


@pytest.mark.parametrize(
    "token",
    ["", "short", "a" * 40, "with blank in the middle of it", "é" * 8 + "abcdefgh", "abcdefgh/ijklmnop"],
)
def test_a_token_that_can_be_guessed_or_breaks_an_address_is_refused(token: str) -> None:
    with pytest.raises(BadRequest, match="at least 16"):
        view(FakeStudy(), port=0, token=token, open_browser=False)


def test_a_token_of_ones_own_opens_the_viewer() -> None:
    viewer = view(FakeStudy(), port=0, token="correct-horse-battery", open_browser=False)
    viewer.stop()
    assert viewer.url.endswith("/?token=correct-horse-battery")


def test_a_websocket_is_not_opened() -> None:
    viewer = view(FakeStudy(), port=0, open_browser=False)
    try:
        connection = http.client.HTTPConnection(urlsplit(viewer.url).netloc, timeout=10)
        upgrade = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
        }
        connection.request("GET", "/", headers=upgrade)
        assert connection.getresponse().status == 403  # answered as a page, without the token
        connection.close()
    finally:
        viewer.stop()


def test_small_answers_are_sent_at_once() -> None:
    listening = server._listen("127.0.0.1", 0)
    assert listening.proto == socket.IPPROTO_TCP
    listening.close()


def test_the_browser_is_opened_with_a_ticket_that_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    viewer = view(FakeStudy(), port=0)
    try:
        (address,) = opened
        assert address.partition("?")[0] == viewer.url.partition("?")[0]
        # Other users see what programs are started with: the ticket in it is of no use a second time.
        assert address != viewer.url
        assert [status(address), status(address), status(viewer.url), status(viewer.url)] == [
            303,
            403,
            303,
            303,
        ]
    finally:
        viewer.stop()


def test_serving_tells_the_address_and_ends_on_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(viewer: server.Viewer) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(server.Viewer, "wait", interrupted)
    told: list[str] = []
    server.serve(FakeStudy(), port=0, open_browser=False, tell=told.append)
    assert told[0].startswith("resnet is shown at http://127.0.0.1:")


def test_the_viewer_starts_without_the_heavy_libraries() -> None:
    heavy = {"torch", "numba", "pandas", "zarr", "xarray", "scipy", "PIL"}
    code = f"import sys, shiftscope.web.server.server; print(*{heavy} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []
