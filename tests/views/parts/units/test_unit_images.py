"""The strongest, the weakest and any images of a unit, and the way to more of them."""

import numpy as np
import pytest

from shiftscope.views.page.panels import ImageStrip
from shiftscope.views.parts.units.unit_images import following, samples_by
from shiftscope.views.unit.unit import unit
from tests.views.conftest import CONSTANT, SILENT, panels, positions, read


def strip(explored, dataset, layer, index, **given):
    return panels(unit(explored.study, layer, index, focus="field", **given), ImageStrip, dataset)[0]


@pytest.mark.parametrize(("layer", "index"), [("hidden", 0), ("hidden", CONSTANT)])
def test_kept_and_read_images_are_in_one_order(explored, layer, index):
    whole = explored.field.strongest(layer, index, 1000)
    scale = explored.lab.maximum(layer)[index]
    for images, start in ((100, 0), (101, 0), (7, 95), (60, 60), (10, 500)):
        shown = strip(explored, "field", layer, index, images=images, start=start)
        assert positions(shown.pictures) == whole[start : start + images]
        for picture in shown.pictures:
            response = explored.field.responses(layer)[picture.position, index]
            expected = pytest.approx(100 * response / scale, abs=0.501)
            assert read(picture.caption) == expected
        if start == 500:
            assert shown.empty == "There are no more images."


def test_after_the_most_of_one_page_comes_the_next_page():
    assert [following(*now) for now in ((12, 0), (3, 7), (400, 0), (1000, 0), (1000, 1000))] == [
        (100, 0),
        (12, 7),
        (1000, 0),
        (1000, 1000),
        (1000, 2000),
    ]


def test_ranks_are_said_from_the_second_page_on(explored):
    assert strip(explored, "field", "hidden", CONSTANT, images=10, start=20).note.startswith(
        "images 21 to 30 of 127, strongest first"
    )


@pytest.mark.parametrize(("layer", "index"), [("conv", 1), ("hidden", 0), ("hidden", SILENT)])
def test_the_weakest_come_first_and_how_many_are_equally_weak_is_said(explored, layer, index):
    responses = explored.field.responses(layer)[:, index]
    alike = int((responses == np.nanmin(responses)).sum())
    first, other = (strip(explored, "field", layer, index, show="bottom", images=60, seed=s) for s in (0, 1))
    assert len(set(positions(first.pictures))) == 60
    np.testing.assert_array_equal(
        responses[positions(first.pictures)], np.sort(responses[explored.field.shown])[:60]
    )
    assert (positions(first.pictures)[0] == positions(other.pictures)[0]) == (alike == 1)
    assert (f"{alike} share the smallest response" in first.note) == (alike > 1)
    more = strip(explored, "field", layer, index, show="bottom", images=100)
    assert positions(more.pictures)[:60] == positions(first.pictures)


def test_random_images_come_from_all_that_were_shown_and_more_of_them_begin_with_the_same(explored):
    few = positions(strip(explored, "field", "hidden", 0, show="random", seed=5).pictures)
    all_ = positions(strip(explored, "field", "hidden", 0, show="random", seed=5, images=1000).pictures)
    assert all_[: len(few)] == few
    assert sorted(all_) == np.flatnonzero(explored.field.shown).tolist()


def test_every_sample_is_as_likely_to_be_drawn_first():
    responses = np.array([1.0, np.nan, 2.0, 0.0])
    rng = np.random.default_rng(0)
    firsts = [int(samples_by(responses, "random", rng)[0]) for _ in range(3000)]
    counts = np.bincount(firsts, minlength=4)
    assert counts[1] == 0
    np.testing.assert_allclose(counts[[0, 2, 3]] / 3000, 1 / 3, atol=0.04)


def test_only_the_strongest_are_there_where_single_responses_were_not_kept(summaries_only):
    for shown in panels(unit(summaries_only.study, "conv", 0), ImageStrip):
        assert len(shown.pictures) == 8
        assert shown.more is None
    for given in ({"show": "bottom"}, {"show": "random"}, {"images": 101}):
        for shown in panels(unit(summaries_only.study, "conv", 0, **given), ImageStrip):
            assert list(shown.pictures) == []
            assert 'keep="summaries"' in shown.empty
