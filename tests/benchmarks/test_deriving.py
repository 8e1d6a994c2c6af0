def test_it_tells_seconds_and_memory(written, capsys):
    figures = written("deriving")
    assert all(seconds > 0 for name, seconds in figures.items() if "," in name)
    assert "4 components of 24 units" in capsys.readouterr().out
