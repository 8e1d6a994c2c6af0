import pytest


@pytest.mark.slow
def test_it_runs_and_writes_its_figures(written, capsys):
    figures = written("scores")
    assert all(rate > 0 for rate in figures["correlations_per_second"].values())
    assert figures["seconds"].keys() == {"together", "processor"}
    assert all(seconds > 0 for seconds in figures["seconds"].values())
    assert "resamples" in capsys.readouterr().out
