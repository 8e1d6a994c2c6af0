"""How parts are found because their file is there: a decorator enters them under a name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from shiftscope.errors import BadRequest, closest

T = TypeVar("T")

COMPILED = ("compiled", "fused")  # folders of machine code, which is imported by what uses it, late


class Registry(Mapping[str, T], Generic[T]):
    """Everything of one kind, by name, found by importing each file below a package once.

    Parameters
    ----------
    kind
        What the entries are, for messages: "score", "summary".
    package
        The package whose files declare them, in folders too. A new entry is one new file in it.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._entries: dict[str, T] = {}
        self._loaded = False
        self._loading = threading.RLock()

    def register(self, name: str, entry: T) -> T:
        if name in self._entries:
            raise ValueError(f"two entries for the {self.kind} {name!r}")
        self._entries[name] = entry
        return entry

    def named(self, name: str) -> Callable[[T], T]:
        return lambda entry: self.register(name, entry)

    def __getitem__(self, name: str) -> T:
        if name not in self:
            raise BadRequest(
                f"no {self.kind} named {name!r}; closest: {closest(str(name), self._entries)}. "
                f"There are: {', '.join(self._entries)}."
            )
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        self._load()
        return iter(self._entries)

    def __len__(self) -> int:
        self._load()
        return len(self._entries)

    def _load(self) -> None:
        if self._loaded:
            return
        with self._loading:  # another thread must not see half of the entries
            _import_all(self.package)
            self._loaded = True


def defaults_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Options of an entry by name, with their defaults: what it takes behind what it works on."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return {parameter.name: parameter.default for parameter in parameters}


def refuse_unknown_options(name: str, known: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise `BadRequest` for an option that the entry of that name does not have."""
    for option in given:
        if option not in known:
            raise BadRequest(f"{name} has no option {option!r}; it has {', '.join(known) or 'none'}.")


def _import_all(package: str) -> None:
    """Import every file below a package, in the order of their names."""
    for module in sorted(
        pkgutil.iter_modules(importlib.import_module(package).__path__), key=lambda m: m.name
    ):
        if module.name in COMPILED:
            continue
        name = f"{package}.{module.name}"
        if module.ispkg:
            _import_all(name)
        else:
            importlib.import_module(name)
