"""Which map, rule and treatment of frequencies the pages of significant paths show, kept in their addresses."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.counting.rules import DEFAULT, RULES, rule_named
from shiftscope.explain.paths.measures.frequencies import EPS, Frequencies, Smoothing
from shiftscope.explain.paths.path_statistics import PathStatistics, Settings
from shiftscope.explain.paths.paths import ALL, map_named
from shiftscope.explain.paths.stored_paths import read_paths
from shiftscope.model.linear_map import LinearMap
from shiftscope.views.page.panels import Choice, Link
from shiftscope.views.page.selection import Selection

AT = "paths"


@dataclass(frozen=True)
class PathChoice:
    """What the reader chose, and what is kept of it."""

    selection: Selection
    linear: LinearMap
    settings: Settings

    @classmethod
    def at(
        cls, selection: Selection, module: str | None, rule: str, smoothing: Smoothing, eps: float
    ) -> PathChoice:
        """Raises `NotInStudy` for a map that is not kept, `BadRequest` for an unknown rule or smoothing."""
        maps = selection.study.maps
        named = module or (None if selection.study.head else next(iter(maps), None))
        settings = Settings(rule_named(rule), Frequencies(smoothing, eps))
        return cls(selection, map_named(selection.study, named), settings)

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
        """What is kept, by dataset, the reference first."""
        study, found = self.selection.study, {}
        against = study[self.selection.reference]
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
        rule, frequencies = self.settings.rule.name, self.settings.frequencies
        words += ["--rule", rule] if rule != DEFAULT else []
        words += ["--smoothing", frequencies.smoothing] if frequencies.smoothing != "clip" else []
        words += ["--eps", repr(frequencies.eps)] if frequencies.eps != EPS else []
        asked = self.selection.asked_reference
        return shlex.join(words + (["--reference", asked] if asked else []))

    @property
    def options(self) -> dict[str, str | int | bool | None]:
        """Of an address; what is as usual stays out."""
        rule, frequencies = self.settings.rule.name, self.settings.frequencies
        return {
            "map": None if self.linear.name == self._usual else self.linear.name,
            "rule": rule if rule != DEFAULT else None,
            "smoothing": frequencies.smoothing if frequencies.smoothing != "clip" else None,
            "eps": repr(frequencies.eps) if frequencies.eps != EPS else None,
        }

    def page(self, **changed: str | int | bool | None) -> str:
        """The page of all categories."""
        return self.selection.page(AT, **{**self.options, **changed})

    def pair(self, first: int | str, second: int | str, **changed: str | int | bool | None) -> str:
        """The page of two categories, by number; the last number means all together."""
        return self.selection.page(f"{AT}/{first}/{second}", **{**self.options, **changed})

    def names(self) -> list[str]:
        """Of the rows of every matrix."""
        return [*self.selection.study.categories, ALL]

    def choices(self, path: str, kept: Mapping[str, str | int | bool | None]) -> list[Choice]:
        """Menus of map, rule and smoothing for a page at `path`."""

        def link(text: str, help: str = "", **changed: str | None) -> Link:
            return Link(text, self.selection.page(path, **{**self.options, **kept, **changed}), help)

        maps = [link(name, map=None if name == self._usual else name) for name in self.selection.study.maps]
        rules = [
            link(name.replace("_", " "), rule.formula, rule=None if name == DEFAULT else name)
            for name, rule in RULES.items()
        ]
        smoothings = [
            link(
                name,
                Frequencies(smoothing, self.settings.frequencies.eps).in_words(),
                smoothing=None if smoothing == "clip" else smoothing,
            )
            for name, smoothing in _SMOOTHINGS.items()
        ]
        smoothing = next(
            name for name, value in _SMOOTHINGS.items() if value == self.settings.frequencies.smoothing
        )
        return [
            *([Choice("Map", maps, self.linear.name)] if len(maps) > 1 else []),
            Choice("Rule", rules, self.settings.rule.name.replace("_", " "), self.settings.rule.formula),
            Choice("Frequencies", smoothings, smoothing, "What is done with frequencies of 0 and 1."),
        ]

    @cached_property
    def _usual(self) -> str:
        return map_named(
            self.selection.study, None if self.selection.study.head else next(iter(self.selection.study.maps))
        ).name


_SMOOTHINGS: dict[str, Smoothing] = {"clipped": "clip", "Jeffreys": "jeffreys", "as counted": "none"}
