from __future__ import annotations

import numpy as np
import pytest
import pywt
import torch

from shiftscope.errors import BadRequest, ShapeError
from shiftscope.explain.attribution.faithfulness.features import Coefficients, Groups, cells


def test_a_place_is_removed_with_all_its_channels():
    inputs, fill = torch.ones(1, 2, 2, 2), torch.zeros(1, 2, 2, 2)
    kept = torch.tensor([[True, True, False, True]])
    shown = Groups((2, 2, 2)).shown(inputs, fill, kept)
    assert shown.tolist() == [[[[1, 1], [0, 1]]] * 2]


def test_scores_of_places_sum_over_channels_and_of_groups_over_places_too():
    maps = torch.arange(8.0).reshape(1, 2, 2, 2)
    assert Groups((2, 2, 2)).scores(maps).tolist() == [[4, 6, 8, 10]]
    columns = Groups((2, 2, 2), torch.tensor([[0, 1], [0, 1]]))
    assert columns.scores(maps).tolist() == [[12, 16]]
    assert columns.scores(maps.sum(1)).tolist() == [[12, 16]]
    assert columns.scores(maps.expand(3, 1, 2, 2, 2)).shape == (3, 1, 2)
    assert Groups((4,)).scores(torch.ones(2, 3, 4)).shape == (2, 3, 4)
    with pytest.raises(ShapeError, match="maps of"):
        columns.scores(torch.ones(1, 3, 3))
    with pytest.raises(ShapeError, match="whole numbers"):
        Groups((2, 2, 2), torch.tensor([0, 1]))


def test_cells_cut_every_axis_into_equal_parts():
    groups = cells((3, 4, 6), 2)
    assert groups.count == 4
    assert groups.labels.reshape(4, 6).tolist() == [[0] * 3 + [1] * 3] * 2 + [[2] * 3 + [3] * 3] * 2
    assert cells((1, 3, 5), 9).count == 15


@pytest.mark.parametrize("wavelet", ["haar", "db4"])
@pytest.mark.parametrize("size", [(32, 32), (33, 40), (61,), (16, 15, 16)])
def test_coefficients_that_are_all_kept_give_the_input_and_none_the_fill(wavelet: str, size: tuple[int, ...]):
    level = min(2, pywt.dwt_max_level(min(size), wavelet))
    features = Coefficients((2, *size), wavelet=wavelet, level=level)
    generator = torch.Generator().manual_seed(0)
    inputs, fill = torch.randn(2, 3, 2, *size, generator=generator, dtype=torch.float64)
    kept = torch.ones(3, features.count, dtype=torch.bool)
    torch.testing.assert_close(features.shown(inputs, fill, kept), inputs, atol=1e-10, rtol=0)
    torch.testing.assert_close(features.shown(inputs, fill, ~kept), fill, atol=1e-10, rtol=0)


def test_some_coefficients_kept_are_what_pywavelets_makes_of_them():
    features = Coefficients((1, 33, 40), wavelet="db2", level=2)
    inputs = torch.randn(1, 1, 33, 40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    kept = torch.rand(1, features.count, generator=torch.Generator().manual_seed(1)) < 0.3
    approximation, *levels = pywt.wavedec2(inputs[0, 0].numpy(), "db2", mode="reflect", level=2)
    mask = iter(kept[0].numpy())

    def masked(band: np.ndarray) -> np.ndarray:
        return band * np.fromiter((next(mask) for _ in range(band.size)), bool).reshape(band.shape)

    cut = [masked(approximation), *[tuple(masked(band) for band in level) for level in levels]]
    expected = pywt.waverec2(cut, "db2", mode="reflect")[:33, :40]
    shown = features.shown(inputs, torch.zeros_like(inputs), kept)[0, 0].numpy()
    np.testing.assert_allclose(shown, expected, atol=1e-10)


def test_scores_of_a_gradient_are_sizes_of_its_coefficients_in_the_order_of_bands():
    features = Coefficients((2, 16, 16), wavelet="haar", level=2)
    gradient = torch.randn(1, 2, 16, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    by_channel = [pywt.wavedec2(each, "haar", mode="zero", level=2) for each in gradient[0].numpy()]
    sizes = [sum(abs(bands[0]) for bands in by_channel)[None]]
    for level in (1, 2):
        sizes.append(
            {
                name: sum(abs(bands[level][place]) for bands in by_channel)[None]
                for place, name in enumerate("hvd")
            }
        )
    torch.testing.assert_close(features.scores(gradient), features.flattened(sizes))


def test_what_has_no_orthonormal_coefficients_is_refused():
    with pytest.raises(BadRequest, match="not orthonormal"):
        Coefficients((1, 32, 32), wavelet="bior2.2")
    with pytest.raises(BadRequest, match="levels 1 to 2"):
        Coefficients((1, 32, 32), wavelet="db4", level=3)
    with pytest.raises(BadRequest, match="no coefficients"):
        Coefficients((1, 1, 32))
