"""Facets of a unit: a picture from each kind of image that it answers to."""

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest

ON = {"shape": (1, 8, 8), "range": (0.0, 1.0), "method": "activation_maximisation", "crops": 0, "steps": 0}


class TwoKinds(nn.Module):
    """Answers to a bright top, and as much to a bright left side."""

    def __init__(self):
        super().__init__()
        self.maps = nn.Conv2d(1, 2, (8, 8), padding=(1, 1), bias=False)
        self.maps.weight.data.zero_()
        self.maps.weight.data[0, 0, :4] = 1
        self.maps.weight.data[1, 0, :, :4] = 1

    def forward(self, x):
        maps = self.maps(x - 0.5)
        return torch.relu(maps[:, :, 1, 1]).amax(1, keepdim=True)


@pytest.fixture(scope="module")
def reference():
    """200 pictures, of which 12 have a bright top and 8 a bright left side."""
    shown = torch.full((200, 1, 8, 8), 0.4)
    shown[20:32, :, :4] = 0.9
    shown[50:58, :, :, :4] = 0.9
    shown += 0.02 * torch.rand(shown.shape, generator=torch.Generator().manual_seed(0))
    return shown


def test_each_kind_of_image_is_a_start_the_largest_first(reference):
    upper, left = ss.visualise(TwoKinds(), 0, facets=2, reference=reference, **ON)
    for found, members in ((upper, reference[20:32]), (left, reference[50:58])):
        np.testing.assert_allclose(found.start, members.mean(0), atol=1e-6)
        assert np.abs(found.image - found.start).max() < 0.0025
    assert upper.objective == "category 0, facet 1 of 2"
    assert upper.settings["facet"] == "12 of the 20 strongest images"
    assert left.settings["facet"] == "8 of the 20 strongest images"


def test_each_picture_climbs_from_its_own_start(reference):
    found = ss.visualise(TwoKinds(), 0, facets=2, reference=reference, **{**ON, "steps": 5})
    begun = ss.visualise(TwoKinds(), 0, facets=2, reference=reference, **ON)
    assert all(after.score > before.score for after, before in zip(found, begun, strict=True))


def test_pictures_are_clustered_themselves_where_no_layer_gives_places(reference):
    flat = nn.Sequential(nn.Flatten(), nn.Linear(64, 1, bias=False))
    flat[1].weight.data.fill_(1.0)
    upper, left = ss.visualise(flat, 0, facets=2, reference=reference, **ON)
    np.testing.assert_allclose(upper.start, reference[20:32].mean(0), atol=1e-6)
    np.testing.assert_allclose(left.start, reference[50:58].mean(0), atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"facets": -1}, "facets=-1"),
        ({"facets": 201}, "201 facets are clusters of reference pictures, and there are 200"),
        ({"facets": 2, "reference": None}, "there are 0"),
        ({"facets": 3, "reference": torch.full((50, 1, 8, 8), 0.5)}, "of 1 kinds"),
        ({"facets": 2, "image": torch.full((1, 8, 8), 0.5)}, "not from an image"),
        ({"facets": 2, "together": 2}, "start from noise"),
    ],
)
def test_bad_facets_are_refused(reference, change, message):
    with pytest.raises(BadRequest, match=message):
        ss.visualise(TwoKinds(), 0, **{"reference": reference, **ON, **change})
