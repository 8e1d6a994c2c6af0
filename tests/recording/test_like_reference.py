"""Data without a preprocessing of their own get the reference's, and say so."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import TensorDataset

from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.datasets.source import as_dataset
from shiftscope.errors import BadRequest, DataError
from shiftscope.study import Study

PIXELS = np.random.default_rng(0).integers(0, 256, (8, 16, 16, 3), np.uint8)
LABELS = [0, 1] * 4
USUAL = Preprocess(mean=0.5, std=0.25)


@pytest.fixture
def study(tmp_path) -> Study:
    torch.manual_seed(0)
    net = nn.Sequential()
    net.add_module("hidden", nn.Sequential(nn.Flatten(), nn.Linear(768, 4), nn.ReLU()))
    net.add_module("head", nn.Linear(4, 2))
    study = Study.create(tmp_path / "a.study", net, ["ant", "bee"])
    study.record((PIXELS, LABELS), "lab", layers=["hidden"], preprocess=USUAL, progress=False)
    return study


def test_pictures_are_preprocessed_as_the_reference_was_and_that_is_told_once(study, capsys) -> None:
    images = [Image.fromarray(each) for each in PIXELS]
    study.record({"image": images, "label": LABELS}, "dark")
    np.testing.assert_array_equal(study["dark"].responses("hidden"), study["lab"].responses("hidden"))
    assert study["dark"].plan.source["preprocess"] == USUAL.describe()
    told = capsys.readouterr().err
    assert told.count("dark: preprocessed as 'lab' was: mean=0.5, std=0.25.") == 1
    study.record((PIXELS, LABELS), "same", preprocess=USUAL)
    assert "preprocessed as" not in capsys.readouterr().err
    live = study.live(data={"dark": {"image": images, "label": LABELS}})
    assert live.inputs("dark", [0]).min() < 0


def test_another_one_has_to_be_meant(study) -> None:
    with pytest.raises(DataError, match="'dark' is preprocessed otherwise than 'lab', in mean, std"):
        study.record(as_dataset(PIXELS), "dark", check_range=False, progress=False)
    study.record(PIXELS, "dark", other_preprocessing=True, check_range=False, progress=False)
    assert study["dark"].plan.source["preprocess"] == Preprocess().describe()


def test_inputs_that_take_no_preprocessing_are_refused_as_before(study) -> None:
    tensors = torch.from_numpy(PIXELS).permute(0, 3, 1, 2) / 255 * 3 - 1
    for data in (tensors, TensorDataset(tensors, torch.tensor(LABELS))):
        with pytest.raises(DataError, match="'dark' is preprocessed otherwise than 'lab'"):
            study.record(data, "dark", progress=False)


def test_a_shift_finds_its_twins_in_a_reference_whose_preprocessing_is_remembered(study) -> None:
    study.record((PIXELS, LABELS), "noise", shift="gaussian_noise:0.2", progress=False)
    assert study["noise"].plan.twin_of.dataset == "lab"


def normalised(picture: Image.Image) -> torch.Tensor:
    values = torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1) / 255
    return (values - 0.5) / 0.25


def test_a_transform_is_compared_by_what_it_gives(study, tmp_path) -> None:
    data = (PIXELS, LABELS)
    with pytest.raises(
        DataError, match=r"by the transform .*normalised here, by Preprocess: mean=0.5, std=0.25 there"
    ):
        study.record(data, "dark", transform=normalised, progress=False)
    study.record(data, "dark", transform=normalised, other_preprocessing=True, progress=False)
    np.testing.assert_array_equal(study["dark"].responses("hidden"), study["lab"].responses("hidden"))
    other = Study.create(tmp_path / "b.study", study.model, ["ant", "bee"])
    other.record(data, "lab", transform=normalised, layers=["hidden"], progress=False)
    other.record(data, "same", transform=lambda picture: normalised(picture), progress=False)
    with pytest.raises(
        DataError, match=r"by the transform .*lambda> here, by the transform .*normalised there"
    ):
        other.record(data, "dark", transform=lambda picture: -normalised(picture), progress=False)
    with pytest.raises(DataError, match=r"Preprocess: none here, by the transform .*normalised there"):
        other.record(data, "dark", progress=False)


def test_preprocess_and_transform_are_one_too_many(study) -> None:
    with pytest.raises(BadRequest, match="give one of them"):
        study.record(PIXELS, "dark", transform=normalised, preprocess=USUAL)


def test_a_limit_takes_samples_evenly_and_is_opened_again(study, tmp_path) -> None:
    np.savez(tmp_path / "set.npz", image=PIXELS, label=LABELS)
    study.record(f"npz:{tmp_path}/set.npz", "few", limit=3, progress=False)
    np.testing.assert_array_equal(
        study["few"].responses("hidden"), study["lab"].responses("hidden")[[0, 4, 7]]
    )
    assert study["few"].plan.source["told"][-1] == "3 of 8 samples, spread evenly from the first to the last."
    assert len(study.live().dataset("few")) == 3
    assert len(as_dataset(PIXELS, limit=100)) == 8
    with pytest.raises(BadRequest, match="limit=0; it is a whole number of samples, at least 1"):
        as_dataset(PIXELS, limit=0)
