from pathlib import Path

import pandas as pd
import pytest
from cyclopts import App, Parameter

from shiftscope.cli.export_tables import export_tables
from shiftscope.errors import NotInStudy


def run_tables(*words):
    """The command as the command line calls it."""
    app = App(default_parameter=Parameter(consume_multiple=True, negative_iterable=()))
    app.default(export_tables)
    command, bound, _ = app.parse_args(list(map(str, words)), exit_on_error=False, print_error=False)
    command(*bound.args, **bound.kwargs)


def test_tables_are_written_and_listed(recorded, folder, capsys):
    capsys.readouterr()
    run_tables(recorded, "-o", "out", "--responses", "conv", "hidden")
    names = ["samples", "scores", "confusions", "categories", "units", "responses_conv", "responses_hidden"]
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        str(Path("out") / f"{name}.parquet") for name in names
    ]
    assert lines[0].endswith(": 18 rows")
    assert len(pd.read_parquet("out/samples.parquet")) == 18
    assert pd.read_parquet("out/responses_hidden.parquet", columns=["unit_5"]).shape == (18, 1)


def test_csv_is_written_when_asked_for(recorded, folder):
    run_tables(recorded, "--out", "out", "--format", "csv")
    assert sorted(path.suffix for path in Path("out").iterdir()) == [".csv"] * 5
    assert pd.read_csv("out/categories.csv").name.tolist() == ["cat", "dog"] * 2


def test_a_layer_that_is_not_there_leaves_no_folder(recorded, folder):
    with pytest.raises(NotInStudy, match="no layer 'con'"):
        run_tables(recorded, "-o", "out", "--responses", "con")
    assert not Path("out").exists()
