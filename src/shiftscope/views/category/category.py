"""One category: how well it is classified, what it is taken for, which units respond to it, and which changed."""

from __future__ import annotations

from shiftscope.outcomes.outcomes import outcomes
from shiftscope.percent import NOTHING
from shiftscope.statistics.wilson import wilson
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.category.outcome import answered
from shiftscope.views.category.sentence import category_sentence
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.category_at import category_at
from shiftscope.views.page.panels import Link, Page, Span
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.derived.gate import Gate
from shiftscope.views.parts.number_text import count, share_interval
from shiftscope.views.parts.sets.image_sets import FEW
from shiftscope.views.parts.sets.sets_choice import sets_choice
from shiftscope.views.parts.sets.worst_set import worst_set


@view("categories/{index}")
def category(
    study: StoredStudy,
    index: int | str,
    *,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
    sets: Sets = None,
    images: int = FEW,
) -> Page:
    """What a set does to a category; unless chosen, the focus is the set that loses most accuracy."""
    selection = Selection.at(study, layer, baseline, focus, sets)
    index = category_at(study, index)
    selection = selection.focused_on(worst_set(selection))
    last = len(study.categories) - 1
    at = PageAddress(selection, f"categories/{index}", category, {"images": images})
    shown = ShownCategory(selection, index, at, images)
    usual = None if selection.focus == selection.baseline else answered(selection, selection.baseline, index)
    gate = Gate(selection, selection.layer)
    return Page(
        title=f"Category {shown.name}",
        sentence=category_sentence(
            shown.name, selection.focus, answered(selection, selection.focus, index), usual
        ),
        lede=_lede(shown),
        trail=[Link(study.name, selection.overview())],
        panels=[*gate.said((selection.baseline, selection.focus)), *panels_of(shown, gate.passed)],
        previous=Link(category_name(study, index - 1), selection.category(index - 1)) if index else None,
        next=Link(category_name(study, index + 1), selection.category(index + 1)) if index < last else None,
        choices=[
            *selection.dataset_choices(at.path, **at.asked()),
            selection.layer_choice(at.path, **at.asked()),
            *sets_choice(selection, at),
        ],
    )


def _lede(shown: ShownCategory) -> list[str | Span]:
    """How many are right in both sets, and what the wrong ones are taken for most."""
    selection, index = shown.selection, shown.index
    names = selection.pair
    words: list[str | Span] = []
    for name in names:
        right, total = answered(selection, name, index)
        interval = share_interval(*map(float, wilson(right, total)))
        help = f"Samples labelled {shown.name}; 95 % interval of Wilson: {interval or NOTHING}."
        words += [
            ", " if words else "",
            Span(f"{count(right)} of {count(total)} right", help=help),
            f" in {name}",
        ]
    found = outcomes(selection.study[selection.focus].samples, len(selection.study.categories))
    row = found.confusions[index].copy()
    row[index] = 0
    other = int(row.argmax())
    if row[other]:
        text = f"{shown.name} → {category_name(selection.study, other)}"
        page = selection.page(f"confusions/{index}/{other}", focus=selection.focus)
        words += ["; most often ", Span(text, page=page), f", {count(int(row[other]))}"]
    return [*words, "."]
