"""What the confused samples look like, what they were before, and what they are taken for."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.outcomes.outcomes import having
from shiftscope.store.stored_recording import Recording
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.panels import Equation, ImageStrip, Span
from shiftscope.views.page.section import section
from shiftscope.views.parts.pictures.pictures import pictures, role
from shiftscope.views.parts.sets.same_samples import same_samples

IMAGES = 8  # of each kind


@section(ShownConfusion, place=10)
def equation(confusion: ShownConfusion) -> Equation:
    """The label in the baseline, the same samples in the focus where ids agree, the prediction in the baseline."""
    pair, selection = confusion.pair, confusion.selection
    focus, baseline = (selection.study[name] for name in (selection.focus, selection.baseline))
    a, b = pair.names
    wrong = having(focus.samples, label=pair.actual, prediction=pair.predicted).tolist()
    before, wrong, same = _before(pair.actual, baseline, focus, wrong)
    like = having(baseline.samples, label=pair.predicted, prediction=pair.predicted)[:IMAGES].tolist()
    became = (
        "the same samples under the shift" if same else f"others labelled {a}" if wrong else "none of them"
    )
    return Equation(
        "",
        [
            _strip(
                confusion, baseline, f"{a} in {baseline.name}", before, f"No {a} in {baseline.name} is right."
            ),
            _strip(
                confusion, focus, f"{a} in {focus.name}", wrong, f"No {a} in {focus.name} is classified {b}."
            ),
            _strip(
                confusion, baseline, f"{b} in {baseline.name}", like, f"No {b} in {baseline.name} is right."
            ),
        ],
        [_answered(confusion, baseline, before), Span(f"classified {b}", "bad"), Span(f"classified {b}")],
        [("→", became), ("≈", "what the answer looks like")],
    )


def _before(
    label: int, baseline: Recording, focus: Recording, wrong: Sequence[int]
) -> tuple[list[int], list[int], bool]:
    """Samples of the baseline and of the focus, as many as are shown, and whether they are the same ones."""
    if baseline is not focus:
        same = same_samples(focus.samples, wrong, baseline.samples, IMAGES)
        if same:
            return same[1], same[0], True
    right = having(baseline.samples, label=label, prediction=label)[:IMAGES].tolist()
    return right, list(wrong[:IMAGES]), False


def _strip(
    confusion: ShownConfusion, recording: Recording, title: str, positions: list[int], empty: str
) -> ImageStrip:
    selection = confusion.selection
    shown = pictures(selection, recording, positions)
    return ImageStrip(title, shown, role(selection, recording.name), empty=empty)


def _answered(confusion: ShownConfusion, baseline: Recording, positions: list[int]) -> Span:
    a, _ = confusion.pair.names
    right = int((baseline.samples.predictions[positions] == confusion.pair.actual).sum())
    if right == len(positions):
        return Span(f"classified {a}" if positions else "")
    return Span(f"{right} of {len(positions)} classified {a}")
