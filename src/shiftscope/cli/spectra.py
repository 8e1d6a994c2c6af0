"""`shiftscope spectra`."""

from __future__ import annotations

from shiftscope.cli.asked.options import Csv, Data, Device, Json, Model, RecordedStudy, Weights
from shiftscope.cli.printed.write_csv import write_csv


def spectra(
    study: RecordedStudy,
    /,
    *,
    dataset: str,
    pictures: int = 256,
    range: tuple[float, float] | None = None,
    seed: int = 0,
    model: Model = None,
    weights: Weights = None,
    data: Data = None,
    device: Device = None,
    csv: Csv = None,
    json: Json = False,
) -> None:
    """Say how strong each frequency is in the images of a shifted dataset, over how strong it is in the reference. What
    is kept already is shown without the model.

    Parameters
    ----------
    dataset
        A shifted dataset.
    pictures
        Of each set, at most.
    range
        Lower and upper end of the model's inputs, as 0 1, of datasets without preprocessing.
    seed
        Of the intervals.
    """
    import json as written

    from shiftscope.cli.asked.at_hand import data_shown, model_at_hand
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.cli.printed.printed_table import print_table
    from shiftscope.study import open_study

    checked_csv(csv, as_json=json)
    sources = data_shown(data, model)
    found = open_study(study).spectra(
        dataset,
        pictures=pictures,
        range=range,
        seed=seed,
        model=model_at_hand(model, weights, device),
        data=sources,
    )
    if csv:
        write_csv(found.table(), csv)
    elif json:
        print(written.dumps(found.numbers(), indent=2))
    else:
        print_table(found.table(), found.in_words())
