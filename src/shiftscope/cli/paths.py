"""`shiftscope paths`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from shiftscope.cli.asked.options import Csv, RecordedStudy
from shiftscope.cli.printed.write_csv import write_csv

if TYPE_CHECKING:
    from shiftscope.explain.paths.paths import Paths


def paths(
    study: RecordedStudy,
    /,
    *,
    layer: str | None = None,
    rule: str = "abs_mean",
    smoothing: Literal["clip", "jeffreys", "none"] = "clip",
    eps: float = 1e-8,
    reference: str | None = None,
    shuffles: int = 20,
    resamples: int = 100,
    seed: int = 0,
    categories: bool = False,
    ablation: bool = False,
    csv: Csv = None,
) -> None:
    """Count the significant paths of a linear map, and print how far apart and how mixed its categories are.

    Parameters
    ----------
    layer
        A linear map by the name of its module, or of the recorded layer that enters it; the one into the logits where
        not given. record --paths stores others.
    rule
        When a path counts: abs_mean reproduces the published tables, printed is the formula in the paper.
    smoothing
        What is done with frequencies of 0 and 1: clip, jeffreys, or none, with infinite divergences.
    eps
        Frequencies are clipped to [eps, 1 - eps].
    reference
        Dataset that the others are compared with, instead of the study's reference.
    shuffles
        Of the labels, for the sampling floor.
    resamples
        Of the samples, for intervals.
    seed
        Of shuffles and resamples.
    categories
        A row for each category instead of each dataset.
    ablation
        The paper's other measures of separation too.
    """
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.study import open_study

    checked_csv(csv)
    opened = open_study(study)
    found = opened.paths(
        layer,
        rule=rule,
        smoothing=smoothing,
        eps=eps,
        reference=reference,
        shuffles=shuffles,
        resamples=resamples,
        seed=seed,
    )
    table = found.category_table() if categories else found.table()
    if ablation:
        table = table.merge(found.ablation_table(opened), on="dataset")
    if csv:
        write_csv(table, csv)
    elif categories or ablation:
        print(table.to_string(index=False, float_format="{:.4g}".format))
    else:
        _print(found, study)


def _print(found: Paths, study: Path) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    heads = ("dataset", "accuracy", "mean KL, 95 %", "floor", "mean entropy, 95 %")
    shown = Table(*heads, title=Text(f"Paths of {found.map.name}, in nats"), box=None, padding=(0, 1, 0, 0))
    for row in found.table().to_dict("records"):
        cells = (
            row["dataset"],
            f"{100 * row['accuracy']:.1f} %",
            _interval(row, "mean_kl"),
            f"{row['floor']:.3g}",
            _interval(row, "mean_entropy"),
        )
        shown.add_row(*map(Text, cells))
    console = Console()
    console.print(shown)
    settings = found.settings
    words = (
        f"{settings.rule.formula}; {settings.frequencies.in_words()}. KL and entropy are means over paths. The "
        "floor is the mean KL with shuffled labels."
    )
    console.print(Text(words), style="dim")
    console.print(f"Look at them with: shiftscope view {study}", soft_wrap=True)


def _interval(row: Mapping[Any, Any], name: str) -> str:
    if math.isnan(row[f"{name}_low"]):
        return "infinite" if math.isinf(row[name]) else f"{row[name]:.3g}"
    return f"{row[name]:.3g} ({row[f'{name}_low']:.3g} to {row[f'{name}_high']:.3g})"
