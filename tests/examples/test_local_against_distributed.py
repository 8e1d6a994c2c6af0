"""The example of removals: the published finding on a small network."""

import re

import pytest


@pytest.mark.slow
def test_a_feature_carries_more_than_a_unit_and_the_more_so_the_deeper(
    example, tmp_path, monkeypatch, capsys
):
    loaded = example("local_against_distributed")
    monkeypatch.setattr("sys.argv", ["local_against_distributed.py", "--out", str(tmp_path / "out")])
    loaded.main()
    rows = re.findall(r"^ *\d+ blocks\S+ +digits +(.*)$", capsys.readouterr().out, re.MULTILINE)
    found = [float(row.split()[3]) for row in rows]
    assert len(found) == 9
    for first, middle, last in (found[0:3], found[3:6], found[6:9]):
        assert first < middle < last
        assert last > 2
