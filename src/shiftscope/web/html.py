"""From a page to HTML: each panel kind is drawn by the template of its name."""

from __future__ import annotations

import math
import re
from importlib.metadata import version

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from shiftscope.views.panels import Page, Panel
from shiftscope.web.addresses import Addresses
from shiftscope.web.charts import height, prepared
from shiftscope.web.matrices import drawing
from shiftscope.web.surroundings import Surroundings


def render(page: Page, around: Surroundings, addresses: Addresses) -> str:
    """A whole document."""

    return _templates.get_template("page.html").render(
        page=page,
        around=around,
        addresses=addresses,
        panels=[draw(panel, addresses) for panel in page.panels],
    )


def draw(panel: Panel, addresses: Addresses, level: int = 2) -> Markup:
    """One panel, its title a heading of `level`; also what a notebook shows."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(panel).__name__).lower()

    def inner(child: Panel) -> Markup:
        return draw(child, addresses, level + 1 if panel.title else level)

    template = _templates.get_template(f"_{name}.html")
    return Markup(template.render(panel=panel, addresses=addresses, level=level, draw=inner))


def percent(share: float | None) -> str | None:
    """A share as the width of a bar, within its cell; None where there is nothing to draw."""
    if share is None or math.isnan(share):
        return None
    return f"{100 * min(max(share, 0.0), 1.0):.4g}"


_templates = Environment(
    loader=PackageLoader("shiftscope.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["percent"] = percent
_templates.globals.update(prepared=prepared, height=height, drawing=drawing, version=version("shiftscope"))
_templates.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
