"""`make check` fails for a known vulnerability, and for nothing that a missing network does."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / "checks" / "known_vulnerabilities.py"
SOUND = {"name": "jinja2", "version": "3.1.6", "vulns": []}
UNKNOWN = {"name": "torch", "skip_reason": "not found"}
FLAWED = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}]}
UNMENDED = {"name": "lost", "version": "1.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]}


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    spec = importlib.util.spec_from_file_location("known_vulnerabilities", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "find_spec", lambda name: spec)
    return module


def said(output: str, errors: str = "") -> Any:
    return lambda command: subprocess.CompletedProcess(command, 1, output, errors)


@pytest.mark.parametrize(
    ("packages", "status", "words"),
    [
        ([SOUND, UNKNOWN], 0, "No known vulnerability in 1 of 2 packages"),
        (
            [SOUND, FLAWED, UNMENDED],
            1,
            "old 1.0: PYSEC-1, repaired in 1.1, 2.0\nlost 1.0: PYSEC-2, repaired in none",
        ),
        ([UNKNOWN, UNKNOWN], 0, "skipped: none of 2 packages could be looked up"),
        ([], 0, "skipped: none of 0"),
    ],
)
def test_what_pip_audit_found_decides(script: Any, packages: list[Any], status: int, words: str) -> None:
    found = script.audit(said(json.dumps({"dependencies": packages})))
    assert found[0] == status
    assert words in found[1]


def test_without_a_network_it_is_skipped_with_the_reason(script: Any) -> None:
    assert script.audit(said("", "Traceback\nConnectionError: no route")) == (
        0,
        "skipped: pip-audit could not ask: ConnectionError: no route",
    )


def test_an_answer_that_takes_too_long_is_not_waited_for(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(command: list[str]) -> None:
        raise subprocess.TimeoutExpired(command, 20)

    assert script.audit(never) == (0, "skipped: no answer in 20 seconds.")
    monkeypatch.setattr(script, "find_spec", lambda name: None)
    assert script.audit(never) == (0, "skipped: pip-audit is not installed.")
