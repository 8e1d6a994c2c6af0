"""`shiftscope visualise`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shiftscope.cli.asked.options import Data, Device, Json, Model, Output, Placebo, RecordedStudy, Weights
from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import USUAL_METHOD

if TYPE_CHECKING:
    from shiftscope.explain.visualisation.belief.belief import Belief
    from shiftscope.explain.visualisation.visualised import Visualised
    from shiftscope.store.stored_study import StoredStudy


def visualise(
    study: RecordedStudy,
    /,
    *,
    layer: str | None = None,
    unit: str | None = None,
    units: list[int] | None = None,
    worst: int | None = None,
    by: str | None = None,
    under: str | None = None,
    method: str = USUAL_METHOD,
    dataset: str | None = None,
    sample: str | None = None,
    facets: int = 0,
    draft: bool = False,
    steps: int | None = None,
    crops: int | None = None,
    size: int | None = None,
    range: tuple[float, float] | None = None,
    option: list[str] | None = None,
    seed: int = 0,
    believe: bool = False,
    second: str | None = None,
    second_weights: Path | None = None,
    placebo: Placebo = False,
    at: str | None = None,
    model: Model = None,
    weights: Weights = None,
    data: Data = None,
    device: Device = None,
    output: Output = None,
    json: Json = False,
) -> None:
    """Draw what units want, as pictures that the study keeps.

    What is kept already is shown without the model. Pictures are kept one by one; the same command goes on where it
    stopped.

    Parameters
    ----------
    layer
        Recorded or derived layer; without one the unit is a category, whose logit is raised.
    unit
        Number of the unit; of a category, number or name.
    units
        Numbers of several units of the layer, or of several categories.
    worst
        As many units of the layer as have the largest score.
    by
        The score of --worst, novelty where not given; or repairs, by how many more answers silencing each alone turns
        right than wrong.
    under
        Shifted dataset under which the units of --worst are the worst. Not needed where the study has one.
    method
        maco, activation_maximisation or accentuation.
    dataset
        Whose samples give colours and spectra, and the sample to start from; the reference where not given.
    sample
        Position or id of the sample that accentuation starts from.
    facets
        As many pictures of each unit, each from the mean of one cluster of the samples that drive it most.
    draft
        64 steps and 4 crops.
    steps
        As the method has them where not given.
    crops
        That are shown in each step; 0 shows the whole picture.
    size
        Rows and columns of the picture.
    range
        Lower and upper end of the model's inputs, as 0 1, of a dataset without preprocessing.
    option
        Of the method, as learning_rate=0.5, or prior=pca with activation_maximisation; several are separated by spaces.
    seed
        Of the random numbers.
    believe
        Also tell how much of each picture to believe; three more pictures are drawn for each.
    second
        Another network, as --model: its unit that is most like this one is shown the same pictures; as --believe too.
    second_weights
        Its state dict, as --weights.
    placebo
        Also tell how far each picture is from the one with the colours of the reference, beside the distances of two
        halves of the reference in so many divisions, 5 where no number is given; for each one more picture is drawn,
        and two a division.
    at
        Recorded layer before the unit in which the placebo's distances are measured; the nearest where not given.
    output
        Folder for two PNG of each unit: the picture, and the picture with its alpha.
    """
    from shiftscope.cli.asked.at_hand import data_shown, model_at_hand
    from shiftscope.cli.attribute import options_given
    from shiftscope.store.disk.asked_file import refuse_no_folder
    from shiftscope.study import open_study

    if sum(each is not None for each in (unit, units, worst)) != 1:
        raise BadRequest("say which unit: one of --unit 12, --units 3 17, and --worst 20 --by novelty.")
    if output is not None:
        refuse_no_folder(output)
    if worst is None and (by is not None or under is not None):
        raise BadRequest("--by and --under choose the worst units; give them with --worst.")
    if second is None and second_weights is not None:
        raise BadRequest("--second-weights are those of a second network: give --second too.")
    sources = data_shown(data, model)
    opened = open_study(study)
    if worst is not None:
        units = _worst(opened, layer, worst, by or "novelty", under)
    asked: str | list[int] | None = unit if units is None else units
    position = int(sample) if sample is not None and sample.isascii() and sample.isdecimal() else sample
    found = opened.visualise(
        layer,
        asked,
        method=method,
        dataset=dataset,
        sample=position,
        facets=facets,
        draft=draft,
        steps=steps,
        crops=crops,
        size=size,
        range=range,
        seed=seed,
        believe=believe,
        second=None if second is None else model_at_hand(second, second_weights, device),
        placebo=placebo,
        at=at,
        model=model_at_hand(model, weights, device),
        data=sources,
        **options_given(option, opened.visualise),
    )
    every = found if isinstance(found, list) else [found]
    if output is not None:
        save_pictures(every, output)
    _show(every, as_json=json)
    if output is None and not json:
        say_where(study)


def _worst(study: StoredStudy, layer: str | None, how_many: int, by: str, under: str | None) -> list[int]:
    from shiftscope.explain.interventions.worst_units import only_shifted
    from shiftscope.flow.worst_units import worst_units

    if layer is None:
        raise BadRequest("--worst is of the units of a layer: give --layer.")
    what = "under which one units are the worst (--dataset gives the colours)"
    shifted = only_shifted(study, study.reference, what, keyword="under") if under is None else under
    return list(worst_units(study, layer, how_many, by, dataset=shifted))


def _show(found: list[Visualised], *, as_json: bool) -> None:
    import json

    if as_json:
        print(json.dumps([each.numbers() for each in found], indent=2))
        return
    from rich.console import Console

    for each in found:
        Console(soft_wrap=True).print(f"{each.objective}: {each.in_words()}", markup=False, highlight=False)
        if each.belief is not None:
            _table(each.belief)


def _table(belief: Belief) -> None:
    from rich.console import Console
    from rich.table import Table

    from shiftscope.explain.visualisation.belief.belief import COLUMNS

    table = Table("", *COLUMNS)
    for title, cells in belief.rows():
        table.add_row(title, *cells)
    Console().print(table, markup=False, highlight=False)


def say_where(study: Path) -> None:
    """Where the pictures are to be seen that no file was asked for."""
    import shlex
    import sys

    view = f"shiftscope view {shlex.quote(str(study))}"
    print(f"{view} shows them, and --output FOLDER writes them as PNG.", file=sys.stderr)


def save_pictures(found: list[Visualised], folder: Path) -> None:
    """Each under its method and unit; where another picture is there by that name, with a number."""
    import sys
    from itertools import count

    from shiftscope.explain.visualisation.visualised import png_bytes

    folder.mkdir(parents=True, exist_ok=True)
    for each in found:
        name = "".join(letter if letter.isalnum() else "-" for letter in each.objective)
        content = png_bytes(each.pixels)
        for number in count(1):
            stem = f"{each.method}-{name}{f'-{number}' if number > 1 else ''}"
            file = folder / f"{stem}.png"
            if not file.exists() or file.read_bytes() == content:
                break
        each.save(file)
        each.save(folder / f"{stem}-blended.png", blended=True)
    print(f"{2 * len(found)} pictures written to {folder}", file=sys.stderr)
