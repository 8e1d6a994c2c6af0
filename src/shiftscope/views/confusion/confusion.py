"""Two categories taken for one another: how often, on which images, and which units turn one into the other."""

from __future__ import annotations

from typing import Literal

from shiftscope.errors import BadRequest
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.confusion.pair import Pair
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Choice, Link, Page
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.image_sets import FEW

Compare = Literal["focus", "baseline"]


@view("confusions/{actual}/{predicted}")
def confusion(
    study: StoredStudy,
    actual: int,
    predicted: int,
    *,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
    compare: Compare | None = None,
    images: int = FEW,
) -> Page:
    """Samples of one category predicted as another, both ways, in each dataset.

    Unless chosen, the dataset with most of them is the focus, and they are compared with samples classified right
    in the same dataset, or in the baseline where it has none.
    """
    selection = Selection.at(study, layer, baseline, focus)
    study.check_category(actual)
    study.check_category(predicted)
    if actual == predicted:
        raise BadRequest("a confusion is between two different categories.")
    selection = selection.focused_on(
        max(selection.ordered(), key=lambda name: _counted(selection, name, actual, predicted))
    )
    usual: Compare = "focus" if _counted(selection, selection.focus, actual, actual) else "baseline"
    against = selection.focus if (compare or usual) == "focus" else selection.baseline
    pair = Pair(selection, actual, predicted, against)
    options = {"compare": compare, "images": images}
    at = PageAddress(selection, f"confusions/{actual}/{predicted}", confusion, options)
    a, b = pair.names
    return Page(
        title=f"{a} → {b}",
        subtitle=f"Samples labelled {a} and predicted {b}, and the other way round.",
        trail=[
            Link(study.name, selection.overview()),
            Link(a, selection.category(actual)),
            Link(b, selection.category(predicted)),
        ],
        panels=panels_of(ShownConfusion(pair, at, images)),
        next=Link(f"{b} → {a}", selection.confusion(predicted, actual)),
        choices=[*selection.choices(at.path, **at.asked()), *_comparison(at, against)],
    )


def _counted(selection: Selection, name: str, label: int, prediction: int) -> int:
    return int(
        outcomes(selection.study[name].samples, len(selection.study.categories)).confusions[label, prediction]
    )


def _comparison(at: PageAddress, against: str) -> list[Choice]:
    """Whose right answers the confused samples are compared with; no choice where the baseline is the focus."""
    selection = at.selection
    if selection.focus == selection.baseline:
        return []
    options = [
        Link(name, at(compare=source))
        for source, name in (("focus", selection.focus), ("baseline", selection.baseline))
    ]
    help = "The dataset whose samples classified right the confused ones are compared with."
    return [Choice("Right ones of", options, against, help)]
