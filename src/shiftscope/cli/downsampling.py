"""`shiftscope downsampling`."""

from __future__ import annotations

from shiftscope.cli.asked.options import Csv, Data, Device, Json, Model, RecordedStudy, Weights
from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.errors import BadRequest


def downsampling(
    study: RecordedStudy,
    /,
    *,
    layer: str | None = None,
    unit: str | None = None,
    dataset: str | None = None,
    samples: list[str] | None = None,
    model: Model = None,
    weights: Weights = None,
    data: Data = None,
    device: Device = None,
    csv: Csv = None,
    json: Json = False,
) -> None:
    """Say where the high frequencies of a unit's gradient come from: its share of them in front of and behind each
    module that makes maps smaller. What is kept already is shown without the model.

    Parameters
    ----------
    layer
        Recorded or derived layer; without one the unit is a category, whose logit is explained.
    unit
        Number of the unit; of a category, number or name.
    dataset
        Whose samples; the reference where not given.
    samples
        "top" for the 12 that the unit responds to most, how many of them, or positions or ids.
    """
    import json as written
    from dataclasses import asdict

    from shiftscope.cli.asked.asked_samples import asked_samples
    from shiftscope.cli.asked.at_hand import data_shown, model_at_hand
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.cli.printed.printed_table import print_table
    from shiftscope.study import open_study

    checked_csv(csv, as_json=json)
    if unit is None:
        raise BadRequest("say which unit: --layer hidden --unit 12, or --unit CATEGORY for a logit.")
    sources = data_shown(data, model)
    found = open_study(study).downsampling(
        layer,
        unit,
        dataset=dataset,
        samples=asked_samples(samples),
        model=model_at_hand(model, weights, device),
        data=sources,
    )
    table = found.table()
    if csv:
        write_csv(table, csv)
    elif json:
        rows = written.loads(table.to_json(orient="records"))  # NaN as null
        print(written.dumps({**asdict(found.question), "modules": rows}, indent=2))
    else:
        print_table(table, found.in_words())
