def test_it_prints_a_row_for_each_kind_of_unit(written, capsys):
    rows = written("floor")["rows"]
    assert len(rows) == 8
    assert {row["order"] for row in rows} == {"there is none", "kept", "partly kept", "lost", "reversed"}
    assert "interval holds the truth" in capsys.readouterr().out
