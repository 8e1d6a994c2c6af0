"""What is still to come into the study: recordings under way, and codes of derived layers."""

from __future__ import annotations

from contextlib import suppress

from shiftscope.counted import counted
from shiftscope.errors import ShiftscopeError
from shiftscope.store.disk.atomic import read_json
from shiftscope.store.plan import Plan
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.writing.writer import is_done
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.panels import Message
from shiftscope.views.page.section import section


@section(ShownOverview, place=6)
def under_way(overview: ShownOverview) -> Message | None:
    """A sentence for each recording that was begun, and for each derived layer that lacks a dataset."""
    study = overview.selection.study
    told = [_begun(study, name) for name in study.unfinished()]
    told += [
        f"{name} has no codes of {' and '.join(missing)} yet, and is shown once it has."
        for name in study.derived
        if (missing := study.without_codes(name))
    ]
    return Message("Not finished", " ".join(told), for_now=True) if told else None


def _begun(study: StoredStudy, name: str) -> str:
    place = study.place_of(name)
    with suppress(ShiftscopeError, OSError, KeyError, TypeError, ValueError, AttributeError):
        plan = Plan.of(read_json(place.description, "a recording"))
        done = [rows for index, rows in plan.shards().items() if is_done(place, plan, index)]
        samples = counted(plan.samples, "sample")
        return f"{name}: {sum(map(len, done)):,} of {samples} are recorded; the same command goes on if it was stopped."
    return f"{name}: its recording was begun, and the same command goes on."
