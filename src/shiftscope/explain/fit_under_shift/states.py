"""The state of a derived layer on each set, to stand beside numbers of its codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shiftscope.explain.fit_under_shift.gate import BRIEFLY
from shiftscope.store.stored_study import StoredStudy

REFERENCE, NOT_COMPUTED, NOT_KNOWN = "reference", "not computed", "not known"


def states_of(study: StoredStudy, layer: str, datasets: Iterable[str]) -> dict[str, str]:
    """By dataset, of what is stored: a state of the gate, "reference", "not computed", or "not known" of codes of
    residuals or of positions."""
    from shiftscope.explain.fit_under_shift.stored_fits import read_fit

    derived, found = study.derived[layer], {}
    for name in datasets:
        if name == study.reference:
            found[name] = REFERENCE
        elif derived.kind == "residual" or derived.positions:
            found[name] = NOT_KNOWN
        else:
            fit = read_fit(study, layer, name)
            found[name] = fit.state if fit else NOT_COMPUTED
    return found


def states_in_a_line(layer: str, states: Mapping[str, str]) -> str:
    """ "hidden~nmf32 on noise: misreads (do not read its codes here)", of the shifted sets."""
    brief: dict[str, str] = {NOT_COMPUTED: "shiftscope fit-under-shift tells it"}
    brief.update((state, words) for state, words in BRIEFLY.items())
    told = (
        f"{name}: {state}" + (f" ({brief[state]})" if brief[state] != state else "")
        for name, state in states.items()
        if state != REFERENCE
    )
    return f"{layer} on {', '.join(told) or 'no shifted set'}"
