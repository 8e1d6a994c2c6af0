"""The units of a layer as a file: the numbers of `study.scores`, to the last bit."""

import io
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from shiftscope.web.html.html import tables
from shiftscope.web.server.application import application


def file_of(study, **options):
    """What the browser downloads as CSV of the table of units."""
    shown = [
        number
        for number, table in enumerate(tables(study.layer_page("hidden", **options).page.panels))
        if table.title.startswith("Units by")
    ]
    client = TestClient(application(study, token=None), base_url="http://127.0.0.1:8421")
    asked = urlencode({**options, "download": "csv", "table": shown[0]})
    return pd.read_csv(io.StringIO(client.get(f"/layers/hidden?{asked}").text))


@pytest.mark.parametrize("rows", [3, 50])
def test_a_file_holds_the_scores_of_every_unit_with_their_intervals_and_q(explored, rows):
    study = explored.study
    written = file_of(study, focus="field", sort="novelty", rows=rows).set_index("unit")
    scores = study.scores("hidden", dataset="field", intervals=True).set_index("unit")
    assert len(written) == len(scores)
    columns = [column for column in scores if column in written]
    assert {"novelty", "novelty_low", "novelty_high"} <= set(columns)
    assert {"shift_auroc", "shift_auroc_low", "shift_auroc_high", "shift_auroc_q"} <= set(columns)
    for column in columns:
        np.testing.assert_array_equal(written[column].sort_index(), scores[column], err_msg=column)


def test_a_file_holds_no_text_but_which_units_are_dead(explored):
    written = file_of(explored.study, focus="field", sort="shift_auroc.q", rows=3)
    assert "shift_auroc_q" in written
    texts = {column for column in written if not pd.api.types.is_numeric_dtype(written[column])}
    assert texts == {"unit (note)"}
    assert set(written["unit (note)"].dropna()) == {"dead"}
