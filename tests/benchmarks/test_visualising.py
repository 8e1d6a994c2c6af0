def test_it_compares_a_step_with_the_bare_model(written, capsys):
    figures = written("visualising")
    assert figures["maco"]["times Horama's loop"] > 0
    assert figures["accentuation"]["times bare model"] > 0
    assert "| | steps a CPU second |" in capsys.readouterr().out.replace("|  |", "| |")
