"""Why a sample is classified as it is: what each unit adds, in the baseline and in the focus."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.store.formats.samples import StoredSample
from shiftscope.store.stored_recording import Recording
from shiftscope.tuning.contributions import Argument, argument
from shiftscope.views.page.panels import Message, Panel
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.logits.votes import Votes, votes_table
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.sample_sets import Chosen, mean_logits, mean_response
from shiftscope.views.sample.shown_sample import ShownSample, lacking


@section(ShownSample, place=20, units=True)
def votes(sample: ShownSample) -> Panel | None:
    """From the same sample in the baseline, or from right ones there; a message where that is not known."""
    if lacking(*sample.focused):
        return None
    selection, heads = sample.selection, sample.selection.study.heads
    if selection.layer not in heads:
        a, b = (category_name(selection.study, each) for each in reversed(sample.pair))
        fed = (
            f"{' and '.join(heads)} {'does' if len(heads) == 1 else 'do'}"
            if heads
            else "no recorded layer does"
        )
        return Message(
            f"Why {b} and not {a}", f"{selection.layer} does not feed a linear map into the logits; {fed}."
        )
    cast, before = votes_of(sample), compared_with(sample)
    assert cast is not None
    ways = before or "nothing", f"this image in {sample.focused[0].name}"
    ring = f"○ {before} → " if before else ""
    return votes_table(selection, cast, ways=ways, note=f"{ring}● {ways[1]}")


def compared_with(sample: ShownSample) -> str:
    """What the ring stands for, in words; empty where there is nothing to compare with."""
    selection = sample.selection
    if _same_before(sample):
        return f"the same image in {selection.baseline}"
    _, number = _right_ones(sample)
    if not number:
        return ""
    name = category_name(selection.study, sample.pair[1])
    return f"mean of {count(number)} {name} classified right in {selection.baseline}"


def votes_of(sample: ShownSample) -> Votes | None:
    """None where the way from the layer in force to the logits is not known, or responses are not there."""
    selection = sample.selection
    if selection.layer not in selection.study.heads or lacking(*sample.focused):
        return None
    b, a = sample.pair
    names = category_name(selection.study, a), category_name(selection.study, b)
    same = _same_before(sample)
    if same:
        before: Argument | None = _of_one(sample, *same)
    else:
        before = _of_right_ones(sample)
    return Votes(*names, before, _of_one(sample, *sample.focused))


def _same_before(sample: ShownSample) -> tuple[Recording, StoredSample] | None:
    return sample.before if sample.before and not lacking(*sample.before) else None


def _of_one(sample: ShownSample, recording: Recording, seen: StoredSample) -> Argument:
    responses = recording.sample_responses(sample.selection.layer, seen.position)
    return _argument(sample, responses, recording.logits(seen.position))


def _of_right_ones(sample: ShownSample) -> Argument | None:
    chosen, number = _right_ones(sample)
    if not number:
        return None
    baseline = sample.selection.study[sample.selection.baseline]
    mean = mean_response(baseline, sample.selection.layer, chosen).mean
    return _argument(sample, mean, mean_logits(baseline, chosen))


def _right_ones(sample: ShownSample) -> tuple[Chosen, int]:
    """Samples of what stands against the prediction that are classified right in the baseline, and how many."""
    other = sample.pair[1]
    chosen = Chosen(other, other)
    baseline = sample.selection.study[sample.selection.baseline]
    if other == NO_LABEL or not baseline.keeps_responses:
        return chosen, 0
    return chosen, len(chosen.of(baseline.samples))


def _argument(sample: ShownSample, responses: npt.NDArray[Any], logits: npt.NDArray[Any]) -> Argument:
    head = sample.selection.study.heads[sample.selection.layer]
    category, against = sample.pair
    return argument(responses, logits, head.weight, head.bias_or_zeros, category=category, against=against)
