"""`shiftscope spectra`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from shiftscope.cli.asked.study_address import StudyAddress


def spectra(
    study: StudyAddress,
    /,
    *,
    dataset: str,
    pictures: int = 256,
    range: tuple[float, float] | None = None,
    seed: int = 0,
    model: str | None = None,
    weights: Path | None = None,
    data: list[str] | None = None,
    device: str | None = None,
    csv: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    json: bool = False,
) -> None:
    """Say how strong each frequency is in the images of a shifted dataset, over how strong it is in the reference. What
    is kept already is shown without the model.

    Parameters
    ----------
    study
        Folder of the study, or its address on an object store, as s3://bucket/x.study.
    dataset
        A shifted dataset.
    pictures
        Of each set, at most.
    range
        Lower and upper end of the model's inputs, as 0 1, of datasets without preprocessing.
    seed
        Of the intervals.
    model
        The model: package.module:callable, timm:NAME, hf:NAME, or a .pt2 file of torch.export.
    weights
        State dict to load: .safetensors, .pt or .pth.
    data
        Datasets as NAME=SOURCE, by their names in the study; those that lie where they were recorded from may be left
        out.
    device
        Where the model runs: cpu, cuda, mps.
    csv
        File to write the table to, or - for standard output.
    json
        Print JSON.
    """
    import json as written
    import sys

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
        found.table().to_csv(sys.stdout if csv == "-" else csv, index=False)
    elif json:
        print(written.dumps(found.numbers(), indent=2))
    else:
        print_table(found.table(), found.in_words())
