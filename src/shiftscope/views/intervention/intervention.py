"""Some units changed: what the model then answers, on which images, and whether that is more than chance."""

from __future__ import annotations

from shiftscope.counted import counted
from shiftscope.explain.interventions.edit import EDIT_KINDS, EditKind
from shiftscope.explain.interventions.stored_answers import KIND
from shiftscope.store.layout import EXPLANATIONS, folder_name
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.intervention.by_the_model import model_at_hand
from shiftscope.views.intervention.sentences import headline, lede
from shiftscope.views.intervention.shown_intervention import NAMED, ShownIntervention
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Choice, Link, Message, Page, Words
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.page.viewed_study import jobs_of
from shiftscope.views.parts.changed.interventions import AT, REPAIR
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.image_sets import FEW
from shiftscope.views.parts.sets.worst_set import worst_set

TITLE = "What units do to the answers"
WORDS: dict[EditKind, tuple[str, str]] = {
    "silence": ("silenced", "Each response is 0 on every sample."),
    "clamp": ("clamped", "Each response is brought into the unit's range in {}, so nothing of {} changes."),
    "replace": (
        "replaced",
        "Each response is the unit's mean over the samples of {} whose label is the answer here.",
    ),
}


@view(AT, menu="Interventions")
def intervention(
    study: StoredStudy,
    *,
    units: str = "",
    how: EditKind = "silence",
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
    sets: Sets = None,
    images: int = FEW,
) -> Page:
    """Accuracy before and after a change of units before the head, and the images whose answer it fixed or broke.

    `units` are numbers with commas between; without any, the units most to blame in the focus.
    """
    selection = Selection.at(study, layer, baseline, focus, sets)
    selection = selection.focused_on(worst_set(selection))
    trail = [Link(study.name, selection.overview())]
    if selection.layer not in study.heads and jobs_of(study) is None and not _was_asked(selection):
        return Page(TITLE, [_no_head(selection)], trail, choices=[selection.layer_choice(AT)])
    units = units.strip(", ")
    at = PageAddress(selection, AT, intervention, {"units": units, "how": how})
    shown = ShownIntervention(selection, at, units, how, images)
    edits = [Link(WORDS[one][0], at(how=one)) for one in EDIT_KINDS]
    return Page(
        TITLE,
        panels_of(shown),
        trail,
        choices=[
            Choice("Units are", edits, WORDS[how][0], "What is done to the units' responses."),
            *selection.choices(AT, **at.asked()),
        ],
        subtitle=_in_words(shown),
        sentence=_sentence(shown),
        lede=_lede(shown),
        related=[Link("Search which to silence", selection.page(REPAIR))] if shown.through_head else [],
    )


def _sentence(shown: ShownIntervention) -> str:
    """What it did in the focus; empty where the model has not answered."""
    focus, done = shown.selection.focus, shown.done
    if not done or focus not in done.answers:
        return ""
    return headline(shown.edit, done.units, focus, done.answers[focus])


def _lede(shown: ShownIntervention) -> Words:
    """What it did in the focus and in the baseline."""
    done, selection = shown.done, shown.selection
    if not done:
        return ""
    names = selection.pair[::-1]
    return lede({name: done.answers[name].pairs for name in names if name in done.answers})


def _in_words(shown: ShownIntervention) -> str:
    """What was done."""
    if not shown.done:
        return ""
    (verb, what), units, selection = WORDS[shown.edit], shown.done.units, shown.selection
    named = ", ".join(map(str, units[:NAMED])) + (", …" if len(units) > NAMED else "")
    changed = f"{counted(len(units), 'unit', count)} of {selection.layer} {verb}: {named}. "
    return changed + what.format(selection.baseline, selection.baseline)


def _was_asked(selection: Selection) -> bool:
    """Whether the model has answered with units of this layer changed."""
    return selection.study.place.file(EXPLANATIONS, KIND, folder_name(selection.layer)).is_dir()


def _no_head(selection: Selection) -> Message:
    heads = selection.study.heads
    if not heads:
        what = (
            "No recorded layer feeds the logits by a linear map, so what follows a change is not known here."
        )
    else:
        does = "does: choose it" if len(heads) == 1 else "do: choose one"
        what = f"{selection.layer} does not feed the logits, {' and '.join(heads)} {does} above."
    return Message(
        "Only through the head",
        f"{what} {model_at_hand(selection.study)}",
    )
