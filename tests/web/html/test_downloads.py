import csv
import io
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from shiftscope.views.page.panels import Cell, Column, Picture, Table
from shiftscope.web.html.downloads import as_csv, as_parquet, panel_table

PICTURE = Picture("lab", 0, "a cat")


def panel(*columns, numeric=()):
    """A table panel from columns of cells: (name, cell, cell ...)."""
    heads = [Column(name, numeric=name in numeric) for name, *_ in columns]
    return Table("Units", heads, list(zip(*(cells for _, *cells in columns), strict=True)))


def read_back(table):
    return list(csv.reader(io.StringIO(as_csv(table).decode(), newline="")))


def test_the_raw_value_goes_into_the_file_and_not_its_rounding():
    table = panel_table(
        panel(
            ("unit", Cell("unit 3", "units/3", value=3), Cell("unit 4", value=4)),
            ("novelty", Cell("0.123", value=0.12345678901234567), Cell("–", value=math.nan)),
            ("layer", Cell("layer4"), Cell("007")),
            numeric=("unit", "novelty"),
        )
    )
    assert table.schema.types == [pa.int64(), pa.float64(), pa.string()]
    assert table.to_pydict() == {
        "unit": [3, 4],
        "novelty": [0.12345678901234567, None],
        "layer": ["layer4", "007"],
    }
    assert read_back(table) == [
        ["unit", "novelty", "layer"],
        ["3", repr(0.12345678901234567), "layer4"],
        ["4", "", "007"],
    ]


def test_numbers_without_a_raw_value_are_read_from_their_text():
    table = panel_table(
        panel(
            ("count", Cell("1\u202f234"), Cell("–"), Cell("")),
            ("change", Cell("−0.250"), Cell("1.20e+05"), Cell("0", value=np.float32(0))),
            ("share", Cell("12.5 %"), Cell("–"), Cell("3.0 %", value=0.03)),
            ("nothing", Cell("–"), Cell("–"), Cell()),
            numeric=("count", "change", "share", "nothing"),
        )
    )
    assert table.to_pydict() == {
        "count": [1234, None, None],
        "change": [-0.25, 120000.0, 0.0],
        "share": ["12.5 %", "–", "0.03"],
        "nothing": [None] * 3,
    }
    assert table.schema.types == [pa.int64(), pa.float64(), pa.string(), pa.float64()]


def test_values_decide_where_the_column_does_not_say_that_it_is_numeric():
    table = panel_table(panel(("x", Cell("a", value=1.5), Cell("–", value=math.nan), Cell("c", value=2))))
    assert table.to_pydict() == {"x": [1.5, None, 2.0]}
    missing = panel_table(panel(("x", Cell("–", value=math.nan), Cell("–", value=math.nan))))
    assert missing.to_pydict() == {"x": [None, None]}
    assert missing.schema.types == [pa.float64()]
    large = panel_table(panel(("x", Cell("a", value=2**80), Cell("b", value=2**60))))
    assert large.to_pydict() == {"x": [float(2**80), float(2**60)]}
    names = panel_table(panel(("name", Cell("cat", value="cat"), Cell("7", value="7"))))
    assert names.to_pydict() == {"name": ["cat", "7"]}


def test_pictures_are_left_out():
    strip = Cell(pictures=(PICTURE,))
    table = panel_table(
        panel(
            ("images", strip, Cell(), strip),
            ("mixed", strip, Cell("silent"), Cell("seen", pictures=(PICTURE,))),
            ("unit", Cell("1"), Cell("2"), Cell("3")),
        )
    )
    assert table.to_pydict() == {"mixed": [None, "silent", "seen"], "unit": ["1", "2", "3"]}


def test_the_small_print_follows_its_column():
    table = panel_table(
        panel(("accuracy", Cell("50.0 %", note="40.0 to 60.0 %", value=0.5), Cell("–", value=math.nan)))
    )
    assert table.to_pydict() == {"accuracy": [0.5, None], "accuracy (note)": ["40.0 to 60.0 %", ""]}


def test_names_of_columns_are_made_unique():
    cell = Cell("x")
    names = ["lab", "Lab", "lab (2)", "", "", "lab"]
    table = panel_table(panel(*((name, cell) for name in names)))
    assert table.column_names == ["lab", "Lab (2)", "lab (2) (2)", "column 4", "column 5", "lab (3)"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_compute_is_marked(start):
    text = start + 'cmd|" /C calc"!A0'
    table = panel_table(
        panel((text, Cell(text), Cell("a" + text)), ("n", Cell("−5", value=-5), Cell("−6", value=-6)))
    )
    assert table.to_pydict()[text] == [text, "a" + text]
    assert read_back(table) == [["'" + text, "n"], ["'" + text, "-5"], ["a" + text, "-6"]]
    assert parquet.read_table(io.BytesIO(as_parquet(table))) == table  # no spreadsheet opens it


def test_quotes_commas_and_lines_come_back_as_they_were():
    texts = ['say "hi", twice', "two\nlines", "", "a,b", "dög – 猫"]
    table = panel_table(panel(("text", *map(Cell, texts)), ("unit", *map(Cell, "12345"))))
    assert [row[0] for row in read_back(table)[1:]] == texts


def test_both_files_give_the_numbers_back_to_the_last_bit():
    values = np.random.default_rng(0).normal(size=200) * 10.0 ** np.arange(-100, 100)
    table = panel_table(panel(("x", *(Cell("", value=float(value)) for value in values))))
    np.testing.assert_array_equal([float(row[0]) for row in read_back(table)[1:]], values)
    np.testing.assert_array_equal(pd.read_parquet(io.BytesIO(as_parquet(table))).x, values)


def test_text_that_no_file_can_hold_becomes_a_question_mark():
    assert panel_table(panel(("a\ud800", Cell("b\ud800")))).to_pydict() == {"a?": ["b?"]}


@pytest.mark.parametrize("columns", [[], [Column("unit", numeric=True), Column("name")]])
def test_a_table_without_rows_or_columns_is_a_file_all_the_same(columns):
    table = panel_table(Table("Units", columns, []))
    assert read_back(table) == ([["unit", "name"]] if columns else [])
    assert parquet.read_table(io.BytesIO(as_parquet(table))).num_columns == len(columns)


def test_parts_of_a_cell_are_columns_in_place_of_its_small_print():
    cells = [
        Cell("0.12", note="0.05 to 0.2", value=0.123, parts={"low": 0.05, "high": 0.2, "q": 0.5}),
        Cell("–", value=math.nan),
        Cell("0.50", note="0.4 to 0.6", value=0.5, parts={"low": 0.4, "high": 0.6}),
    ]
    heads = [Column("lost peak response", numeric=True, key="novelty")]
    table = panel_table(Table("Units", heads, [[cell] for cell in cells]))
    assert table.to_pydict() == {
        "novelty": [0.123, None, 0.5],
        "novelty_low": [0.05, None, 0.4],
        "novelty_high": [0.2, None, 0.6],
        "novelty_q": [0.5, None, None],
    }


def test_a_part_that_is_shown_in_a_column_of_its_own_is_there_once():
    heads = [Column("novelty", key="novelty"), Column("q of novelty", key="novelty_q")]
    rows = [[Cell("0.1", value=0.125, parts={"q": 0.03}), Cell("0.03", value=0.03)]]
    assert panel_table(Table("Units", heads, rows)).to_pydict() == {"novelty": [0.125], "novelty_q": [0.03]}


def test_a_text_all_of_whose_numbers_are_parts_is_left_out():
    cell = Cell("12.5 % → 25.0 %", parts={"from": 0.125, "to": 0.25})
    table = panel_table(panel(("response", cell), numeric=("response",)))
    assert table.to_pydict() == {"response_from": [0.125], "response_to": [0.25]}
