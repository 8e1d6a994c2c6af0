"""What the page of jobs found, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.counted import counted
from shiftscope.jobs import State
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count

NO_MODEL = "This viewer has no model, so nothing can be computed from its pages"
NOTHING_ASKED = "No page has asked the model for anything yet"
DOING: dict[State, tuple[str, str]] = {  # of one job, and of several
    "running": ("is running", "are running"),
    "waiting": ("waits", "wait"),
    "done": ("is done", "are done"),
    "failed": ("failed", "failed"),
    "cancelled": ("was cancelled", "were cancelled"),
}


def jobs_in_words(states: Sequence[State]) -> str:
    """How many jobs are in which state, those under way first: "1 job is running, 2 wait and 1 failed"."""
    numbers = [(state, states.count(state)) for state in DOING if state in states]
    if not numbers:
        return NOTHING_ASKED
    told = [
        f"{counted(number, 'job', count) if not place else count(number)} {DOING[state][number > 1]}"
        for place, (state, number) in enumerate(numbers)
    ]
    return in_a_row(told, len(DOING))
