"""The same sample in all datasets that have its id, where they are more than the pictures show."""

from __future__ import annotations

from shiftscope.arrays import NO_LABEL
from shiftscope.views.page.panels import Cell, Column, Fold, Table
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.pictures import pictures
from shiftscope.views.sample.same_sample import SHOWN
from shiftscope.views.sample.sentence import share_text
from shiftscope.views.sample.shown_sample import ShownSample


@section(ShownSample, place=45)
def in_every_set(sample: ShownSample) -> Fold | None:
    """All of them in a table, where there are more than the pictures show."""
    names = sample.sets
    if len(names) <= SHOWN:
        return None
    study = sample.selection.study
    rows: list[list[Cell]] = []
    wrong = 0
    for name in names:
        seen = study[name].samples[sample.places[name]]
        wrong += seen.correct is False
        answer = category_name(study, seen.prediction) if seen.prediction != NO_LABEL else "skipped"
        rows.append(
            [
                Cell(name, sample.selection.sample(name, seen.position)),
                Cell(answer),
                Cell({True: "right", False: "wrong", None: ""}[seen.correct]),
                Cell(share_text(seen.confidence), value=seen.confidence),
                Cell(pictures=tuple(pictures(sample.selection, study[name], [seen.position]))),
            ]
        )
    names_of = ("dataset", "classified", "", "probability", "image")
    columns = [Column(each, numeric=each == "probability") for each in names_of]
    says = f"{count(len(names))} sets have it; classified wrong in {count(wrong)}"
    return Fold("The same in every set", says, [Table("In every set", columns, rows)], "twins")
