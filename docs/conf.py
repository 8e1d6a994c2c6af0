"""How Sphinx builds these pages: `make docs` writes them to docs/_build."""

from importlib import metadata
from typing import Any

from shiftscope.cli import command_line

project = "shiftscope"
release = metadata.version("shiftscope")
copyright = "the shiftscope authors, BSD-3-Clause"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
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


def _with_commands(app: Any, page: str, source: list[str]) -> None:
    """The page of commands goes on with what the command line says of itself."""
    if page == "reference/commands":
        _, _, commands = (
            command_line()
            .generate_docs(heading_level=1, usage_name="shiftscope")
            .partition("## Table of Contents")
        )
        source[0] += commands[commands.index("\n## ") :]
