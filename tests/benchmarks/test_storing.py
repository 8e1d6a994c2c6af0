def test_it_runs_and_writes_its_figures(written, capsys):
    figures = written("storing")
    assert all(rate > 0 for rate in figures["megabytes_per_second"].values())
    assert all(each["warm"] > 0 < each["cold"] for each in figures["milliseconds"].values())
    assert all(rate > 0 for rate in figures["verifying_gigabytes_per_second"].values())
    assert "of the raw file" in capsys.readouterr().out
