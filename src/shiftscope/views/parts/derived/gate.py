"""What is left of a page's panels where the dictionary behind a layer does not read the sets that they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from shiftscope.views.page.panels import (
    Chart,
    Columns,
    Compared,
    Curves,
    Figures,
    Fold,
    Folds,
    ImageStrip,
    Message,
    Panel,
    Picture,
    StripGroups,
    Table,
    Words,
)
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.derived.dictionary_fit import fit_of, heading, refused, said
from shiftscope.views.parts.in_a_row import in_a_row

if TYPE_CHECKING:
    from shiftscope.explain.fit_under_shift.gate import State
    from shiftscope.explain.fit_under_shift.set_fit import SetFit

PICTURES = Compared, Figures, ImageStrip, StripGroups, Chart, Curves


@dataclass(frozen=True)
class Gate:
    """Of one layer; nothing stops at that of a recorded layer."""

    selection: Selection
    layer: str
    _fits: dict[str, SetFit | None] = field(default_factory=dict, repr=False, compare=False)

    def fit(self, dataset: str) -> SetFit | None:
        """How the dictionary reads a set, where that is computed; None of the reference."""
        if dataset not in self._fits:
            self._fits[dataset] = fit_of(replace(self.selection, focus=dataset), self.layer)
        return self._fits[dataset]

    def refuses(self, dataset: str) -> bool:
        """Whether codes of a set are not to be read."""
        return refused(self.fit(dataset))

    def refused_in_words(self, dataset: str) -> str:
        """Why its codes are not to be read; empty where they are."""
        fit = self.fit(dataset)
        return fit.in_words(self.layer, dataset) if fit and refused(fit) else ""

    @property
    def stated(self) -> tuple[str, Words] | None:
        """What the heading of a page about codes of the focus is, and the numbers of it; None where they can be
        read, or the page says already why they cannot be compared."""
        focus = self.selection.focus
        if self.selection.incomparable and focus != self.selection.baseline:
            return None
        fit = self.fit(focus)
        return (heading(fit.state, focus), fit.in_words(self.layer, focus)) if fit and refused(fit) else None

    def state_in_a_word(self, dataset: str) -> str:
        """For a column beside numbers of its codes."""
        from shiftscope.explain.fit_under_shift.states import states_of

        return states_of(self.selection.study, self.layer, [dataset])[dataset]

    def before(self, says: str, dataset: str = "") -> str:
        """What a fold says, after the state of a set, the focus where none is given; as it is of the reference and of
        a recorded layer."""
        from shiftscope.explain.fit_under_shift.gate import BRIEFLY

        name, study = dataset or self.selection.focus, self.selection.study
        if name == study.reference or self.layer not in study.derived:
            return says
        fit = self.fit(name)
        told = f"{name}: {BRIEFLY[fit.state]}" if fit else f"state under {name} {self.state_in_a_word(name)}"
        return f"{told}; {says}"

    def said(self, names: Sequence[str]) -> list[Panel]:
        """The state of these sets in words, for the head of a page that is not about the layer alone."""
        study = self.selection.study
        names = [name for name in dict.fromkeys(names) if name != study.reference]
        if self.layer not in study.derived or not names:
            return []
        known = {name: fit for name in names if (fit := self.fit(name))}
        lacking = [name for name in names if name not in known]
        offer = said(replace(self.selection, focus=lacking[0]), self.layer, None) if lacking else []
        if len(known) == 1:
            ((name, fit),) = known.items()
            title = f"{self.layer}: {heading(fit.state, name)}"
            return [Message(title, fit.in_words(self.layer, name)), *offer]
        states = {name: fit.state for name, fit in known.items()}
        told = [Message(f"Whether {self.layer} holds", states_in_words(states))] if states else []
        return [*told, *offer]

    def passed(self, panels: Sequence[Panel]) -> list[Panel]:
        """The panels without pictures of codes where the dictionary does not carry its layer, and with grey ones of
        the sets that it misreads."""
        if self.layer not in self.selection.study.derived:
            return list(panels)
        fit = self.fit(self.selection.focus)
        names = self.selection.ordered()
        if (fit and fit.state == "does not hold") or any(
            self._state(name) == "does not hold" for name in names
        ):
            return [kept for panel in panels if (kept := _without_pictures(panel))]
        grey = frozenset(name for name in names if self._state(name) == "misreads")
        charts = self.selection.focus in grey
        return [_greyed(panel, grey, charts) for panel in panels] if grey else list(panels)

    def _state(self, name: str) -> State | None:
        fit = self.fit(name)
        return fit.state if fit else None


def states_in_words(states: dict[str, State]) -> str:
    """ "Do not read its codes here: a and b. Holds here: c.", in the order of the sets."""
    from shiftscope.explain.fit_under_shift.gate import BRIEFLY

    by_state: dict[State, list[str]] = {}
    for name, state in states.items():
        by_state.setdefault(state, []).append(name)
    told = ((BRIEFLY[state], in_a_row(names, len(names))) for state, names in by_state.items())
    return " ".join(f"{brief[0].upper()}{brief[1:]}: {names}." for brief, names in told)


def _without_pictures(panel: Panel) -> Panel | None:
    if isinstance(panel, PICTURES):
        return None
    if isinstance(panel, Folds):
        folds = [kept for each in panel.panels if isinstance(kept := _without_pictures(each), Fold)]
        return replace(panel, panels=folds) if folds else None
    if isinstance(panel, Columns | Fold):
        inner = [kept for each in panel.panels if (kept := _without_pictures(each))]
        return replace(panel, panels=inner) if inner else None
    if isinstance(panel, Table):
        return replace(panel, rows=[[replace(cell, pictures=()) for cell in row] for row in panel.rows])
    return panel


def _greyed(part: Any, names: frozenset[str], charts: bool) -> Any:
    """A panel or what it is made of, with grey pictures of these datasets; the same object where it has none."""
    if isinstance(part, Picture):
        return replace(part, greyed=True) if part.dataset in names else part
    if type(part) in (list, tuple):
        inner = [_greyed(each, names, charts) for each in part]
        same = all(new is old for new, old in zip(inner, part, strict=True))
        return part if same else type(part)(inner)
    if isinstance(part, Chart):
        return replace(part, greyed=True) if charts else part
    if not is_dataclass(part) or isinstance(part, type):
        return part
    values = {each.name: getattr(part, each.name) for each in fields(part) if each.init}
    changed = {name: new for name, old in values.items() if (new := _greyed(old, names, charts)) is not old}
    return replace(part, **changed) if changed else part
