"""Costly results, computed once however many threads ask at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any, Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")

_NOTHING: Any = object()


class SharedCache(Generic[K, T]):
    """Keeps the last `kept` results by key; keys have an order."""

    def __init__(self, kept: int) -> None:
        self.kept = kept
        self._results: OrderedDict[K, T] = OrderedDict()
        self._turns: dict[K, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, keys: Iterable[K], compute: Callable[[list[K]], Iterable[T]]) -> dict[K, T]:
        """Results by key; while one thread computes some, others that ask for one of these wait.

        Parameters
        ----------
        compute
            Called with the keys whose results are missing, if any, to compute them together, in this order.
        """
        found: dict[K, T] = {}
        missing = []
        with ExitStack() as turns:
            for key in sorted(set(keys)):  # type: ignore[type-var]  # in one order: no two wait for each other
                result, turn = self._look(key)
                if result is _NOTHING:
                    turns.enter_context(turn)
                    result, _ = self._look(key)
                if result is _NOTHING:
                    missing.append(key)
                else:
                    found[key] = result
            if missing:
                computed = dict(zip(missing, compute(missing), strict=True))
                self._keep(computed)
                found |= computed
        return found

    def _look(self, key: K) -> tuple[T, threading.Lock]:
        """The result, or nothing and whose turn it is to compute it."""
        with self._guard:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key], threading.Lock()
            return _NOTHING, self._turns.setdefault(key, threading.Lock())

    def _keep(self, computed: Mapping[K, T]) -> None:
        with self._guard:
            self._results.update(computed)
            for key in computed:
                self._turns.pop(key, None)
            while len(self._results) > self.kept:
                self._results.popitem(last=False)
