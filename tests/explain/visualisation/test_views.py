"""What the model is shown: crops inside the picture, exact moves."""

import pytest
import torch
import torch.nn.functional as functional

from shiftscope.explain.visualisation.penalties import penalty, total_variation
from shiftscope.explain.visualisation.views import Crops, Moved, Whole, boxes, moves, resized, warp


def picture(rows=24, columns=24):
    return torch.rand(3, rows, columns, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def still(views=1):
    zero = torch.zeros(views, dtype=torch.float64)
    return zero, zero + 1, torch.zeros(views, 2, dtype=torch.float64)


def test_no_move_gives_the_picture():
    for rows, columns in ((24, 24), (20, 33)):
        given = picture(rows, columns)
        shown = Moved(warp((rows, columns), *still()), (rows, columns))(given)[0]
        torch.testing.assert_close(shown, given, rtol=0, atol=1e-6)


def test_a_quarter_turn_is_rot90():
    given = picture()
    _, one, nothing = still()
    shown = Moved(warp((24, 24), torch.tensor([90.0], dtype=torch.float64), one, nothing), (24, 24))(given)[0]
    torch.testing.assert_close(shown, given.rot90(1, (1, 2)), rtol=0, atol=1e-6)


def test_a_shift_moves_by_exactly_that_many_pixels():
    given = picture(20, 33)
    zero, one, _ = still()
    shown = Moved(warp((20, 33), zero, one, torch.tensor([[3.0, -5.0]], dtype=torch.float64)), (20, 33))(
        given
    )[0]
    torch.testing.assert_close(shown[:, 3:, :-5], given[:, :-3, 5:], rtol=0, atol=1e-6)


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


def test_crops_are_what_a_warp_reads_there():
    given = picture(40, 31).requires_grad_()
    drawn = boxes((40, 31), (12, 10), 6, least=0.3, most=0.9, generator=torch.Generator().manual_seed(0))
    shown = Crops(drawn, None, (12, 10))(given)
    top, left, height, width = drawn.T
    affine = torch.zeros(6, 2, 3, dtype=torch.float64)
    affine[:, 0, 0], affine[:, 1, 1] = width / 31, height / 40
    affine[:, 0, 2] = (2 * left + width) / 31 - 1
    affine[:, 1, 2] = (2 * top + height) / 40 - 1
    grid = functional.affine_grid(affine, [6, 3, 12, 10], align_corners=False)
    slow = functional.grid_sample(
        given.expand(6, -1, -1, -1), grid, padding_mode="border", align_corners=False
    )
    torch.testing.assert_close(shown, slow)
    pull = torch.randn(shown.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    ours, theirs = (torch.autograd.grad((each * pull).sum(), given)[0] for each in (shown, slow))
    torch.testing.assert_close(ours, theirs)


def test_gradients_reach_the_picture_through_every_move():
    given = picture().requires_grad_()
    affine = moves((24, 24), 5, generator=torch.Generator().manual_seed(0))
    Moved(affine, (24, 24))(given).sum().backward()
    assert (given.grad > 0).float().mean() > 0.9


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
