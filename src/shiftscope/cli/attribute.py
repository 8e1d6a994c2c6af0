"""`shiftscope attribute`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from shiftscope.cli.asked.options import Csv, Data, Device, Json, Model, Output, RecordedStudy, Weights
from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.errors import BadRequest

if TYPE_CHECKING:
    import pandas as pd

    from shiftscope.explain.attribution.attributions import Attributions


def attribute(
    study: RecordedStudy,
    /,
    *,
    layer: str | None = None,
    unit: list[str] | None = None,
    units: Literal["all"] | None = None,
    keep: Literal["maps", "shares"] = "maps",
    method: str = "saliency",
    dataset: str | None = None,
    samples: list[str] | None = None,
    low_pass: str | None = None,
    baseline: str | None = None,
    option: list[str] | None = None,
    seed: int = 0,
    faithful: bool = True,
    sanity: bool = False,
    dry_run: bool = False,
    batch_size: int | None = None,
    model: Model = None,
    weights: Weights = None,
    data: Data = None,
    device: Device = None,
    output: Output = None,
    csv: Csv = None,
    json: Json = False,
) -> None:
    """Say where in its samples a unit reads what it says, by maps that the study keeps.

    What is kept already is shown without the model. With --units all --keep shares the maps of every unit become
    numbers that scores read; the same command goes on where it stopped.

    Parameters
    ----------
    layer
        Recorded or derived layer; without one the unit is a category, whose logit is explained.
    unit
        Number of the unit; of a category, number or name. Several may be given: over samples by position or id they
        share forward passes.
    units
        "all", with --keep shares: numbers of every unit's maps, in the reference and each shifted dataset.
    keep
        Maps of one unit, or shares of every unit's by scale and orientation, with other numbers of each map.
    method
        Saliency, gradient_x_input, integrated_gradients, smoothgrad, occlusion, rise, grad_cam, wam, wam_saliency,
        wam_smoothgrad or wam_integrated.
    dataset
        Whose samples; the reference where not given.
    samples
        "top" for the 12 that the unit responds to most, how many of them, or positions or ids: one number is a number
        of samples, several are positions. Of every unit how many of each dataset, 200 where not given.
    low_pass
        Cutoff in cycles per image: finer detail is taken out of the maps. Or fitted: the one that makes maps of one
        half of the reference the most faithful, with what it gains elsewhere.
    baseline
        A number, blur, or reference_mean for the mean input of one half of the reference; zero where not given.
    option
        Of the method, as n=50; several are separated by spaces.
    seed
        Of the random numbers.
    faithful
        Compute how faithful the maps are too, beside controls; --no-faithful saves the passes.
    sanity
        Randomise the model's weights, on a copy, and say whether the maps depend on them.
    dry_run
        With --units all: tell the price and compute nothing.
    batch_size
        Points in one forward pass; what fits into the free memory where not given.
    output
        Folder for a PNG of each map.
    """
    from urllib.parse import quote

    from shiftscope.cli.asked.asked_samples import asked_samples
    from shiftscope.cli.asked.at_hand import data_shown, model_at_hand
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.store.disk.asked_file import refuse_no_folder
    from shiftscope.study import open_study

    checked_csv(csv, as_json=json)
    if units and unit is not None:
        raise BadRequest("--unit and --units; choose one.")
    if unit is None and units is None:
        raise BadRequest("say which unit: --layer hidden --unit 12, or --unit CATEGORY for a logit.")
    if units and output is not None:
        raise BadRequest("-o is for maps, and of every unit there are numbers alone.")
    if output is not None:
        refuse_no_folder(output)
    sources = data_shown(data, model)
    opened = open_study(study)
    given: dict[str, Any] = {
        "method": method,
        "dataset": dataset,
        "low_pass": _number_or_name(low_pass),
        "baselines": _number_or_name(baseline),
        "seed": seed,
        "faithful": faithful,
        "sanity": sanity,
        "internal_batch_size": batch_size,
        "model": model_at_hand(model, weights, device),
        "data": sources,
        **options_given(option, opened.attribute),
    }
    alone = unit[0] if unit and len(unit) == 1 else None
    found = opened.attribute(
        layer, units or alone or unit, keep=keep, samples=asked_samples(samples), dry_run=dry_run, **given
    )
    if units:
        _show_layer(found, f"{layer}: samples with numbers of maps", csv=csv, as_json=json)
        return
    every = [found] if alone else found
    _show(every, csv=csv, as_json=json)
    if layer is not None and not (csv or json):
        address = f"layers/{quote(layer, safe='')}/units/{every[0].question.unit}"
        print(f"Beside its images: {address} in the viewer")
    if output is not None:
        _save(every, output)


def options_given(option: Sequence[str] | None, verb: Callable[..., Any]) -> dict[str, Any]:
    """`--option NAME=VALUE`: numbers, true and false as such, all else as text.

    Parameters
    ----------
    verb
        What they are given to, beside parameters of its own.

    Raises
    ------
    BadRequest
        One without a name or a value, given twice, or named as a parameter of its own.
    """
    import inspect
    import json

    found: dict[str, Any] = {}
    for text in option or ():
        name, equals, value = text.partition("=")
        if not (name.isidentifier() and equals and value):
            raise BadRequest(f"--option {text!r}; give it as NAME=VALUE, as n=50.")
        if name in found:
            raise BadRequest(f"--option gives {name!r} twice.")
        if name in inspect.signature(verb).parameters:
            raise BadRequest(f"--option {text!r}; {name!r} is none of the method's options.")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _number_or_name(text: str | None) -> float | str | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def _show(every: Sequence[Attributions], *, csv: str | None, as_json: bool) -> None:
    """A table for each unit; as CSV one of all, in which several units are told apart."""
    import json

    import pandas as pd

    from shiftscope.cli.printed.printed_table import print_table

    tables = [found.table() for found in every]
    if csv:
        if len(every) > 1:
            for found, table in zip(every, tables, strict=True):
                table.insert(0, "unit", found.question.unit)
        write_csv(pd.concat(tables), csv)
        return
    if as_json:
        told = [_as_json(found) for found in every]
        print(json.dumps(told if len(told) > 1 else told[0], indent=2))
        return
    for found, table in zip(every, tables, strict=True):
        silent = [name for name in ("silent", "refused") if not table[name].any()]
        shown = table.drop(
            columns=["position", "verdict", *silent], errors="ignore"
        )  # the verdict is told above
        print_table(shown, found.in_words())


def _as_json(found: Attributions) -> dict[str, Any]:
    import json
    from dataclasses import asdict

    tables = {"samples": found.table()}
    if found.sanity is not None:
        tables["sanity"] = found.sanity.table()
    if found.faithfulness is not None:
        tables["faithfulness"] = found.faithfulness.table()
    if found.fitted is not None:
        tables["gain"] = found.fitted.table(found.question.dataset)
    rows = {name: json.loads(each.to_json(orient="records")) for name, each in tables.items()}  # NaN as null
    return {**asdict(found.question), **rows}


def _show_layer(table: pd.DataFrame, title: str, *, csv: str | None, as_json: bool) -> None:
    import json

    from shiftscope.cli.printed.printed_table import print_table

    if csv:
        write_csv(table, csv)
    elif as_json:
        print(json.dumps(json.loads(table.to_json(orient="records")), indent=2))  # NaN as null
    else:
        paired = table["pairs"].notna().any()
        print_table(table if paired else table[["dataset", "samples", "state"]], title)
        for name, kept in table.attrs["kept"].items():
            print(f"{name}: {kept}.")


def _save(every: Sequence[Attributions], folder: Path) -> None:
    """Files named by the samples' positions: their ids may be no names of files."""
    import sys

    from shiftscope.store.disk.asked_file import write_asked_file

    count = 0
    for found in every:
        pictures = found.pictures()
        folder.mkdir(parents=True, exist_ok=True)
        unit = f"-{found.question.unit}" if len(every) > 1 else ""
        for position, picture in zip(found.positions, pictures, strict=True):
            write_asked_file(folder / f"{found.question.method}{unit}-{position}.png", picture)
        count += len(pictures)
    print(f"{count} maps written to {folder}", file=sys.stderr)
