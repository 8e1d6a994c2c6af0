"""An output of a linear map in a table."""

from __future__ import annotations

from shiftscope.views.page.panels import Cell
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.paths.path_choice import PathChoice


def output_cell(chosen: PathChoice, output: int) -> Cell:
    """The category it stands for, or its number where the map is not the head."""
    if chosen.is_head:
        return Cell(category_name(chosen.selection.study, output), chosen.selection.category(output))
    return Cell(f"output {output}")
