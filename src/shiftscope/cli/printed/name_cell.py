"""A name in a table of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.measure import Measurement

FEWEST = 8  # columns of the screen


class NameCell:
    """A name that loses its middle where the table is too narrow: names of rungs differ in their ends."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        from rich.cells import cell_len
        from rich.measure import Measurement

        whole = cell_len(self.name)
        return Measurement(min(whole, FEWEST), whole)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        yield Text(without_middle(self.name, options.max_width), no_wrap=True)


def without_middle(name: str, width: int) -> str:
    """At most `width` columns of the screen; of what is kept two thirds are the end."""
    from rich.cells import cell_len

    if cell_len(name) <= width:
        return name
    cuts = (f"{name[: kept // 3]}…{name[len(name) - kept + kept // 3 :]}" for kept in range(width - 1, 0, -1))
    return next((cut for cut in cuts if cell_len(cut) <= width), "…")
