"""What stands around every page: the study's name and the ways to its layers, datasets and categories."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from shiftscope.views.panels import Link


class Named(Protocol):
    """The part of a study that the frame of a page needs."""

    @property
    def name(self) -> str: ...

    @property
    def layers(self) -> Collection[str]: ...

    @property
    def datasets(self) -> Collection[str]: ...

    @property
    def categories(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Surroundings:
    """The frame of a page. Units are found under a layer's page as `units/N`, samples under a dataset's as
    `samples/N`, so that the search can go to them by number."""

    name: str
    layers: Sequence[Link] = ()
    datasets: Sequence[Link] = ()
    categories: Sequence[Link] = ()


def surroundings(study: Named) -> Surroundings:
    """The frame of a study's pages: its layers and datasets by name, its categories by number."""
    return Surroundings(
        study.name,
        layers=[Link(name, f"layers/{quote(name, safe='')}") for name in study.layers],
        datasets=[Link(name, f"datasets/{quote(name, safe='')}") for name in study.datasets],
        categories=[Link(name, f"categories/{index}") for index, name in enumerate(study.categories)],
    )
