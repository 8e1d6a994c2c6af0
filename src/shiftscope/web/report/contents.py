"""Which pages of a study go into a report, and under which file names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import numpy as np

from shiftscope.explain.visualisation.stored_pictures import asked_pictures
from shiftscope.statistics.ranked import ranked
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import views
from shiftscope.views.parts.units.unit_scores import estimated
from shiftscope.web.server.page_at import page_at

INDEX = "index.html"
PAGES = "pages"
GLOSSARY = "glossary"
METHODS, PROVENANCE = "methods", "provenance"  # addresses of the pages that only a report has
CATEGORIES = 20
CONFUSIONS = 20
LONGEST_NAME = 60  # letters of a file's name

ORDER_ONLY = frozenset({"sort", "ascending"})  # a table in another order is still that table
FOLLOWED = frozenset({"focus"})  # another focus shows the same datasets in another order

Key = tuple[str, frozenset[tuple[str, str]]]  # a path and its options


class Contents:
    """The pages of a report: addresses inside the study, and the file of each.

    Parameters
    ----------
    look
        The layer and reference that pages show where their address names none.
    files
        File of each address, relative to the report's folder.
    """

    def __init__(self, selection: Selection, files: Mapping[str, str]) -> None:
        self.selection = selection
        self.files = files
        self._by_key = {self._key(address): file for address, file in files.items()}

    def file(self, address: str, *, exactly: bool = False) -> str:
        """The file of the page that `address` means; empty where it is not in the report.

        Parameters
        ----------
        exactly
            Whether another focus makes another page; without it, a link may lead to the page without one.
        """
        path, options = self._key(address)
        found = self._by_key.get((path, options), "")
        if found or exactly:
            return found
        return self._by_key.get((path, frozenset(pair for pair in options if pair[0] not in FOLLOWED)), "")

    def _key(self, address: str) -> Key:
        path, _, query = address.partition("?")
        given = {("layer", self.selection.layer), ("baseline", self.selection.baseline)}
        options = (pair for pair in parse_qsl(query) if pair not in given and pair[0] not in ORDER_ONLY)
        return unquote(path), frozenset(options)


def contents(study: StoredStudy, layers: Sequence[str], units: int) -> Contents:
    """The overview, datasets, layers under each shift, the units most shifted, the pages in the
    menu, and what the overview names worst.

    Parameters
    ----------
    layers
        Those whose units are shown; the overview is of the default one if it is among them, else of the first.
    units
        For each layer and shifted dataset, the units of largest novelty; without a shifted dataset, those of the
        largest response. For each layer as many of which pictures are kept.
    """
    default = Selection.at(study)
    selection = default if default.layer in layers else Selection.at(study, layers[0])
    addresses = [selection.overview()]
    named = list(pages_named(page_at(study, selection.overview())))
    addresses += [selection.dataset(name) for name in selection.ordered()]
    for layer in layers:
        addresses += [
            selection.layer_page(layer),
            *(selection.layer_page(layer, focus=name) for name in selection.others()),
        ]
        shown = [*most_shifted(selection, layer, units), *drawn_units(study, layer)[:units]]
        addresses += [selection.unit(unit, layer) for unit in dict.fromkeys(shown)]
    addresses += [selection.page(view.address) for view in views.values() if view.menu]
    addresses.append(GLOSSARY)
    addresses += [name for name in named if re.fullmatch(r"categories/\d+", _path(name))][:CATEGORIES]
    addresses += [name for name in named if re.fullmatch(r"confusions/\d+/\d+", _path(name))][:CONFUSIONS]
    return Contents(selection, file_names([*dict.fromkeys(addresses), METHODS, PROVENANCE]))


def most_shifted(selection: Selection, layer: str, how_many: int) -> list[int]:
    """Units of a layer with the largest novelty under any shift, `how_many` of each, in the order of the layer."""
    rankings = [estimated(selection, name, layer)["novelty"].value for name in selection.others()]
    if not rankings:
        rankings = [selection.study[selection.baseline].summary(layer, Maxima).largest]
    chosen = {int(u) for values in rankings for u in ranked(values)[:how_many] if not np.isnan(values[u])}
    return sorted(chosen)


def drawn_units(study: StoredStudy, layer: str) -> list[int]:
    """Units of a layer of which the study keeps pictures, in the order of the layer."""
    return sorted({question.unit for question in asked_pictures(study, layer)})


def pages_named(part: Any) -> Iterator[str]:
    """Addresses that the tables, facts and links of a page lead to, in its order."""
    if isinstance(part, list | tuple):
        for one in part:
            yield from pages_named(one)
    elif is_dataclass(part) and not isinstance(part, type):
        if isinstance(page := getattr(part, "page", None), str):
            yield page
        for field in fields(part):
            yield from pages_named(getattr(part, field.name))


def file_names(addresses: Sequence[str]) -> dict[str, str]:
    """A file for each address: readable, one on every file system, and made of letters, digits and dashes only."""
    files: dict[str, str] = {}
    taken: set[str] = set()
    for address in addresses:
        if not files:
            files[address] = INDEX
            continue
        words = re.sub(r"[^a-z0-9]+", "-", unquote(address.replace("?", "-")).lower()).strip("-")
        stem = name = words[:LONGEST_NAME].strip("-") or "page"
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        files[address] = f"{PAGES}/{name}.html"
    return files


def _path(address: str) -> str:
    return address.partition("?")[0]
