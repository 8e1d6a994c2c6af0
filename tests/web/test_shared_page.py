"""One page as one file."""

from __future__ import annotations

import base64
import re

import shiftscope as ss
from tests.conftest import viewer

LOADED = re.compile(r'(?:src|href|data-vega[a-z-]*)="([^"]*)"')


def test_a_page_is_saved_with_all_that_it_shows(recorded, tmp_path):
    shown = ss.open_study(recorded.path).unit("hidden", 3)
    shown.save(tmp_path / "unit.html")
    html = (tmp_path / "unit.html").read_text("utf-8")
    loaded = [each for each in LOADED.findall(html) if each and not each.startswith("#")]
    assert [each[:40] for each in loaded if not each.startswith("data:")] == []
    picture, media_type = recorded["lab"].thumbnail(int(recorded["lab"].unit_responses("hidden", 3).argmax()))
    assert f"data:{media_type};base64,{base64.b64encode(picture).decode()}" in "".join(loaded)
    assert shown.page.sentence in html
    assert "<form method" not in html.replace('<form method="dialog">', "")


def test_a_page_without_charts_does_not_carry_what_draws_them(recorded, tmp_path):
    sizes = {}
    for name in ("unit", "confusion"):
        study = ss.open_study(recorded.path)
        shown = study.unit("hidden", 3) if name == "unit" else study.confusion(0, 1)
        assert bool(shown.charts) == (name == "unit")
        shown.save(tmp_path / f"{name}.html")
        sizes[name] = (tmp_path / f"{name}.html").stat().st_size
    assert sizes["unit"] - sizes["confusion"] > 1e6


def test_the_viewer_hands_out_the_same_page(recorded, tmp_path):
    client = viewer(recorded)
    page = client.get("layers/hidden/units/3?focus=field")
    assert 'href="?focus=field&amp;download=html"' in page.text
    answer = client.get("layers/hidden/units/3?focus=field&download=html")
    assert answer.headers["content-disposition"] == 'attachment; filename="hidden-unit-3.html"'
    ss.open_study(recorded.path).unit("hidden", 3, focus="field").save(tmp_path / "unit.html")
    assert answer.text == (tmp_path / "unit.html").read_text("utf-8")
