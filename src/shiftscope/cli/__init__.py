"""The command line: one file per command; what a command needs is imported when it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from shiftscope.cli.asked.as_options import as_options, options_of
from shiftscope.cli.asked.study_file import commands_in, is_study_file
from shiftscope.cli.asked.swallowed import swallowed
from shiftscope.cli.asked.values_given import values_given
from shiftscope.cli.asked.whole_numbers import whole_numbers
from shiftscope.cli.attribute import attribute
from shiftscope.cli.compare import compare
from shiftscope.cli.demo import demo
from shiftscope.cli.derive import derive
from shiftscope.cli.describe import describe
from shiftscope.cli.difference import difference
from shiftscope.cli.dose import dose
from shiftscope.cli.downsampling import downsampling
from shiftscope.cli.export_deephys import export_deephys
from shiftscope.cli.export_tables import export_tables
from shiftscope.cli.fit_under_shift import fit_under_shift
from shiftscope.cli.import_deephys import import_deephys
from shiftscope.cli.importance import importance
from shiftscope.cli.intervene import intervene
from shiftscope.cli.layers import layers
from shiftscope.cli.local_against_distributed import local_against_distributed
from shiftscope.cli.paths import paths
from shiftscope.cli.realign import realign
from shiftscope.cli.record import record
from shiftscope.cli.remove import remove
from shiftscope.cli.rename import rename
from shiftscope.cli.reorder import reorder
from shiftscope.cli.repair import repair
from shiftscope.cli.report import report
from shiftscope.cli.results import results
from shiftscope.cli.score import score
from shiftscope.cli.shifts import shifts
from shiftscope.cli.spectra import spectra
from shiftscope.cli.stimuli_cue import stimuli_cue
from shiftscope.cli.stimuli_rebuild import stimuli_rebuild
from shiftscope.cli.sweep import sweep
from shiftscope.cli.verify import verify
from shiftscope.cli.view import view
from shiftscope.cli.visualise import visualise
from shiftscope.errors import ShiftscopeError

if TYPE_CHECKING:
    from cyclopts import App, Argument, CycloptsError

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "record": record,
    "layers": layers,
    "shifts": shifts,
    "sweep": sweep,
    "dose": dose,
    "score": score,
    "derive": derive,
    "fit-under-shift": fit_under_shift,
    "realign": realign,
    "importance": importance,
    "local-against-distributed": local_against_distributed,
    "intervene": intervene,
    "repair": repair,
    "paths": paths,
    "attribute": attribute,
    "downsampling": downsampling,
    "visualise": visualise,
    "difference": difference,
    "spectra": spectra,
    "compare": compare,
    "describe": describe,
    "rename": rename,
    "reorder": reorder,
    "remove": remove,
    "verify": verify,
    "results": results,
    "view": view,
    "report": report,
    "stimuli cue": stimuli_cue,
    "stimuli rebuild": stimuli_rebuild,
    "import deephys": import_deephys,
    "export deephys": export_deephys,
    "export tables": export_tables,
}
GROUPS = {
    "stimuli": "Make images of which it is known what they hold, and make them again.",
    "import": "Read files of other tools into a study.",
    "export": "Write a study as files for other tools.",
}


def command_line() -> App:
    """Every command under its name, those of two words in a group."""
    from importlib.metadata import version

    from cyclopts import App, Group, Parameter

    app = App(
        name="shiftscope",
        help="Electrophysiology for deep networks: which units changed under a shift, and on which images.",
        version=version("shiftscope"),
        # Lists as `--layers a b`, without an `--empty-layers` beside them.
        default_parameter=Parameter(consume_multiple=True, negative_iterable=()),
        group_parameters=Group("Parameters", validator=(whole_numbers, values_given)),
    )
    groups = {name: App(name=name, help=words) for name, words in GROUPS.items()}
    for group in groups.values():
        app.command(group)
    for name, command in COMMANDS.items():
        first, _, last = name.rpartition(" ")
        groups.get(first, app).command(command, name=last)
    return app


def in_words(error: OSError) -> str:
    """What the system refuses, and of which file where it says so, without its number."""
    from shiftscope.store.disk.write_errors import NO_ROOM

    if not error.strerror:
        return str(error)
    full = NO_ROOM.get(error.errno or 0)
    told = f"{full}: make room, or write elsewhere" if full else error.strerror
    return f"{told}." if error.filename is None else f"{str(error.filename)!r}: {told}."


def main() -> None:
    """Run `shiftscope`; our errors become one message and exit status 1, words that cannot be read one and status 2."""
    from cyclopts import CycloptsError

    app = command_line()
    try:
        commands = _commands(sys.argv[1:])
        for words in commands[1:]:  # what cannot be read is refused before the first is run
            app.parse_args(words, exit_on_error=False, print_error=False)
        for words in commands:
            app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        _refuse(app, error)
    except BrokenPipeError:  # whoever read the output has seen enough
        sys.stderr.close()
        sys.exit(141)
    except ShiftscopeError as error:
        sys.exit(f"shiftscope: {as_options(str(error), _options(app))}")
    except OSError as error:  # a read-only folder, a full disk
        sys.exit(f"shiftscope: {in_words(error)}")
    except KeyboardInterrupt:
        sys.exit(130)


def _commands(typed: list[str]) -> list[list[str]]:
    """What is typed; of a file of recordings the command for each, with what is typed behind the file."""
    if typed[:1] == ["record"] and len(typed) > 1 and is_study_file(typed[1]):
        return [["record", *words, *typed[2:]] for words in commands_in(typed[1])]
    return [typed]


def _typed(app: App) -> tuple[list[Argument], list[str]]:
    """The arguments of the command that was named, none where there is no such command, and the words behind it."""
    _, apps, words = app.parse_commands()
    return list(apps[-1].assemble_argument_collection() if apps[-1].default_command else ()), words


def _options(app: App) -> dict[str, Argument]:
    """Of the command that was run; a message that names another option tells to record, with that one."""
    return {**options_of(app["record"].assemble_argument_collection()), **options_of(_typed(app)[0])}


def _refuse(app: App, error: CycloptsError) -> NoReturn:
    from cyclopts import CycloptsError, CycloptsPanel

    panel, told = CycloptsPanel(error), swallowed(error, *_typed(app))
    app.error_console.print(CycloptsPanel(CycloptsError(msg=told)) if told else panel)
    sys.exit(2)
