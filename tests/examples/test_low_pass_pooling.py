"""The example of a low-pass filter: a line for each network and method, and the mean of all."""

import re

import pytest


@pytest.mark.slow
def test_both_networks_are_told_with_the_mean_gain_of_digits_that_nothing_was_fitted_on(
    example, monkeypatch, capsys
):
    loaded = example("low_pass_pooling")
    monkeypatch.setattr(loaded, "OF_EACH", 6)
    monkeypatch.setattr(
        "sys.argv", ["low_pass_pooling.py", "--seeds", "1", "--epochs", "1", "--methods", "saliency"]
    )
    loaded.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["max", "max", "average", "average"]
    for one, every in (lines[:2], lines[2:]):  # of one method and seed the mean of all is its own
        assert re.search(r"gain (\S+) \[", one)[1] == re.search(r"all: gain (\S+) \[", every)[1]
