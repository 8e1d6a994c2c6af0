"""How Sphinx builds these pages: `make docs` writes them to docs/_build."""

import json
from importlib import metadata
from pathlib import Path
from typing import Any

from docutils import nodes

from shiftscope.cli import command_line

project = "shiftscope"
release = metadata.version("shiftscope")
copyright = "the shiftscope authors, BSD-3-Clause"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown", ".ipynb": "markdown"}  # a notebook is read as the text that it holds
myst_heading_anchors = 4  # links to sections, as GitHub names them
myst_enable_extensions = ["colon_fence"]

default_role = "code"  # `x` in docstrings
autodoc_typehints = "none"  # docstrings say shapes and units, signatures say types
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"  # fonts of the system; nothing comes from the network
html_title = "shiftscope"
html_static_path: list[str] = []
html_copy_source = False


def setup(app: Any) -> None:
    app.connect("source-read", _with_commands)
    app.connect("source-read", _as_text)
    app.connect("doctree-read", _with_links)


def _with_commands(app: Any, page: str, source: list[str]) -> None:
    """The page of commands goes on with what the command line says of itself."""
    if page == "reference/commands":
        _, _, commands = (
            command_line()
            .generate_docs(heading_level=1, usage_name="shiftscope")
            .partition("## Table of Contents")
        )
        source[0] += commands[commands.index("\n## ") :]


def _as_text(app: Any, page: str, source: list[str]) -> None:
    """A notebook is shown as what it says and its code; nothing is run for it."""
    path = Path(app.env.doc2path(page))
    if path.suffix == ".ipynb":
        cells = [("".join(cell["source"]), cell["cell_type"]) for cell in json.loads(source[0])["cells"]]
        text = [said if kind == "markdown" else f"```python\n{said}\n```" for said, kind in cells]
        title, _, first = text[0].partition("\n\n")
        taken_away = f"{{download}}`Download this notebook <{path.name}>`"
        source[0] = "\n\n".join([title, first, taken_away, *text[1:]])


def _with_links(app: Any, doctree: Any) -> None:
    """A picture leads to itself in full size, which small screens need; a size of its own makes Sphinx link it."""
    for picture in doctree.findall(nodes.image):
        picture["width"] = "100%"
