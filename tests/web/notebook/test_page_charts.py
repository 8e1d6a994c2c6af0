"""Charts of pages by name, as Vega-Lite: the numbers are those that the page draws."""

import json

import numpy as np
import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.views.page.panels import (
    Cell,
    Change,
    Chart,
    Column,
    Columns,
    Curve,
    Curves,
    Fold,
    Heat,
    HeatBlock,
    HeatCell,
    HeatRow,
    Line,
    Lines,
    Matrix,
    Message,
    Page,
    Table,
)
from shiftscope.web.notebook.figure import Figure
from shiftscope.web.notebook.page_charts import page_charts, vega_lite

BARS = {"data": {"values": [{"a": 1}]}, "mark": "bar", "encoding": {"x": {"field": "a"}}}


def values(spec):
    return spec["data"]["values"]


def test_a_histogram_holds_the_counts_of_the_unit(recorded):
    figure = recorded.unit("hidden", 2).chart("histogram")
    rows = values(figure.spec)
    assert {row["dataset"] for row in rows} == {"lab", "field"}
    for name in ("lab", "field"):
        own = [row for row in rows if row["dataset"] == name]
        assert sum(row["samples"] for row in own) == len(recorded[name].samples)
        responses = recorded[name].responses("hidden")[:, 2]
        for row in own:
            last = row is own[-1]
            inside = (responses >= row["from"]) & ((responses < row["to"]) | last)
            assert row["samples"] == inside.sum()
    head = figure.spec["title"]
    assert head == {"text": "Responses", "subtitle": "hidden, unit 2; field beside lab"}
    json.dumps(figure.spec, allow_nan=False)


def test_a_name_that_is_not_there_is_answered_with_those_that_are(recorded):
    page = recorded.unit("hidden", 2)
    assert {"histogram", "weights", "categories"} <= set(page.charts)
    with pytest.raises(
        NotInStudy,
        match=r"no chart 'histogramm' on the page 'hidden, unit 2'; closest: 'histogram'\. There are: .*histogram",
    ):
        page.chart("histogramm")


def test_a_confusion_matrix_holds_each_pair_that_occurs(recorded):
    rows = values(recorded.dataset_page("field").chart("confusions").spec)
    samples = recorded["field"].samples
    expected = {}
    for label, prediction in zip(samples.labels.tolist(), samples.predictions.tolist(), strict=True):
        if label != prediction:
            pair = "abcd"[label], "abcd"[prediction]
            expected[pair] = expected.get(pair, 0) + 1
    assert {(row["row"], row["column"]): row["value"] for row in rows} == expected


def test_charts_are_found_in_folds_and_told_apart_by_number():
    chart = Chart("Bars", BARS, "bars", chart="bars")
    page = Page(
        "p",
        [
            Message("m", "text"),
            Columns("", [chart]),
            Fold("f", "", [chart, Chart("Much More", BARS, "")], "f"),
        ],
    )
    assert list(page_charts(page)) == ["bars", "bars_2", "much_more"]


def test_curves_begin_at_the_baseline_and_are_labelled_as_on_the_page():
    curve = Curve("noise", [(1, 0.4, 0.3, 0.5), (2, 0.2, 0.1, 0.3)])
    spec = vega_lite(
        Curves("dose", ["lab", "1", "2"], "severity", [(0, "0"), (0.5, "50 %")], [curve], (0.6, 0.5, 0.7), "")
    )
    assert [(row["step"], row["value"], row["low"], row["high"]) for row in values(spec)] == [
        (0, 0.6, 0.5, 0.7),
        (1, 0.4, 0.3, 0.5),
        (2, 0.2, 0.1, 0.3),
    ]
    y = spec["layer"][1]["encoding"]["y"]
    assert y["axis"] == {
        "values": [0.0, 0.5],
        "labelExpr": '["0", "50 %"][indexof([0.0, 0.5], datum.value)]',
    }


def test_lines_leave_out_what_was_not_measured():
    lines = Lines(
        "t", [Line("a", [1.0, np.nan, 3.0])], [("0", ""), ("1", ""), ("2", "x")], [(0, "0"), (4, "4")], ""
    )
    spec = vega_lite(lines)
    assert values(spec) == [{"name": "a", "step": 0, "value": 1.0}, {"name": "a", "step": 2, "value": 3.0}]
    assert spec["encoding"]["y"]["scale"] == {"domain": [0, 4]}


def test_a_matrix_leaves_its_diagonal_out_where_the_page_does():
    counts = np.array([[5, 1], [0, 7]])
    names = ("a", "b")
    hidden = Matrix("m", counts, names, names, "label", "prediction", "", hide_diagonal=True)
    assert values(vega_lite(hidden)) == [{"row": "a", "column": "b", "value": 1.0}]
    assert len(values(vega_lite(Matrix("m", counts, names, names, "label", "prediction", "")))) == 3
    assert counts[0, 0] == 5  # the page's own are as they were


def test_a_table_of_changes_is_drawn_from_ring_to_dot_and_another_table_is_none():
    changes = [Change(0.2, 0.8, 0.7, 0.9), None]
    rows = [[Cell("one"), Cell("words", change=changes[0])], [Cell("two"), Cell()]]
    spec = vega_lite(Table("t", [Column("row"), Column("mean", axis=[(0, "0"), (1, "1")])], rows))
    assert values(spec) == [{"row": "one", "before": 0.2, "after": 0.8, "low": 0.7, "high": 0.9}]
    ring, dot = spec["layer"][2:]
    assert [each["transform"][0]["calculate"] for each in (ring, dot)] == ["'before'", "'after'"]
    assert ring["encoding"]["color"] == dot["encoding"]["color"]  # one legend
    assert ring["encoding"]["color"]["scale"]["domain"] == ["before", "after"]
    assert vega_lite(Table("t", [Column("row")], [[Cell("one")]])) is None


def test_a_heat_map_has_a_cell_for_each_set_that_was_recorded():
    cells = [HeatCell("−3", "", 1), None, HeatCell("–", "", None)]
    heat = Heat(
        "h",
        [HeatBlock("severity", ["1", "2", "3"], [HeatRow("noise", "", cells)])],
        "lab",
        cells[0],
        ["few", "many"],
    )
    assert values(vega_lite(heat)) == [{"row": "noise", "column": "1", "text": "−3", "bin": "many"}]


def test_a_figure_is_saved_with_its_title_as_its_ending_says(tmp_path):
    pytest.importorskip("vl_convert")
    figure = Figure.of("bars", BARS, "Bars", "hidden, unit 2")
    assert repr(figure) == "<chart 'bars': Bars; hidden, unit 2>"
    figure.save(tmp_path / "bars.svg")
    drawn = (tmp_path / "bars.svg").read_text()
    assert "Bars" in drawn
    assert "hidden, unit 2" in drawn
    figure.save(tmp_path / "bars.json")
    assert json.loads((tmp_path / "bars.json").read_text())["data"] == BARS["data"]
    with pytest.raises(BadRequest, match=r"not written as '\.gif': there are \.svg, \.pdf, \.png, \.json"):
        figure.save(tmp_path / "bars.gif")


def test_a_figure_is_drawn_on_axes_of_matplotlib():
    pytest.importorskip("vl_convert")
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    _, ax = pyplot.subplots()
    assert Figure.of("bars", BARS, "Bars", "about").draw(ax) is ax
    assert ax.images[0].get_array().shape[1] > 4 * 400  # sharper than a screen
    assert not ax.axison
    pyplot.close("all")


def test_altair_takes_every_chart_of_the_pages(recorded):
    pytest.importorskip("altair")
    for page in (
        recorded.overview(),
        recorded.layer_page("hidden"),
        recorded.unit("hidden", 2),
        recorded.dataset_page("field"),
    ):
        for name in page.charts:
            assert (
                page.chart(name).to_altair().to_dict()["mark" if "mark" in page.chart(name).spec else "layer"]
            )


def test_without_altair_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "altair", None)
    with pytest.raises(BadRequest, match=r"pip install 'shiftscope\[figures\]'"):
        Figure.of("bars", BARS, "Bars", "about").to_altair()


def test_rows_of_the_same_name_are_told_apart_by_the_cells_before_the_drawing():
    rows = [[Cell("conv"), Cell(dataset), Cell(change=Change(0.2, 0.8))] for dataset in ("lab", "field")]
    spec = vega_lite(Table("t", [Column("layer"), Column("dataset"), Column("fall")], rows))
    assert [row["row"] for row in values(spec)] == ["conv, lab", "conv, field"]
