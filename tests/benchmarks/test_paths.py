"""The benchmark of paths runs, and what it measures counts the same."""

import numpy as np


def test_the_ways_count_the_same(bench):
    from shiftscope.explain.paths.counting.count import Counter
    from shiftscope.explain.paths.counting.rules import RULES

    paths = bench("paths")
    weight, bias, responses = paths.made(10, 30, 200)
    plain = paths.numpy_per_sample(weight, bias, responses, printed=False)
    ours = Counter(weight, bias, RULES["abs_mean"]).count(responses)
    assert np.abs(ours.astype(int) - plain).max() <= 1  # NumPy sums in float32
    broadcast = paths.torch_broadcast(weight, bias, responses).numpy()
    assert np.abs(broadcast - plain).max() <= 1
    printed = paths.numpy_per_sample(weight, bias, responses, printed=True)
    assert np.abs(Counter(weight, bias, RULES["printed"]).count(responses).astype(int) - printed).max() <= 1


def test_it_runs_and_writes_its_figures(written, capsys):
    figures = written("paths")
    assert figures["counting"][0]["samples_per_second"]["ours"] > 0
    assert 0 < figures["divergences"]["share"] < 2
    assert "samples/s" in capsys.readouterr().out
