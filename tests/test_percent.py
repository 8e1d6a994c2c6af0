"""Per cent is written with a space before the sign, in every text that people read."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from shiftscope.percent import percent, whole_percent

PROJECT = Path(__file__).parents[1]
FORMAT = re.compile(r":[+,.0-9]*%\}")  # of an f-string, which leaves no space
IN_PROSE = re.compile(r"(?<![%\w.])\d+(?:\.\d+)?%(?![0-9A-Fa-f]{2})")


@pytest.mark.parametrize(
    ("share", "fine", "whole"),
    [(0.12, "12.0 %", "12 %"), (1.0, "100.0 %", "100 %"), (-0.0001, "0.0 %", "0 %"), (math.nan, "–", "–")],
)
def test_a_share_has_a_space_before_its_sign(share, fine, whole):
    assert (percent(share), whole_percent(share)) == (fine, whole)


def test_no_text_is_written_by_a_format_without_the_space():
    sources = (PROJECT / "src" / "shiftscope").rglob("*.py")
    assert [str(file) for file in sources if FORMAT.search(file.read_text("utf-8"))] == []


def test_no_page_of_the_documentation_leaves_the_space_out():
    pages = [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")]
    assert {str(page): found for page in pages if (found := IN_PROSE.findall(page.read_text("utf-8")))} == {}
