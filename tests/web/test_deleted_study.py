"""A study that is deleted or moved while it is shown: each page says so, and nothing else."""

from __future__ import annotations

import shutil

import pytest

from shiftscope.study import Study

from ..conftest import viewer

OWN = {"Sec-Fetch-Site": "same-origin"}
PAGES = ["/", "/layers/hidden", "/layers/hidden/units/3", "/datasets/lab/samples/1"]


@pytest.mark.parametrize("walked", [False, True])
def test_a_study_that_is_gone_is_said_to_be_gone(recorded: Study, walked: bool) -> None:
    client = viewer(recorded)
    if walked:
        assert [client.get(page).status_code for page in PAGES] == [200] * len(PAGES)
    shutil.rmtree(recorded.path)
    answers = [client.get(page) for page in [*PAGES, "/layers/hidden/units/7"]]
    refused = [answer for answer in answers if answer.status_code != 200]  # what is in memory may still come
    assert refused
    assert walked or len(refused) == len(answers)
    refused.append(client.post("/layers/hidden/units/3", data={"label": "x"}, headers=OWN))
    for answer in refused:
        assert answer.status_code == 404
        assert "was deleted or moved while it was shown" in answer.text
        assert "Errno" not in answer.text
        assert "record the dataset again" not in answer.text
