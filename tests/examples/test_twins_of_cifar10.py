"""What twins find on a real network that two sets cannot: ResNet-20, the same pictures with and without JPEG."""

import numpy as np
import pytest
import torch

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.store.twins import twin_of
from shiftscope.study import Study

LAYER, PAIRS = "layer3", 200
DISCOVERED = 0.05


@pytest.mark.slow
def test_twins_find_most_units_of_200_pairs_and_two_sets_a_third_of_those(example, shared_data, tmp_path):
    resnet = example("cifar10_resnet20")
    lossless, jpeg = (
        ArrayData(
            np.stack([np.asarray(data[row].picture) for row in rows]),
            data.labels[rows],
            ids=[data.ids[row] for row in rows],
            categories=resnet.CATEGORIES,
            preprocess=resnet.NORMALISED,
        )
        for data in resnet.jpeg_twins(shared_data)
        for rows in [np.random.default_rng(0).permutation(len(data))[:PAIRS]]
    )
    net = resnet.ResNet20()  # as trained on lossless pictures
    with np.load(shared_data / "resnet20_cifar10.npz") as weights:
        net.load_state_dict({name: torch.from_numpy(weights[name]) for name in weights.files}, strict=False)
    study = Study.create(tmp_path / "twins.study", net, resnet.CATEGORIES)
    study.record(lossless, "lossless", layers=[LAYER], progress=False)
    study.record(jpeg, "jpeg", twins="id", progress=False)
    assert twin_of(study, "jpeg") == "lossless"
    found = study.scores(LAYER, intervals=True)
    units = {
        name: int((found[f"{name}_q"] < DISCOVERED).sum())
        for name in ("twin_change", "twin_auroc", "shift_auroc")
    }
    assert len(found) == 64
    assert units["twin_change"] >= 40
    assert units["twin_auroc"] >= 40
    assert units["shift_auroc"] <= 22
    assert found["twin_change_gain"].median() > 2
