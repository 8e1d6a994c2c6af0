"""A dictionary aligned to the focus: what it would do, what it did, and the way to do it."""

from __future__ import annotations

import dataclasses
import math
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Rows
from shiftscope.derived.realigned import AlignedTo, aligned_name, aligned_to
from shiftscope.percent import percent
from shiftscope.summaries.moments import Moments
from shiftscope.views.layer.realignment_table import VARIANTS, table_of
from shiftscope.views.layer.shown_layer import ShownLayer
from shiftscope.views.page.panels import Cell, Column, Field, Fold, Message, Panel, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.number_text import count, number

if TYPE_CHECKING:
    from shiftscope.explain.realignment.realignment import Realignment

OFFERED = "misreads", "quieter"  # states
MOST = 50  # features in the table of codes
TITLE = "Realignment"


@section(ShownLayer, place=3)
def realignment(layer: ShownLayer) -> Sequence[Panel]:
    """Of a realigned layer what it did; of a dictionary that does not read the focus as it is, the offer."""
    selection = layer.selection
    aligned = aligned_to(selection.study, selection.layer)
    if aligned is not None:
        return _of_realigned(layer, aligned)
    if selection.layer not in selection.study.derived or selection.focus == selection.study.reference:
        return []
    return _of_parent(layer)


def _of_parent(layer: ShownLayer) -> Sequence[Panel]:
    from shiftscope.explain.realignment.realignment import PROPOSED
    from shiftscope.explain.realignment.stored import kept

    selection = layer.selection
    study, name, focus = selection.study, selection.layer, selection.focus
    found = kept(study, name, focus)
    offered = layer.fit is not None and layer.fit.state in OFFERED
    if found is None and not offered:
        return []
    told: list[Panel] = [Message("", " ".join(found.in_words())), table_of(found)] if found else []
    offer = computation(
        study,
        f"Align {name} to {focus}",
        f"Every variant is made of a half of {focus}, and told of the other. Where it leaves less of the variance than "
        f"two halves of the reference explain, and keeps decisions, it is stored as "
        f"{aligned_name(study, name, focus)}.",
        kind="realign",
        parameters={"layer": name, "dataset": focus},
        page=layer.at(),
        fields=[
            Field(
                "variant",
                "Variant",
                PROPOSED,
                "decoder where codes are to be compared with the reference, transport where the set is read for "
                "itself; else the one that keeps most decisions.",
                choices=(PROPOSED, *(each for each in VARIANTS if each != "none")),
            )
        ],
        button="Align",
    )
    if offer and offer.job:  # what was asked for is not hidden
        return [*told, offer]
    command = " ".join(
        map(shlex.quote, ["shiftscope", "realign", str(study.path), "--layer", name, "--dataset", focus])
    )
    panels = [*told, offer or Message(f"Align {name} to {focus}", f"Align it with: {command}")]
    return [
        Fold(TITLE, _says(found) if found else f"{name} can be aligned to {focus}", panels, "realignment")
    ]


def _says(found: Realignment) -> str:
    if not found.accepted:
        return f"nothing that can be told from chance under {found.dataset}"
    return (
        f"by {found.proposed} {percent(found.before.fvu)} → {percent(found.after.fvu)} of {found.dataset} is left, "
        f"{percent(found.before.kept)} → {percent(found.after.kept)} of decisions kept"
    )


def _of_realigned(layer: ShownLayer, aligned: AlignedTo) -> Sequence[Panel]:
    from shiftscope.explain.realignment.realignment import NOTHING, Realignment

    study, name = layer.selection.study, layer.selection.layer
    title = f"Aligned to {aligned.dataset} by {aligned.variant}"
    try:
        told_then = Realignment.from_json(dict(study.derived[name].fit_report["realignment"]))
    except (KeyError, TypeError):  # written by another version
        return [Fold(title, NOTHING, [], "realignment")]
    found = dataclasses.replace(told_then, dataset=aligned.dataset)
    agreement = (
        f", leading features are the twin's in {percent(found.before.agreement)} → {percent(found.after.agreement)}"
        if not math.isnan(found.after.agreement)
        else ""
    )
    says = f"atoms keep a mean cosine of {found.after.cosine:.2f}{agreement}. {NOTHING}"
    map_ = (
        ""
        if aligned.keeps_codes
        else " Every set is read through the same map, which is that of this one alone."
    )
    told = Message("", " ".join(found.in_words(name)) + map_)
    there = aligned.parent in study.layers and aligned.dataset in study
    codes = [_codes(layer, aligned)] if there else []
    return [Fold(title, says, [told, *codes, table_of(found)], "realignment")]


def _codes(layer: ShownLayer, aligned: AlignedTo) -> Table:
    """A row for each feature: how often and how strongly it is active in the set, by the parent and by this layer."""
    selection = layer.selection
    study, name = selection.study, selection.layer
    before, after = (study[aligned.dataset].summary(each, Moments) for each in (aligned.parent, name))
    reference = study[study.reference].summary(aligned.parent, Moments)
    cosines = _cosines(*(study.learned(each)["components_"] for each in (aligned.parent, name)))
    rows = [
        [
            Cell(f"unit {unit}", selection.unit(unit)),
            *(
                Cell(number(float(each.mean()[unit])), value=float(each.mean()[unit]))
                for each in (reference, before, after)
            ),
            *(
                Cell(percent(float(each.firing_rate()[unit])), value=float(each.firing_rate()[unit]))
                for each in (reference, before, after)
            ),
            Cell(f"{cosines[unit]:.2f}", value=float(cosines[unit])),
        ]
        for unit in range(min(len(cosines), MOST))
    ]
    columns = [
        Column("feature"),
        *(
            Column(f"{what}, {which}", help=f"{says} {where}.", numeric=True)
            for what, says in (("mean", "Mean code of"), ("fires", "Samples with a code above zero of"))
            for which, where in (
                ("reference", f"{study.reference} by {aligned.parent}"),
                ("before", f"{aligned.dataset} by {aligned.parent}"),
                ("after", f"{aligned.dataset} by {name}"),
            )
        ),
        Column("cosine", help="Of the atom before and after.", numeric=True),
    ]
    note = f"The first {count(MOST)} of {count(len(cosines))} features." if len(cosines) > MOST else ""
    return Table(f"Codes of {aligned.dataset}", columns, rows, note)


def _cosines(before: Rows, after: Rows) -> npt.NDArray[np.float64]:
    """(feature,) NaN for an atom that is zero."""
    lengths = (np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)).astype(np.float64)
    cosines = np.full(len(lengths), np.nan)
    np.divide((before.astype(np.float64) * after).sum(1), lengths, out=cosines, where=lengths > 0)
    return cosines
