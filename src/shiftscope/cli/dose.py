"""`shiftscope dose`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shiftscope.cli.asked.options import Csv, RecordedStudy
from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.counted import counted
from shiftscope.percent import whole_percent

if TYPE_CHECKING:
    import pandas as pd

    from shiftscope.explain.dose.ladder import Ladder

FEW = 10  # images of a category, below which intervals say little


def dose(
    study: RecordedStudy,
    /,
    *,
    group: str | None = None,
    layer: str | None = None,
    level: float = 0.5,
    units: int = 10,
    csv: Csv = None,
) -> None:
    """Say at which strength of a shift each unit has lost half of its selective response, and where the net breaks.

    Parameters
    ----------
    group
        Datasets that a number orders, by what they are called, as "shift gaussian_noise", or by a value that only they
        have, as gaussian_noise. Not needed where the study has one ladder.
    layer
        One layer; all recorded ones where not given.
    level
        Share that is left at what is called half strength.
    units
        How many of each layer are printed, those that go first; a file has all.
    """
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.explain.dose.ladder import ladder_of
    from shiftscope.study import open_study

    checked_csv(csv)
    opened = open_study(study)
    ladder = ladder_of(opened, group or _only(opened))
    table = opened.dose(ladder.group, layer=layer, level=level, progress=csv != "-")
    if csv:
        write_csv(table, csv)
        return
    print(_answers(opened, ladder))
    table["images"] = table["preferred"].map(_images(opened, ladder.source)).fillna(0).astype(int)
    for name in table.attrs["loss"]:
        _print_layer(table[table["layer"] == name], table.attrs, name, ladder.variable, level, units)
    print(
        f"area: mean share of the selective response that is left up to {ladder.variable} "
        f"{ladder.strengths[-1]:g}. loss: 1 less the area of the median unit."
    )
    if "breaks_at" in table.attrs:
        print(_where(table.attrs))
    if not all(opened[name].keeps_responses for name in ladder.rungs):
        print("Single responses were not kept of every rung: nothing has an interval.")


def _only(study: Any) -> Any:
    """The group of the only ladder."""
    from shiftscope.errors import BadRequest
    from shiftscope.explain.dose.ladder import ladders_of

    found = ladders_of(study)
    if len(found) == 1:
        return found[0].group
    called = ", ".join(repr(each.called) for each in found)
    raise BadRequest(
        f"--group is needed: there are {called}."
        if found
        else "the study has no ladder: `sweep` records one, and `describe` makes a group of datasets."
    )


def _answers(study: Any, ladder: Ladder) -> str:
    """What happened to the accuracy along the ladder."""
    from shiftscope.outcomes.outcomes import outcomes
    from shiftscope.percent import percent

    shares = [outcomes(study[name].samples, len(study.categories)).accuracy for name in ladder.rungs]
    told = [f"{percent(share)} at {at:g}" for share, at in zip(shares, ladder.rungs.values(), strict=True)]
    return f"Accuracy under {ladder.called}, by {ladder.variable}: {', '.join(told)}."


def _images(study: Any, dataset: str) -> dict[str, int]:
    """How many there are of each category at the first rung."""
    from shiftscope.outcomes.outcomes import outcomes

    found = outcomes(study[dataset].samples, len(study.categories)).by_label
    return dict(zip(study.categories, found.tolist(), strict=True))


def _print_layer(
    table: pd.DataFrame, told: Mapping[Any, Any], name: str, variable: str, level: float, units: int
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from shiftscope.statistics.probability import probability

    measured = table[table["area"].notna()]
    last = max(told["ladder"].values())
    heads = ("unit", f"half {variable}, 95 %", "area", "trend", "q", "preferred")
    drawn = Table(*heads, title=Text(_title(told, name, measured, last)), box=None, padding=(0, 1, 0, 0))
    first = measured.sort_values(["half_strength", "area"]).head(units)
    for row in first.to_dict("records"):
        half = _half(row, last)
        cells = (
            f"{row['unit']}",
            half,
            f"{row['area']:.3f}",
            f"{row['trend']:+.2f}",
            probability(row["q"]),
            row["preferred"],
        )
        drawn.add_row(*map(Text, cells))
    console = Console()
    console.print(drawn)
    lacking, kept = len(table) - len(measured), int(measured["censored"].sum())
    share = "half" if level == 0.5 else f"{100 * level:g} %"
    words = [
        f"{kept} of {counted(len(measured), 'unit')} keep more than {share} of their selective response up to "
        f"{variable} {last:g}."
    ]
    if lacking:
        words.append(f"{counted(lacking, 'unit')} without a selective response to lose left out.")
    if few := int((first["images"] < FEW).sum()):
        words.append(
            f"Those above that prefer a category with fewer than {FEW} images ({few}) have too narrow intervals."
        )
    console.print(Text(" ".join(words)), style="dim", soft_wrap=True)


def _title(told: Mapping[Any, Any], name: str, measured: pd.DataFrame, last: float) -> str:
    if measured.empty:
        return f"{name}: no unit prefers a category surely"
    half = _reached(told["median_half_strength"][name], last)
    return f"{name}: loss {told['loss'][name]:.2f}, half strength of the median unit {half}"


def _half(row: Mapping[Any, Any], last: float) -> str:
    value = _reached(row["half_strength"], last)
    if math.isnan(row["low"]):
        return value
    return f"{value} ({_reached(row['low'], last)} to {_reached(row['high'], last)})"


def _reached(strength: float, last: float) -> str:
    """What the last rung does not reach lies beyond it."""
    return f"{strength:.3g}" if math.isfinite(strength) else f"> {last:g}"


def _where(told: Mapping[Any, Any]) -> str:
    """Which layer half of the loss has arisen by, and how many resamples agree."""
    shares = ", ".join(
        f"{name} {whole_percent(share)}" for name, share in list(told["breaks_at_shares"].items())[:3]
    )
    of_resamples = f" (of resamples: {shares})" if shares else ""
    if told["breaks_at"] is None:
        return f"No layer is surely the first with half of the last one's loss{of_resamples}."
    return f"Half of the last layer's loss is there by {told['breaks_at']}{of_resamples}."
