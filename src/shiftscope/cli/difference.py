"""`shiftscope difference`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.cli.asked.options import Data, Device, Json, Model, Output, Placebo, RecordedStudy, Weights
from shiftscope.explain.visualisation.picture_question import USUAL_METHOD

if TYPE_CHECKING:
    from shiftscope.explain.visualisation.differences.difference import Difference


def difference(
    study: RecordedStudy,
    /,
    *,
    unit: str,
    dataset: str,
    layer: str | None = None,
    at: str | None = None,
    method: str = USUAL_METHOD,
    draft: bool = False,
    steps: int | None = None,
    crops: int | None = None,
    size: int | None = None,
    range: tuple[float, float] | None = None,
    option: list[str] | None = None,
    seed: int = 0,
    placebo: Placebo = True,
    model: Model = None,
    weights: Weights = None,
    data: Data = None,
    device: Device = None,
    output: Output = None,
    json: Json = False,
) -> None:
    """Draw what a shift adds to a unit's use: as under the shift and as on the reference.

    What is kept already is shown without the model.

    Parameters
    ----------
    unit
        Number of the unit; of a category, number or name.
    dataset
        The shifted dataset.
    layer
        Recorded or derived layer; without one the unit is a category, whose logit is raised.
    at
        Recorded layer before the unit, unpooled or pooled by a mean, whose responses tell both uses apart; the nearest
        where not given.
    method
        maco or activation_maximisation.
    draft
        64 steps and 4 crops.
    steps
        As the method has them where not given.
    crops
        That are shown in each step; 0 shows the whole picture.
    size
        Rows and columns of the pictures.
    range
        Lower and upper end of the model's inputs, as 0 1, of a dataset without preprocessing.
    option
        Of the method, as learning_rate=0.5; several are separated by spaces.
    seed
        Of the random numbers.
    placebo
        Also draw the halves of so many divisions of the reference, at random, against each other, two pictures each;
        of 5 where no number is given.
    output
        Folder for two PNG of each picture: the picture, and the picture with its alpha.
    """
    from shiftscope.cli.asked.at_hand import data_shown, model_at_hand
    from shiftscope.cli.attribute import options_given
    from shiftscope.cli.visualise import save_pictures, say_where
    from shiftscope.store.disk.asked_file import refuse_no_folder
    from shiftscope.study import open_study

    if output is not None:
        refuse_no_folder(output)
    sources = data_shown(data, model)
    opened = open_study(study)
    found = opened.difference(
        layer,
        unit,
        dataset,
        at=at,
        method=method,
        draft=draft,
        steps=steps,
        crops=crops,
        size=size,
        range=range,
        seed=seed,
        placebo=placebo,
        model=model_at_hand(model, weights, device),
        data=sources,
        **options_given(option, opened.difference),
    )
    if output is not None:
        save_pictures([found.shifted, found.reference], output)
    _show(found, as_json=json)
    if output is None and not json:
        say_where(study)


def _show(found: Difference, *, as_json: bool) -> None:
    import json

    if as_json:
        print(json.dumps(found.numbers(), indent=2))
        return
    from rich.console import Console

    lines = [
        found.in_words(),
        *(f"{each.objective}: {each.in_words()}" for each in (found.shifted, found.reference)),
    ]
    for line in lines:
        Console(soft_wrap=True).print(line, markup=False, highlight=False)
