"""What the reader chose, kept in every link: the layer whose units are shown, the dataset in focus, the one it is
compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from urllib.parse import quote, urlencode

from shiftscope.derived.realigned import comparison_refused
from shiftscope.errors import BadRequest
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.group_names import chosen_sets, menu_links
from shiftscope.views.page.panels import Choice, Link

EARLIER_NAMES = {"focus": "lead", "baseline": "reference"}  # in addresses and notebooks that people keep
Option = (
    str | float | bool | tuple[str, ...] | None
)  # of an address, where several are repeated; None stays out


Sets = str | list[str] | None  # names of groups and of sets, as an address gives them


@dataclass(frozen=True)
class Selection:
    """The choices in force, and the addresses of pages that keep them.

    The **focus** is the dataset that selects and orders what is shown (units, categories); the others follow it. The
    **baseline** is what responses are normalised by and scores compare with.
    """

    study: StoredStudy
    layer: str
    baseline: str
    focus: str
    asked_layer: str | None = None  # as in the address; None leaves the default
    asked_baseline: str | None = None
    asked_focus: str | None = None
    asked_sets: tuple[str, ...] = ()  # names of groups and of sets
    chosen: tuple[str, ...] = ()  # the shifted sets that these are; all where empty
    # Those read for this page, by dataset, reference and layer.
    estimates: dict[tuple[str, str, str], dict[str, Estimate]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @classmethod
    def at(
        cls,
        study: StoredStudy,
        layer: str | None = None,
        baseline: str | None = None,
        focus: str | None = None,
        sets: Sets = None,
    ) -> Selection:
        """Choices checked against the study; by default the layer that feeds the logits, else the last, and the
        study's reference, the focus as well; of many sets those that a page finds worth showing."""
        if not study.layers:
            raise BadRequest("nothing is recorded in this study yet. `shiftscope record` adds a dataset.")
        default = study.head.layer if study.head else list(study.layers)[-1]
        against = study[baseline].name if baseline else study.reference
        return cls(
            study,
            study.layer(layer).name if layer else default,
            against,
            study[focus].name if focus else against,
            layer,
            baseline,
            focus,
            asked := (sets,) if isinstance(sets, str) else tuple(sets or ()),
            chosen_sets(study, against, asked),
        )

    def focused_on(self, default: str) -> Selection:
        """The same, with another focus where the reader chose none."""
        return self if self.asked_focus else replace(self, focus=default)

    def focused(self, name: str) -> Selection:
        """The same, with this focus in every address."""
        return replace(self, focus=name, asked_focus=name)

    def page(self, path: str, **options: Option) -> str:
        """An address with the choices in force and more options."""
        return path + (self._query(options) if options else self._kept)

    @cached_property
    def _kept(self) -> str:
        """The choices in force alone, as of each of the hundreds of pictures on a page."""
        return self._query({})

    def _query(self, options: Mapping[str, Option]) -> str:
        """Written once for the rows of a table, whose addresses differ before it."""
        asked = tuple(options.items())
        if asked not in self._queries:
            self._queries[asked] = self._written(options)
        return self._queries[asked]

    @cached_property
    def _queries(self) -> dict[tuple[tuple[str, Option], ...], str]:
        return {}

    def _written(self, options: Mapping[str, Option]) -> str:
        choices: dict[str, Option] = {
            "layer": self.asked_layer,
            "baseline": self.asked_baseline,
            "focus": self.asked_focus,
            "sets": self.asked_sets or None,
        }
        given = [_asked(name, value) for name, value in {**choices, **options}.items() if value is not None]
        return f"?{'&'.join(filter(None, given))}" if given else ""

    def overview(self) -> str:
        return self.page("")

    def layer_page(self, layer: str | None = None, **options: Option) -> str:
        return self.page(self.at_layer(layer or self.layer), **{"layer": None, **options})

    def unit(self, index: int, layer: str | None = None, **options: Option) -> str:
        return self.page(f"{self.at_layer(layer or self.layer)}/units/{index}", **{"layer": None, **options})

    def dataset(self, name: str, **options: Option) -> str:
        return self.page(self.at_dataset(name), **options)

    def sample(self, dataset: str, position: int) -> str:
        before, after = self.around_samples(dataset)
        return f"{before}{position}{after}"

    def around_samples(self, dataset: str) -> tuple[str, str]:
        """What stands before and after the position in the addresses of a dataset's samples."""
        return f"{self.at_dataset(dataset)}/samples/", self._kept

    @staticmethod
    @lru_cache(maxsize=1024)  # each picture's address holds one
    def at_layer(name: str) -> str:
        return f"layers/{quote(name, safe='')}"

    @staticmethod
    @lru_cache(maxsize=1024)
    def at_dataset(name: str) -> str:
        return f"datasets/{quote(name, safe='')}"

    def category(self, index: int) -> str:
        return self.page(f"categories/{index}")

    def confusion(self, actual: int, predicted: int) -> str:
        return self.page(f"confusions/{actual}/{predicted}")

    def choices(self, path: str, **options: Option) -> Sequence[Choice]:
        """Menus of layer, focus and baseline for a page at `path` that shows units of a layer."""
        return [self.layer_choice(path, **options), *self.dataset_choices(path, **options)]

    def focus_choice(self, path: str, names: Iterable[str], **options: Option) -> Choice:
        """A menu of the datasets that may be in focus."""
        focuses = self.menu(names, lambda name: self.on(name).page(path, **options))
        help = "Selects and orders what is shown; the other datasets follow it."
        return Choice("Focus", focuses, self.focus, help)

    def dataset_choices(self, path: str, **options: Option) -> Sequence[Choice]:
        """Menus of focus and baseline."""
        against = self.menu(self.study, lambda name: replace(self, asked_baseline=name).page(path, **options))
        return [
            self.focus_choice(path, self.study, **options),
            Choice("Baseline", against, self.baseline, "Scores compare with it, and its maxima normalise."),
        ]

    def menu(self, names: Iterable[str], link: Callable[[str], str]) -> list[Link]:
        """An entry for each dataset, those of a group on one line; `link` gives its address."""
        return menu_links(self.study, names, link)

    def on(self, focus: str) -> Selection:
        """The same for the addresses of pages with another focus."""
        return replace(self, asked_focus=focus)

    def two_set_choices(self, path: str, **options: Option) -> Sequence[Choice]:
        """Menus of focus and baseline for a page that compares the two: neither makes them one set, and what is in
        focus trades places with the baseline."""
        focus, baseline = self.dataset_choices(path, **options)
        swapped = replace(self, asked_baseline=self.focus, asked_focus=self.baseline)
        against = [
            Link(each.text, swapped.page(path, **options), "Trades places with the focus.")
            if each.text == self.focus != self.baseline
            else each
            for each in baseline.options
        ]
        others = [each for each in focus.options if each.text != self.baseline]
        return [*([replace(focus, options=others)] if others else []), replace(baseline, options=against)]

    def everywhere(self, path: str, **options: Option) -> str:
        """The address of a page at `path` without a focus of the reader's choice."""
        return replace(self, asked_focus=None).page(path, **options)

    def layer_choice(self, path: str, **options: Option) -> Choice:
        links = [
            Link(name, replace(self, asked_layer=name).page(path, **options)) for name in self.study.layers
        ]
        return Choice("Layer", links, self.layer)

    @property
    def pair(self) -> list[str]:
        """Baseline and focus; one set where they are the same."""
        return list(dict.fromkeys([self.baseline, self.focus]))

    def others(self) -> list[str]:
        """The datasets compared with the baseline."""
        return [name for name in self.study if name != self.baseline]

    @cached_property
    def incomparable(self) -> str:
        """Why the layer's units cannot be compared with the baseline's; empty where they can."""
        return comparison_refused(self.study, self.layer)

    @property
    def compared(self) -> bool:
        """Whether there are scores that compare: the focus is not the baseline, and the layer can be compared."""
        return self.focus != self.baseline and not self.incomparable

    def ordered(self) -> list[str]:
        """All datasets, the baseline first."""
        return [self.baseline, *self.others()]


@lru_cache(maxsize=4096, typed=True)  # most options are the same in the hundred addresses of a page's menus
def _asked(name: str, value: Option) -> str:
    """One option as an address has it; empty for several of which there are none."""
    return urlencode({name: value}, doseq=True)
