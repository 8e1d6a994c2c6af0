"""Costly results, computed once however many threads ask at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Keeps the last `kept` results by key."""

    def __init__(self, kept: int) -> None:
        self.kept = kept
        self._results: OrderedDict[Hashable, T] = OrderedDict()
        self._turns: dict[Hashable, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The result for `key`; while one thread computes it, others that ask for the same wait."""
        with self._guard:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            with self._guard:
                if key in self._results:
                    return self._results[key]
            result = compute()
            with self._guard:
                self._results[key] = result
                self._turns.pop(key, None)
                while len(self._results) > self.kept:
                    self._results.popitem(last=False)
        return result
