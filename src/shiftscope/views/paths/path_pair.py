"""Two categories by their significant paths: which units, outputs and paths tell one from the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from shiftscope.counted import counted
from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.paths.counting.count import Counter, Responses
from shiftscope.explain.paths.counting.rules import DEFAULT
from shiftscope.explain.paths.measures.frequencies import EPS, Smoothing
from shiftscope.explain.paths.measures.terms import Terms, terms
from shiftscope.statistics.ranked import ranked
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StudyFiles
from shiftscope.views.page.panels import Cell, Column, Columns, Fact, Facts, Link, Message, Page, Panel, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.cells import number_cell, share_cell, strip_cell, strip_column
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.parts.pictures import category_name, role
from shiftscope.views.paths.path_choice import AT, PathChoice

ROWS = 12
STRIP = 5
READ_AT_MOST = 1000  # samples of each category; each is a read of its own


@view(f"{AT}/{{first}}/{{second}}")
def path_pair(
    study: StudyFiles,
    first: int,
    second: int,
    *,
    map: str | None = None,
    rule: str = DEFAULT,
    smoothing: Smoothing = "clip",
    eps: float = EPS,
    reference: str | None = None,
    lead: str | None = None,
    layer: str | None = None,
) -> Page:
    """KL(first || second) in the lead, and what adds most to it; of a category with itself, how it moved."""
    selection = Selection.at(study, layer, reference, lead)
    same = first == second
    if same and selection.others() and selection.lead == selection.reference:
        selection = replace(
            selection, lead=selection.others()[0]
        )  # a category is compared with itself under a shift
    chosen = PathChoice.at(selection, map, rule, smoothing, eps)
    names = chosen.names()
    for category in (first, second):
        if not 0 <= category < len(names):
            raise NotInStudy(
                f"no category {category}; from 0 to {len(names) - 1}, the last meaning all together."
            )
    if same and selection.lead == selection.reference:
        raise BadRequest("a category's paths do not differ from themselves, and there is no shifted dataset.")
    # A category with itself: the reference against the lead.
    sides = (
        ((selection.reference, first), (selection.lead, second))
        if same
        else ((selection.lead, first), (selection.lead, second))
    )
    labels = [f"{names[category]} in {name}" if same else names[category] for name, category in sides]
    title = f"{labels[0]} against {labels[1]}" if same else f"{labels[0]} from {labels[1]}"
    path = f"{AT}/{first}/{second}"
    trail = [Link(study.name, selection.overview()), Link("Significant paths", chosen.page())]
    choices = [*chosen.choices(path, {}), *selection.dataset_choices(path, **chosen.options)]
    panels: list[Panel] = [Columns("", _facts(chosen, first, second))]
    given = [_entering(study[name], chosen, category) for name, category in sides]
    if all(len(each) for each in given):
        counter = Counter(chosen.linear.weight, chosen.linear.bias, chosen.settings.rule, compiled=False)
        found = terms(counter, given[0], given[1], chosen.settings.frequencies)
        sizes = [_known(study[name], category).sum() for name, category in sides]
        part = max(sizes) > READ_AT_MOST
        note = f"From {count(READ_AT_MOST)} images of a category at most, evenly spread." if part else ""
        panels += [
            _units(chosen, found, labels, note),
            _outputs(chosen, found, labels),
            _paths(chosen, found, labels),
        ]
    else:
        lacking = next(label for label, each in zip(labels, given, strict=True) if not len(each))
        panels.append(Message("Nothing to compare", f"There is no labelled image of {lacking}."))
    return Page(
        title,
        panels,
        trail,
        choices=choices,
        subtitle=f"Paths of {chosen.linear.name}; a path is significant where {chosen.settings.rule.formula}; "
        f"{chosen.settings.frequencies.in_words()}.",
        next=None if same else Link(f"{names[second]} from {names[first]}", chosen.pair(second, first)),
        related=[Link(f"confusion {names[first]} → {names[second]}", selection.confusion(first, second))]
        if not same and max(first, second) < len(study.categories)
        else [],
    )


def _entering(recording: Recording, chosen: PathChoice, category: int) -> Responses:
    """(sample, input) what entered the map for the samples of a category, evenly thinned where there are many."""
    positions = np.flatnonzero(_known(recording, category))
    if len(positions) > READ_AT_MOST:
        positions = positions[np.linspace(0, len(positions) - 1, READ_AT_MOST).round().astype(np.intp)]
    return recording.responses_at(chosen.linear.layer, positions.tolist())


def _known(recording: Recording, category: int) -> npt.NDArray[np.bool_]:
    """(sample,) whether it was shown and has the label, or any where `category` means all together."""
    samples = recording.samples
    known: npt.NDArray[np.bool_] = (samples.labels >= 0) & (samples.predictions >= 0)
    return known & (samples.labels == category) if category < recording.plan.categories else known


def _facts(chosen: PathChoice, first: int, second: int) -> list[Facts]:
    selection, facts = chosen.selection, []
    names = chosen.names()
    for name, found in chosen.statistics.items():
        told = []
        if first != second:
            for a, b in ((first, second), (second, first)):
                endless = int(found.infinite[a, b])
                told.append(
                    Fact(
                        f"{names[a]} from {names[b]}",
                        number(float(found.kl[a, b])),
                        f"KL({names[a]} || {names[b]}), nats, mean over all paths and all images.",
                        note=f"{counted(endless, 'path', count)} infinite" if endless else "",
                    )
                )
        for category in dict.fromkeys((first, second)):
            told.append(
                Fact(
                    f"entropy of {names[category]}",
                    number(float(found.separation.entropy[category])),
                    "Nats, mean over paths; at most ln 2 = 0.693.",
                    note=f"{counted(int(found.separation.samples[category]), 'image', count)}",
                )
            )
        if found.from_reference is not None:
            for category in dict.fromkeys((first, second)):
                told.append(
                    Fact(
                        f"{names[category]} moved",
                        number(float(found.from_reference[category, category])),
                        f"KL({selection.reference} || {name}) of the category, nats.",
                        chosen.pair(category, category, lead=name),
                    )
                )
        facts.append(Facts(name, told, role(selection, name), selection.dataset(name)))
    return facts


def _units(chosen: PathChoice, found: Terms, labels: list[str], note: str) -> Table:
    """Incoming units, with the bias as one of them."""
    selection, layer = chosen.selection, chosen.linear.layer
    stripped = list(dict.fromkeys((selection.reference, selection.lead)))
    added, inputs = found.by_column, chosen.linear.weight.shape[1]
    columns = [
        Column("unit", f"Units of {layer}, which enters {chosen.linear.name}, by what their paths add."),
        Column("adds", "Nats: the sum over the unit's paths of their terms in the divergence.", numeric=True),
        Column("share", "Of the whole divergence.", numeric=True),
        Column(labels[0], f"Mean frequency of the unit's paths in {labels[0]}.", numeric=True),
        Column(labels[1], f"Mean frequency of the unit's paths in {labels[1]}.", numeric=True),
        *map(strip_column, stripped),
    ]
    rows = []
    for column in ranked(added)[:ROWS].tolist():
        bias = column == inputs
        pictures = [
            Cell() if bias else strip_cell(selection, name, column, STRIP, layer) for name in stripped
        ]
        rows.append(
            [
                Cell("bias") if bias else Cell(f"unit {column}", selection.unit(column, layer)),
                number_cell(float(added[column])),
                share_cell(_share(float(added[column]), found.kl)),
                share_cell(float(found.first[:, column].mean())),
                share_cell(float(found.second[:, column].mean())),
                *pictures,
            ]
        )
    note = f"{note} KL({labels[0]} || {labels[1]}) is {number(found.kl)} nats.".strip()
    return Table("Incoming units that tell them apart", columns, rows, note=note)


def _outputs(chosen: PathChoice, found: Terms, labels: list[str]) -> Table:
    added = found.by_output
    columns = [
        Column("output", f"Outputs of {chosen.linear.name} by what the paths into them add."),
        Column(
            "adds", "Nats: the sum over the output's paths of their terms in the divergence.", numeric=True
        ),
        Column("share", "Of the whole divergence.", numeric=True),
        Column(labels[0], f"Mean frequency of its paths in {labels[0]}.", numeric=True),
        Column(labels[1], f"Mean frequency of its paths in {labels[1]}.", numeric=True),
    ]
    rows = [
        [
            _output(chosen, output),
            number_cell(float(added[output])),
            share_cell(_share(float(added[output]), found.kl)),
            share_cell(float(found.first[output].mean())),
            share_cell(float(found.second[output].mean())),
        ]
        for output in ranked(added)[:ROWS].tolist()
    ]
    return Table("Outputs whose paths tell them apart", columns, rows)


def _paths(chosen: PathChoice, found: Terms, labels: list[str]) -> Table:
    selection, (weight, bias) = chosen.selection, (chosen.linear.weight, chosen.linear.bias)
    inputs, width = weight.shape[1], found.terms.shape[1]
    flat = found.terms.ravel()
    most = np.argsort(-flat, kind="stable")[:ROWS]
    columns = [
        Column("unit", f"Of {chosen.linear.layer}."),
        Column("output", f"Of {chosen.linear.name}."),
        Column("weight", "From the unit to the output.", numeric=True),
        Column(labels[0], f"Share of images of {labels[0]} in which the path is significant.", numeric=True),
        Column(labels[1], f"Share of images of {labels[1]} in which the path is significant.", numeric=True),
        Column("adds", "Its term in the divergence, nats.", numeric=True),
    ]
    rows = []
    for at in most.tolist():
        output, column = divmod(at, width)
        is_bias = column == inputs
        value = (
            float(bias[output])
            if is_bias and bias is not None
            else float(weight[output, min(column, inputs - 1)])
        )
        rows.append(
            [
                Cell("bias")
                if is_bias
                else Cell(f"unit {column}", selection.unit(column, chosen.linear.layer)),
                _output(chosen, output),
                number_cell(value),
                share_cell(float(found.first[output, column])),
                share_cell(float(found.second[output, column])),
                number_cell(float(flat[at])),
            ]
        )
    note = f"{len(most)} of {counted(len(flat), 'path', count)}."
    return Table("Paths that tell them apart", columns, rows, note=note)


def _output(chosen: PathChoice, output: int) -> Cell:
    if chosen.is_head:
        return Cell(category_name(chosen.selection.study, output), chosen.selection.category(output))
    return Cell(f"output {output}")


def _share(part: float, whole: float) -> float:
    return part / whole if 0 < whole < float("inf") else float("nan")
