"""Some units changed: what the model then answers, on which images, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from shiftscope.errors import BadRequest
from shiftscope.explain.interventions.edit import HOWS, How
from shiftscope.explain.interventions.intervene import intervene
from shiftscope.explain.interventions.intervention import Answers, Intervention
from shiftscope.outcomes.outcomes import Positions
from shiftscope.statistics.ranked import ranked
from shiftscope.store.stored_study import StudyFiles
from shiftscope.views.page.panels import (
    Cell,
    Choice,
    Column,
    Field,
    Filter,
    Link,
    Message,
    Page,
    Panel,
    Table,
)
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.cells import share_cell, strip_cell, strip_column
from shiftscope.views.parts.image_sets import FEW, image_sets
from shiftscope.views.parts.number_text import count, points_interval, probability, signed
from shiftscope.views.parts.pictures import category_name
from shiftscope.views.parts.unit_scores import estimated

AT = "interventions"
PROPOSED = 5  # units, where none is asked for
UNITS = 24  # named and shown, of those changed
STRIP = 6
TITLE = "What units do to the answers"
WORDS: dict[How, tuple[str, str]] = {
    "silence": ("silenced", "Their response is 0 on every sample."),
    "clamp": ("clamped", "Each response is brought into the unit's range in {}, so nothing of {} changes."),
    "replace": (
        "replaced",
        "Each response is the unit's mean over the samples of {} whose label is the category predicted here.",
    ),
}


@view(AT, menu="Interventions")
def intervention(
    study: StudyFiles,
    *,
    units: str = "",
    how: How = "silence",
    layer: str | None = None,
    reference: str | None = None,
    lead: str | None = None,
    images: int = FEW,
) -> Page:
    """Accuracy before and after a change of units before the head, and the images whose answer it fixed or broke.

    `units` are numbers with commas between; without any, the units most to blame in the lead.
    """
    selection = Selection.at(study, layer, reference, lead)
    if selection.others():
        selection = selection.led_by(selection.others()[0])
    trail, subtitle = [Link(study.name, selection.overview())], ""
    if selection.layer not in study.heads:
        return Page(TITLE, [_no_head(selection)], trail, choices=[selection.layer_choice(AT)])
    units = units.strip(", ")
    chosen = _numbers(units) if units else _most_blamed(selection)
    kept = [name for name in selection.ordered() if study[name].keeps_responses]
    panels: list[Panel] = [_selection(selection, units, how, chosen)]
    if not kept:
        panels.append(Message("Nothing to compute from", "Every dataset was recorded with summaries alone."))
    elif chosen:
        done = intervene(
            study, chosen, how, layer=selection.layer, reference=selection.reference, datasets=kept
        )
        panels += [
            _accuracies(selection, done),
            *_images(selection, done, units, images),
            _units(selection, done),
        ]
        verb, what = WORDS[how]
        named = ", ".join(map(str, done.units[:UNITS])) + (", …" if len(done.units) > UNITS else "")
        subtitle = f"{count(len(done.units))} of {selection.layer} {verb}: {named}. "
        subtitle += what.format(selection.reference, selection.reference)
    plain: dict[str, str | int | None] = {"units": units or None, "how": how if how != HOWS[0] else None}
    return Page(
        TITLE,
        panels,
        trail,
        choices=[_how_choice(selection, units, how), *selection.choices(AT, **plain)],
        subtitle=subtitle,
    )


def interventions(selection: Selection, layer: str, units: Sequence[int], text: str) -> list[Link]:
    """The way to the page that changes these units; none where the layer does not feed the head."""
    if layer not in selection.study.heads:
        return []
    help = "What the model answers on each dataset without them."
    return [Link(text, selection.page(AT, layer=layer, units=",".join(map(str, units))), help)]


def _numbers(units: str) -> list[int]:
    try:
        return [int(part) for part in units.split(",") if part.strip()]
    except ValueError:
        raise BadRequest(f"units={units!r}; write numbers with commas between, as in 3, 17.") from None


def _most_blamed(selection: Selection) -> list[int]:
    """The units with the largest positive blame in the lead."""
    blame = estimated(selection, selection.lead, selection.layer)["blame"].value
    return [int(unit) for unit in ranked(blame)[:PROPOSED] if blame[unit] > 0]


def _no_head(selection: Selection) -> Message:
    heads = selection.study.heads
    if not heads:
        what = (
            "No recorded layer feeds the logits by a linear map, so what follows a change is not known here."
        )
    else:
        does = "does: choose it" if len(heads) == 1 else "do: choose one"
        what = f"{selection.layer} does not feed the logits, {' and '.join(heads)} {does} above."
    return Message(
        "Only through the head",
        f"{what} With the model at hand any layer can be changed: study.intervene(layer, units, model=net, data=...).",
    )


def _selection(selection: Selection, units: str, how: How, chosen: Sequence[int]) -> Filter:
    plain = selection.page(AT, how=how if how != HOWS[0] else None)
    blamed = f"the {'unit' if len(chosen) == 1 else f'{len(chosen)} units'} most to blame in {selection.lead}"
    none = f"no unit argues more for wrong answers than for right ones in {selection.lead}"
    return Filter(
        f"Units of {selection.layer} to change",
        plain,
        [Field("units", "Units", units, "Numbers with commas between: 3, 17")],
        button="Change",
        reset=plain if units else "",
        note="" if units else f"None asked for: {blamed if chosen else none}.",
    )


def _how_choice(selection: Selection, units: str, how: How) -> Choice:
    links = [
        Link(WORDS[one][0], selection.page(AT, units=units or None, how=one if one != HOWS[0] else None))
        for one in HOWS
    ]
    return Choice("Units are", links, WORDS[how][0], "What is done to the units' responses.")


def _accuracies(selection: Selection, done: Intervention) -> Table:
    rows = []
    for name, answers in done.answers.items():
        pairs = answers.pairs
        low, high = pairs.interval
        rows.append(
            [
                Cell(name, selection.dataset(name)),
                Cell(count(pairs.labelled), value=pairs.labelled),
                share_cell(pairs.before),
                share_cell(pairs.after),
                Cell(signed(pairs.difference), note=points_interval(low, high), value=pairs.difference),
                Cell(count(pairs.fixed), value=pairs.fixed),
                Cell(count(pairs.broken), value=pairs.broken),
                Cell(probability(pairs.p), value=pairs.p),
                Cell(count(answers.changed), value=answers.changed),
            ]
        )
    columns = [
        Column("dataset"),
        Column("labelled", "Samples with a label.", numeric=True),
        Column("before", "Share of them predicted right, as recorded.", numeric=True),
        Column("after", "Share of them predicted right with the units changed.", numeric=True),
        Column(
            "difference",
            "After minus before in percentage points, with the 95 % interval of Newcombe for paired shares.",
            numeric=True,
        ),
        Column("fixed", "Wrong before and right after.", numeric=True),
        Column("broken", "Right before and wrong after.", numeric=True),
        Column("p", "McNemar's test: as many fixed as broken.", numeric=True),
        Column("changed", "Predictions that are another one, labelled or not.", numeric=True),
    ]
    left_out = [name for name in selection.ordered() if name not in done.answers]
    alone = f" Recorded with summaries alone: {', '.join(left_out)}." if left_out else ""
    note = (
        "Interval and p do not know how the units were chosen; the command shiftscope repair chooses them on other "
        "samples."
    )
    return Table("Accuracy before and after", columns, rows, note=note + alone)


def _images(selection: Selection, done: Intervention, units: str, images: int) -> list[Panel]:
    return [
        _strips(selection, done, "Fixed", {d: a.fixed for d, a in done.answers.items()}, units, images),
        _strips(selection, done, "Broken", {d: a.broken for d, a in done.answers.items()}, units, images),
    ]


def _strips(
    selection: Selection,
    done: Intervention,
    title: str,
    found: Mapping[str, Positions],
    units: str,
    images: int,
) -> Panel:
    how = done.how if done.how != HOWS[0] else None
    return image_sets(
        selection,
        title,
        {name: _confident_first(selection, name, positions) for name, positions in found.items()},
        images,
        lambda more: selection.page(AT, units=units or None, how=how, images=more),
        caption=lambda name, position: _turn(selection, done.answers[name], position),
        empty=f"No answer is {title.casefold()}.",
    )


def _confident_first(selection: Selection, name: str, positions: Positions) -> Positions:
    return positions[np.argsort(-selection.study[name].samples.confidences[positions], kind="stable")]


def _turn(selection: Selection, answers: Answers, position: int) -> str:
    before, after = (
        category_name(selection.study, int(p[position])) for p in (answers.before, answers.after)
    )
    return f"{before} → {after}"


def _units(selection: Selection, done: Intervention) -> Table:
    compared = dict.fromkeys([selection.reference, selection.lead])
    rows = [
        [
            Cell(f"unit {unit}", selection.unit(unit, done.layer)),
            Cell(
                "alone",
                selection.page(AT, units=str(unit), how=done.how if done.how != HOWS[0] else None),
                help=f"Change unit {unit} alone.",
            ),
            *(strip_cell(selection, name, unit, STRIP, done.layer) for name in compared),
        ]
        for unit in done.units[:UNITS]
    ]
    columns = [Column("unit"), Column("change"), *(strip_column(name) for name in compared)]
    note = f"The first {UNITS} of {count(len(done.units))}." if len(done.units) > UNITS else ""
    return Table("The units", columns, rows, note=note)
