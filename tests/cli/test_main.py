"""What all commands share, and `shiftscope view`."""

import errno
import gc
import os
import socket
import subprocess
import sys
import textwrap

import pytest

from shiftscope.cli import COMMANDS, in_words
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.store.stored_study import StoredStudy

FIRST_WORDS = {name.split()[0] for name in COMMANDS}


def test_help_lists_every_command(run):
    answer = run("--help")
    assert answer.status == 0
    lines = [line.strip("│ ").split() for line in answer.out.splitlines()]
    assert {words[0] for words in lines if words} >= FIRST_WORDS


def test_help_says_what_every_command_does(run):
    lines = [line.strip("│ ").split() for line in run("--help").out.splitlines()]
    for command in FIRST_WORDS:
        (words,) = (words for words in lines if words and words[0] == command)
        assert len(words) > 3


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_every_command_is_explained(run, command):
    answer = run(*command.split(), "--help")
    assert answer.status == 0
    options = [line.strip("│* ") for line in answer.out.splitlines() if line.strip("│* ").startswith("--")]
    assert options or command in ("rename", "reorder")  # which take names alone
    for option in options:
        flags, _, explained = option.partition("  ")
        assert len(explained.split("[")[0].split()) >= 2, flags


def test_the_module_runs_as_a_program():
    words = [sys.executable, "-m", "shiftscope", "--help"]
    answer = subprocess.run(words, capture_output=True, text=True, check=True)
    assert all(command in answer.stdout for command in FIRST_WORDS)


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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("demo", "--no-view", "--seed", "1.5"), "--seed is a whole number, not 1.5."),
        (("intervene", "x.study", "--units", "3", "4.5"), "--units is a whole number, not 4.5."),
        (("visualise", "x.study", "--layer", "a", "--size=-2.5"), "--size is a whole number, not -2.5."),
        (
            ("record", "x.study", "--model", "nets:tiny", "--data", "val", "--name", "val", "--crop=.5"),
            "--crop is a whole number, not .5.",
        ),
    ],
)
def test_a_fraction_is_not_rounded_where_a_whole_number_is_asked(run, folder, words, message):
    assert message in run(*words).refused()


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("report", "x.study", "-o", "r", "--layers"), "--layers"),
        (("visualise", "x.study", "--layer", "a", "--units", "--draft"), "--units"),
        (("export", "deephys", "x.study", "-o", "e", "--datasets"), "--datasets"),
    ],
)
def test_an_option_of_several_values_is_not_taken_with_none(run, folder, words, option):
    assert f"{option} has no value behind it" in run(*words).refused()


def test_a_whole_number_may_be_written_with_a_point(run, folder):
    assert "no study at x.study" in run("intervene", "x.study", "--worst", "3.0").refused()


def test_a_taken_port_is_told_in_one_message(run, recorded):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = run("view", recorded, "--port", str(port), "--no-browser")
    assert f"port {port} is taken" in answer.refused()


def test_a_port_out_of_range_is_told_in_one_message(run, recorded):
    assert "70000" in run("view", recorded, "--port", "70000", "--no-browser").refused()


def test_the_viewer_tells_its_address_and_ends_on_interrupt(run, recorded, monkeypatch):
    interrupted_at_once(monkeypatch)
    answer = run("view", recorded, "--port", "0", "--no-browser")
    assert gc.isenabled()
    assert answer.status == 0
    assert answer.out.startswith("x is shown at http://127.0.0.1:")


def interrupted_at_once(monkeypatch):
    from shiftscope.web.server import server

    def interrupted(viewer):
        raise KeyboardInterrupt

    monkeypatch.setattr(server.Viewer, "wait", interrupted)


def test_the_viewer_says_what_listening_to_others_means(run, recorded, monkeypatch):
    interrupted_at_once(monkeypatch)
    answer = run(
        *("view", recorded, "--port", "0", "--no-browser", "--host", "0.0.0.0", "--read-only"),
        *("--allow-host", "studies.example.org", "--allow-host", "other.example.org"),
    )
    assert answer.status == 0
    assert "Other machines can reach this viewer" in answer.out
    assert "can read the study. Nothing is encrypted" in answer.out


def test_the_token_can_come_from_the_environment(run, recorded, monkeypatch):
    interrupted_at_once(monkeypatch)
    monkeypatch.setenv("SHIFTSCOPE_TOKEN", "correct-horse-battery")
    answer = run("view", recorded, "--port", "0", "--no-browser")
    assert "/?token=correct-horse-battery " in answer.out


def test_a_short_token_is_told_in_one_message(run, recorded):
    assert "at least 16" in run("view", recorded, "--port", "0", "--no-browser", "--token", "short").refused()


def test_looking_at_a_study_loads_neither_torch_nor_pandas(recorded):
    """Every kind of page, a picture, a search and the server, in a process of its own; scores are kept by now."""
    study = StoredStudy(recorded)
    for layer in study.layers:
        for dataset in study:
            stored_estimates(study, dataset, study.reference, layer)
    code = textwrap.dedent(
        """
        import asyncio, sys
        from httpx2 import ASGITransport, AsyncClient
        import shiftscope.cli.view
        import shiftscope.web.server.server
        from shiftscope.store.stored_study import StoredStudy
        from shiftscope.web.server.application import application

        async def walk():
            transport = ASGITransport(application(StoredStudy(sys.argv[1]), token=None))
            async with AsyncClient(transport=transport, base_url="http://127.0.0.1:8421/") as client:
                for page in (
                    "", "layers/hidden", "layers/conv/units/2", "datasets/val", "datasets/shifted/samples/5",
                    "categories/1", "confusions/0/1", "search?q=a", "names", "thumbnails/val/3",
                    "static/shiftscope.css",
                ):
                    answer = await client.get(page)
                    assert answer.status_code in (200, 303), (page, answer)
                    yield page

        async def count():
            return len([page async for page in walk()])

        pages = asyncio.run(count())
        print(pages, *{"torch", "pandas", "zarr", "sklearn"} & set(sys.modules))
        """
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(recorded)], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    pages, *heavy = answer.stdout.split()
    assert int(pages) == 11
    assert heavy == []


def test_a_full_disk_is_said_with_what_to_do():
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert in_words(full) == "the disk is full: make room, or write elsewhere."
    full.filename = "out/page.html"
    assert in_words(full) == "'out/page.html': the disk is full: make room, or write elsewhere."
    assert in_words(FileNotFoundError(2, "No such file", "a.csv")) == "'a.csv': No such file."
