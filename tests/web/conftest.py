"""A study made by hand, a few views, and a client that has the right name for the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from shiftscope.errors import BadRequest, LayerNotFound, NotInStudy, StudyDamaged
from shiftscope.views.page.panels import Cell, Column, Columns, ImageStrip, Link, Page, Picture, Table
from shiftscope.views.page.view import Action, View
from shiftscope.web.server.application import application

HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@dataclass
class FakeDataset:
    version: str = "v 1/2"
    media_type: str = "image/png"

    def thumbnail(self, position: int) -> tuple[bytes, str]:
        if position >= 3:
            raise NotInStudy(f"no sample {position}; there are 3.")
        return b"picture %d" % position, self.media_type


@dataclass
class FakeStudy:
    name: str = "resnet"
    layers: list[str] = field(default_factory=lambda: ["conv1", "sae/conv1"])
    datasets: list[str] = field(default_factory=lambda: ["digits", "a/b"])
    categories: list[str] = field(default_factory=lambda: ["cat", "dog"])
    media_type: str = "image/png"

    def __getitem__(self, dataset: str) -> FakeDataset:
        if dataset not in self.datasets:
            raise NotInStudy(f"no dataset {dataset!r}")
        return FakeDataset(media_type=self.media_type)


NUMBERS = [Column("unit"), Column("mean", numeric=True)]
ROWS = [[Cell("unit 0"), Cell("0.12", value=0.125)], [Cell("=1+1"), Cell("–", value=float("nan"))]]


def overview(study: FakeStudy) -> Page:
    return Page(
        "Overview",
        [
            Table("Layers", [Column("layer")], [[Cell(name, f"layers/{name}")] for name in study.layers]),
            Columns("", [Table("Numbers", NUMBERS, ROWS[:1], whole=lambda: Table("Numbers", NUMBERS, ROWS))]),
        ],
    )


def layer(study: FakeStudy, layer: str, *, sort: Literal["novelty", "mean"] = "novelty") -> Page:
    if layer not in study.layers:
        raise LayerNotFound(f"no layer {layer!r}")
    return Page(f"{layer} by {sort}", [])


def unit(
    study: FakeStudy,
    layer: str,
    index: int,
    *,
    count: int = 7,
    least: float = 0.5,
    all_samples: bool = False,
    focus: str | None = None,
) -> Page:
    pictures = [Picture("a/b", position, f"sample {position}") for position in range(2)]
    title = f"{layer}|{index}|{count}|{least}|{all_samples}|{focus}"
    return Page(title, [ImageStrip("Images", pictures)], next=Link("on", f"layers/{layer}/units/{index + 1}"))


def damaged(study: FakeStudy) -> Page:
    raise StudyDamaged(f"{HOSTILE} is missing")


def refused(study: FakeStudy) -> Page:
    raise BadRequest("that cannot be")


def accident(study: FakeStudy) -> Page:
    raise RuntimeError("secret path")


VIEWS = {
    draw.__name__: View(address, draw)
    for address, draw in [
        ("/layers/{layer}", layer),
        ("", overview),
        ("layers/{layer}/units/{index}", unit),
        ("damaged", damaged),
        ("refused", refused),
        ("accident", accident),
    ]
}

SAVED: list[tuple[str, int, str]] = []  # what the form below was sent, by the test that is running


def annotate(study: FakeStudy, layer: str, index: int, *, note: str) -> None:
    if layer not in study.layers:
        raise LayerNotFound(f"no layer {layer!r}")
    SAVED.append((layer, index, note))


ACTIONS = {"annotate": Action("layers/{layer}/units/{index}", annotate)}

Shown = Callable[..., TestClient]


@pytest.fixture
def shown() -> Shown:
    """Serve a study to a client that does not follow redirects."""
    SAVED.clear()

    def serve(
        study: FakeStudy | None = None,
        token: str | None = None,
        wrap: Callable[[Starlette], Starlette] | None = None,
    ) -> TestClient:
        app = application(study or FakeStudy(), token=token, views=VIEWS, actions=ACTIONS)
        return TestClient(
            wrap(app) if wrap else app,
            base_url="http://127.0.0.1:8421",
            raise_server_exceptions=False,
            follow_redirects=False,
        )

    return serve
