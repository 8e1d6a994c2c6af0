"""`shiftscope importance`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from shiftscope.cli.asked.options import Csv, DataOrAll, Device, Model, RecordedStudy, Weights
from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.percent import whole_percent

if TYPE_CHECKING:
    from shiftscope.explain.importance.importance import Importance


def importance(
    study: RecordedStudy,
    /,
    *,
    layer: str,
    method: Literal["exact", "gradient_x_code", "sobol"] | None = None,
    samples: int | None = None,
    designs: int = 256,
    seed: int = 0,
    model: Model = None,
    weights: Weights = None,
    data: DataOrAll = None,
    device: Device = None,
    batch_size: int = 256,
    csv: Csv = None,
    json: bool = False,
) -> None:
    """Tell which features of a derived layer decide which category, on each dataset.

    Of a layer that feeds the linear head this is exact, and computed from the study; otherwise the model is run.

    Parameters
    ----------
    layer
        Derived layer, as hidden~nmf32.
    method
        Exact: through the linear head, the default where there is one. Gradient_x_code: by the model. Sobol: total
        indices of masks on the codes, many passes a sample.
    samples
        Of each category, for the methods that run the model: 20, or 4 for sobol.
    designs
        Rows of each of Sobol's designs: a power of 2. 64 for a quick look.
    seed
        Of Sobol's designs and of intervals.
    batch_size
        Samples in one forward pass.
    json
        Print JSON, every category and feature.
    """
    import json as written

    from shiftscope.cli.asked.at_hand import data_at_hand, model_at_hand
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.study import open_study

    checked_csv(csv, as_json=json)
    found = open_study(study).importance(
        layer,
        method=method,
        samples=samples,
        designs=designs,
        seed=seed,
        model=model_at_hand(model, weights, device),
        data=data_at_hand(data),
        batch_size=batch_size,
    )
    if csv:
        write_csv(found.table(), csv)
    elif json:
        rows = written.loads(found.table().to_json(orient="records"))  # NaN as null
        told = {
            "layer": found.layer,
            "state": found.state,
            "method": found.method,
            "measured_in": found.measured_in,
        }
        print(written.dumps({**told, "reference": found.reference, "rows": rows}, indent=2))
    else:
        _print(found)


def _print(found: Importance) -> None:
    """The first features of each category, by the reference."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from shiftscope.cli.printed.name_cell import NameCell
    from shiftscope.explain.fit_under_shift.states import states_in_a_line
    from shiftscope.explain.importance.importance import first_of

    first = next(iter(found.sets.values()), None)
    if first is None:
        return
    print(states_in_a_line(found.layer, found.state))
    shown = Table("category", "feature", "importance, 95 %", "leads", box=None, padding=(0, 1, 0, 0))
    for name in found.sets:
        stated = "" if name == found.reference else f"\n{found.state[name]}"
        shown.add_column(Text(f"{name}{stated}"), justify="right")
    for c, category in enumerate(found.categories):
        for unit in first_of(first, c):
            ends = f"({first.low[c, unit]:.3g} to {first.high[c, unit]:.3g})"
            cells = [f"{first.value[c, unit]:.3g} {ends}", whole_percent(first.leads[c, unit])]
            shares = [whole_percent(each.share[c, unit]) for each in found.sets.values()]
            shown.add_row(NameCell(category), str(unit), *map(Text, cells + shares))
    Console().print(shown)
    print(
        f"{found.method}, in {found.measured_in}: the features that count most in {next(iter(found.sets))}; leads, the "
        "share of its samples of which no feature contributes more; and the feature's share of all importance in each "
        "dataset. --csv has every feature."
    )
