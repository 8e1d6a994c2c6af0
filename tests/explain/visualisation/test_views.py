"""What the model is shown: crops inside the picture, exact moves."""

import pytest
import torch

from shiftscope.explain.visualisation.penalties import penalty, total_variation
from shiftscope.explain.visualisation.views import Look, crops, moves, resized, warp, whole


def picture(rows=24, columns=24):
    return torch.rand(3, rows, columns, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def still(views=1):
    zero = torch.zeros(views, dtype=torch.float64)
    return zero, zero + 1, torch.zeros(views, 2, dtype=torch.float64)


def test_no_move_gives_the_picture():
    for rows, columns in ((24, 24), (20, 33)):
        given = picture(rows, columns)
        shown = Look(warp((rows, columns), *still()), None, (rows, columns))(given)[0]
        torch.testing.assert_close(shown, given, rtol=0, atol=1e-6)


def test_a_quarter_turn_is_rot90():
    given = picture()
    _, one, nothing = still()
    shown = Look(warp((24, 24), torch.tensor([90.0], dtype=torch.float64), one, nothing), None, (24, 24))(
        given
    )[0]
    torch.testing.assert_close(shown, given.rot90(1, (1, 2)), rtol=0, atol=1e-6)


def test_a_shift_moves_by_exactly_that_many_pixels():
    given = picture(20, 33)
    zero, one, _ = still()
    shown = Look(warp((20, 33), zero, one, torch.tensor([[3.0, -5.0]], dtype=torch.float64)), None, (20, 33))(
        given
    )[0]
    torch.testing.assert_close(shown[:, 3:, :-5], given[:, :-3, 5:], rtol=0, atol=1e-6)


def test_crops_lie_inside_and_have_the_shape_of_the_inputs():
    for spread in (0.15, float("inf")):
        affine = crops(
            (90, 60),
            (30, 30),
            200,
            least=0.2,
            most=0.9,
            generator=torch.Generator().manual_seed(0),
            spread=spread,
        )
        across, down = affine[:, 0, 0], affine[:, 1, 1]
        assert (affine[:, 0, 2].abs() + across <= 1 + 1e-12).all()
        assert (affine[:, 1, 2].abs() + down <= 1 + 1e-12).all()
        torch.testing.assert_close(across * 60, down * 90)  # as square as the model's inputs
        assert float((across).min()) >= 0.2
        assert float(across.max()) <= 0.9


def test_gradients_reach_the_picture_through_every_move():
    given = picture().requires_grad_()
    affine = moves((24, 24), 5, generator=torch.Generator().manual_seed(0))
    Look(affine, None, (24, 24))(given).sum().backward()
    assert (given.grad > 0).float().mean() > 0.9


def test_the_whole_at_another_size():
    assert whole((10, 12))(picture()).shape == (1, 3, 10, 12)
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
