"""Cues planted in CIFAR-10: the figures of the leak check, and two models' reliance."""

import pytest
import torch

import shiftscope as ss

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def planted(example):
    return example("planted_cue")


def test_the_dial_shows_in_what_can_be_read(planted, shared_data):
    data = planted.pictures(shared_data, 1500)
    accuracy = {}
    for association in planted.ASSOCIATIONS:
        leaks = ss.stimuli.cue(data, "patch", association=association).leak_check()
        assert leaks["holds"].dropna().all()
        accuracy[association] = leaks.set_index(["reads", "pictures", "predicts"])["accuracy"]
    places = [accuracy[each]["the cue's place", "associated", "label"] for each in planted.ASSOCIATIONS]
    assert places == sorted(places)
    assert places[-1] == 1
    whole = [accuracy[each]["the whole picture", "associated", "label"] for each in planted.ASSOCIATIONS]
    assert whole == sorted(whole)
    rests = {
        accuracy[each]["all but the cue's place", "associated", "label"] for each in planted.ASSOCIATIONS
    }
    assert len(rests) == 1


def test_a_model_that_learned_with_a_cue_goes_by_it_and_one_that_did_not_does_not(
    planted, shared_data, tmp_path
):
    torch.manual_seed(0)
    data = planted.pictures(shared_data, 800)
    cues = ss.stimuli.cue(data, "patch", association=1)
    study = planted.recorded(tmp_path / "a.study", planted.softmax_regression(cues), "1", cues)
    learned = planted.told(study, cues)
    study = planted.recorded(tmp_path / "b.study", planted.pretrained(shared_data), "layer3", cues)
    never = planted.told(study, cues)
    assert learned["low"] > never["high"]
    assert learned["names the cue"] > never["names the cue"]
