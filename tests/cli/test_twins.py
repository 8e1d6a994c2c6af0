"""`shiftscope record --twins`, and what `shiftscope score` says of them."""

import numpy as np
import pytest

from shiftscope.store.twins import twin_of
from shiftscope.study import open_study

from .conftest import RECORD


@pytest.fixture
def fog(recorded, folder):
    """Arrays under the ids of four pictures of `val`, each twice, and one of none."""
    ids = [open_study(recorded)["val"].samples[i].id for i in (3, 1, 3, 0)]
    pictures = np.random.default_rng(1).integers(0, 256, (5, 8, 8, 3), np.uint8)
    np.savez(folder / "fog.npz", images=pictures, labels=[0, 0, 0, 0, 1], original=[*ids, "nobody"])
    return "npz:fog.npz"


def test_twins_are_found_by_a_column_and_those_without_are_told(run, recorded, fog):
    answer = run(*RECORD, "--data", fog, "--name", "fog", "--twins", "original")
    assert answer.status == 0, answer.err
    assert "1 of 5 samples have no twin in 'val' by original; first: '4'." in answer.err
    study = open_study(recorded)
    assert twin_of(study, "fog") == "val"
    np.testing.assert_array_equal(study["fog"].samples.twins, [3, 1, 3, 0, -1])


def test_what_cannot_be_twins_is_refused(run, recorded, fog):
    refused = run(*RECORD, "--data", fog, "--name", "fog", "--twins", "id").refused()
    assert "5 of 5 samples have no twin in 'val' by id" in refused
    refused = run(*RECORD, "--data", fog, "--name", "fog", "--twins", "id", "--no-twins").refused()
    assert "--twins id and --no-twins; give one of them." in refused
    refused = run(*RECORD, "--data", fog, "--name", "fog", "--twin-of", "val").refused()
    assert "--twin-of val needs twins" in refused
    assert "fog" not in open_study(recorded)


def test_a_score_of_twins_says_what_knowing_them_is_worth(run, recorded, folder):
    pictures = np.random.default_rng(2).integers(0, 200, (40, 8, 8, 3), np.uint8)
    for name, added in (("clear", 0), ("bright", 40)):
        np.savez(folder / f"{name}.npz", images=pictures + np.uint8(added), labels=[0, 1] * 20)
        twins = ("--twins", "id", "--twin-of", "clear") if added else ()
        run(*RECORD, "--data", f"npz:{name}.npz", "--name", name, *twins)
    words = ("score", recorded, "--layer", "conv", "--reference", "clear", "--dataset", "bright")
    said = " ".join(run(*words, "--sort", "twin_change", "--intervals").out.split())
    assert "bright: Knowing the twins is worth" in said
    assert "of 4 units differ (q < 0.05) with them, and" in said
    assert "gain" in said
    assert "Knowing" not in run(*words, "--sort", "novelty").out
