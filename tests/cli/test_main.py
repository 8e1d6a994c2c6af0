"""What all commands share, and `shiftscope view`."""

import socket
import subprocess
import sys
import textwrap

import pytest

from shiftscope.cli import COMMANDS


def test_help_lists_every_command(run):
    answer = run("--help")
    assert answer.status == 0
    lines = [line.strip("│ ").split() for line in answer.out.splitlines()]
    assert set(COMMANDS) <= {words[0] for words in lines if words}


def test_help_says_what_every_command_does(run):
    lines = [line.strip("│ ").split() for line in run("--help").out.splitlines()]
    for command in COMMANDS:
        (words,) = (words for words in lines if words and words[0] == command)
        assert len(words) > 3


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_every_command_is_explained(run, command):
    answer = run(command, "--help")
    assert answer.status == 0
    options = [line.strip("│* ") for line in answer.out.splitlines() if line.strip("│* ").startswith("--")]
    assert len(options) >= 2
    for option in options:
        flags, _, explained = option.partition("  ")
        assert len(explained.split("[")[0].split()) >= 2, flags


def test_the_module_runs_as_a_program():
    words = [sys.executable, "-m", "shiftscope", "--help"]
    answer = subprocess.run(words, capture_output=True, text=True, check=True)
    assert all(command in answer.stdout for command in COMMANDS)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("scor",), 'Unknown command "scor"'),
        (("score",), "STUDY"),
        (("score", "x.study"), "--layer"),
        (("score", "x.study", "--layer", "a", "--colour", "red"), "--colour"),
        (("score", "x.study", "--layer", "a", "--top", "many"), "many"),
        (("view", "nowhere.study"), "no study at nowhere.study"),
        (("record", "x.study"), "--model"),
    ],
)
def test_a_mistake_is_told_in_one_message(run, folder, words, message):
    assert message in run(*words).refused()
    assert not (folder / "x.study").exists()


def test_a_taken_port_is_told_in_one_message(run, recorded):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = run("view", recorded, "--port", str(port), "--no-browser")
    assert f"port {port} is taken" in answer.refused()


def test_a_port_out_of_range_is_told_in_one_message(run, recorded):
    assert "70000" in run("view", recorded, "--port", "70000", "--no-browser").refused()


def test_the_viewer_tells_its_address_and_ends_on_interrupt(run, recorded, monkeypatch):
    from shiftscope.web import server

    def interrupted(viewer):
        raise KeyboardInterrupt

    monkeypatch.setattr(server.Viewer, "wait", interrupted)
    answer = run("view", recorded, "--port", "0", "--no-browser")
    assert answer.status == 0
    assert answer.out.startswith("x is shown at http://127.0.0.1:")


def test_looking_at_a_study_loads_neither_torch_nor_pandas(recorded):
    """All pages, their pictures, the search and the socket, in a process of its own."""
    code = textwrap.dedent(
        """
        import asyncio, re, sys
        from html import unescape
        from urllib.parse import unquote, urljoin, urlsplit
        import shiftscope.cli.view
        from shiftscope.store.study_files import StudyFiles
        from shiftscope.web.application import application
        import shiftscope.web.server

        app = application(StudyFiles(sys.argv[1]), token=None)

        async def get(address):
            parts, sent = urlsplit(address), []
            scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
                     "scheme": "http", "path": unquote(parts.path), "raw_path": parts.path.encode(),
                     "query_string": parts.query.encode(), "root_path": "", "client": ("127.0.0.1", 1),
                     "server": ("127.0.0.1", 8421), "headers": [(b"host", b"127.0.0.1:8421")]}
            async def receive():
                return {"type": "http.request", "body": b"", "more_body": False}
            async def send(message):
                sent.append(message)
            await app(scope, receive, send)
            body = b"".join(message.get("body", b"") for message in sent)
            return sent[0]["status"], body

        async def walk():
            known, waiting = set(), ["http://127.0.0.1:8421/", "http://127.0.0.1:8421/search?q=hidden+3"]
            while waiting:
                address = waiting.pop()
                status, body = await get(address)
                assert status in (200, 303), (address, status)
                if "/static/" in address or "/thumbnails/" in address:
                    continue
                links = re.findall(r'(?:href|src)="([^"#]+)"', body.decode()) if status == 200 else []
                for link in links:
                    whole = urljoin(address, unescape(link))
                    if whole.startswith("http:") and "reference=" not in whole and whole not in known:
                        known.add(whole)
                        waiting.append(whole)
            return len(known)

        pages = asyncio.run(walk())
        print(pages, *{"torch", "pandas", "zarr", "scipy", "sklearn"} & set(sys.modules))
        """
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(recorded)], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    pages, *heavy = answer.stdout.split()
    assert int(pages) > 50
    assert heavy == []
