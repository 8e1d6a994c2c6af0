"""A chart of a page in Python's hands: as Vega-Lite, with Altair, with matplotlib, or as a file."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shiftscope.errors import BadRequest
from shiftscope.store.disk.asked_file import write_asked_file
from shiftscope.web.notebook.chart_image import CONFIG, WIDTH, chart_svg

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
INSTALL = "pip install 'shiftscope[figures]'"
SHARPNESS = 4  # pixels of a picture for one of the chart


@dataclass(frozen=True, repr=False)
class Figure:
    """One chart of a page, whole: numbers, title, colours.

    Parameters
    ----------
    name
        What the page calls it.
    spec
        The Vega-Lite specification, in plain JSON values with the data inside.
    """

    name: str
    spec: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, spec: Mapping[str, Any], title: str, about: str) -> Figure:
        """With a title, what it is about below it, and the colours of pages."""
        head = {"text": title, "subtitle": about} if title else {"text": about}
        sized = spec if {"width", "facet", "hconcat", "vconcat"} & set(spec) else {"width": WIDTH, **spec}
        return cls(name, {"$schema": SCHEMA, "title": head, "config": CONFIG, **sized})

    def __repr__(self) -> str:
        title = self.spec["title"]
        return f"<chart {self.name!r}: {'; '.join(filter(None, [title['text'], title.get('subtitle', '')]))}>"

    def _repr_svg_(self) -> str | None:
        return chart_svg(self.spec)

    def to_altair(self) -> Any:
        """A chart of Altair, to be changed further.

        Raises
        ------
        BadRequest
            Altair is not installed.
        """
        try:
            altair = importlib.import_module("altair")
        except ImportError as error:
            raise BadRequest(f"this takes Altair: {INSTALL}.") from error
        return altair.Chart.from_dict(dict(self.spec))

    def draw(self, ax: Any = None) -> Any:
        """As a picture on axes of matplotlib, new ones where none are given; returns them.

        Raises
        ------
        BadRequest
            matplotlib or vl-convert-python is not installed.
        """
        content = self._converted("png")
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise BadRequest(f"drawing takes matplotlib: {INSTALL}.") from error
        picture = pyplot.imread(io.BytesIO(content))
        if ax is None:
            height, width = (side / SHARPNESS / 72 for side in picture.shape[:2])
            _, ax = pyplot.subplots(figsize=(width, height), layout="constrained")
        ax.imshow(picture)
        ax.set_axis_off()
        return ax

    def save(self, path: str | Path) -> None:
        """Write it to a file that ends in .svg, .pdf, .png or .json.

        Raises
        ------
        BadRequest
            Another ending, a file that cannot be written, or vl-convert-python is not installed.
        """
        path = Path(path)
        kind = path.suffix.removeprefix(".").lower()
        if kind == "json":
            write_asked_file(path, json.dumps(self.spec, indent=1))
        elif kind in ("svg", "pdf", "png"):
            write_asked_file(path, self._converted(kind))
        else:
            raise BadRequest(
                f"a chart is not written as {path.suffix or path.name!r}: there are .svg, .pdf, .png, .json."
            )

    def _converted(self, kind: str) -> bytes:
        try:
            vl_convert = importlib.import_module("vl_convert")
        except ImportError as error:
            raise BadRequest(f"drawing a chart takes vl-convert-python: {INSTALL}.") from error
        spec = dict(self.spec)
        # Names in the data are no addresses: nothing may be loaded from anywhere.
        if kind == "svg":
            text: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
            return text.encode()
        if kind == "pdf":
            return bytes(vl_convert.vegalite_to_pdf(spec, allowed_base_urls=[]))
        return bytes(vl_convert.vegalite_to_png(spec, scale=SHARPNESS, allowed_base_urls=[]))
