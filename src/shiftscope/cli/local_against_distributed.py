"""`shiftscope local-against-distributed`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from shiftscope.cli.asked.options import Csv, DataOrAll, Device, Json, Model, RecordedStudy, Weights
from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.percent import percent

if TYPE_CHECKING:
    from shiftscope.explain.local_against_distributed.local_against_distributed import LocalAgainstDistributed
    from shiftscope.explain.local_against_distributed.removals import Estimated


def local_against_distributed(
    study: RecordedStudy,
    /,
    *,
    layers: Annotated[list[str] | None, Parameter(name=("--layers", "--layer"))] = None,
    samples: int = 500,
    seed: int = 0,
    model: Model = None,
    weights: Weights = None,
    data: DataOrAll = None,
    device: Device = None,
    batch_size: int = 64,
    csv: Csv = None,
    json: Json = False,
) -> None:
    """Remove each sample's most active feature, or its most active unit, and print how far the answer falls.

    Parameters
    ----------
    layers
        Derived layers; all of the study where not given.
    samples
        Of each dataset, at most.
    seed
        Of the random directions, which are as long as what the feature adds.
    batch_size
        Samples in one forward pass.
    """
    import json as written

    from shiftscope.cli.asked.at_hand import data_at_hand, model_at_hand
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.study import open_study

    checked_csv(csv, as_json=json)
    found = open_study(study).local_against_distributed(
        layers,
        samples=samples,
        seed=seed,
        batch_size=batch_size,
        model=model_at_hand(model, weights, device),
        data=data_at_hand(data),
    )
    if csv:
        write_csv(found.table(), csv)
    elif json:
        rows = written.loads(found.table().to_json(orient="records"))  # NaN as null
        print(written.dumps({"state": found.state, "reference": found.reference, "rows": rows}, indent=2))
    else:
        _print(found)


def _print(found: LocalAgainstDistributed) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from shiftscope.cli.printed.name_cell import NameCell

    for line in found.stated():
        print(line)
    shown = Table("state", "layer", "dataset", box=None, padding=(0, 1, 0, 0))
    for head in ("removed", "logit, 95 %", "probability", "flips", "× unit's"):
        shown.add_column(head, no_wrap=True)
    for layer, sets in found.layers.items():
        for dataset, removals in sets.items():
            for lost in removals.estimates():
                cells = [
                    lost.row,
                    _told(lost.logit),
                    f"{lost.probability.value:.3f}",
                    percent(lost.flips.value),
                    "–" if math.isnan(lost.ratio.value) else f"{lost.ratio.value:.2f}",
                ]
                shown.add_row(
                    found.state[layer][dataset], NameCell(layer), NameCell(dataset), *map(Text, cells)
                )
    Console().print(shown)
    print(
        f"Logit and probability: by how much those of the predicted category fall; of {found.reference} the held-out "
        "half. The random direction is as long as what the feature adds."
    )


def _told(number: Estimated) -> str:
    return f"{number.value:.2f} ({number.low:.2f} to {number.high:.2f})"
