"""How far the pictures with two sets' colours are apart, beside those of two halves of the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile

from shiftscope.explain.visualisation.colour_pair import colour_pair, lacking_pictures
from shiftscope.explain.visualisation.differences.in_use import layers_before
from shiftscope.explain.visualisation.pair_distance import PairDistance, pair_distance
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_code, read_picture
from shiftscope.statistics.random_halves import DIVISIONS
from shiftscope.views.page.panels import Code, Field, Fold, Panel
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.pictures.made_pictures import Drawn, method_in_words
from shiftscope.views.parts.pictures.placebo import placebo
from shiftscope.views.parts.pictures.shown_pictures import KeptPictures, ShownPictures
from shiftscope.views.parts.pictures.visualising import command_again

TITLE = "Would two sets without a shift differ as much?"


@dataclass(frozen=True)
class ColoursApart:
    """Pictures of one start with the colours of the shifted set, of the reference, and of the halves of it."""

    shifted: Drawn
    reference: Drawn
    halves: list[tuple[Drawn, Drawn]]  # by division; at least one

    @cached_property
    def distance(self) -> PairDistance:
        halves = [(one[1], other[1]) for one, other in self.halves]
        return pair_distance((self.shifted[1], self.reference[1]), halves)


def colours_apart(unit: KeptPictures) -> list[ColoursApart]:
    """Every pair of baseline and focus of which the halves of a division are kept and the distance is measured in one
    layer, with all divisions up to the first that is not."""
    reference = unit.selection.study.reference
    divisions = max((each.division for each in unit.asked_pictures if each.half), default=0)
    if reference not in unit.selection.pair or not divisions:
        return []
    found = []
    for question, shifted in unit.drawn:
        if question.dataset == reference or not question.plain:
            continue
        _, own, *halves = colour_pair(unit.selection.study, question, divisions)
        there = _of(unit, own)
        if there is None or not _told_in(there, shifted.at) or shifted.before is None:
            continue
        pairs = (_both(unit, pair, shifted.at) for pair in zip(halves[::2], halves[1::2], strict=True))
        kept = [pair for pair in takewhile(bool, pairs) if pair]
        if kept:
            found.append(ColoursApart((question, shifted), there, kept))
    return found


def verdict_in_words(unit: KeptPictures, apart: Sequence[ColoursApart]) -> str:
    """Behind how strongly the pictures drive the unit, whether a pair is further apart than halves are; empty where
    there is no pair, or several."""
    if len(apart) != 1 or not apart[0].distance.known:
        return ""
    return f"; the two {apart[0].distance.verdict(unit.selection.study.reference)}"


def apart_in_words(unit: KeptPictures, apart: Sequence[ColoursApart]) -> list[str]:
    """A sentence for each pair; how it was drawn before it where there are several."""
    said = [each.distance.sentence(unit.selection.study.reference, number=number) for each in apart]
    if len(apart) == 1:
        return said
    return [f"{method_in_words(each.shifted[0])}: {words}" for each, words in zip(apart, said, strict=True)]


def halves_drawn(unit: ShownPictures, apart: Sequence[ColoursApart], key: str) -> Fold:
    """The pictures of the halves."""
    halves = [(method_in_words(each.shifted[0]), each.halves, each.distance) for each in apart]
    return placebo(unit, halves, says="two sets' colours", headed="with the colours of", key=key)


def offer_of_halves(
    unit: ShownPictures, alone: Sequence[Drawn], told: Sequence[ColoursApart]
) -> Panel | None:
    """What draws halves of the reference for the pictures that stand side by side without those of as many divisions as
    are usual; none where there are too few samples, or no layer is recorded before."""
    study, reference = unit.selection.study, unit.selection.study.reference
    enough = [each for each in told if len(each.halves) >= DIVISIONS]
    lacking = [each for each in _side_by_side(unit, alone) if not any(_same(each, of) for of in enough)]
    shifted = next((name for name in unit.selection.pair if name != reference), "")
    if not lacking or not layers_before(study, unit.layer) or lacking_pictures(study, shifted):
        return None
    form = computation(
        study,
        TITLE,
        f"Draws the pictures above again with the colours of two halves of {reference}, at random, in several "
        f"divisions, and tells how far apart those are beside how far the pictures of {shifted} and {reference} are.",
        kind="placebo",
        parameters={
            "layer": unit.layer,
            "unit": unit.index,
            "dataset": shifted,
            "pictures": " ".join(picture_code(study, each) for each in lacking),
        },
        page=unit.at(),
        fields=[Field("divisions", "Divisions", str(DIVISIONS), "Two pictures are drawn for each.")],
        button="Draw",
    )
    lines = [command_again(study, replace(each, dataset=shifted), "--placebo") for each in lacking]
    return form or Code(f"{TITLE} These commands tell", "\n".join(lines))


def _side_by_side(unit: ShownPictures, alone: Sequence[Drawn]) -> list[PictureQuestion]:
    """By method and prior, of the reference and another set the one of more steps."""
    reference = unit.selection.study.reference
    if reference not in unit.selection.pair:
        return []
    kinds: dict[tuple[str, str], list[PictureQuestion]] = {}
    for question, found in alone:
        if question.plain and not found.dead:
            kinds.setdefault((question.method, question.options.get("prior") or ""), []).append(question)
    return [max(both, key=lambda each: each.steps) for both in kinds.values() if len(both) == 2]


def _same(question: PictureQuestion, told: ColoursApart) -> bool:
    return question in (told.shifted[0], told.reference[0])


def _of(unit: KeptPictures, asked: PictureQuestion) -> Drawn | None:
    return next((each for each in unit.drawn if each[0] == asked), None)


def _both(
    unit: KeptPictures, asked: tuple[PictureQuestion, PictureQuestion], at: str
) -> tuple[Drawn, Drawn] | None:
    """None unless both are kept with what the layer gives for them."""
    one, other = (_read(unit, each) for each in asked)
    return (one, other) if one and other and _told_in(one, at) and _told_in(other, at) else None


def _told_in(drawn: Drawn, at: str) -> bool:
    return drawn[1].before is not None and drawn[1].at == at


def _read(unit: KeptPictures, asked: PictureQuestion) -> Drawn | None:
    found = read_picture(unit.selection.study, asked) if asked in unit.asked_pictures else None
    return (asked, found) if found else None
