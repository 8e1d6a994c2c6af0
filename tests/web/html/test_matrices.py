"""The picture of a matrix, pixel by pixel."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from shiftscope.views.page.panels import Matrix, Role
from shiftscope.web.html.addresses import Served
from shiftscope.web.html.matrices import RAMPS, drawing

SERVED = Served(root="./", version=lambda dataset: "1", assets="2")


def picture(counts: np.ndarray, *, hide_diagonal: bool = False, role: Role | None = None) -> Image.Image:
    names = [str(index) for index in range(len(counts))]
    panel = Matrix("m", counts, names, names, "true", "predicted", "p", hide_diagonal, role)
    data = drawing(panel, SERVED).picture.removeprefix("data:image/png;base64,")
    return Image.open(io.BytesIO(base64.b64decode(data)))


def lightness(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB").convert("L"), dtype=int)


def test_one_pixel_for_each_cell_and_none_for_zero() -> None:
    image = picture(np.array([[1, 0], [20, 400]]))
    assert image.size == (2, 2)
    opaque = np.asarray(image.convert("RGBA"))[..., 3] > 0
    np.testing.assert_array_equal(opaque, [[True, False], [True, True]])


@pytest.mark.parametrize("role", RAMPS)
def test_larger_counts_are_darker(role: Role | None) -> None:
    counts = np.diag([1, 3, 10, 40, 200, 1000])
    shades = np.diag(lightness(picture(counts, role=role)))
    assert (np.diff(shades) < -15).all()


def test_a_hidden_diagonal_is_empty_and_does_not_set_the_scale() -> None:
    image = picture(np.array([[1000, 7], [1, 1000]]), hide_diagonal=True)
    opaque = np.asarray(image.convert("RGBA"))[..., 3] > 0
    np.testing.assert_array_equal(opaque, [[False, True], [True, False]])
    strongest = picture(np.array([[0, 1000], [1, 0]]))
    assert lightness(image)[0, 1] == lightness(strongest)[0, 1]


def test_the_counts_of_the_caller_are_left_as_they_are() -> None:
    counts = np.array([[5, 1], [1, 5]])
    picture(counts, hide_diagonal=True)
    np.testing.assert_array_equal(counts, [[5, 1], [1, 5]])


def test_a_lone_count_among_a_million_cells_is_seen() -> None:
    counts = np.zeros((1000, 1000), dtype=np.int64)
    counts[500, 0] = 3
    opaque = np.asarray(picture(counts).convert("RGBA"))[..., 3] > 0
    rows, columns = np.nonzero(opaque)
    assert set(rows) == {499, 500, 501}
    assert set(columns) == {0, 1}


def test_a_thousand_categories_fit_a_page() -> None:
    rng = np.random.default_rng(0)
    counts = np.zeros((1000, 1000), dtype=np.int64)
    np.add.at(counts, (rng.integers(0, 1000, 10_000), rng.integers(0, 1000, 10_000)), 1)
    names = [str(index) for index in range(1000)]
    drawn = drawing(Matrix("m", counts, names, names, "true", "predicted", "p"), SERVED)
    assert len(drawn.picture) < 200_000
    assert len(drawn.data["cells"]) == 3 * np.count_nonzero(counts)
    assert len(drawn.largest) == 20


def test_differences_part_at_zero_and_say_both_ends() -> None:
    differences = np.array([[0.0, 40.0], [-20.0, np.nan]])
    names = ["a", "b"]
    panel = Matrix(
        "m", differences, names, names, "label", "prediction", "p", signed=True, measured_in="points"
    )
    drawn = drawing(panel, SERVED)
    assert drawn.ends == ("−40.0", "+40.0")
    assert drawn.data["cells"] == [0, 1, 40.0, 1, 0, -20.0]
    assert [words for _, words in drawn.largest] == ["+40.0", "−20.0"]
    picture = Image.open(io.BytesIO(base64.b64decode(drawn.picture.removeprefix("data:image/png;base64,"))))
    red, _, blue, opaque = np.moveaxis(np.asarray(picture.convert("RGBA"), dtype=int), -1, 0)
    np.testing.assert_array_equal(opaque > 0, [[False, True], [True, False]])
    assert red[0, 1] > blue[0, 1]  # more than before, in the colour of the shifted sets
    assert blue[1, 0] > red[1, 0]


def test_a_lone_fall_among_a_million_cells_is_seen() -> None:
    differences = np.zeros((1000, 1000))
    differences[500, 0], differences[500, 1] = -9, 3
    names = [str(index) for index in range(1000)]
    panel = Matrix("m", differences, names, names, "label", "prediction", "p", signed=True)
    drawn = drawing(panel, SERVED).picture.removeprefix("data:image/png;base64,")
    red, _, blue = np.moveaxis(
        np.asarray(Image.open(io.BytesIO(base64.b64decode(drawn))).convert("RGB"), int), -1, 0
    )
    assert (
        blue[499:502, 0:2] > red[499:502, 0:2]
    ).all()  # the larger of two neighbours is the one that spreads


def test_a_matrix_is_drawn_once_and_leads_elsewhere_from_each_page() -> None:
    panel = Matrix("m", np.eye(3, dtype=np.int64), "abc", "abc", "true", "predicted", "at/{row}/{column}")
    below = Served(root="../", version=lambda dataset: "1", assets="2")
    first, second = drawing(panel, SERVED), drawing(panel, below)
    assert second.picture is first.picture
    assert [drawn.data["page"] for drawn in (first, second)] == [
        "./at/{row}/{column}",
        "../at/{row}/{column}",
    ]


def test_two_matrices_of_one_title_are_two() -> None:
    one, other = (Matrix("m", np.full((2, 2), n), "ab", "ab", "true", "predicted", "p") for n in (1, 2))
    assert one != other
    assert drawing(one, SERVED).data["cells"] != drawing(other, SERVED).data["cells"]
