"""Two categories taken for one another: how often, on which images, and which units turn one into the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from shiftscope.arrays import UnitArray
from shiftscope.errors import BadRequest
from shiftscope.outcomes.outcomes import having, outcomes
from shiftscope.statistics.wilson import wilson
from shiftscope.store.stored_study import StudyFiles
from shiftscope.views.confusion.confused_pair import Pair
from shiftscope.views.confusion.contrast import contrast
from shiftscope.views.page.panels import Cell, Choice, Column, Link, Page, Panel, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.cells import share_cell
from shiftscope.views.parts.image_sets import FEW, image_sets
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures import category_name
from shiftscope.views.parts.sample_sets import Chosen, bounded, label_mean, set_mean
from shiftscope.views.parts.set_units import set_units

UNITS = 8

Compare = Literal["lead", "reference"]


@view("confusions/{actual}/{predicted}")
def confusion(
    study: StudyFiles,
    actual: int,
    predicted: int,
    *,
    layer: str | None = None,
    reference: str | None = None,
    lead: str | None = None,
    compare: Compare | None = None,
    images: int = FEW,
) -> Page:
    """Samples of one category predicted as another, both ways, in each dataset.

    Unless chosen, the dataset with most of them leads, and they are compared with samples told right in the same
    dataset, or in the reference where it has none.
    """
    selection = Selection.at(study, layer, reference, lead)
    study.check_category(actual)
    study.check_category(predicted)
    if actual == predicted:
        raise BadRequest("a confusion is between two different categories.")
    selection = selection.led_by(
        max(selection.ordered(), key=lambda name: _counted(selection, name, actual, predicted))
    )
    usual: Compare = "lead" if _counted(selection, selection.lead, actual, actual) else "reference"
    against = selection.lead if (compare or usual) == "lead" else selection.reference
    a, b = category_name(study, actual), category_name(study, predicted)
    at = f"confusions/{actual}/{predicted}"
    kept: dict[str, str | int | None] = {"compare": compare, "images": None if images == FEW else images}
    panels: list[Panel] = [
        _how_often(selection, actual, predicted),
        *contrast(Pair(selection, actual, predicted, against)),
    ]
    for label, prediction in ((actual, predicted), (predicted, actual)):
        sets = {
            name: having(selection.study[name].samples, label=label, prediction=prediction)
            for name in selection.ordered()
        }
        panels.append(
            image_sets(
                selection,
                f"{category_name(study, label)} predicted as {category_name(study, prediction)}",
                sets,
                images,
                lambda n: selection.page(at, compare=compare, images=n),
            )
        )
    panels += _units(selection, actual, predicted)
    return Page(
        title=f"{a} → {b}",
        subtitle=f"Samples labelled {a} and predicted {b}, and the other way round.",
        trail=[
            Link(study.name, selection.overview()),
            Link(a, selection.category(actual)),
            Link(b, selection.category(predicted)),
        ],
        panels=panels,
        next=Link(f"{b} → {a}", selection.confusion(predicted, actual)),
        choices=[*selection.choices(at, **kept), *_comparison(selection, at, against, kept)],
    )


def _counted(selection: Selection, name: str, label: int, prediction: int) -> int:
    return int(
        outcomes(selection.study[name].samples, len(selection.study.categories)).confusions[label, prediction]
    )


def _comparison(
    selection: Selection, at: str, against: str, kept: Mapping[str, str | int | None]
) -> list[Choice]:
    """Whose right answers the confused samples are compared with; no choice where the reference leads."""
    if selection.lead == selection.reference:
        return []
    options = [
        Link(name, selection.page(at, **{**kept, "compare": source}))
        for source, name in (("lead", selection.lead), ("reference", selection.reference))
    ]
    help = "The dataset whose samples told right the confused ones are compared with."
    return [Choice("Right ones of", options, against, help)]


def _how_often(selection: Selection, actual: int, predicted: int) -> Table:
    rows = []
    for name in selection.ordered():
        confusions = outcomes(selection.study[name].samples, len(selection.study.categories)).confusions
        cells = [Cell(name, selection.dataset(name))]
        for label, prediction in ((actual, predicted), (predicted, actual)):
            total, wrong = int(confusions[label].sum()), int(confusions[label, prediction])
            page = selection.dataset(name, label=label, prediction=prediction)
            cells.append(Cell(count(wrong), page, value=wrong))
            share = wrong / total if total else float("nan")
            cells.append(share_cell(share, *map(float, wilson(wrong, total))))
        rows.append(cells)
    columns = [Column("dataset")]
    for label, prediction in ((actual, predicted), (predicted, actual)):
        a, b = category_name(selection.study, label), category_name(selection.study, prediction)
        columns.append(Column(f"{a} → {b}", "Samples with this label and this prediction.", numeric=True))
        help = f"Of the samples labelled {a}, with the 95 % interval of Wilson."
        columns.append(Column(f"share of {a}", help, numeric=True))
    return Table("How often", columns, rows)


def _over(selection: Selection, *chosen: Chosen) -> Callable[[str], UnitArray]:
    return lambda name: set_mean(selection, name, *chosen)


def _units(selection: Selection, actual: int, predicted: int) -> list[Panel]:
    """Strongest units of four sets: all samples of both categories, the confused ones of both, and of each way."""
    a, b = category_name(selection.study, actual), category_name(selection.study, predicted)
    panels: list[Panel] = [
        set_units(
            selection,
            f"Units of {selection.layer} on all samples of {a} and {b}, right and wrong",
            lambda name: label_mean(selection, name, actual, predicted),
            of=f"all samples labelled {a} or {b}, however predicted (the row of Deephys' confusion page)",
            units=UNITS,
            empty=f"No sample of {selection.lead} is labelled {a} or {b}, or no unit responds to them.",
        )
    ]
    there, back = Chosen(actual, predicted), Chosen(predicted, actual)
    sets = {
        f"samples of {a} and {b} taken for one another": (there, back),
        f"{a} predicted as {b}": (there,),
        f"{b} predicted as {a}": (back,),
    }
    for which, chosen in sets.items():
        sizes = [
            len(each.of(selection.study[name].samples)) for name in selection.ordered() for each in chosen
        ]
        paper = " (the row of the Deephys paper)" if len(chosen) > 1 else ""
        panels.append(
            set_units(
                selection,
                f"Units of {selection.layer} on {which}",
                _over(selection, *chosen),
                of=f"the {which}{paper}" if len(chosen) > 1 else f"the samples of {which}",
                units=UNITS,
                note=bounded("A mean response", *sizes),
                empty=f"No such sample in {selection.lead} that a unit responds to."
                if selection.study[selection.lead].keeps_responses
                else f"{selection.lead} was recorded with summaries alone.",
            )
        )
    return panels
