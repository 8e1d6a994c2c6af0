"""Whether a derived layer still reads the focus, said before any of its codes."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING

from shiftscope.derived.tools.residuals_in_words import in_words
from shiftscope.percent import percent
from shiftscope.views.page.panels import (
    Cell,
    Column,
    Message,
    Panel,
    Table,
)
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.cells import number_cell
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.number_text import number, points_interval

if TYPE_CHECKING:
    from shiftscope.explain.fit_under_shift.gate import State
    from shiftscope.explain.fit_under_shift.numbers import Numbers
    from shiftscope.explain.fit_under_shift.set_fit import SetFit
    from shiftscope.store.derived_layer import DerivedLayer
    from shiftscope.store.stored_study import StoredStudy

OF_POSITIONS = "Its codes are made at each position of the layer, and positions are not stored."


def fit_of(selection: Selection, layer: str) -> SetFit | None:
    """How the dictionary behind a layer reads the focus; None for a recorded layer, the reference, and where it is
    still to be computed."""
    study = selection.study
    if layer not in study.derived or selection.focus == study.reference or _apart(study.derived[layer]):
        return None
    from shiftscope.explain.fit_under_shift.stored_fits import read_fit

    return read_fit(study, layer, selection.focus)


def _apart(derived: DerivedLayer) -> bool:
    """Whether it is not measured how the layer reads shifted sets."""
    return derived.kind == "residual" or derived.positions


def heading(state: State, focus: str) -> str:
    return {
        "reads": f"Holds under {focus}",
        "quieter": f"Holds under {focus}, between datasets",
        "misreads": f"Do not read codes under {focus}",
        "does not hold": "Does not hold: no codes are drawn",
        "not known": f"Not known whether it holds under {focus}",
    }[state]


def said(selection: Selection, layer: str, fit: SetFit | None) -> list[Panel]:
    """The state in words, but where these are the page's heading; how to compute it where nobody has. Nothing of a
    recorded layer or of the reference."""
    study, focus = selection.study, selection.focus
    if layer in study.derived and study.derived[layer].kind == "residual":
        return [
            Message(
                "Features of what another dictionary leaves", in_words(study.derived[layer], study.manifest)
            )
        ]
    if layer in study.derived and study.derived[layer].positions:
        return [Message(f"Not known whether it holds under {focus}", OF_POSITIONS)]
    if layer not in study.derived or focus == study.reference:
        return []
    if fit is not None:
        return [] if refused(fit) else [Message(heading(fit.state, focus), fit.in_words(layer, focus))]
    return [_offered(study, layer, focus)]


def _offered(study: StoredStudy, layer: str, focus: str) -> Panel:
    title = f"Whether {layer} reads {focus} is not computed"
    offer = computation(
        study,
        title,
        "A dictionary is fitted on the reference; how well it reads shifted data is told before its codes are.",
        kind="fit_under_shift",
        parameters={"layer": layer},
        page=None,
    )
    command = f"shiftscope fit-under-shift {shlex.quote(str(study.path))} --layer {shlex.quote(layer)}"
    return offer or Message(title, f"Compute it with: {command}")


def refused(fit: SetFit | None) -> bool:
    """Whether codes of a set are not to be read."""
    return fit is not None and fit.state in ("misreads", "does not hold")


def table_of(selection: Selection, layer: str, fit: SetFit) -> Table:
    """A row for the held-out reference and each set; then the controls on the reference and the focus."""
    from shiftscope.explain.fit_under_shift.further_rows import read_further
    from shiftscope.explain.fit_under_shift.gate import BRIEFLY, thresholds
    from shiftscope.explain.fit_under_shift.set_fit import ROWS
    from shiftscope.explain.fit_under_shift.stored_fits import read_fit, shifted

    study, focus = selection.study, selection.focus
    rows = [_row(f"{study.reference}, held out", "", fit.reference[0], math.nan)]
    for name in shifted(study):
        other = fit if name == focus else read_fit(study, layer, name)
        if other is not None:
            rows.append(_row(name, other.state, other.numbers[0], other.tilts[0, 1]))
    for place in (1, 2):
        rows.append(_row(f"{ROWS[place]}, {study.reference}", "", fit.reference[place], math.nan))
        rows.append(_row(f"{ROWS[place]}, {focus}", "", fit.numbers[place], math.nan))
    for row, found in read_further(study, layer, [study.reference, focus]).items():
        rows += [_row(f"{row}, {name}", "", numbers, math.nan) for name, numbers in found.items()]
    (low, high), _, (less, more) = fit.null
    note = (
        f"Two halves of the reference: error ratio {low:.2f} to {high:.2f}, difference of decisions kept "
        f"{points_interval(less, more)} points. Tilt of two halves {fit.tilts[0, 2]:.3f}. Limits: "
        + ", ".join(f"{name} {value:g}" for name, value in thresholds().items())
        + "."
    )
    columns = [
        Column("dataset"),
        Column("state", help="; ".join(f"{state}: {says}" for state, says in BRIEFLY.items()) + "."),
        Column(
            "variance left", help="Squared error, by the variance about the set's own mean.", numeric=True
        ),
        Column(
            "error ratio",
            help="Mean squared error, by that on the held-out half of the reference; 95 % interval over samples.",
            numeric=True,
        ),
        Column(
            "kept",
            help="Predictions that stay where the responses are replaced by what the dictionary tells of them.",
            numeric=True,
        ),
        Column(
            "control",
            help="Predictions that stay where each sample gets the error of a random sample of the reference.",
            numeric=True,
        ),
        Column("quietness", help="Variance of the set, by that of the reference.", numeric=True),
        Column(
            "tilt",
            help="Variance of the set in the directions that hold 90 % of the reference's, by that in its own.",
            numeric=True,
        ),
    ]
    return Table(f"How {layer} reads each set", columns, rows, note)


def _row(name: str, state: str, numbers: Numbers, tilt: float) -> list[Cell]:
    ratio = numbers.error_ratio
    told = (
        number_cell(ratio, numbers.error_ratio_low, numbers.error_ratio_high)
        if not math.isnan(ratio)
        else Cell("–", value=ratio)
    )
    return [
        Cell(name),
        Cell(state),
        _share(numbers.fvu),
        told,
        _share(numbers.kept),
        _share(numbers.control),
        Cell(number(numbers.quietness), value=numbers.quietness),
        Cell("–" if math.isnan(tilt) else f"{tilt:.3f}", value=tilt),
    ]


def _share(value: float) -> Cell:
    return Cell(percent(value), value=value)
