"""Maps of units over samples of a dataset: found in the study, or computed and kept in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.flow.steps.asked_unit import asked_positions, asked_unit
from shiftscope.flow.steps.each_once import each_once
from shiftscope.flow.steps.opened import opened
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.attribution.attributions import AttributionQuestion, Attributions
    from shiftscope.explain.attribution.low_pass.fitted_low_pass import FittedLowPass
    from shiftscope.explain.attribution.price import Price
    from shiftscope.model.target import Target
    from shiftscope.recording.live_study import LiveStudy

FITTED = "fitted"
OF_INPUTS = "blur", "reference_mean"  # baselines by name


@dataclass(frozen=True)
class HowMaps:
    """How maps are made, and what is computed beside them."""

    method: str
    dataset: str
    samples: str | int | Sequence[int | str] = "top"
    low_pass: float | str | None = None
    baselines: float | str | None = None
    seed: int = 0
    faithful: bool = True
    sanity: bool = False
    rows: int | None = None  # of one pass
    options: Mapping[str, Any] = field(default_factory=dict)


def attribute_units(
    study: StoredStudy,
    layer: str | Target | None,
    units: Sequence[int | str | None],
    how: HowMaps,
    *,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    live: LiveStudy | None = None,
    progress: bool | Progress = True,
) -> list[Attributions]:
    """In the order of the units, each computed once; those asked for over the same samples share forward passes."""
    from shiftscope.explain.attribution.stored_attributions import read_attributions

    asked, order = each_once([_question(study, layer, unit, how) for unit in units], lambda each: each.unit)
    positions = [
        tuple(asked_positions(study[each.dataset], each.layer, each.unit, how.samples)) for each in asked
    ]
    found: dict[int, Attributions] = {}
    for place, (question, chosen) in enumerate(zip(asked, positions, strict=True)):
        kept = read_attributions(study, question, chosen)
        if kept and kept.is_whole(faithful=how.faithful, sanity=how.sanity):
            found[place] = kept
    missing = [place for place in range(len(asked)) if place not in found]
    if missing:
        from shiftscope.recording.live_study import LiveStudy

        if live is None:
            live = opened(study, model, data, LiveStudy)
        live.refuse_changed_model()  # what it answers is stored
        for places in _together(live, missing, positions, how.dataset):
            questions = [asked[place] for place in places]
            every = _computed(study, live, questions, positions[places[0]], how, progress)
            found |= dict(zip(places, every, strict=True))
    return [found[place] for place in order]


def _together(
    live: LiveStudy, missing: Sequence[int], positions: Sequence[tuple[int, ...]], dataset: str
) -> Iterator[list[int]]:
    """Units over the same samples, as many as fit into memory."""
    from shiftscope.explain.attribution.study_maps import units_at_once

    by_samples: dict[tuple[int, ...], list[int]] = {}
    for place in missing:
        by_samples.setdefault(positions[place], []).append(place)
    for chosen, places in by_samples.items():
        step = units_at_once(live, dataset, chosen)
        yield from (places[start : start + step] for start in range(0, len(places), step))


def _computed(
    study: StoredStudy,
    live: LiveStudy,
    questions: Sequence[AttributionQuestion],
    positions: Sequence[int],
    how: HowMaps,
    progress: bool | Progress,
) -> list[Attributions]:
    from shiftscope.explain.attribution.live import Beside, attributions_of
    from shiftscope.explain.attribution.stored_attributions import write_attributions
    from shiftscope.progress import shown, tell

    others = f" and {len(questions) - 1} more" if len(questions) > 1 else ""
    name = questions[0].in_words + others

    def priced(price: Price) -> None:
        if progress is True:
            tell(name, [price.in_words()])

    known = _known(study, questions[0]) if len(questions) == 1 else None
    total = len(positions) * len(questions)
    with shown(progress)(name, 0, total, counted="maps") as advance:
        every = attributions_of(
            live,
            questions,
            positions,
            Beside(how.faithful, how.sanity, known),
            rows=how.rows,
            priced=priced,
            advance=advance,
        )
    for found in every:
        write_attributions(study, found)
    return every


def _known(study: StoredStudy, question: AttributionQuestion) -> FittedLowPass | None:
    """A cutoff that was fitted for maps of the same unit on other samples or another dataset."""
    from dataclasses import replace

    from shiftscope.explain.attribution.stored_attributions import listed_attributions

    if not question.fitted:
        return None
    for each in listed_attributions(study, question.layer, question.unit):
        if replace(each.question, dataset=question.dataset, low_pass=None) == question and each.fitted:
            return each.fitted
    return None


def _question(
    study: StoredStudy, layer: str | Target | None, unit: int | str | None, how: HowMaps
) -> AttributionQuestion:
    from shiftscope.explain.attribution.attribution import attributions as methods
    from shiftscope.explain.attribution.attributions import AttributionQuestion
    from shiftscope.explain.attribution.study_maps import with_all_options

    if not isinstance(how.method, str):
        raise BadRequest(
            "a study keeps maps of methods by name; give an object with .attribute to ss.attribute."
        )
    place, number, pool = asked_unit(study, layer, unit)
    fitted = how.low_pass == FITTED
    low_pass = None if fitted else how.low_pass
    if low_pass is not None and (isinstance(low_pass, bool) or not isinstance(low_pass, (int, float))):
        raise BadRequest(f'low_pass={low_pass!r}; give a number of cycles per image, or "fitted".')
    baselines = how.baselines
    if not isinstance(baselines, (int, float, type(None))) and baselines not in OF_INPUTS:
        raise BadRequest(f'baselines={baselines!r}; give a number, "blur" or "reference_mean".')
    return AttributionQuestion(
        study[how.dataset].name,
        place,
        number,
        how.method,
        with_all_options(methods[how.method], dict(how.options)),
        None if low_pass is None else float(low_pass),
        fitted,
        baselines,
        pool,
        how.seed,
    )
