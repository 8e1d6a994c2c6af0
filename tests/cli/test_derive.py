"""`shiftscope derive`."""

from shiftscope.study import open_study


def test_a_layer_is_derived_and_scored(run, recorded):
    answer = run("derive", recorded, "--layer", "hidden", "--kind", "pca", "--size", "2")
    assert answer.status == 0, answer.err
    assert answer.out.startswith("hidden~pca2: 2 features, fitted on ")
    study = open_study(recorded)
    assert "hidden~pca2" in study.layers
    assert f"fitted on {study.derived['hidden~pca2'].rows} samples of val" in answer.out
    assert "hidden~pca2" in set(study.results()["layer"])
    scores = run("score", recorded, "--layer", "hidden~pca2", "--dataset", "shifted", "--csv", "-")
    assert scores.out.count("\n") == 3


def test_what_cannot_be_derived_is_refused_in_the_words_of_the_command(run, recorded):
    asked = ("derive", recorded, "--kind", "pca", "--size", "2")
    assert "closest: 'hidden'" in run(*asked, "--layer", "hiddn").refused()
    run(*asked, "--layer", "hidden", "--name", "x")
    again = run("derive", recorded, "--kind", "pca", "--size", "3", "--layer", "hidden", "--name", "x")
    assert "with --overwrite" in again.refused()
