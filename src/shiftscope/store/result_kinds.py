"""The kinds of result that studies keep; each is declared by the verb that makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shiftscope.registry import Registry


@dataclass(frozen=True)
class ResultKind:
    """A kind of result, and the version that each of its parts is computed by now."""

    name: str
    versions: Callable[[], Mapping[str, int]]  # late: what computes is imported when it is asked for
    newer: Callable[[Mapping[str, Any]], Mapping[str, int]]  # in place of these, for some settings

    def versions_of(self, settings: Mapping[str, Any]) -> dict[str, int]:
        """By part, for a result with these settings."""
        return {**self.versions(), **self.newer(settings)}


result_kinds: Registry[ResultKind] = Registry("kind of result", "shiftscope.flow")


def result_kind(
    name: str,
    versions: Callable[[], Mapping[str, int]],
    *,
    newer: Callable[[Mapping[str, Any]], Mapping[str, int]] = lambda settings: {},
) -> ResultKind:
    """Declare a kind, beside the verb whose results it has."""
    return result_kinds.register(name, ResultKind(name, versions, newer))
