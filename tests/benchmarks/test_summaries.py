"""The rivals of the benchmark of summaries find the same."""

import numpy as np

from shiftscope.summaries.top_samples import KEPT


def test_the_ways_find_the_same(bench):
    summaries = bench("summaries")
    responses, labels = summaries.made(300, 40, 5)
    ours = summaries.ours(responses, labels, 5, 100).summaries()
    plain = summaries.with_numpy(responses, labels, 5)
    torch = summaries.with_torch(responses, labels, 5, 100)
    np.testing.assert_array_equal(ours["top_samples"].position, plain["top"][:KEPT])
    for name, found in {
        "sums": ours["category_sums"].total,
        "mean": ours["moments"].mean(),
        "fired": ours["moments"].fired,
        "largest": ours["maxima"].largest,
        "smallest": ours["maxima"].smallest,
    }.items():
        np.testing.assert_allclose(found, plain[name], rtol=1e-5)
        np.testing.assert_allclose(torch[name].numpy(), plain[name], rtol=1e-5)
    np.testing.assert_allclose(torch["squares"].numpy(), ours["moments"].squares, rtol=1e-5)
    values = np.take_along_axis(responses, torch["top"].numpy(), axis=0)  # of equal ones torch names any
    np.testing.assert_array_equal(values, ours["top_samples"].response)


def test_it_runs_and_writes_its_figures(written, capsys):
    figures = written("summaries")
    assert figures["seconds"]["ours"] > 0
    assert figures["bytes_beyond"] > 0
    assert "GB/s" in capsys.readouterr().out
