"""`shiftscope realign`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.cli.asked.options import Csv, Json, RecordedStudy
from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.percent import percent

if TYPE_CHECKING:
    from shiftscope.explain.realignment.realignment import Realignment


def realign(
    study: RecordedStudy,
    /,
    *,
    layer: str,
    dataset: str,
    variant: str | None = None,
    overwrite: bool = False,
    csv: Csv = None,
    json: Json = False,
) -> None:
    """Align a derived layer to one shifted set; where that helps, it is stored as the layer LAYER~as~DATASET.

    Parameters
    ----------
    layer
        Derived layer, as hidden~nmf32.
    dataset
        Shifted dataset.
    variant
        bias or decoder, which leave every code as it is; scale, transport, rotation or twins, whose codes cannot be
        compared with the reference's. The one that keeps most decisions where not given.
    overwrite
        Replace a realigned layer of this name that was made otherwise.
    """
    import json as written

    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.flow.realign import realign as aligned
    from shiftscope.flow.scores import score_all
    from shiftscope.progress import bar
    from shiftscope.store.stored_study import StoredStudy

    checked_csv(csv, as_json=json)
    opened = StoredStudy(study)
    found = aligned(opened, layer, dataset, variant=variant, overwrite=overwrite)
    if found.accepted:
        score_all(opened, progress=bar)
    if csv:
        write_csv(found.table(), csv)
    elif json:
        print(
            written.dumps(
                {"accepted": found.accepted, "in_words": found.in_words(), **found.as_json()}, indent=2
            )
        )
    else:
        _print(found)


def _print(found: Realignment) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    heads = ("variant", "variance left", "two reference halves", "kept", "difference, points")
    shown = Table(*heads, box=None, padding=(0, 1, 0, 0))
    for row in found.rows:
        if not row.made:
            shown.add_row(Text(row.variant), Text(row.refused))
            continue
        mark = " *" if row.variant == found.proposed else ""
        ends = f"{100 * row.difference_low:+.1f} to {100 * row.difference_high:+.1f}"
        shown.add_row(
            Text(row.variant + mark),
            percent(row.fvu),
            f"{percent(row.placebo_before)} → {percent(row.placebo)}",
            percent(row.kept),
            f"{100 * row.difference:+.1f} ({ends})",
        )
    Console().print(shown)
    for sentence in found.in_words():
        print(sentence)
    print(
        f"Adapted on {found.adapted_on:,} samples of {found.dataset}, told of {found.reported_on:,} others; * is the "
        f"variant {'asked for' if found.asked else 'that keeps most decisions of a half of those adapted on'}."
    )
