"""`shiftscope results`."""


def test_kept_results_are_listed_and_deleted(run, recorded):
    answer = run("results", recorded, "--layer", "hidden")
    assert "shifted, val" in answer.out
    assert answer.out.strip().endswith("2 results.")
    assert run("results", recorded, "--stale").out.strip() == "0 results."
    assert (
        run("results", recorded, "--layer", "hidden", "--remove").out.strip().endswith("2 results removed.")
    )
    assert run("results", recorded, "--layer", "hidden").out.strip() == "0 results."


def test_another_kind_is_refused_with_those_there_are(run, recorded):
    answer = run("results", recorded, "--kind", "score")
    assert answer.status == 1
    assert "no kind of result named 'score'; closest: 'scores'" in answer.err
