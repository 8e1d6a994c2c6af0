"""Pictures of units: those that are kept, and the others drawn and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shiftscope.engine.engine import Advance
from shiftscope.flow.steps.each_once import each_once
from shiftscope.progress import Progress, shown
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.visualisation.belief.second_network import Second, SecondNetwork
    from shiftscope.explain.visualisation.drawing import Drawing
    from shiftscope.explain.visualisation.picture_question import PictureQuestion
    from shiftscope.explain.visualisation.visualised import Visualised
    from shiftscope.recording.live_study import LiveStudy


def kept_or_drawn(
    study: StoredStudy,
    asked: Sequence[PictureQuestion],
    *,
    believed: Sequence[PictureQuestion] = (),
    second: nn.Module | Second | None = None,
    at: str = "",
    at_hand: Callable[[], LiveStudy],
    progress: bool | Progress,
) -> list[Visualised]:
    """A picture each, drawn once where it is asked for twice; questions of one call differ in what `_apart` names.

    Those of the same samples are drawn one after the other, so that no others are held. Progress counts the steps of
    all.

    Parameters
    ----------
    believed
        Those of which it is measured too how much to believe.
    second
        Another network, which is then shown these.
    at
        A layer before the unit, whose answer to each picture is told too.
    at_hand
        Gives the study with its model and data, where something is to be drawn.
    """
    from shiftscope.explain.visualisation.stored_pictures import read_picture

    asked, places = each_once(asked, _apart)
    beside, weights = _second(second)
    wanted = _Wanted(at, believed, weights)
    found = [read_picture(study, question) for question in asked]
    samples = list(dict.fromkeys(question.samples for question in asked))
    lacking = sorted(
        (place for place, kept in enumerate(found) if not wanted.met_by(asked[place], kept)),
        key=lambda place: samples.index(asked[place].samples),
    )
    if lacking:
        live = at_hand()
        live.refuse_changed_model()  # what it answers is stored
        drawer = _Drawer(live, wanted, _beside(live, beside, believed), shown(progress))
        steps = drawer.steps([(asked[place], found[place]) for place in lacking])
        for number, place in enumerate(lacking):
            question, picture = asked[place], found[place]
            if wanted.met_by(question, picture):
                continue  # drawn with one before it
            drawing = drawer.drawing(question)
            done = sum(steps[:number])
            with drawer.progress(question.in_words, done, sum(steps), counted="steps") as advance:
                if picture is None:
                    parts = drawer.drawn(question, drawing, advance)
                    for part, drawn in enumerate(parts):
                        other = asked.index(replace(question, part=part))
                        found[other] = drawn if found[other] is None else found[other]
                    picture = parts[question.part]
                found[place] = drawer.completed(question, drawing, picture, advance)
    every = [each for each in found if each is not None]
    return [every[place] for place in places]


def _apart(question: PictureQuestion) -> tuple[object, ...]:
    return question.unit, question.samples, question.use, question.level, question.part


@dataclass(frozen=True)
class _Wanted:
    """What a picture is to have."""

    at: str
    believed: Sequence[PictureQuestion]
    weights: str  # of a second network

    def met_by(self, question: PictureQuestion, picture: Visualised | None) -> bool:
        return picture is not None and self.told_at(picture) and self.measured(question, picture)

    def told_at(self, picture: Visualised) -> bool:
        return self.at in ("", picture.at)

    def measured(self, question: PictureQuestion, picture: Visualised | None) -> bool:
        """Whether a belief is there where it is wanted, and that of the second network where there is one."""
        if question not in self.believed:
            return True
        belief = None if picture is None else picture.belief
        transfer = None if belief is None else belief.transfer
        return belief is not None and (
            not self.weights or (transfer is not None and transfer.weights == self.weights)
        )


@dataclass(frozen=True)
class _Drawer:
    """Draws what lacks, and keeps it."""

    live: LiveStudy
    wanted: _Wanted
    network: SecondNetwork | None
    progress: Progress
    last: dict[tuple[str, int, int, int], Drawing] = field(default_factory=dict)  # by its samples

    def drawing(self, question: PictureQuestion) -> Drawing:
        from shiftscope.explain.visualisation.live import drawing_of, fit_prior

        if question.samples not in self.last:
            self.last.clear()
            self.last[question.samples] = drawing_of(self.live, question)
            fit_prior(question, self.last[question.samples], self.progress)
        return self.last[question.samples]

    def steps(self, lacking: Sequence[tuple[PictureQuestion, Visualised | None]]) -> list[int]:
        """Of each; parts are drawn with the first of them that lacks."""
        from shiftscope.explain.visualisation.belief.live_belief import belief_steps

        drawn, found = set(), []
        for question, picture in lacking:
            whole = question.unit, question.samples, question.use
            climbs = 0 if picture is not None or whole in drawn else question.facets or 1
            drawn |= {whole} if climbs else set()
            believing = not self.wanted.measured(question, picture)
            found.append(question.steps * climbs + belief_steps(question) * believing)
        return found

    def drawn(self, question: PictureQuestion, drawing: Drawing, advance: Advance) -> list[Visualised]:
        """All parts."""
        from shiftscope.explain.visualisation.live import pictures_of
        from shiftscope.explain.visualisation.stored_pictures import write_picture

        parts = pictures_of(self.live, question, drawing, lambda step, value: advance(1), at=self.wanted.at)
        for part, drawn in enumerate(parts):
            write_picture(self.live.study, replace(question, part=part), drawn)
        return parts

    def completed(
        self, question: PictureQuestion, drawing: Drawing, picture: Visualised, advance: Advance
    ) -> Visualised:
        """With what a layer before gives for it, and how much to believe of it, where that is wanted and lacks."""
        from shiftscope.explain.visualisation.belief.live_belief import belief_of
        from shiftscope.explain.visualisation.live import with_before
        from shiftscope.explain.visualisation.stored_pictures import write_picture

        if not self.wanted.told_at(picture):
            picture = with_before(self.live, question, drawing, picture, self.wanted.at)
            write_picture(self.live.study, question, picture)
        if not self.wanted.measured(question, picture):
            belief = belief_of(
                self.live, question, drawing, picture, lambda step, value: advance(1), second=self.network
            )
            picture = replace(picture, belief=belief)
            write_picture(self.live.study, question, picture)
        return picture


def _second(second: nn.Module | Second | None) -> tuple[Second | None, str]:
    """The network that a picture is shown too, and the fingerprint of its weights; None and empty without one."""
    if second is None:
        return None, ""
    from shiftscope.explain.visualisation.belief.second_network import as_second, weights_of

    beside = as_second(second)
    return beside, weights_of(beside)


def _beside(
    live: LiveStudy, beside: Second | None, believed: Sequence[PictureQuestion]
) -> SecondNetwork | None:
    if beside is None:
        return None
    from shiftscope.explain.visualisation.belief.second_network import SecondNetwork

    first = believed[0]
    return SecondNetwork(live, beside, layer=first.layer, dataset=first.dataset, limits=first.range)
