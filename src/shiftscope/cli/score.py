"""`shiftscope score`."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from shiftscope.errors import BadRequest


def score(
    study: Path,
    /,
    *,
    layer: str,
    dataset: str | None = None,
    reference: str | None = None,
    sort: str = "novelty",
    top: int | None = None,
    csv: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
) -> None:
    """Print what the shift did to each unit of a layer, or write it as CSV.

    Parameters
    ----------
    study
        Folder of the study.
    layer
        A recorded layer.
    dataset
        Only this shifted dataset.
    reference
        Compare with this dataset instead of the study's reference.
    sort
        Score to sort by, largest first.
    top
        Only so many units; 20 on the screen and all in a file where not given.
    csv
        File to write, or - for standard output.
    """
    from shiftscope import flow
    from shiftscope.scores.score import unit_scores
    from shiftscope.store.study_files import StudyFiles

    table = flow.scores(StudyFiles(study), layer, dataset=dataset, reference=reference)
    unit_scores[sort]
    undefined = table.attrs["undefined"]
    table = table.sort_values(sort, ascending=False, kind="stable")
    if top is not None and top < 1:
        raise BadRequest(f"--top {top}; at least 1.")
    if csv:
        if csv != "-" and not Path(csv).parent.is_dir():
            raise BadRequest(f"cannot write {csv!r}: there is no folder {str(Path(csv).parent)!r}.")
        table.head(top if top is not None else len(table)).to_csv(
            sys.stdout if csv == "-" else csv, index=False
        )
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*table.columns, title=Text(f"Units of {layer} by {sort}"))
    for row in table.head(20 if top is None else top).itertuples(index=False):
        shown.add_row(*(Text(_shown(cell)) for cell in row))
    Console().print(shown)
    Console().print(", ".join(f"{count} without {name}" for name, count in undefined.items()), style="dim")


def _shown(cell: object) -> str:
    return str(cell) if not isinstance(cell, float) else "–" if math.isnan(cell) else f"{cell:.3f}"
