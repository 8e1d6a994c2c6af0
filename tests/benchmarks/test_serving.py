"""The benchmark of many clients runs, and its clients tell an error from an answer."""

import tempfile

import pytest


@pytest.fixture
def serving(bench):
    return bench("serving")


@pytest.mark.slow
def test_it_runs_without_an_error_and_writes_its_figures(written, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    figures = written("serving")
    load = figures["load"]
    assert load["errors"] == []
    assert load["requests"] >= load["addresses"]
    assert 0 < load["p50_ms"] <= load["p99_ms"] <= load["slowest_ms"]
    for memory in (figures["memory_kept"], figures["memory_drawn"]):
        assert memory["errors"] == []
        assert len(memory["resident_mb"]) == 11
    assert "requests/s" in capsys.readouterr().out


def test_a_page_that_is_not_there_is_counted_as_an_error(serving, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with serving.served(serving.kept_study("tiny")) as viewer:
        (client,) = serving.together(viewer, [iter(["/", "/nothing", "/"])])
    assert [path for path, *_ in client.answered] == ["/", "/nothing", "/"]
    assert client.errors == ["/nothing: http/1.1 404 not found"]
