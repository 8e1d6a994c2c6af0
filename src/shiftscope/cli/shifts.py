"""`shiftscope shifts`."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shiftscope.cli.asked.options import Output
from shiftscope.cli.asked.study_address import StudyAddress
from shiftscope.errors import BadRequest

if TYPE_CHECKING:
    from shiftscope.datasets.shifts.shift_kind import ShiftKind

SIDE = 224  # pixels, where nothing says another


def shifts(
    *names: str,
    study: StudyAddress | None = None,
    size: int | None = None,
    data: str | None = None,
    resize: int | None = None,
    crop: int | None = None,
    output: Output = None,
) -> None:
    """List the shifts that `record --shift` takes, and what strength 1 is; or draw an image under them.

    Parameters
    ----------
    names
        Only these shifts.
    study
        For images of the size that this study was recorded at.
    size
        For images whose shorter side has so many pixels; 224 where not given.
    data
        Draw the first image of these data, as `record` takes them, under each shift at the strengths 0, 0.25, 0.5,
        0.75 and 1.
    resize
        Shorter side of that image, in pixels.
    crop
        Side of its central square, in pixels.
    output
        PNG file for the drawing.
    """
    from shiftscope.datasets.shifts.shift_kind import shift_kinds

    kinds = [shift_kinds[name] for name in names or shift_kinds]
    if (data is None) != (output is None):
        raise BadRequest("a drawing needs data=... and output=...: whose first image, and into which file.")
    if data is not None and output is not None:
        _draw(data, kinds, resize, crop, output)
        return
    _list(kinds, _side(study, size))


def _side(study: StudyAddress | None, size: int | None) -> int:
    """The shorter side of the images that are meant, in pixels."""
    from shiftscope.datasets.shifts.levels import SMALLEST_SIDE
    from shiftscope.store.stored_study import StoredStudy

    if size is None and study is not None:
        shape = (StoredStudy(study).manifest.inputs or {}).get("shape", ())
        if len(shape) != 3:
            raise BadRequest(
                f"the study was recorded with inputs of shape {tuple(shape)}, which are no images."
            )
        size = min(shape[1:])
    size = SIDE if size is None else size
    if size < SMALLEST_SIDE:
        raise BadRequest(f"size={size}; shifts need {SMALLEST_SIDE} pixels on each side.")
    return size


def _list(kinds: Sequence[ShiftKind], side: int) -> None:
    from rich.console import Console

    from shiftscope.datasets.shifts.severities import BENCHMARKS

    console = Console()
    listed = ((kind.name, _needs(kind), kind.at_one(side)) for kind in kinds)
    console.print(_table(("shift", "needs", f"strength 1 at {side} pixels"), listed))
    for pixels, (benchmark, strengths) in BENCHMARKS.items():
        rows = [
            (kind.name, *(f"{each:.2f}" for each in strengths[kind.name]))
            for kind in kinds
            if kind.name in strengths
        ]
        if rows:
            print(f"\nAt {pixels} pixels as strong as the severities 1 to 5 of {benchmark}:")
            console.print(_table(("shift", "1", "2", "3", "4", "5"), rows))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> object:
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*heads, box=None, padding=(0, 1, 0, 0))
    for row in rows:
        drawn.add_row(*map(Text, row))
    return drawn


def _needs(kind: ShiftKind) -> str:
    channels = {"any": "", "at least 2": "2 channels", "3": "3 channels"}[kind.channels]
    return ", ".join(filter(None, (channels, "another image" if kind.needs_donor else ""))) or "–"


def _draw(data: str, kinds: Sequence[ShiftKind], resize: int | None, crop: int | None, output: Path) -> None:
    from shiftscope.datasets.pictures.preprocess import Preprocess
    from shiftscope.datasets.shifts.contact_sheet import contact_sheet
    from shiftscope.datasets.source import as_dataset
    from shiftscope.store.disk.asked_file import refuse_unwritable, write_asked_file

    refuse_unwritable(output)
    sized = resize is not None or crop is not None
    dataset = as_dataset(data, preprocess=Preprocess(resize=resize, crop=crop) if sized else None)
    content = io.BytesIO()
    contact_sheet(dataset, [kind.name for kind in kinds]).save(content, "PNG")
    write_asked_file(output, content.getvalue())
    print(f"{output}: a row for each of {', '.join(kind.name for kind in kinds)}.")
