"""What a shift adds to a unit's use: a picture as under the shift, one as on the reference, and how far apart."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.explain.visualisation.differences.difference import Difference
from shiftscope.explain.visualisation.differences.in_use import enough, layers_before
from shiftscope.explain.visualisation.differences.one_strength import of_halves
from shiftscope.explain.visualisation.differences.stored_differences import differences_of
from shiftscope.explain.visualisation.picture_question import USUAL_METHOD, PictureQuestion
from shiftscope.views.page.panels import (
    Cell,
    Change,
    Code,
    Column,
    Field,
    Fold,
    ImageStrip,
    Panel,
    Span,
    StripGroup,
    StripGroups,
    Table,
)
from shiftscope.views.page.section import section
from shiftscope.views.parts.cells import number_cell
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.pictures.made_pictures import method_in_words, sides_of
from shiftscope.views.parts.pictures.pictures import role
from shiftscope.views.parts.pictures.placebo import placebo
from shiftscope.views.parts.pictures.visualising import at_unit, draft_line, drawing_form
from shiftscope.views.unit.shown_unit import ShownUnit

TITLE, KEY = "What the shift adds to it", "difference"
TOP = "the strongest tenth of the reference's responses"
HELP = (
    f"Of samples whose response is among {TOP}: how often one under the shift lies farther along the direction that "
    "tells both apart than one of the reference, in the half that the direction was not fitted on. 0.5: not told "
    "apart. It is a finding where its interval lies above what every division of the reference into halves gives."
)
Found = tuple[PictureQuestion, PictureQuestion, Difference]


@section(ShownUnit, place=37)
def difference(unit: ShownUnit) -> Fold | None:
    """Of the focus, the one of most steps; what draws it where none is kept and there are enough strong samples."""
    study, focus = unit.study, unit.selection.focus
    if focus == study.reference:
        return None
    of_focus = (each for each in unit.asked_pictures if each.use and each.use[0] == focus)
    most_steps_first = sorted(of_focus, key=lambda each: (-each.steps, each.method != USUAL_METHOD))
    if shown := next(differences_of(study, most_steps_first), None):
        says = shown[2].uses_in_words(study.reference, number=number)
        return Fold(TITLE, says, _panels(unit, shown), KEY)
    offer = _offer(unit)
    return Fold(TITLE, "not drawn yet", [offer], KEY) if offer else None


def _panels(unit: ShownUnit, shown: Found) -> list[Panel]:
    shifted, reference, found = shown
    study = unit.study
    greyed = not found.separation.found
    groups = []
    for question, picture, name in (
        (reference, found.reference, study.reference),
        (shifted, found.shifted, found.dataset),
    ):
        sides = [replace(each, greyed=greyed) for each in sides_of(study, question, picture)]
        groups.append(
            StripGroup(
                ["as it is used on ", Span(name, "strong")],
                [ImageStrip("", sides, role(unit.selection, name))],
            )
        )
    note = found.pictures_in_words(study.reference, number=number)
    return [StripGroups("", groups, note, captioned=True), *_halves(unit, shown), _table(unit, shown)]


def _halves(unit: ShownUnit, shown: Found) -> list[Panel]:
    """Pictures of two halves of the reference, drawn likewise; none where they were left out."""
    question, _, found = shown
    if found.distance is None:
        return []
    halves = []
    for division, (first, second) in enumerate(found.placebo, start=1):
        one, other = of_halves(question, unit.study.reference, division, found.level)
        halves.append(((one, first), (other, second)))
    return [placebo(unit, [("", halves, found.distance)], says="two uses", headed="as on", key=KEY)]


def _table(unit: ShownUnit, shown: Found) -> Table:
    """A row for the two sets and one for each division of the reference, on one axis."""
    found, reference = shown[2].separation, unit.study.reference
    assert shown[0].use is not None
    columns = [
        Column("told apart"),
        Column(
            "AUROC", axis=[(0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1")], help=HELP
        ),
        Column("", numeric=True, key="auroc"),
    ]
    rows = [
        [
            Cell(f"{shown[2].dataset} from {reference}"),
            Cell(
                f"AUROC {found.auroc:.2f}",
                change=Change(float("nan"), found.auroc, found.low, found.high, chance=0.5),
                value=found.auroc,
            ),
            number_cell(found.auroc, found.low, found.high),
        ]
    ]
    for place, apart in enumerate(found.placebo.tolist(), start=1):
        rows.append(
            [
                Cell(f"halves of {reference}, division {place}"),
                Cell(
                    f"AUROC {apart:.2f}",
                    change=Change(float("nan"), apart, chance=0.5, focus=False),
                    value=apart,
                ),
                number_cell(apart),
            ]
        )
    drawn = f"The pictures are by {method_in_words(shown[0])}, {_steps_in_words(shown)}."
    note = (
        f"By the responses of {shown[0].use[1]}, its divisions others than those of the pictures. Line: the 95 % "
        f"interval. Thin line: not told apart. {drawn}"
    )
    return Table("How far apart its uses are", columns, rows, note=note, chart="difference")


def _steps_in_words(shown: Found) -> str:
    """How many were taken, where a picture stopped before all."""
    all_steps, pair = shown[0].steps, (shown[2].reference, shown[2].shifted)
    taken = [all_steps if each.course is None else each.course.steps for each in pair]
    if min(taken) == all_steps:
        return f"{all_steps} steps"
    return f"{taken[0]} and {taken[1]} of {all_steps} steps"


def _offer(unit: ShownUnit) -> Panel | None:
    """None where no layer before is kept, or the unit is strong on too few samples of either set."""
    study, focus = unit.study, unit.selection.focus
    before = layers_before(study, unit.layer)
    if not before or not _enough(unit) or not study[study.reference].samples.pictured.any():
        return None
    form = drawing_form(
        study,
        "Draw what the shift adds",
        f"Two pictures from one start, of one response: as the unit is used under {focus} and as it is used on "
        f"{study.reference}, by what tells both apart in a layer before it. Beside them, how well halves of the "
        "reference are told apart, and how far apart their pictures are, two more for each of five divisions.",
        kind="difference",
        parameters={"layer": unit.layer, "unit": unit.index, "dataset": focus},
        page=unit.at(),
        datasets=(study.reference,),
        fields=[Field("at", "Layer before", before[-1], "That tells both uses apart.", choices=before)],
        believe=False,
    )
    return form or Code("This command draws and keeps it", _command(unit))


def _enough(unit: ShownUnit) -> bool:
    study, focus = unit.study, unit.selection.focus
    kept = all(study[name].keeps_responses for name in (focus, study.reference))
    return kept and enough(study, unit.layer, unit.index, focus)


def _command(unit: ShownUnit) -> str:
    study, focus = unit.study, unit.selection.focus
    words = [
        *at_unit("difference", study, unit.layer),
        "--unit",
        str(unit.index),
        "--dataset",
        focus,
    ]
    return draft_line(study, study.reference, *words)
