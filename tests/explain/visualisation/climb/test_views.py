"""What the model is shown: crops inside the picture, exact moves."""

import pytest
import torch
import torch.nn.functional as functional

from shiftscope.explain.visualisation.climb.penalties import penalty, total_variation
from shiftscope.explain.visualisation.climb.views import Crops, Moved, Whole, boxes, moves, resized, warp


def picture(rows=24, columns=24):
    return torch.rand(3, rows, columns, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def moved(given, *, degrees=0.0, scale=1.0, before=(0, 0), after=(0, 0)):
    one = {
        name: torch.tensor([each], dtype=torch.float64)
        for name, each in (("before", before), ("after", after))
    }
    angle, size = (torch.tensor([each], dtype=torch.float64) for each in (degrees, scale))
    return Moved(warp(tuple(given.shape[1:]), angle, size, **one), tuple(given.shape[1:]))(given)[0]


def close(shown, expected):
    torch.testing.assert_close(shown, expected, rtol=0, atol=1e-6)


def test_no_move_gives_the_picture():
    for rows, columns in ((24, 24), (20, 33)):
        given = picture(rows, columns)
        close(moved(given), given)


def test_a_quarter_turn_is_rot90():
    given = picture()
    close(moved(given, degrees=90.0), given.rot90(1, (1, 2)))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_shift_moves_by_exactly_that_many_pixels(when):
    given = picture(20, 33)
    close(moved(given, **{when: (3, -5)})[:, 3:, :-5], given[:, :-3, 5:])


def test_one_shift_comes_before_the_turn_and_one_after():
    given = torch.zeros(1, 24, 24, dtype=torch.float64)
    given[0, 10, 6] = 1.0
    # Down by 3 and left by 5 to (13, 1); rot90 brings (row, column) to (23 - column, row); up by 2 and right by 4.
    shown = moved(given, degrees=90.0, before=(3, -5), after=(-2, 4))
    expected = torch.zeros_like(given)
    expected[0, 20, 17] = 1.0
    close(shown, expected)


def test_a_shift_before_is_enlarged_and_one_after_is_not():
    ramp = torch.arange(24, dtype=torch.float64).expand(1, 24, 24)
    inside = slice(8, 16)  # away from reflections
    for given in (ramp, ramp.mT):
        still = moved(given, scale=2.0)
        close(moved(given, scale=2.0, before=(1, 1))[:, inside, inside], still[:, inside, inside] - 1)
        close(moved(given, scale=2.0, after=(1, 1))[:, inside, inside], still[:, inside, inside] - 0.5)


@pytest.mark.parametrize("spread", [0.15, float("inf")])
def test_boxes_lie_inside_and_have_the_shape_of_the_inputs(spread):
    drawn = boxes(
        (90, 60),
        (30, 30),
        200,
        least=0.2,
        most=0.9,
        generator=torch.Generator().manual_seed(0),
        spread=spread,
    )
    top, left, height, width = drawn.T
    assert (top >= 0).all()
    assert (left >= 0).all()
    assert (top + height <= 90 + 1e-9).all()
    assert (left + width <= 60 + 1e-9).all()
    torch.testing.assert_close(height, width)  # as square as the model's inputs
    assert 0.2 * 60 <= float(height.min()) < float(height.max()) <= 0.9 * 60


def test_crops_are_what_a_warp_reads_of_their_pixels():
    given = picture(40, 31).requires_grad_()
    size = 48, 40  # so large that no crop becomes smaller
    drawn = boxes((40, 31), size, 6, least=0.3, most=0.9, generator=torch.Generator().manual_seed(0))
    shown = Crops(drawn, None, size)(given)
    whole = torch.eye(2, 3, dtype=torch.float64)[None]
    slow = []
    for top, left, height, width in drawn.tolist():
        patch = given[None, :, round(top) : round(top + height), round(left) : round(left + width)]
        grid = functional.affine_grid(whole, [1, 3, *size], align_corners=False)
        slow.append(functional.grid_sample(patch, grid, padding_mode="border", align_corners=False))
    slow = torch.cat(slow)
    torch.testing.assert_close(shown, slow)
    pull = torch.randn(shown.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    ours, theirs = (torch.autograd.grad((each * pull).sum(), given)[0] for each in (shown, slow))
    torch.testing.assert_close(ours, theirs)


def cropped(given, box, size):
    return Crops(torch.tensor([box], dtype=torch.float64), None, size)(given)[0]


@pytest.mark.parametrize("size", [(12, 10), (40, 31), (25, 31), (9, 60)])
def test_a_crop_of_all_is_the_picture_at_another_size(size):
    given = picture(40, 31)
    expected = functional.interpolate(
        given[None], size, mode="bilinear", align_corners=False, antialias=True
    )[0]
    torch.testing.assert_close(cropped(given, [0, 0, 40, 31], size), expected)


def test_a_crop_at_half_its_size_is_smoothed_by_hand():
    given = torch.tensor([0.0, 8, 0, 0, 8, 8, 0, 8], dtype=torch.float64).expand(1, 4, 8)
    shown = cropped(given, [0, 2, 4, 4], (2, 2))[0, 0]
    # (3, 3, 1) / 7 of the three pixels from either end of 0, 0, 8, 8: a triangle over four, of which one is outside.
    torch.testing.assert_close(shown, torch.tensor([8 / 7, 48 / 7], dtype=torch.float64))


def test_a_crop_of_less_than_a_pixel_is_the_pixel_it_lies_in():
    given = picture(40, 31)
    for box, at in (([39.9, 30.8, 0.05, 0.1], (39, 30)), ([0.1, 0.2, 0.05, 0.1], (0, 0))):
        shown = cropped(given, box, (4, 5))
        torch.testing.assert_close(shown, given[:, at[0], at[1], None, None].expand(3, 4, 5))


def test_fine_detail_is_grey_in_a_smaller_crop_and_a_constant_stays():
    stripes = (torch.arange(48) % 2).double().expand(1, 48, 48)
    shown = cropped(stripes, [3.0, 5.0, 40.0, 40.0], (10, 10))
    torch.testing.assert_close(shown, torch.full_like(shown, 0.5), rtol=0, atol=0.04)
    grey = cropped(torch.full((1, 48, 48), 0.3), [0.0, 0.0, 47.0, 47.0], (10, 10))
    torch.testing.assert_close(grey, torch.full_like(grey, 0.3))


@pytest.mark.parametrize(("side", "first", "second"), [(64, 8, 4), (63, 2, 2), (8, 2, 2)])
def test_pictures_move_as_far_as_cutting_pixels_off_at_random_moves_them(side, first, second):
    """Of those that are neither turned nor scaled: both shifts together, against cuts that begin anywhere."""
    affine = moves((side, side), 40_000, generator=torch.Generator().manual_seed(0))
    still = affine[(affine[:, :, :2] - torch.eye(2)).abs().amax((1, 2)) < 1e-6]
    shifts = (still[:, :, 2] * side / 2).round()
    cut = torch.tensor([one + two for one in range(first + 1) for two in range(second + 1)]).double()
    cut -= (first + second) / 2
    assert set(shifts.ravel().tolist()) == set(cut.tolist())
    assert float(shifts.square().mean()) == pytest.approx(float(cut.square().mean()), rel=0.1)


def test_gradients_reach_the_picture_through_every_move():
    given = picture().requires_grad_()
    affine = moves((24, 24), 5, generator=torch.Generator().manual_seed(0))
    Moved(affine, (24, 24))(given).sum().backward()
    assert (given.grad > 0).float().mean() > 0.9


@pytest.mark.parametrize(
    "move", [{"degrees": 7.0}, {"scale": 0.9}, {"scale": 1.1}, {"before": (2, -1)}, {"after": (2, -1)}]
)
def test_gradients_reach_the_picture_through_each_move_alone(move):
    given = picture().requires_grad_()
    moved(given, **move).sum().backward()
    assert (given.grad > 0).float().mean() > 0.8


def test_the_whole_at_another_size():
    assert Whole((10, 12))(picture()).shape == (1, 3, 10, 12)
    given = picture()
    assert resized(given, (24, 24)) is given


def test_total_variation_of_a_checkerboard():
    board = (torch.arange(8)[:, None] + torch.arange(8)) % 2
    assert float(total_variation(board[None].double())) == 112
    assert float(total_variation(torch.ones(1, 8, 8))) == 0


@pytest.mark.parametrize(("weight", "expected"), [("tv", 112 / 64), ("l1", 0.5), ("l2", 0.25)])
def test_penalties_are_per_pixel(weight, expected):
    board = ((torch.arange(8)[:, None] + torch.arange(8)) % 2)[None].double()
    weights = {"tv": 0.0, "l1": 0.0, "l2": 0.0, "blur": 0.0, weight: 1.0}
    assert float(penalty(board, 0.5, **weights)) == pytest.approx(expected)
