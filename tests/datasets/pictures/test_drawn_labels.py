from __future__ import annotations

import numpy as np
import pytest

from shiftscope.datasets.pictures.drawn_labels import draw
from shiftscope.errors import BadRequest


def drawn(values: list[float], **options: object) -> list[int]:
    picture = draw(np.array(values, np.float32).reshape(1, 1, -1), **options)
    return np.asarray(picture).ravel().tolist()


def test_values_from_0_to_1_are_rounded_to_bytes() -> None:
    assert drawn([0, 0.001, 0.002, 0.5, 1]) == [0, 0, 1, 128, 255]


def test_other_values_are_spread_from_black_to_white() -> None:
    assert drawn([-1, 0, 4]) == [0, 51, 255]
    assert drawn([0, 0.5], stretch=True) == [0, 255]


def test_a_constant_beyond_the_range_is_black() -> None:
    assert drawn([7, 7]) == [0, 0]


def test_a_known_normalisation_is_undone_and_cut_off() -> None:
    assert drawn([-2, 0, 0.5, 9], mean=0.4, std=0.2) == [0, 102, 128, 255]


def test_what_is_not_finite_is_black_and_does_not_count() -> None:
    assert drawn([np.nan, np.inf, -1, 1]) == [0, 0, 0, 255]
    assert drawn([np.nan, np.nan]) == [0, 0]


def test_the_largest_numbers_there_are() -> None:
    assert drawn([-3e38, 0, 3e38]) == [0, 128, 255]


def test_only_one_or_three_channels_make_a_picture() -> None:
    assert draw(np.zeros((2, 4, 4))) is None
    assert draw(np.zeros((4, 4))) is None
    assert draw(np.zeros((3, 0, 4))) is None
    assert draw(np.zeros((3, 2, 4))).size == (4, 2)


def test_two_means_are_refused() -> None:
    with pytest.raises(BadRequest, match=r"mean=.*one number, or one for each channel"):
        draw(np.zeros((3, 2, 2)), mean=[0.1, 0.2])
