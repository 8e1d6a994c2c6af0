"""Which map, rule and treatment of frequencies the pages of significant paths show, kept in their addresses."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.counting.rules import RULES, rule_named
from shiftscope.explain.paths.measures.frequencies import Frequencies, Smoothing
from shiftscope.explain.paths.path_statistics import PathStatistics, Settings
from shiftscope.explain.paths.paths import ALL, map_named
from shiftscope.explain.paths.stored_paths import read_paths
from shiftscope.model.linear_map import LinearMap
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Choice, Link, Page
from shiftscope.views.page.selection import Option, Selection

AT = "paths"


@dataclass(frozen=True)
class PathChoice:
    """What the reader chose, and what is kept of it."""

    selection: Selection
    linear: LinearMap
    settings: Settings
    view: Callable[..., Page]  # that is shown; its signature says what is usual

    @classmethod
    def at(
        cls,
        selection: Selection,
        view: Callable[..., Page],
        module: str | None,
        rule: str,
        smoothing: Smoothing,
        eps: float,
    ) -> PathChoice:
        """Raises `NotInStudy` for a map that is not kept, `BadRequest` for an unknown rule or smoothing."""
        settings = Settings(rule_named(rule), Frequencies(smoothing, eps))
        return cls(selection, map_named(selection.study, module or _first(selection)), settings, view)

    @property
    def columns(self) -> int:
        """Paths of one output."""
        return Counter(self.linear.weight, self.linear.bias, self.settings.rule).shape[1]

    @property
    def is_head(self) -> bool:
        """Whether the outputs are the categories."""
        return self.linear.layer in self.selection.study.heads

    @cached_property
    def statistics(self) -> dict[str, PathStatistics]:
        """What is kept, by dataset, the baseline first."""
        study, found = self.selection.study, {}
        against = study[self.selection.baseline]
        for name in self.selection.ordered():
            other = None if name == against.name else against
            kept = read_paths(study, self.linear, study[name], other, self.settings)
            if kept is not None:
                found[name] = kept
        return found

    @property
    def command(self) -> str:
        """What computes it."""
        words = ["shiftscope", "paths", str(self.selection.study.path), "--layer", self.linear.name]
        for name, value in self.address(AT).asked(map=None).items():
            words += [f"--{name}", str(value)] if value is not None else []
        asked = self.selection.asked_baseline
        return shlex.join(words + (["--reference", asked] if asked else []))

    def address(self, path: str, **options: Option) -> PageAddress:
        """Of the page at `path`, with what was chosen and more options."""
        frequencies = self.settings.frequencies
        chosen: dict[str, Option] = {
            "map": self._asked(self.linear.name),
            "rule": self.settings.rule.name,
            "smoothing": frequencies.smoothing,
            "eps": frequencies.eps,
        }
        return PageAddress(self.selection, path, self.view, {**chosen, **options})

    def pair(self, first: int | str, second: int | str, **changed: Option) -> str:
        """The page of two categories, by number; the last number means all together."""
        return self.address(f"{AT}/{first}/{second}")(**changed)

    def names(self) -> list[str]:
        """Of the rows of every matrix."""
        return [*self.selection.study.categories, ALL]

    def choices(self, at: PageAddress) -> list[Choice]:
        """Menus of map, rule, smoothing and datasets for the page `at` an address."""
        frequencies, shown = self.settings.frequencies, self.settings.rule
        maps = [Link(name, at(map=self._asked(name))) for name in self.selection.study.maps]
        rules = [Link(name.replace("_", " "), at(rule=name), rule.formula) for name, rule in RULES.items()]
        smoothings = [
            Link(text, at(smoothing=smoothing), Frequencies(smoothing, frequencies.eps).in_words())
            for smoothing, text in _SMOOTHINGS.items()
        ]
        smoothing = _SMOOTHINGS[frequencies.smoothing]
        return [
            *([Choice("Map", maps, self.linear.name)] if len(maps) > 1 else []),
            Choice("Rule", rules, shown.name.replace("_", " "), shown.formula),
            Choice("Frequencies", smoothings, smoothing, "What is done with frequencies of 0 and 1."),
            *self.selection.dataset_choices(at.path, **at.asked()),
        ]

    def _asked(self, name: str) -> str | None:
        """A map in an address; None for the one that is shown without."""
        return None if name == self._usual else name

    @cached_property
    def _usual(self) -> str:
        return map_named(self.selection.study, _first(self.selection)).name


def _first(selection: Selection) -> str | None:
    """The first map where none is the head."""
    return None if selection.study.head else next(iter(selection.study.maps), None)


_SMOOTHINGS: dict[Smoothing, str] = {"clip": "clipped", "jeffreys": "Jeffreys", "none": "as counted"}
