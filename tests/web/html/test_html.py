"""Each panel kind as HTML, full, empty and hostile."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, replace
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pytest

from shiftscope.errors import ShapeError
from shiftscope.views.page.panels import (
    Cell,
    Change,
    Chart,
    Choice,
    Column,
    Columns,
    Fact,
    Facts,
    Field,
    Filter,
    Fold,
    Folds,
    ImageStrip,
    Link,
    Matrix,
    Page,
    Panel,
    Picture,
    PictureBox,
    Rows,
    Span,
    Table,
)
from shiftscope.web.html.addresses import Served
from shiftscope.web.html.cells import axis, bar_width
from shiftscope.web.html.charts import prepared
from shiftscope.web.html.html import draw, render, tables
from shiftscope.web.html.navigation import Navigation
from tests.web.conftest import HOSTILE

SERVED = Served(root="../", version=lambda dataset: "1", assets="2")
PICTURE = Picture("digits", 4, "a seven", "datasets/digits/samples/4", "7→1", "wrong")
SPEC = {"data": {"values": [{"x": 1.0, "page": "layers/conv1/units/3"}]}, "mark": "point", "height": 300}


def matrix(**changes: object) -> Matrix:
    fields = {
        "title": "Confusion",
        "counts": np.array([[5, 0], [2, 9]]),
        "row_names": ["cat", "dog"],
        "column_names": ["cat", "dog"],
        "row_axis": "true",
        "column_axis": "predicted",
        "page": "confusions/{row}/{column}",
    }
    return Matrix(**(fields | changes))  # type: ignore[arg-type]


def hostile_page() -> Page:
    bad = HOSTILE
    link = Link(bad, bad, bad)
    picture = Picture("digits", 1, bad, bad, bad, "right")
    return Page(
        bad,
        [
            Facts(bad, [Fact(bad, bad, bad, bad, bad)], "reference", bad),
            Table(
                bad,
                [Column(bad, bad, sort=link), Column(bad, bad)],
                [[Cell(bad, bad, bad, 0.5, (picture,)), Cell(bad)]],
                bad,
            ),
            Table("", [Column("a")], [], empty=bad),
            ImageStrip(bad, [picture], "shifted", bad, link),
            ImageStrip("", [], empty=bad),
            Chart(bad, {"title": bad, "data": {"values": [{bad: bad, "page": bad}]}}, bad, bad),
            matrix(
                title=bad,
                row_names=[bad, "b"],
                column_names=["a", bad],
                row_axis=bad,
                column_axis=bad,
                page=bad,
                note=bad,
            ),
            Columns(bad, [Facts(bad, [])]),
        ],
        [link],
        link,
        link,
        [Choice(bad, [link], bad), Choice(bad, [link] * 9, bad)],
        bad,
    )


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))
        if tag not in {"meta", "link", "img", "input", "rect", "path", "image"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """All tags of a text whose tags are closed in order."""
    parser = _Tags()
    parser.feed(html)
    assert parser.open == []
    return parser.found


def data(html: str) -> object:
    found = re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_hostile_names_stay_text_everywhere() -> None:
    around = Navigation(HOSTILE, *3 * [[Link(HOSTILE, HOSTILE, HOSTILE)]])
    html = render(hostile_page(), around, SERVED)
    for tag, attributes in tags(html):
        assert not any(name.startswith("on") for name in attributes)
        if tag in ("a", "form", "image") and (address := attributes.get("href") or attributes.get("action")):
            assert address.startswith(("../", "?download=", "#", "data:image/png;base64,"))
        if tag == "script":
            assert attributes.get("type") == "application/json" or str(attributes["src"]).startswith(
                "../static/"
            )
        if tag == "img":
            assert str(attributes["src"]).startswith(("../", "data:image/png;base64,"))
    assert "<script>" not in html
    assert unescape(html).count(HOSTILE) > 40


def test_a_chart_in_the_page_reads_back_as_its_specification() -> None:
    rows = [{"x": np.float64(1.5), "y": np.inf}, {"x": -2, "y": 0.5}]
    html = draw(Chart("Units", {"title": HOSTILE, "data": {"values": rows}}, "d"), SERVED)
    assert data(html) == {"title": HOSTILE, "data": {"columns": {"x": [1.5, -2], "y": [None, 0.5]}}}


def test_lists_of_a_chart_are_drawn_as_the_rows_they_stand_for() -> None:
    rows = Rows(
        {"name": [HOSTILE, "b"], "x": [1.5, np.inf], "page": ["layers/a", HOSTILE], "passes": [True, False]}
    )
    assert list(rows)[1] == {"name": "b", "x": np.inf, "page": HOSTILE, "passes": False}
    assert len(rows) == 2
    spec = {"title": HOSTILE, "data": {"values": rows}, "mark": "point"}
    html = draw(Chart("Units", spec, "d"), SERVED)
    assert html == draw(Chart("Units", {**spec, "data": {"values": list(rows)}}, "d"), SERVED)
    assert html == draw(Chart("Units", spec, "d"), SERVED)  # what was written once is the same
    elsewhere = draw(Chart("Units", spec, "d"), Served("./", lambda dataset: "v", "a"))
    assert data(elsewhere)["data"]["columns"]["page"][0] == "./layers/a"  # type: ignore[index]
    assert prepared(spec, SERVED)["data"]["values"][0]["page"] == "../layers/a"


def test_rows_of_a_chart_that_have_not_the_same_names_stay_rows() -> None:
    rows = [{"x": 1.5, "page": "layers/a"}, {"x": np.nan, "low": 0.5, "page": "layers/b"}]
    html = draw(Chart("Units", {"data": {"values": rows}}, "d"), SERVED)
    expected = [{"x": 1.5, "page": "../layers/a"}, {"x": None, "low": 0.5, "page": "../layers/b"}]
    assert data(html) == {"data": {"values": expected}}


def test_a_datum_of_a_chart_leads_where_the_addresses_say() -> None:
    html = draw(Chart("Units", SPEC, "One point for each unit."), SERVED)
    assert data(html)["data"]["columns"]["page"] == ["../layers/conv1/units/3"]  # type: ignore[index]
    assert 'aria-label="One point for each unit."' in html
    assert SPEC["data"]["values"][0]["page"] == "layers/conv1/units/3"  # type: ignore[index]


def test_a_chart_keeps_its_room_before_it_is_drawn() -> None:
    assert '<svg width="1" height="350">' in draw(Chart("Units", SPEC, "d"), SERVED)


@pytest.mark.parametrize(
    ("panel", "text"),
    [
        (Facts("Empty", []), "Nothing is known yet."),
        (Table("Empty", [Column("a")], []), "Nothing to show."),
        (ImageStrip("Empty", []), "No images."),
        (ImageStrip("Empty", [], empty="This unit stayed silent."), "This unit stayed silent."),
        (Chart("Empty", {}, "no bars"), "no bars"),
        (matrix(title="Empty", counts=np.zeros((2, 2), dtype=int)), "No counts to show."),
        (
            matrix(title="Empty", counts=np.zeros((0, 0), dtype=int), row_names=[], column_names=[]),
            "No counts",
        ),
        (Columns("Empty", []), "Empty"),
    ],
)
def test_an_empty_panel_says_that_it_is(panel: Panel, text: str) -> None:
    html = draw(panel, SERVED)
    tags(html)
    assert "Empty</h2>" in html
    assert text in html


def test_headings_follow_the_nesting() -> None:
    inner = Facts("inner", [])
    assert "<h3>inner</h3>" in draw(Columns("outer", [inner]), SERVED)
    assert "<h2>inner</h2>" in draw(Columns("", [inner]), SERVED)


def test_a_role_is_a_class_and_the_baseline_is_named() -> None:
    html = draw(Facts("digits", [], role="shifted"), SERVED)
    assert 'class="panel facts shifted"' in html
    assert 'class="role"' not in html
    html = draw(Facts("digits", [], role="reference"), SERVED)
    assert 'class="panel facts reference"' in html
    assert '<span class="role">baseline</span>' in html


def test_what_a_fold_says_is_no_second_thing_to_click() -> None:
    says = ["most, ", Span("a → b", "strong", page="confusions/0/1", help="the rule"), ": 5"]
    html = draw(Fold("Confusions", says, [], "confusions"), SERVED)
    summary = html.partition("<summary>")[2].partition("</summary>")[0]
    assert "<a " not in summary
    assert "<summary" not in summary
    assert re.sub("<.*?>", "", summary) == "Confusionsmost, a → b: 5"


def test_a_picture_tells_its_verdict_in_words_and_by_class() -> None:
    html = draw(ImageStrip("Strongest", [PICTURE]), SERVED)
    assert 'class="thumbnail wrong" href="../datasets/digits/samples/4"' in html
    assert 'alt="a seven (wrong)"' in html
    assert 'src="../thumbnails/digits/4?v=1" width="56" height="56" loading="lazy"' in html
    assert ">7→1</span>" in html


def test_a_link_has_a_name_before_its_picture_came() -> None:
    without = draw(ImageStrip("Strongest", [replace(PICTURE, caption="")]), SERVED)
    assert 'href="../datasets/digits/samples/4" aria-label="a seven (wrong)"' in without
    assert "aria-label" not in draw(ImageStrip("Strongest", [PICTURE]), SERVED), "its caption is its name"


def test_a_picture_that_leads_nowhere_is_no_link() -> None:
    html = draw(ImageStrip("Strongest", [Picture("digits", 4, "a seven")]), SERVED)
    assert "<a" not in html
    assert 'alt="a seven"' in html


BOX = PictureBox(0.25, 0.5, 0.75, 1.0, rows=8, columns=16)


def test_a_box_is_drawn_over_its_picture() -> None:
    html = draw(ImageStrip("Strongest", [replace(PICTURE, box=BOX)]), SERVED)
    place = '<svg class="place" viewBox="0 0 16 8" aria-hidden="true">'
    at = 'x="4" y="4" width="8" height="4"'
    assert f'{place}<rect class="under" {at}/><rect {at}/></svg></span>' in html
    assert 'src="../thumbnails/digits/4?v=1"' in html


def test_a_crop_shows_the_part_alone() -> None:
    html = draw(ImageStrip("Strongest", [replace(PICTURE, box=replace(BOX, cropped=True))]), SERVED)
    assert '<svg class="crop" viewBox="4 4 8 4" role="img" aria-label="a seven (wrong)">' in html
    assert '<image href="../thumbnails/digits/4?v=1" width="16" height="8"' in html
    assert "<img" not in html


def test_a_sorted_column_says_so_and_others_offer_to() -> None:
    columns = [
        Column("unit", sort=Link("by unit", "units?sort=unit")),
        Column("novelty", "how surprising", numeric=True, sorted="descending"),
    ]
    html = draw(Table("Units", columns, [[Cell("3"), Cell("0.5", bar=0.5)]]), SERVED)
    assert '<th scope="col"><a href="../units?sort=unit"' in html
    assert (
        '<th scope="col" class="numeric" aria-sort="descending"><details class="term"><summary>novelty</summary>'
        '<span role="note">how surprising</span></details>' in html
    )
    assert '<td class="numeric barred">' in html
    assert '<rect width="50%"' in html


@pytest.mark.parametrize(
    ("share", "width"),
    [(None, None), (float("nan"), None), (0.0, "0"), (0.25, "25"), (7.0, "100"), (-1.0, "0")],
)
def test_a_bar_stays_in_its_cell(share: float | None, width: str | None) -> None:
    assert bar_width(share) == width


def test_four_choices_are_shown_and_the_others_folded() -> None:
    links = [Link(name, f"?focus={name}") for name in "ab"]
    choices = [Choice(f"choice {number}", links, "b", "why") for number in range(6)]
    html = render(Page("p", [], choices=choices), Navigation("s"), SERVED)
    shown, _, folded = html.partition('<details class="further">')
    assert re.search(r'href="\.\./\?focus=b" aria-current="true"', shown)
    assert re.findall(r'<span class="name">(choice \d)</span> <b>b</b></summary>', shown) == [
        f"choice {number}" for number in range(4)
    ]
    assert re.findall(r">(choice \d)", folded) == ["choice 4", "choice 5"]


def test_a_page_opens_with_its_sentence_and_its_name_ends_the_trail() -> None:
    lede = [
        "Accuracy falls to ",
        Span("10 %", "strong"),
        " (",
        Span("why", help="<b>"),
        "); ",
        Span("see", page="x"),
    ]
    page = Page("unit 3", [], [Link("hidden", "layers/hidden")], sentence="It went quiet", lede=lede)
    html = render(page, Navigation("s"), SERVED)
    assert "<title>unit 3 · s</title>" in html
    assert "<h1>It went quiet</h1>" in html
    assert '<li aria-current="page">unit 3</li>' in html
    assert (
        '<div class="lede">Accuracy falls to <span class="strong">10\u00a0%</span> (<details class="term"><summary>why'
        '</summary><span role="note">&lt;b&gt;</span></details>); <a href="../x">see</a></div>' in html
    )


def test_folds_come_closed_with_what_they_found_and_their_tables_can_be_downloaded() -> None:
    table = Table("Units", [Column("unit")], [[Cell("3")]])
    page = Page("p", [Folds("", [Fold("Where it begins", "in conv1", [table], "where")])])
    html = render(page, Navigation("s"), SERVED)
    assert '<details class="fold" id="where" data-fold="where">' in html
    assert '<h2>Where it begins</h2><span class="says">in conv1</span>' in html
    assert list(tables(page.panels)) == [table]


def test_of_many_numbers_along_an_axis_every_other_one_may_be_left_out() -> None:
    html = axis([(0, "0"), (0.25, "25"), (0.5, "50"), (0.75, "75"), (1, "100 %")])
    assert [text.split("<")[0] for text in html.split("class=between")[1:]] == [
        ' x="26%" y="13" text-anchor="middle">25',
        ' x="74%" y="13" text-anchor="middle">75',
    ]
    assert "between" not in axis([(0, "0"), (0.5, "50"), (1, "100 %")])


def test_small_print_is_broken_into_lines_between_its_parts_alone() -> None:
    cells = [Cell("1", note=note) for note in ("2 to 3; q 0.01", "−1 points (−2 to 0)", "2 to 3")]
    html = draw(Table("T", [Column("a")] * 3, [cells]), SERVED)
    assert "<small><span>2 to 3;</span> <span>q 0.01</span></small>" in html
    assert "<small><span>−1 points</span> <span>(−2 to 0)</span></small>" in html
    assert "<small>2 to 3</small>" in html


def test_a_change_is_a_line_from_ring_to_dot_on_the_axis_of_its_column() -> None:
    change = Change(0.25, 0.75, low=0.5, high=1.0)
    columns = [Column("mean", axis=[(0, "0"), (1, "100 %")])]
    html = draw(
        Table("T", columns, [[Cell("75 %", change=change)], [Cell("–", change=Change(0.5, math.nan))]]),
        SERVED,
    )
    first, second = html.split("<td")[1:]
    assert '<text x="2%" y="13" text-anchor="middle">0</text>' in html
    assert '<text x="98%" y="13" text-anchor="end">100 %</text>' in html
    assert '<line class="loss" x1="26%" x2="74%"' in first
    assert '<line class="ci" x1="50%" x2="98%"' in first
    assert '<circle class="c-ref ring" cx="26%"' in first
    assert '<circle class="dot" cx="74%"' in first
    assert 'role="img" aria-label="75 %"' in first
    assert "dot" not in second
    assert "loss" not in second


def test_words_of_two_fields_are_written_once() -> None:
    fields = [
        Field("label", "Label", choices=["<a>", "b"]),
        Field("prediction", "Prediction", choices_of="label"),
    ]
    html = draw(Filter("", "datasets/lab", fields), SERVED)
    assert html.count("<datalist") == 1
    assert '<datalist id="choices-label"><option value="&lt;a&gt;"><option value="b"></datalist>' in html
    assert html.count(' list="choices-label"') == 2


def test_a_menu_of_a_thousand_categories_stays_short() -> None:
    categories = [Link(f"category {index}", f"categories/{index}") for index in range(1000)]
    html = render(Page("p", []), Navigation("s", categories=categories), SERVED)
    assert html.count("../categories/") == 60
    assert "and 940 more" in html


def test_a_matrix_sends_only_the_counts_that_are_not_zero() -> None:
    assert data(draw(matrix(), SERVED)) == {
        "diagonal": "",
        "keys": None,
        "cells": [0, 0, 5, 1, 0, 2, 1, 1, 9],
        "rows": ["cat", "dog"],
        "columns": None,
        "rowAxis": "true",
        "columnAxis": "predicted",
        "page": "../confusions/{row}/{column}",
        "hiddenDiagonal": False,
        "signed": False,
        "measuredIn": "samples",
    }


def test_a_matrix_lists_its_largest_cells_as_links() -> None:
    html = draw(matrix(hide_diagonal=True), SERVED)
    assert '<a href="../confusions/1/0">true dog, predicted cat</a></td><td class="numeric">2</td>' in html
    assert "confusions/0/0" not in html


def test_names_stand_at_a_matrix_while_they_fit() -> None:
    def named(count: int) -> bool:
        names = [f"name {index}" for index in range(count)]
        panel = matrix(counts=np.eye(count, dtype=int), row_names=names, column_names=names)
        return "<title>name 3</title>" in draw(panel, SERVED)

    assert named(40)
    assert not named(41)


def test_a_matrix_needs_a_name_for_each_row() -> None:
    with pytest.raises(ShapeError, match="shape \\(2, 2\\) with 1 row names"):
        draw(matrix(row_names=["cat"]), SERVED)


def test_a_new_kind_of_panel_is_drawn_by_the_template_of_its_name() -> None:
    @dataclass(frozen=True)
    class ImageStripOfMany(ImageStrip):
        pass

    with pytest.raises(Exception, match=r"_image_strip_of_many\.html"):
        draw(ImageStripOfMany("t", []), SERVED)


def test_a_page_without_a_server_offers_no_search() -> None:
    class Filed(Served):
        @property
        def live(self) -> bool:
            return False

    html = render(Page("p", []), Navigation("s"), Filed("./", lambda dataset: "", ""))
    assert "search" not in html
    assert "hx-boost" not in html
    assert "htmx" not in html
