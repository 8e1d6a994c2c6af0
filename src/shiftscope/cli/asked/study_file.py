"""`shiftscope record FILE.toml`: the commands that a file stands for."""

from __future__ import annotations

import inspect
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_type_hints

from shiftscope.cli.asked.value_type import in_words, takes
from shiftscope.cli.record import record
from shiftscope.errors import BadRequest, DataError, closest
from shiftscope.local_file import local_file

STUDY, DATASET = "study", "dataset"
TABLE = "groups"  # the option whose values may have names of their own: groups = { hour = 3 }
MAY_BE_EMPTY = "paths", "shift", TABLE  # there may be none; an empty list in place of the others says nothing
OTHER_FORMATS = ".yaml", ".yml", ".json"


def is_study_file(word: str) -> bool:
    """Whether a file stands where a study would."""
    return word.lower().endswith((".toml", *OTHER_FORMATS)) and not word.startswith("-")


def commands_in(path: str) -> list[list[str]]:
    """The words behind `shiftscope record` for each dataset of a file, in its order.

    A file has the key `study`, options of `record` that hold for all datasets, and a table `[[dataset]]` for each with
    its own, which go before the others.

    Raises
    ------
    BadRequest
        A file that cannot be read, a key that is no option, a value of another type than the option takes, no `study`,
        no dataset, one without `name` or `data`, or an empty list of what there cannot be none of.
    """
    told = _read(path)
    study, datasets = told.pop(STUDY, None), told.pop(DATASET, None)
    if study is not None and not isinstance(study, str):
        raise BadRequest(f"{path!r} has {STUDY} = {_as_written(study)}; {STUDY} takes a path in quotes.")
    if study is None:
        raise BadRequest(
            f'{path!r} has no key study="FOLDER" above its datasets. There are: {_listed(told)}.'
        )
    if not (isinstance(datasets, list) and datasets and all(isinstance(each, dict) for each in datasets)):
        raise BadRequest(f"{path!r} has no table [[{DATASET}]]. There are: {_listed(told)}.")
    known = _options()
    _refuse_unknown(told, known, f"{path!r}", (STUDY, DATASET))
    _refuse_other_types(told, f"{path!r}")
    commands = []
    for number, own in enumerate(datasets, 1):
        where = f"[[{DATASET}]] number {number} in {path!r}"
        _refuse_unknown(own, known, where)
        _refuse_other_types(own, _named(own, where))
        options = {_in_python(name): value for name, value in {**_plain(told), **_plain(own)}.items()}
        for needed in ("model", "data", "name"):
            if needed not in options:
                raise BadRequest(f"{where} has no {needed!r}. There are: {_listed(options)}.")
        commands.append([study, *_words(options, known)])
    return commands


def _read(path: str) -> dict[str, Any]:
    if not path.lower().endswith(".toml"):
        raise BadRequest(
            f"{path!r}: the recordings of a study are read from TOML, FILE.toml, and from no other format."
        )
    try:
        return tomllib.loads(local_file(path).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, DataError, tomllib.TOMLDecodeError) as error:
        raise BadRequest(f"{path!r} cannot be read as TOML: {error}") from error


def _options() -> dict[str, Any]:
    """Defaults of the options of `record`, by name."""
    parameters = inspect.signature(record).parameters
    return {name: each.default for name, each in parameters.items() if name != STUDY}


def _in_python(name: str) -> str:
    return name.replace("-", "_")


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    return {_in_python(name): value for name, value in options.items()}


def _refuse_unknown(
    told: Mapping[str, Any], known: Mapping[str, Any], where: str, beside: Sequence[str] = ()
) -> None:
    for name in told:
        if _in_python(name) not in known:
            there = [*beside, *known]
            raise BadRequest(
                f"{where} has the key {name!r}, which is no option of record; closest: {closest(name, there)}. "
                f"There are: {', '.join(each.replace('_', '-') for each in there)}."
            )


def _refuse_other_types(told: Mapping[str, Any], where: str) -> None:
    hints = get_type_hints(record)
    for name, value in told.items():
        hint, table = hints[_in_python(name)], name == TABLE
        if not (takes(hint, value) or (table and _is_table(value))):
            asked = in_words(hint) + ", or a table of values" * table
            raise BadRequest(f"{where} has {name} = {_as_written(value)}; {name} takes {asked}.")
        if value == [] and name not in MAY_BE_EMPTY:
            raise BadRequest(f"{where} has {name} = []; give at least one value, or leave {name} out.")


def _named(own: Mapping[str, Any], where: str) -> str:
    """Which dataset it is, by its name where it has one."""
    name = own.get("name")
    return f"dataset {name!r}, {where}," if isinstance(name, str) else where


def _is_table(value: object) -> bool:
    """Whether it is a table of single values."""
    return isinstance(value, dict) and not any(isinstance(each, dict | list) for each in value.values())


def _as_written(value: object) -> str:
    """Nearly as it stands in TOML, whose `true` and quotes are those of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _words(options: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            if value is not known[name]:
                yield option if value else f"--no-{option[2:]}"
        elif isinstance(value, dict):
            yield from (f"{option}={key}={part}" for key, part in value.items())
        elif isinstance(value, list):
            yield from (f"{option}={part}" for part in value)
        else:
            yield f"{option}={value}"


def _listed(told: Mapping[str, Any]) -> str:
    return ", ".join(told) or "no keys"
