"""How a long pass shows that it goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Progress(Protocol):
    """`bar`, or one like it."""

    def __call__(
        self, name: str, done: int, total: int, /, *, counted: str = ...
    ) -> AbstractContextManager[Callable[[int], None]]: ...


@contextmanager
def bar(name: str, done: int, total: int, counted: str = "samples") -> Iterator[Callable[[int], None]]:
    """A bar with what is `counted` per second and the time left, on standard error; nothing for a pass without work."""
    if done == total:
        yield lambda samples: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    with Bars(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=total, completed=done, rate="")

        def advance(samples: int) -> None:
            progress.advance(task, samples)
            speed = progress.tasks[0].speed
            progress.update(task, rate=f"{speed:,.0f} {counted}/s" if speed else "")

        yield advance


@contextmanager
def silent(name: str, done: int, total: int, counted: str = "samples") -> Iterator[Callable[[int], None]]:
    yield lambda samples: None


def shown(asked: bool | Progress) -> Progress:
    """The bar, nothing, or what a caller shows it by itself."""
    if isinstance(asked, bool):
        return bar if asked else silent
    return asked


def tell(name: str, sentences: Iterable[str]) -> None:
    """How the data called `name` were understood, a line each, on standard error."""
    for sentence in sentences:
        sys.stderr.write(f"{name}: {sentence}\n")
