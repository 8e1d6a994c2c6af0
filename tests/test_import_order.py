"""A file imports only from what stands above it in the order in which the data flow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "shiftscope"
ORDER = """
errors arrays shard jobs text percent counted checked_text local_file registry typed threads jit kept_memory progress
category_names short_html
engine
statistics
model
datasets
summaries
store
recording
derived
tuning
outcomes
scores
explain
views
interop
flow
live
web
study
demo __init__
cli
__main__
"""
FLOORS = {room: floor for floor, rooms in enumerate(ORDER.split("\n")) for room in rooms.split()}


def rooms_imported(file: Path) -> Iterator[tuple[str, int]]:
    """Rooms of shiftscope that a file imports from, anywhere in it, with the line."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("shiftscope."):
            yield node.module.split(".")[1], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module == "shiftscope":
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name.startswith("shiftscope."):
                    yield name.name.split(".")[1], node.lineno


def test_every_room_has_a_place_in_the_order():
    there = {
        path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert there == set(FLOORS)


def test_no_import_runs_back_up():
    upwards = [
        f"{file.relative_to(SOURCE)}:{line} imports {room}"
        for file in sorted(SOURCE.rglob("*.py"))
        for room, line in rooms_imported(file)
        if FLOORS[room] > FLOORS[file.relative_to(SOURCE).parts[0].removesuffix(".py")]
    ]
    assert upwards == []
