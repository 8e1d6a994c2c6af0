"""The example of removals: the published finding on a small network."""

import re

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_feature_carries_more_than_a_unit_and_the_more_so_the_deeper(
    example, tmp_path, monkeypatch, capsys, seed
):
    loaded = example("local_against_distributed")
    words = ["--out", str(tmp_path / "out"), "--first", str(seed), "--seeds", "1"]
    monkeypatch.setattr("sys.argv", ["local_against_distributed.py", *words])
    loaded.main()
    rows = re.findall(r"^ *\d+ blocks\S+ +digits +(.*)$", capsys.readouterr().out, re.MULTILINE)
    first, middle, last = (float(row.split()[3]) for row in rows)
    assert first < middle < last
    assert last > 2
