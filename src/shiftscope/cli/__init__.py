"""The command line: one file per command; what a command needs is imported when it runs."""

from __future__ import annotations

import sys

from shiftscope.cli.demo import demo
from shiftscope.cli.layers import layers
from shiftscope.cli.record import record
from shiftscope.cli.score import score
from shiftscope.cli.view import view
from shiftscope.errors import ShiftscopeError

COMMANDS = {command.__name__: command for command in (demo, record, layers, score, view)}


def main() -> None:
    """Run `shiftscope`; our errors become one message and exit status 1."""
    from importlib.metadata import version

    from cyclopts import App, Parameter

    app = App(
        name="shiftscope",
        help="Electrophysiology for deep networks: which units changed under a shift, and on which images.",
        version=version("shiftscope"),
        # Lists as `--layers a b`, without an `--empty-layers` beside them.
        default_parameter=Parameter(consume_multiple=True, negative_iterable=()),
    )
    for name, command in COMMANDS.items():
        app.command(command, name=name)
    try:
        app()
    except (ShiftscopeError, OSError) as error:  # a read-only folder, a full disk
        sys.exit(f"shiftscope: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
