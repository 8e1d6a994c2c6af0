"""Two categories taken for one another: how often, on which images, and which units turn one into the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from shiftscope.errors import BadRequest
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.percent import NOTHING
from shiftscope.statistics.wilson import wilson
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.confusion.pair import Pair
from shiftscope.views.confusion.sentence import confusion_sentence, of_how_many
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.confusion.votes import votes_of
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.category_at import pair_at
from shiftscope.views.page.panels import Choice, Link, Page, Span
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.parts.derived.gate import Gate
from shiftscope.views.parts.number_text import count, share_interval
from shiftscope.views.parts.sets.image_sets import FEW
from shiftscope.views.parts.sets.sets_choice import sets_choice
from shiftscope.views.parts.sets.worst_set import worst_set

Compare = Literal["focus", "baseline"]
VOTES = (
    "What a unit adds to the logit of one category over the other: its mean over the confused samples and over those "
    "classified right. It fell silent, or now argues, where one of the two is less than a third of the other."
)


@view("confusions/{actual}/{predicted}")
def confusion(
    study: StoredStudy,
    actual: int | str,
    predicted: int | str,
    *,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
    sets: Sets = None,
    compare: Compare | None = None,
    images: int = FEW,
) -> Page:
    """Samples of one category classified as another, both ways, in each dataset.

    Unless chosen, the dataset with most of them is the focus, the worst one where there is none, and they are compared
    with samples classified right in the baseline, or in the focus where the baseline has none.
    """
    selection = Selection.at(study, layer, baseline, focus, sets)
    actual, predicted = pair_at(study, actual, predicted)
    if actual == predicted:
        raise BadRequest("a confusion is between two different categories.")
    selection = selection.focused_on(_with_most(selection, actual, predicted))
    usual: Compare = "baseline" if counted_in(selection, selection.baseline, actual, actual) else "focus"
    against = selection.focus if (compare or usual) == "focus" else selection.baseline
    pair = Pair(selection, actual, predicted, against)
    options = {"compare": compare, "images": images}
    at = PageAddress(selection, f"confusions/{actual}/{predicted}", confusion, options)
    a, b = pair.names
    wrong, total = _of_all(pair, selection.focus)
    gate = Gate(selection, selection.layer)
    return Page(
        title=f"{a} → {b}",
        sentence=confusion_sentence(a, b, selection.focus, wrong, total),
        lede=_lede(pair, gate),
        trail=[
            Link(study.name, selection.overview()),
            Link(selection.focus, selection.dataset(selection.focus)),
            Link(a, selection.category(actual)),
            Link(b, selection.category(predicted)),
        ],
        panels=[
            *gate.said((selection.focus, pair.against)),
            *panels_of(ShownConfusion(pair, at, images), gate.passed),
        ],
        choices=[*_choices(at, pair), *sets_choice(selection, at)],
    )


def _with_most(selection: Selection, actual: int, predicted: int) -> str:
    """Of sets with as many, a shifted one; the worst set where none has any."""
    shown = [*(selection.chosen or selection.others()), selection.baseline]
    most = max(shown, key=lambda name: counted_in(selection, name, actual, predicted))
    return most if counted_in(selection, most, actual, predicted) else worst_set(selection)


def counted_in(selection: Selection, name: str, label: int, prediction: int) -> int:
    """Samples of a dataset with this label and this prediction."""
    return int(
        outcomes(selection.study[name].samples, len(selection.study.categories)).confusions[label, prediction]
    )


def _of_all(pair: Pair, name: str) -> tuple[int, int]:
    """How many samples with the label have the prediction, of how many."""
    found = outcomes(pair.selection.study[name].samples, len(pair.selection.study.categories))
    return int(found.confusions[pair.actual, pair.predicted]), int(found.by_label[pair.actual])


def _lede(pair: Pair, gate: Gate) -> list[str | Span]:
    """The numbers, beside those of the baseline, and what the units did where that is to be read."""
    selection = pair.selection
    wrong, total = _of_all(pair, selection.focus)
    words: list[str | Span] = [
        Span(
            f"{count(wrong)} of {count(total)}",
            help=f"Samples of {selection.focus} labelled {pair.names[0]} that are classified {pair.names[1]}; the 95 % "
            f"interval of their share by Wilson is {share_interval(*map(float, wilson(wrong, total))) or NOTHING}.",
        )
    ]
    if selection.focus != selection.baseline:
        words.append(f"; in {selection.baseline} {of_how_many(*_of_all(pair, selection.baseline))}. ")
    else:
        words.append(f". {selection.focus} is both focus and baseline: choose another focus to see a shift. ")
    votes = None if gate.refuses(selection.focus) or gate.refuses(pair.against) else votes_of(pair)
    if votes and (said := votes.in_words()):
        words.append(Span(said, help=VOTES))
    return words


def _choices(at: PageAddress, pair: Pair) -> list[Choice]:
    selection, (a, b) = at.selection, pair.names
    reverse = replace(at, path=f"confusions/{pair.predicted}/{pair.actual}")()
    return [
        *selection.dataset_choices(at.path, **at.asked()),
        selection.layer_choice(at.path, **at.asked()),
        Choice("Reverse", [Link(f"see {b} → {a}", reverse)], f"{b} → {a}"),
        *_comparison(at, pair.against),
    ]


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
