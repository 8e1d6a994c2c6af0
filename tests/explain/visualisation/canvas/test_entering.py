"""A preprocessing between the picture and the model."""

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.explain.visualisation.canvas.entering import Entering

CAFFE = ss.Preprocess(scale=255.0, channels="bgr", mean=(104.0, 117.0, 123.0), std=(2.0, 3.0, 4.0))


def test_pictures_enter_as_a_dataset_shows_them():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    picture = torch.from_numpy(pixels.transpose(2, 0, 1).astype(np.float32) / 255)
    torch.testing.assert_close(Entering(CAFFE)(picture), CAFFE.normalise(pixels))
    torch.testing.assert_close(Entering(CAFFE).back(CAFFE.normalise(pixels)), picture)


def test_a_model_of_its_own_inputs_gets_a_picture_of_0_to_1():
    model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())  # the mean of blue, green, red
    found = ss.visualise(model, 0, shape=(3, 16, 16), preprocess=CAFFE, steps=5, crops=2)
    assert found.image.min() >= 0
    assert found.image.max() <= 1
    assert found.score == pytest.approx((255 * found.image[2].mean() - 104) / 2, rel=1e-4)
