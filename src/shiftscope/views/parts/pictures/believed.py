"""Believe it? What stands beside a picture of a unit: the same numbers of images, and of pictures without the unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from shiftscope.explain.visualisation.belief.belief import Belief
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_code
from shiftscope.percent import percent
from shiftscope.views.page.panels import Cell, Code, Column, Panel, Table
from shiftscope.views.parts.cells import ends
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.number_text import interval, number
from shiftscope.views.parts.pictures.made_pictures import Drawn
from shiftscope.views.parts.pictures.shown_pictures import ShownPictures
from shiftscope.views.parts.pictures.visualising import believable, command_again

TITLE = "Believe it?"
HELPS = {
    "picture": "The picture as it is, at the size of the inputs.",
    "strongest images": "Up to 15 of the reference that the unit responds to most, in the half that nothing was "
    "fitted on: their median, of the similarity their mean.",
    "other images": "As many others of that half, at random.",
    "randomised weights": "A picture drawn in the same way for the network with randomised weights: what is as large "
    "there owes nothing to what the network learned.",
    "single pixels": "A picture from noise, each pixel raised by itself: far from any image.",
}
DRIVES = "Share of the reference's held-out images with a smaller response, and half of those with the same."
LEFT = (
    "Share that is left of what the response exceeds the median of the reference by: 100 % where nothing is lost, 0 % "
    "where the picture without it is as any image. A dash where the response does not exceed it."
)
SIMILAR = (
    "Are its activations there as those of the unit's strongest images? 1: as much as those are among one another; 0: "
    "as any image; below 0: unlike any image. Rank correlations; a dash where the strongest images are no more alike "
    "than others. The interval is of the choice of images."
)
TRANSFER = (
    "The same in a second network, of the unit there whose responses are most like this one's; r is their correlation "
    "over images that it was not chosen on. A dash where r is below 0.3: no counterpart."
)
ALIKE = (
    "Correlation over the pixels in grey, of what was changed where it started from an image. A picture that owes "
    "itself to the network is far from that of randomised weights, and near that of another seed. Where two seeds from "
    "noise hardly agree, the number says little."
)
CHANGED = " without colour", ", blurred to 4 pixels", ", blurred to 8 pixels", ", blurred to 16 pixels"
Numbers = npt.NDArray[np.float64]


def believed(
    unit: ShownPictures, shown: Sequence[Drawn], called: Callable[[PictureQuestion], str]
) -> list[Panel]:
    """A table for each picture of which it is known, and what measures the others."""
    tables: list[Panel] = []
    for question, found in shown:
        if found.belief is not None:
            words = f"{called(question)} with the colours of {question.dataset}"
            tables.append(belief_table(f"{TITLE} {words}", found.belief))
    lacking = [question for question, found in shown if found.belief is None and not found.dead]
    offer = _offer(unit, lacking) if lacking and believable(unit.selection.study, unit.layer) else None
    return [*tables, offer] if offer else tables


def belief_table(title: str, belief: Belief) -> Table:
    """A row for each number, a column for the picture and for each that it stands beside."""
    columns = [Column("")] + [Column(name, help, numeric=True) for name, help in HELPS.items()]
    return Table(title, columns, list(_rows(belief)), note=believed_in_words(belief))


def believed_in_words(belief: Belief) -> str:
    """A sentence for each of what its numbers say."""
    told = belief.clauses(number=number, share=percent)
    return " ".join(f"{each[0].upper()}{each[1:]}." for each in told)


def _rows(belief: Belief) -> Iterator[list[Cell]]:
    yield _row("drives it more than", DRIVES, belief.reached, percent)
    for what, shares in zip(CHANGED, belief.kept, strict=True):
        if what != CHANGED[0] or np.isfinite(shares).any():  # of one channel there is no colour to take
            yield _row(f"left{what}", LEFT, shares, percent)
    for layer, numbers, low, high in zip(belief.layers, belief.path, belief.low, belief.high, strict=True):
        row = _row(f"similarity at {layer}", SIMILAR, numbers, number)
        row[1] = Cell(
            row[1].text,
            note=interval(float(low), float(high)),
            value=row[1].value,
            parts=ends(float(low), float(high)),
        )
        yield row
    if len(belief.layers) > 1:
        yield _row("similarity, median of the layers", SIMILAR, belief.similarity, number)
    if (transfer := belief.transfer) is not None:
        row = _row("drives a second network more than", TRANSFER, transfer.quantiles, percent)
        row[1] = Cell(row[1].text, note=transfer.named, value=row[1].value)
        yield row
    alike = _row(
        "alike", ALIKE, np.array([belief.seeds, math.nan, math.nan, belief.randomised, math.nan]), number
    )
    alike[1] = Cell(alike[1].text, note="to another seed's", value=belief.seeds)
    alike[4] = Cell(alike[4].text, note="to the picture", value=belief.randomised)
    yield alike


def _row(title: str, help: str, numbers: Numbers, write: Callable[[float], str]) -> list[Cell]:
    cells = [Cell(write(float(each)), value=float(each)) for each in numbers]
    return [Cell(title, help=help), *cells]


def _offer(unit: ShownPictures, lacking: Sequence[PictureQuestion]) -> Panel:
    study = unit.selection.study
    form = computation(
        study,
        TITLE,
        "Measures, for the pictures above that lack it, how the layers before the unit process them, what is left "
        "without colour and detail, and what the same method draws for randomised weights.",
        kind="believe",
        parameters={
            "layer": unit.layer,
            "unit": unit.index,
            "pictures": " ".join(picture_code(study, each) for each in lacking),
        },
        page=unit.at(),
        button="Measure",
    )
    lines = "\n".join(command_again(study, each, "--believe") for each in lacking)
    return form or Code(f"{TITLE} These commands measure it", lines)
