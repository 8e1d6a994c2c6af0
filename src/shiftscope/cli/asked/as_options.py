"""Messages of the library, which name what is written in Python, as they are said to who typed a command."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

if TYPE_CHECKING:
    from cyclopts import Argument

Options = Mapping[str, "Argument"]  # by the name that the parameter has in Python

# Names in quotes may be anything, and stay; a keyword has its value behind it.
_SAID = re.compile(
    r"""(?<![\w./'"-])(?:
        (?P<quoted>'(?:[^'\\]|\\.)*'(?!\w) | "(?:[^"\\]|\\.)*"(?!\w))
        | (?P<call>(?:[A-Za-z]\w*\.)*[A-Za-z]\w*)(?=\()
        | (?P<keyword>[a-z]\w*)=(?=[^\s=])
        | (?P<word>[a-z]+(?:_[a-z]+)+)(?![\w/'"=-]|\.\w)
    )""",
    re.VERBOSE,
)
_PART = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|.""", re.DOTALL)
_CALLS = ("Preprocess", "dataset", "create", "record")  # whose keywords are options of commands
_OF_LAYERS = ("pool", "channel_axis", "prefix_tokens")  # stand behind a layer's name, as LAYER:channel_axis=1
_MODEL = re.compile(r"\bpass (?:\w+\(\.\.\., )?model=net\)? once")  # a network has no value to be typed
_PYTHON = re.compile(r"(?:\b(?:ss|study|Study)\.\w+|\bLayer)\((?!\))")
ONLY_PYTHON = " (That is Python: this command has no option for it.)"


def options_of(arguments: Iterable[Argument]) -> dict[str, Argument]:
    """Those that are typed with a name, by their names in Python."""
    return {each.field_info.name: each for each in arguments if each.name.startswith("--")}


def as_options(message: str, options: Options) -> str:
    """The message with `overwrite=True` as `--overwrite`, `mean=(0.5, 0.4)` as `--mean 0.5 0.4`, and so on.

    What no option says is left as it is, and a sentence behind the message tells so.
    """
    if "model" in options:
        message = _MODEL.sub("give --model ... --weights ...", message)
    said, at = list[str](), 0
    while found := _SAID.search(message, at):
        said.append(message[at : found.start()])
        end, text = found.end(), found.group()
        if found["word"]:
            text = options[text].name if text in options else text
        elif not found["quoted"]:
            start = found.start("call") if found["call"] else found.end()
            last = _end(message, start)
            instead = _instead(found["keyword"], message[start:last], options)
            if instead is not None:
                end, text = last, instead
            elif found["call"]:
                end, text = last, message[start:last]
        said.append(text)
        at = end
    whole = "".join([*said, message[at:]])
    return whole + ONLY_PYTHON * bool(_PYTHON.search(whole))


def _end(text: str, start: int) -> int:
    """Where the expression that begins at `start` ends: before a blank, a comma or a bracket that closes another."""
    depth, end = 0, start
    for part in _PART.finditer(text, start):
        if part.group() in ")]}":
            depth -= 1
        if depth < 0 or (not depth and part.group() in " \n,;:"):
            break
        if part.group() in "([{":
            depth += 1
        end = part.end()
    whole = text[start:end]
    return end - (whole.endswith(".") and (not whole.endswith("...") or whole.endswith("....")))


def _instead(keyword: str | None, expression: str, options: Options) -> str | None:
    """The options that say it; None where none do."""
    try:
        value = ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    if keyword is not None and keyword in options:
        return _option(options[keyword], value)
    if isinstance(value, ast.Call) and keyword in (None, "preprocess"):
        return _call(value, options)
    return None


def _call(call: ast.Call, options: Options) -> str | None:
    called = ast.unparse(call.func).rpartition(".")[2]
    if called == "Layer":
        return _layer(call)
    if called not in _CALLS or any(_literal(each) is not ... for each in call.args):
        return None
    if called == "Preprocess" and not call.args and not call.keywords:
        return "no preprocessing"
    keywords = [(str(each.arg), each.value) for each in call.keywords]
    said = [_option(options[name], value) if name in options else None for name, value in keywords]
    return " ".join(map(str, said)) if said and None not in said else None


def _layer(call: ast.Call) -> str | None:
    name = _literal(call.args[0]) if len(call.args) == 1 else None
    if not isinstance(name, str) or any(each.arg not in _OF_LAYERS for each in call.keywords):
        return None
    behind = [(str(each.arg), _literal(each.value)) for each in call.keywords]
    return repr(f"{name}:{','.join(str(v) if key == 'pool' else f'{key}={v}' for key, v in behind)}")


def _option(option: Argument, expression: ast.expr) -> str | None:
    if option.hint is Path or Path in get_args(option.hint):
        return f"{option.name} {'FOLDER' if option.name == '--root' else 'FILE'}"
    value = _literal(expression)
    if isinstance(value, bool) and bool in (option.hint, *get_args(option.hint)):
        return option.name if value else next(iter(option.negatives), None)
    if option.hint is bool:
        return None
    if value is None:
        return None
    any_value = option.field_info.name.upper()
    values = value if isinstance(value, (list, tuple)) else [value]
    return " ".join([option.name, *(any_value if each is ... else shlex.quote(str(each)) for each in values)])


def _literal(expression: ast.expr) -> object:
    """The value that is written; None where it is to be computed."""
    try:
        return ast.literal_eval(expression)
    except ValueError:
        return None
