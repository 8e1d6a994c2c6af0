"""How far the pictures with two sets' colours are apart, beside those of two halves of the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shiftscope.explain.visualisation.colour_pair import colour_pair, lacking_pictures
from shiftscope.explain.visualisation.differences.in_use import layers_before
from shiftscope.explain.visualisation.pair_distance import PairDistance, pair_distance
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_code, read_picture
from shiftscope.views.page.panels import Code, Panel
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.pictures.made_pictures import Drawn
from shiftscope.views.parts.pictures.visualising import command_again
from shiftscope.views.unit.shown_unit import ShownUnit

TITLE = "Would two sets without a shift differ as much?"


@dataclass(frozen=True)
class ColoursApart:
    """Pictures of one start with the colours of the shifted set, of the reference, and of two halves of it."""

    shifted: Drawn
    reference: Drawn
    halves: tuple[Drawn, Drawn]

    @property
    def distance(self) -> PairDistance:
        one, other = self.halves
        return pair_distance((self.shifted[1], self.reference[1]), (one[1], other[1]))

    @property
    def at(self) -> str:
        """The layer in which they are told apart."""
        return self.shifted[1].at


def colours_apart(unit: ShownUnit) -> list[ColoursApart]:
    """Every pair of baseline and focus of which both halves are kept and the distance is measured in one layer."""
    reference = unit.study.reference
    if reference not in unit.pair:
        return []
    found = []
    for question, shifted in unit.drawn:
        if question.dataset == reference or not question.plain:
            continue
        _, own, *halves = colour_pair(question, reference)
        drawn = [(question, shifted), _of(unit, own), *(_read(unit, half) for half in halves)]
        four = [each for each in drawn if each is not None and each[1].before is not None]
        if len(four) == 4 and len({each[1].at for each in four}) == 1:
            found.append(ColoursApart(four[0], four[1], (four[2], four[3])))
    return found


def offer_of_halves(unit: ShownUnit, alone: Sequence[Drawn], told: Sequence[ColoursApart]) -> Panel | None:
    """What draws halves of the reference for the pictures that stand side by side without them; none where there are
    too few samples, or no layer is recorded before."""
    study, reference = unit.study, unit.study.reference
    lacking = [each for each in _side_by_side(unit, alone) if not any(_same(each, of) for of in told)]
    shifted = next((name for name in unit.pair if name != reference), "")
    if not lacking or not layers_before(study, unit.layer) or lacking_pictures(study, shifted):
        return None
    form = computation(
        study,
        TITLE,
        f"Draws the pictures above again with the colours of two halves of {reference}, at random, and tells how far "
        f"apart those are beside how far the pictures of {shifted} and {reference} are.",
        kind="placebo",
        parameters={
            "layer": unit.layer,
            "unit": unit.index,
            "dataset": shifted,
            "pictures": " ".join(picture_code(study, each) for each in lacking),
        },
        page=unit.at(),
        button="Draw",
    )
    lines = [command_again(study, replace(each, dataset=shifted), "--placebo") for each in lacking]
    return form or Code(f"{TITLE} These commands tell", "\n".join(lines))


def _side_by_side(unit: ShownUnit, alone: Sequence[Drawn]) -> list[PictureQuestion]:
    """By method and prior, of the reference and another set the one of more steps."""
    reference = unit.study.reference
    if reference not in unit.pair:
        return []
    kinds: dict[tuple[str, str], list[PictureQuestion]] = {}
    for question, found in alone:
        if question.plain and not found.dead:
            kinds.setdefault((question.method, question.options.get("prior") or ""), []).append(question)
    return [max(both, key=lambda each: each.steps) for both in kinds.values() if len(both) == 2]


def _same(question: PictureQuestion, told: ColoursApart) -> bool:
    return question in (told.shifted[0], told.reference[0])


def _of(unit: ShownUnit, asked: PictureQuestion) -> Drawn | None:
    return next((each for each in unit.drawn if each[0] == asked), None)


def _read(unit: ShownUnit, asked: PictureQuestion) -> Drawn | None:
    found = read_picture(unit.study, asked) if asked in unit.asked_pictures else None
    return (asked, found) if found else None
