"""Whether a unit's maps depend on what the model learned."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.views.page.panels import Message
from shiftscope.views.parts.maps.maps import filtered_in_words

UNREADABLE = "Do not read these maps"


def unreadable(shown: Sequence[Attributions]) -> list[str]:
    """Sets whose maps are known to show something else than what the model learned."""
    found = (each.question.dataset for each in shown if each.sanity is not None and not each.sanity.readable)
    return list(dict.fromkeys(found))


def verdicts(shown: Sequence[Attributions]) -> Message | None:
    """What randomised weights say of the maps of each set; None where it was not asked for."""
    said = [
        f"{each.question.dataset}, {filtered_in_words(each)}: {each.sanity.in_words()}."
        for each in shown
        if each.sanity is not None
    ]
    if not said:
        return None
    return Message(UNREADABLE if unreadable(shown) else "Randomised weights", " ".join(said))
