"""Ladders on the first page: one line below other sets, and what the page is about where there are none."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.statistics.wilson import wilson
from shiftscope.study import Study
from shiftscope.views.overview.overview import overview
from shiftscope.views.page.panels import Cases, Curves, Heat, plain

from ..conftest import panel, panels

SIDE = 16


class Brightness(nn.Module):
    """Says 1 where the mean is above .3: darkness, x (1 - .8 strength), breaks it and other colours do not."""

    def __init__(self) -> None:
        super().__init__()
        self.units = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(3, 2)
        with torch.no_grad():
            self.head.weight[:] = torch.tensor([[-1.0] * 3, [1.0] * 3])
            self.head.bias[:] = torch.tensor([0.9, -0.9])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(self.units(images))


def pictures(levels, seed=0):
    noise = np.random.default_rng(seed).uniform(-0.05, 0.05, (len(levels), 3, SIDE, SIDE))
    return (np.asarray(levels)[:, None, None, None] + noise).astype(np.float32)


LEVELS, LABELS = np.tile([0.1, 0.5, 0.8, 0.15], 5), np.tile([0, 1, 1, 0], 5)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    study = Study.create(tmp_path_factory.mktemp("ladders") / "x.study", Brightness(), ("dark", "light"))
    data = ss.dataset((pictures(LEVELS), LABELS))
    study.sweep(data, "darkness", strengths=[0.25, 0.75, 1], name="day", layers=["units"], progress=False)
    return study


@pytest.fixture(scope="module")
def with_another(made):
    """Recorded last, so that what there is before it is about the rungs alone."""
    alone = overview(made)
    made.record((pictures(1 - LEVELS, seed=1), LABELS), "negative", progress=False)
    return alone, made


def test_rungs_alone_are_what_the_page_is_about(with_another):
    alone, _ = with_another
    # .5 times .8 is above .3, times .4 below
    assert alone.sentence == "darkness breaks this model at strength 0.75"
    assert panels(alone, Heat)
    assert not panels(alone, Curves)


def test_beside_other_sets_a_ladder_is_one_line_below_them(with_another):
    _, study = with_another
    page = overview(study)
    assert page.sentence == "negative breaks this model, and so does darkness from strength 0.75 on"
    assert [case.name for case in panel(page, Cases).cases] == ["negative"]
    assert not panels(page, Heat)
    ladder = panel(page, Curves)
    assert page.panels.index(ladder) > page.panels.index(panel(page, Cases))
    assert ladder.title == "Under darkness accuracy falls from 100.0 % to 50.0 % at strength 1"
    assert ladder.steps == ["day", "0.25", "0.75", "1"]
    (curve,) = ladder.curves
    # at .75 those of .5 are taken for dark, at 1 those of .8 too; Wilson's 95 % interval of 10 of 20 is .299 to .701
    assert [(step, share) for step, share, _, _ in curve.points] == [(1, 1.0), (2, 0.75), (3, 0.5)]
    assert curve.points[2][2:] == pytest.approx((0.299, 0.701), abs=5e-4) == wilson(10, 20)
    assert {choice.name for choice in page.choices} == {"Layer", "Baseline", "Sets", "Order", "Score"}


def test_the_line_says_what_the_units_lose_once_it_is_computed(with_another):
    _, study = with_another
    assert plain(panel(overview(study), Curves).note) == (
        "darkness: study.dose('shift darkness') computes what its units lose."
    )
    study.dose("darkness", progress=False)
    told = plain(panel(overview(study), Curves).note)
    # what is left is 1 - .8 strength: one half at .625
    assert told == (
        "darkness, in units: the median unit has lost half of its selective response at strength 0.625; half of the "
        "loss is already in the first recorded layer, units."
    )


def test_a_ladder_that_is_asked_for_is_what_the_page_is_about(with_another):
    _, study = with_another
    page = overview(study, sets="darkness")
    assert page.sentence == "darkness breaks this model at strength 0.75"
    assert panels(page, Heat)
    assert not panels(page, Curves)
