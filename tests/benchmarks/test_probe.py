def test_it_compares_a_probe_with_the_bare_passes(written, capsys):
    figures = written("probe")["16 px"]
    assert set(figures) == {"logit 1", "3:2"}
    assert "| target | bare, ms CPU a sample | probe as a context |" in capsys.readouterr().out
