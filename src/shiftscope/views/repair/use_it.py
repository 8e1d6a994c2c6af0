"""How the repaired head is saved and loaded."""

from __future__ import annotations

from shiftscope.explain.interventions.repair import MARGIN, MOST
from shiftscope.explain.interventions.repaired_head import can_be_saved
from shiftscope.views.page.panels import Code, Fold
from shiftscope.views.page.section import section
from shiftscope.views.repair.search import command
from shiftscope.views.repair.shown_repair import ShownRepair


@section(ShownRepair, place=80)
def use_it(shown: ShownRepair) -> Fold | None:
    """In Python and in a terminal; only where there is such a head."""
    study = shown.selection.study
    if shown.found is None or not can_be_saved(study, shown.found):
        return None
    module = study.heads[shown.question.layer].name
    python = (
        f"head = study.repaired_head({_arguments(shown)})\n"
        f"model.get_submodule({module!r}).load_state_dict(head)"
    )
    return Fold(
        "Use it",
        "download the head, or two lines of Python",
        [
            Code("In Python", python),
            Code("In a terminal", command(shown, "--save-head", "repaired-head.safetensors")),
        ],
        key="use-it",
    )


def _arguments(shown: ShownRepair) -> str:
    """Those that ask the same question; what is as usual is left out."""
    question, study = shown.question, shown.selection.study
    words = [repr(question.dataset)]
    words += [] if question.margin == MARGIN else [f"margin={question.margin:g}"]
    words += [] if question.most == MOST else [f"most={question.most}"]
    words += [] if question.layer == next(iter(study.heads)) else [f"layer={question.layer!r}"]
    words += [] if question.reference == study.reference else [f"reference={question.reference!r}"]
    return ", ".join(words)
