from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import pywt
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.wavelets.wavelet_attribution import wavelet_attribution

WAVELETS = ["haar", "db2", "db4", "sym4", "bior1.3", "bior2.2", "bior4.4", "rbio2.2"]
SHORT = [name for name in WAVELETS if name != "bior4.4"]


def flat(bands):
    """(sample, coefficient) all bands of each sample, one after the other."""
    arrays = [bands[0], *(band for each in bands[1:] for band in each.values())]
    return np.concatenate([a.reshape(len(a), -1) for a in arrays], axis=1)


def synthesis(length, wavelet, mode, level):
    """(place, coefficient) the one-axis inverse transform as a matrix, from what each single coefficient gives."""
    shapes = [len(c) for c in pywt.wavedec(np.zeros(length), wavelet, mode=mode, level=level)]
    columns = []
    for band, size in enumerate(shapes):
        for place in range(size):
            coefficients = [np.zeros(n) for n in shapes]
            coefficients[band][place] = 1
            columns.append(pywt.waverec(coefficients, wavelet, mode=mode)[:length])
    return np.stack(columns, axis=1), shapes


def level_matrices(length, wavelet, mode):
    """One level of synthesis as two (place, coefficient) matrices, low and high."""
    size = pywt.dwt_coeff_len(length, pywt.Wavelet(wavelet).dec_len, mode)
    units = np.eye(size)
    low = np.stack([pywt.idwt(u, None, wavelet, mode)[:length] for u in units], axis=1)
    high = np.stack([pywt.idwt(None, u, wavelet, mode)[:length] for u in units], axis=1)
    return torch.tensor(low), torch.tensor(high)


def through_the_transform(weights, wavelet, level, mode):
    """Gradient of a non-linear number with respect to wavelet coefficients, by autograd through torch matrices."""
    axes = weights.ndim - 2
    leaves, sizes = [], [tuple(weights.shape[2:])]
    matrices = []
    for _ in range(level):
        at = [level_matrices(n, wavelet, mode) for n in sizes[-1]]
        matrices.append(at)
        sizes.append(tuple(low.shape[1] for low, _ in at))
    rng = np.random.default_rng(1)

    def leaf(size):
        made = torch.tensor(rng.normal(size=(*weights.shape[:2], *size)), requires_grad=True)
        leaves.append(made)
        return made

    signal = leaf(sizes[-1])
    names = ["".join(kinds) for kinds in product("ad", repeat=axes)][1:]
    if axes == 2:
        names = ["da", "ad", "dd"]  # h, v, d
    for size, at in zip(reversed(sizes[1:]), reversed(matrices), strict=True):
        bands = {"a" * axes: signal} | {name: leaf(size) for name in names}
        parts = []
        for name, band in bands.items():
            for axis, kind in enumerate(name):
                matrix = at[axis]["ad".index(kind)]
                band = torch.movedim(torch.movedim(band, 2 + axis, -1) @ matrix.T, -1, 2 + axis)
            parts.append(band)
        signal = sum(parts)
    signal.retain_grad()
    (torch.tensor(weights) * signal + signal.tanh() ** 2).sum().backward()
    return signal.grad.numpy(), [each.grad.numpy() for each in leaves]


CASES = [
    *((wavelet, size, 2) for wavelet in WAVELETS for size in [(32, 32), (33, 33), (30, 30), (40, 57)]),
    *((wavelet, size, 3) for wavelet in WAVELETS for size in [(64,), (61,)]),
    *((wavelet, size, 1) for wavelet in SHORT for size in [(16, 16, 16), (15, 15, 15)]),
    ("bior4.4", (18, 19, 18), 1),  # its ten filter taps need 18 places
]


@pytest.mark.filterwarnings("ignore:level")
@pytest.mark.parametrize(("wavelet", "size", "level"), CASES)
def test_the_closed_form_is_the_gradient_through_the_transform(wavelet, size, level):
    level = min(level, pywt.dwt_max_level(min(size), wavelet))
    weights = np.random.default_rng(0).normal(size=(2, 2, *size))
    gradient, expected = through_the_transform(weights, wavelet, level, "zero")
    found = flat(wavelet_attribution(gradient, wavelet=wavelet, level=level).values)
    together = np.concatenate([each.reshape(2, -1) for each in expected], axis=1)
    np.testing.assert_allclose(found, together, rtol=0, atol=1e-12 * np.abs(together).max())


@pytest.mark.parametrize("wavelet", WAVELETS)
def test_in_periodization_the_adjoint_is_the_analysis_in_periodization(wavelet):
    matrix, _ = synthesis(32, wavelet, "periodization", 1)
    gradient = np.random.default_rng(0).normal(size=(3, 1, 32))
    found = wavelet_attribution(gradient, wavelet=wavelet, level=1, mode="periodization")
    np.testing.assert_allclose(flat(found.values), gradient[:, 0] @ matrix, atol=1e-12)


@pytest.mark.parametrize("mode", ["reflect", "zero", "periodic"])
@pytest.mark.parametrize("wavelet", WAVELETS)
def test_several_levels_agree_with_the_explicit_matrix_of_the_synthesis(wavelet, mode):
    level = pywt.dwt_max_level(45, wavelet)
    matrix, _ = synthesis(45, wavelet, mode, level)
    gradient = np.random.default_rng(0).normal(size=(3, 1, 45))
    found = flat(wavelet_attribution(gradient, wavelet=wavelet, level=level, mode=mode).values)
    np.testing.assert_allclose(found, gradient[:, 0] @ matrix, atol=1e-12 * np.abs(found).max())


@pytest.mark.parametrize("mode", ["reflect", "zero", "periodic"])
@pytest.mark.parametrize("wavelet", ["haar", "db4", "bior2.2"])
def test_attribution_times_the_input_of_a_linear_model_adds_up_to_its_answer(wavelet, mode):
    rng = np.random.default_rng(0)
    weights, inputs = rng.normal(size=(2, 1, 3, 40, 57))  # one sample each
    found = wavelet_attribution(
        weights, inputs, wavelet=wavelet, level=2, mode=mode, times_input=True, baselines=0.5
    )
    np.testing.assert_allclose(flat(found.values).sum(), (weights * (inputs - 0.5)).sum(), rtol=1e-10)


@pytest.mark.parametrize(("wavelet", "size"), [("haar", 32), ("haar", 33), ("haar", 30), ("db4", 32)])
def test_an_orthonormal_wavelet_keeps_the_energy_of_the_gradient(wavelet, size):
    gradient = np.random.default_rng(0).normal(size=(2, 3, size, size))
    found = flat(wavelet_attribution(gradient, wavelet=wavelet, level=2).values)
    np.testing.assert_allclose((found**2).sum(), (gradient**2).sum(), rtol=1e-11)


def test_stripes_and_a_checkerboard_have_one_orientation_each():
    rows = np.tile([[1.0], [-1.0]], (8, 16))
    pictures = np.stack([rows, rows.T, rows * rows.T])[:, None]
    found = wavelet_attribution(pictures, level=1)
    assert found.orientations == ("h", "v", "d")
    np.testing.assert_allclose(found.orientation_share, np.eye(3), atol=1e-15)
    np.testing.assert_allclose(found.scale_share, [[1, 0]] * 3, atol=1e-15)
    assert [np.count_nonzero(band[i]) for i, band in enumerate(found.coeffs[1].values())] == [64, 64, 64]


def test_a_number_that_reads_one_coefficient_has_one_attribution():
    single = wavelet_attribution(np.zeros((1, 1, 16, 16)), level=3).values
    single[2]["v"][0, 0, 1, 2] = 1
    gradient = pywt.waverec2([single[0], *(tuple(each.values()) for each in single[1:])], "haar")
    found = wavelet_attribution(gradient, level=3)
    assert np.count_nonzero(np.abs(flat(found.values)) > 1e-12) == 1
    np.testing.assert_allclose(found.scale_share, [[0, 1, 0, 0]], atol=1e-12)  # the second finest of three


def test_a_silent_sample_has_zeros_and_no_shares():
    found = wavelet_attribution(np.zeros((1, 3, 8, 8)), level=2)
    assert not found.to_pixels().any()
    assert np.isnan(found.scale_share).all()
    assert np.isnan(found.orientation_share).all()


def test_channels_add_up_unless_their_mean_is_asked_for():
    one = np.random.default_rng(0).normal(size=(1, 1, 8, 8))
    opposite = np.concatenate([one, -one], axis=1)
    np.testing.assert_allclose(
        wavelet_attribution(opposite).to_pixels(), 2 * wavelet_attribution(one).to_pixels(), rtol=1e-12
    )
    assert not wavelet_attribution(opposite, channels="abs_of_mean").to_pixels().any()


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_haar_levels_at_pixels_are_the_bilinear_upsampling_of_their_bands(level):
    found = wavelet_attribution(np.random.default_rng(0).normal(size=(2, 3, 32, 48)), level=3)
    band = found.coeffs[0] if level == 3 else sum(found.coeffs[3 - level].values())
    expected = torch.nn.functional.interpolate(
        torch.tensor(band)[:, None], (32, 48), mode="bilinear", align_corners=False
    )
    np.testing.assert_allclose(found.to_pixels(level), expected[:, 0], rtol=1e-12)


@pytest.mark.parametrize("mode", ["reflect", "periodization"])
@pytest.mark.parametrize("wavelet", [name for name in WAVELETS if name != "db4"])  # db4 is lopsided by design
def test_a_long_wavelet_is_drawn_where_it_reads(wavelet, mode):
    for place in (20, 21, 37):
        gradient = np.zeros((1, 1, 64))
        gradient[0, 0, place] = 1
        fine = wavelet_attribution(gradient, wavelet=wavelet, level=1, mode=mode).to_pixels(0)[0]
        centre = (fine * np.arange(64)).sum() / fine.sum()
        assert abs(centre - place) <= 1.5


def test_the_mosaic_holds_every_coefficient_at_its_own_size():
    found = wavelet_attribution(np.random.default_rng(0).normal(size=(2, 1, 33, 40)), level=3)
    mosaic = found.mosaic()
    sizes = [(5, 5), (5, 5), (9, 10), (17, 20)]
    assert [b.shape[1:] for b in (found.coeffs[0], *(e["h"] for e in found.coeffs[1:]))] == sizes
    assert mosaic.shape == (2, 10 + 9 + 17, 10 + 10 + 20)
    np.testing.assert_allclose(np.nansum(mosaic), flat(found.coeffs).sum(), rtol=1e-12)
    np.testing.assert_array_equal(mosaic[:, :17, 20:], found.coeffs[3]["h"])
    np.testing.assert_array_equal(mosaic[:, 19:, :20], found.coeffs[3]["v"])


@pytest.mark.parametrize("size", [(61,), (33, 40), (15, 16, 17)])
def test_all_coefficients_give_the_input_back_and_none_give_zeros(size):
    inputs = np.random.default_rng(0).normal(size=(2, 1, *size))
    found = wavelet_attribution(inputs, inputs, level=2)
    np.testing.assert_allclose(found.reconstruct(keep=1), inputs, atol=1e-12)
    assert not found.reconstruct(keep=0).any()


def test_the_coefficients_that_matter_suffice():
    rng = np.random.default_rng(0)
    read, other = np.zeros((2, 1, 1, 16, 16))
    read[..., :8, :8], other[..., 8:, 8:] = rng.normal(size=(2, 8, 8))
    found = wavelet_attribution(read, read + other, level=3)
    np.testing.assert_allclose(found.reconstruct(keep=0.25), read, atol=1e-12)


def test_a_batch_is_its_samples_and_tensors_are_arrays():
    gradient = np.random.default_rng(0).normal(size=(4, 3, 20, 24)).astype(np.float32)
    together = wavelet_attribution(torch.tensor(gradient), wavelet="db2", level=2)
    alone = wavelet_attribution(gradient[1:2], wavelet="db2", level=2)
    np.testing.assert_array_equal(flat(together.values)[1:2], flat(alone.values))
    assert flat(together.values).dtype == np.float32


@pytest.mark.parametrize(
    ("size", "wavelet", "largest"), [(224, "haar", 7), (224, "db4", 5), (32, "db4", 2), (28, "haar", 4)]
)
def test_a_level_that_is_too_deep_is_clamped_and_told(size, wavelet, largest):
    told = f"level 9 asked for; {size}x{size} allows {largest} with '{wavelet}', used {largest}."
    with pytest.warns(UserWarning, match=told):
        assert wavelet_attribution(np.ones((1, 1, size, size)), wavelet=wavelet, level=9).level == largest


@pytest.mark.parametrize(
    ("shape", "options", "told"),
    [
        ((1, 1, 8, 8), {"wavelet": "db4"}, "8x8 is too small for the wavelet 'db4'; haar reaches level 3"),
        ((1, 1, 8, 1), {}, "cannot decompose an axis of length 1"),
        ((1, 1, 8, 8), {"level": 0}, "level 0 decomposes nothing"),
        ((1, 8), {}, "1 to 3 axes"),
        ((1, 1, 12, 12), {"mode": "periodization"}, "needs axes divisible by 8; these are 12x12"),
        ((1, 1, 8, 8), {"times_input": True}, "give them as `inputs`"),
        ((1, 1, 8, 8), {"inputs": np.zeros((1, 1, 8, 9))}, "they must agree"),
    ],
)
def test_what_cannot_be_decomposed_is_refused(shape, options, told):
    with pytest.raises(BadRequest, match=told):
        wavelet_attribution(np.ones(shape), **options)


def test_what_cannot_be_drawn_is_refused():
    found = wavelet_attribution(np.ones((1, 1, 8)), level=2)
    with pytest.raises(BadRequest, match="a mosaic shows pictures"):
        found.mosaic()
    with pytest.raises(BadRequest, match="no level 3"):
        found.to_pixels(3)
    with pytest.raises(BadRequest, match="no inputs"):
        found.reconstruct(keep=0.5)
    with pytest.raises(BadRequest, match="from 0 to 1"):
        found.reconstruct(keep=5)


def test_it_says_in_a_line_what_it_is():
    found = wavelet_attribution(np.ones((2, 3, 8, 16)), level=2)
    assert repr(found) == "WaveletAttribution: 'haar' to level 2 of 2 samples of 3 channels, 8x16"
