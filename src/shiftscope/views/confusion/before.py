"""What the images of a confusion were classified as before the shift."""

from __future__ import annotations

from shiftscope.arrays import NO_LABEL
from shiftscope.outcomes.outcomes import having
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.cells import share_cell
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.pictures import pictures
from shiftscope.views.parts.twins import twins_of

IMAGES = 5  # of one answer


@section(ShownConfusion, place=45)
def before(confusion: ShownConfusion) -> Fold | None:
    """The answers to their twins in the baseline, the commonest first; nothing where there are no twins."""
    selection, (actual, predicted) = confusion.selection, confusion.ways[0]
    baseline, focus = selection.study[selection.baseline], selection.study[selection.focus]
    answers = _answers(confusion)
    if not answers:
        return None
    total = sum(map(len, answers.values()))
    rows = []
    for answer, pairs in sorted(answers.items(), key=lambda item: -len(item[1])):
        ours, theirs = zip(*pairs[:IMAGES], strict=True)
        rows.append(
            [
                Cell(category_name(selection.study, answer), selection.category(answer)),
                Cell(count(len(pairs)), value=len(pairs)),
                share_cell(len(pairs) / total),
                Cell(pictures=tuple(pictures(selection, baseline, theirs))),
                Cell(pictures=tuple(pictures(selection, focus, ours))),
            ]
        )
    columns = [
        Column(f"in {baseline.name}", help=f"What the twin in {baseline.name} is classified as."),
        Column("images", numeric=True),
        Column("share", help=f"Of the {count(total)} with a twin.", numeric=True),
        Column(f"{baseline.name}: the twins", help="In the same order as the images beside them."),
        Column(f"{focus.name}: the images", help="The most confident prediction first."),
    ]
    a, b = confusion.pair.names
    right, same = (len(answers.get(category, ())) for category in (actual, predicted))
    were = "was" if right == 1 else "were"
    says = f"of {count(total)} with a twin in {baseline.name}, {count(right)} {were} classified {a} there"
    also = f" and {count(same)} {b} already" if same else ""
    return Fold(
        "The same images before the shift",
        says + also,
        [Table(f"Images of {a} classified {b} in {focus.name}", columns, rows)],
        "before",
    )


def _answers(confusion: ShownConfusion) -> dict[int, list[tuple[int, int]]]:
    """Rows of the confused images and of their first twins in the baseline, by what the twins are classified as."""
    selection, (label, prediction) = confusion.selection, confusion.ways[0]
    twins = None if selection.focus == selection.baseline else twins_of(selection, selection.focus)
    if twins is None:
        return {}
    first = dict(zip(twins.ours[::-1].tolist(), twins.theirs[::-1].tolist(), strict=True))
    predictions = selection.study[selection.baseline].samples.predictions
    found: dict[int, list[tuple[int, int]]] = {}
    for row in having(selection.study[selection.focus].samples, label=label, prediction=prediction).tolist():
        if row in first and (answer := int(predictions[first[row]])) != NO_LABEL:
            found.setdefault(answer, []).append((row, first[row]))
    return found
