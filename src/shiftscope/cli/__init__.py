"""The command line: one file per command, imported when it is called."""

from __future__ import annotations

import sys

from shiftscope.errors import ShiftscopeError

COMMANDS = ("demo", "record", "layers", "score", "view")


def main() -> None:
    """Run `shiftscope`; our errors become one message and exit status 1."""
    from importlib.metadata import version

    from cyclopts import App

    app = App(
        name="shiftscope",
        help="Electrophysiology for deep networks: which units changed under a shift, and on which images.",
        version=version("shiftscope"),
    )
    for command in COMMANDS:
        app.command(f"shiftscope.cli.{command}:{command}", name=command)
    try:
        app()
    except ShiftscopeError as error:
        sys.exit(f"shiftscope: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
