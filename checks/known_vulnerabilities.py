"""Known vulnerabilities of what is installed, as far as a database of them can be reached.

python checks/known_vulnerabilities.py

Asks pip-audit about the packages of the environment it runs in. Fails for a known vulnerability; where nothing could
be looked up, for lack of a network or of an entry, it says "skipped" and why, for that is not the code's fault.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from importlib.util import find_spec

PATIENCE_SECONDS = 20
PER_REQUEST_SECONDS = 4

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


def audit(run: Run) -> tuple[int, str]:
    """Exit status and what to print; `run` starts a command and waits for it."""
    if find_spec("pip_audit") is None:
        return 0, "skipped: pip-audit is not installed."
    command = [sys.executable, "-m", "pip_audit", "--path", sysconfig.get_paths()["purelib"]]
    command += ["--format", "json", "--timeout", f"{PER_REQUEST_SECONDS}", "--progress-spinner", "off"]
    try:
        answer = run(command)
    except subprocess.TimeoutExpired:
        return 0, f"skipped: no answer in {PATIENCE_SECONDS} seconds."
    try:
        found = json.loads(answer.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (answer.stderr.strip().splitlines() or ["it said nothing."])[-1]
        return 0, f"skipped: pip-audit could not ask: {last[:200]}"
    known = [package for package in found if "vulns" in package]
    lines = [
        f"{package['name']} {package['version']}: {flaw['id']}, repaired in {', '.join(flaw['fix_versions']) or 'none'}"
        for package in known
        for flaw in package["vulns"]
    ]
    if lines:
        return 1, "\n".join(["Known vulnerabilities:", *lines])
    if not known:
        return 0, f"skipped: none of {len(found)} packages could be looked up."
    return (
        0,
        f"No known vulnerability in {len(known)} of {len(found)} packages; the others could not be looked up.",
    )


def started(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


if __name__ == "__main__":
    status, words = audit(started)
    print(words)
    sys.exit(status)
