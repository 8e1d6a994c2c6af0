"""What the samples of a dataset are taken for."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from shiftscope.outcomes.outcomes import outcomes, share_changes
from shiftscope.percent import percent
from shiftscope.store.formats.samples import Samples
from shiftscope.views.dataset.most_confused import most_confused
from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.page.panels import Columns, Fold, Matrix, Message, Panel, Role, Span, Words
from shiftscope.views.page.section import section
from shiftscope.views.parts.accuracy import answers
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.pictures import role

SIDE_BY_SIDE = 60  # categories; the cells of two larger matrices would be too small to point at


@section(ShownDataset, place=30)
def confusions(dataset: ShownDataset) -> Fold:
    """Labels by predictions, and how their shares differ from the baseline; a cell leads to its confusion."""
    selection, name = dataset.selection, dataset.name
    names = selection.study.categories
    if not answers(selection, name)[1]:
        message = Message("Confusions", f"No sample of {name} has a label, so that none is right or wrong.")
        return Fold("Confusions", "none: no sample has a label", [message], "confusions")
    page = selection.page("confusions/{row}/{column}", focus=name)
    panels: list[Panel] = [_counts(dataset.samples, names, page, role(selection, name))]
    if name != selection.baseline:
        compared = name, selection.baseline
        both = (selection.study[each].samples for each in compared)
        panels.append(_changes(compared, *both, names, page))
    beside = [Columns("", panels)] if len(names) <= SIDE_BY_SIDE else panels
    return Fold("Confusions", _said(dataset), beside, "confusions")


def _said(dataset: ShownDataset) -> Words:
    """How many grew beyond chance, and the one that grew most; of the baseline the most frequent one."""
    most = most_confused(dataset)
    if not most:
        return "no sample is classified wrong" if dataset.name == dataset.selection.baseline else "none grew"
    first = most[0]
    names = dataset.selection.study.categories
    said = Span(f"{names[first.actual]} → {names[first.predicted]}", page=first.page(dataset))
    share = f"{count(first.answers[0])} of {count(first.answers[1])}"
    if dataset.name == dataset.selection.baseline:
        return ["most frequent: ", said, f", {share}"]
    return ["grew most: ", said, f", {percent(first.usual)} to {percent(first.share)} ({share})"]


@lru_cache(maxsize=8)  # of a thousand categories each is drawn from a million cells
def _counts(samples: Samples, names: tuple[str, ...], page: str, role: Role) -> Matrix:
    return Matrix(
        "Confusions",
        outcomes(samples, len(names)).confusions,
        names,
        names,
        row_axis="label",
        column_axis="prediction",
        page=page,
        hide_diagonal=True,
        role=role,
        note="Samples by label and prediction; right ones, on the diagonal, are left out.",
        chart="confusions",
    )


@lru_cache(maxsize=8)
def _changes(
    compared: tuple[str, str], here: Samples, there: Samples, names: tuple[str, ...], page: str
) -> Matrix:
    dataset, reference = compared
    change = share_changes(*(outcomes(samples, len(names)) for samples in (here, there)))
    lacking = int(np.isnan(change).all(axis=1).sum())
    without = f" {count(lacking)} of {count(len(names))} labels are not in both sets." if lacking else ""
    return Matrix(
        f"Confusions, {dataset} minus {reference}",
        100 * change,
        names,
        names,
        row_axis="label",
        column_axis="prediction",
        page=page,
        hide_diagonal=True,
        note="Share of the samples with a label that have a prediction, in percentage points more or less "
        f"than in {reference}; the diagonal is left out.{without}",
        signed=True,
        measured_in="points",
        chart="confusion_changes",
    )
