"""What the coefficients of an input's wavelet transform do to a number."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.wavelets.transform import (
    Bands,
    analysed,
    dual,
    level_within,
    synthesised,
)
from shiftscope.explain.attribution.wavelets.upsampling import upsampled

FloatArray = npt.NDArray[np.floating[Any]]
ChannelRule = Literal["sum_of_abs", "abs_of_mean"]


@dataclass(frozen=True, eq=False)
class WaveletAttribution:
    """Attribution of one number to the wavelet coefficients of each sample.

    Bands are listed as the approximation, then a dict of details for each level from coarse to fine: `h`, `v`, `d` of
    a picture (horizontal stripes are in `h`), `d` of a series, `aad` … `ddd` of a volume. Levels count from the finest:
    0 is the finest detail, `level` the approximation.
    """

    values: Bands  # signed, each band (sample, channel, *axis)
    size: tuple[int, ...]  # of the input's axes
    wavelet: str
    mode: str
    level: int
    channels: ChannelRule = "sum_of_abs"
    of_inputs: Bands | None = None  # the inputs' own coefficients

    def __repr__(self) -> str:
        size, given = (
            "x".join(map(str, self.size)),
            "" if self.of_inputs is None else ", with the inputs' own",
        )
        samples, channels = self.values[0].shape[:2]
        return (
            f"WaveletAttribution: {self.wavelet!r} to level {self.level} of {samples} samples of {channels} channels, "
            f"{size}{given}"
        )

    @cached_property
    def coeffs(self) -> Bands:
        """Strength of attribution over all channels: bands of (sample, *axis), none negative."""
        reduced = _abs_of_mean if self.channels == "abs_of_mean" else _sum_of_abs
        approximation, *details = self.values
        return [reduced(approximation), *({name: reduced(band) for name, band in d.items()} for d in details)]

    @property
    def orientations(self) -> tuple[str, ...]:
        return tuple(self.coeffs[-1])

    @cached_property
    def scale_share(self) -> FloatArray:
        """(sample, level) share of all attribution, from the finest detail to the approximation; NaN without any."""
        approximation, *details = self.coeffs
        sums = [sum(_total(band) for band in each.values()) for each in reversed(details)]
        return _shares(np.stack([*sums, _total(approximation)], axis=1))

    @cached_property
    def orientation_share(self) -> FloatArray:
        """(sample, orientation) share of the details' attribution, in order of `orientations`; NaN without any."""
        details = self.coeffs[1:]
        return _shares(
            np.stack([sum(_total(d[name]) for d in details) for name in self.orientations], axis=1)
        )

    def to_pixels(self, level: int | None = None) -> FloatArray:
        """(sample, *axis) strength of one level at the input's own size, linear between coefficients; all summed
        without `level`.

        Raises
        ------
        BadRequest
            There is no such level.
        """
        if level is None:
            return np.asarray(np.sum([self.to_pixels(each) for each in range(self.level + 1)], axis=0))
        if not 0 <= level <= self.level:
            raise BadRequest(f"no level {level}; 0 is the finest detail and {self.level} the approximation.")
        is_approximation = level == self.level
        band = self.coeffs[0] if is_approximation else sum(self.coeffs[self.level - level].values())
        return upsampled(band, self.size, min(level + 1, self.level), self.wavelet, self.mode)

    def mosaic(self) -> FloatArray:
        """(sample, row, column) coefficients of pictures side by side: the approximation in the upper left corner,
        around it level after level `h` on its right, `v` below it and `d` at the corner.

        Every block has its own size; NaN where blocks of unequal sizes leave a gap.

        Raises
        ------
        BadRequest
            The inputs are no pictures.
        """
        if len(self.size) != 2:
            raise BadRequest(f"a mosaic shows pictures; these inputs have {len(self.size)} axes.")
        corner: FloatArray
        corner, *details = self.coeffs
        for each in details:
            corner = _framed(corner, each["h"], each["v"], each["d"])
        return corner

    def reconstruct(self, keep: float) -> FloatArray:
        """(sample, channel, *axis) inputs from those of their coefficients that are attributed most.

        Parameters
        ----------
        keep : share of the coefficients of a sample, in [0, 1]; all channels of one are kept together

        Raises
        ------
        BadRequest
            `keep` is no share, or the attribution was computed without the inputs.
        """
        if not 0 <= keep <= 1:
            raise BadRequest(f"keep is a share of the coefficients, from 0 to 1; {keep} is not.")
        if self.of_inputs is None:
            raise BadRequest("there are no inputs to reconstruct; give them as `inputs`.")
        kept = _strongest(self.coeffs, keep)
        approximation, *details = self.of_inputs
        masked: Bands = [
            approximation * kept[0][:, None],
            *(
                {name: band * mask[name][:, None] for name, band in each.items()}
                for each, mask in zip(details, kept[1:], strict=True)
            ),
        ]
        return synthesised(masked, self.size, self.wavelet, self.mode)


def wavelet_attribution(
    gradient: Any,
    inputs: Any = None,
    *,
    wavelet: str = "haar",
    level: int = 3,
    mode: str = "reflect",
    channels: ChannelRule = "sum_of_abs",
    times_input: bool = False,
    baselines: Any = 0.0,
) -> WaveletAttribution:
    """Attribution to wavelet coefficients from the gradient of the input, without a second backward pass.

    The gradient of the coefficients is the adjoint of the synthesis on that of the input. Cropped synthesis does not
    know how its coefficients were padded, so for an orthonormal wavelet the adjoint is the analysis padded with zeros,
    for a biorthogonal one that of the dual bank; in `periodization` it is the analysis in `periodization`.

    Parameters
    ----------
    gradient : (sample, channel, *axis) array or tensor with one, two or three axes
        Of the number with respect to the input; a mean over noise or over a path gives the attribution of that mean.
    inputs : shape of `gradient`
        Needed for `times_input` and for reconstructing.
    level : clamped, with a warning, to what the smallest axis allows
    mode : PyWavelets' padding of the inputs' own coefficients
    channels : how channels become one: sum of absolute values, or the absolute value of the mean
    times_input : multiply by the coefficients of `inputs` - `baselines`: with the mean gradient of the path between
        them this is integrated gradients

    Raises
    ------
    BadRequest
        An axis of length 1, one too short for the wavelet, or in `periodization` not divisible by 2**level; inputs
        that are missing or of another shape; not one to three axes.

    References
    ----------
    Kasmi, Brunetto, Fel & Parekh (2025), One Wave to Explain Them All.
    """
    gradients = _array(gradient)
    size = gradients.shape[2:]
    if not 1 <= len(size) <= 3:
        raise BadRequest(f"a gradient is (sample, channel, 1 to 3 axes); this one is {gradients.shape}.")
    if channels not in get_args(ChannelRule):
        raise BadRequest(f"channels={channels!r}; it is one of {', '.join(get_args(ChannelRule))}.")
    level, wanted = level_within(size, wavelet, level, mode), level
    if level < wanted:
        shape = "x".join(map(str, size))
        warnings.warn(
            f"level {wanted} asked for; {shape} allows {level} with {wavelet!r}, used {level}.", stacklevel=2
        )
    values = analysed(gradients, dual(wavelet), level, mode if mode == "periodization" else "zero")
    if inputs is None:
        if times_input:
            raise BadRequest("times_input multiplies by the inputs; give them as `inputs`.")
        return WaveletAttribution(values, size, wavelet, mode, level, channels)
    own = _array(inputs)
    if own.shape != gradients.shape:
        raise BadRequest(f"inputs are {own.shape}, the gradient {gradients.shape}; they must agree.")
    if times_input:
        distance = own - _array(baselines).astype(own.dtype)
        values = _product(values, analysed(distance, wavelet, level, mode))
    of_inputs = analysed(own, wavelet, level, mode)
    return WaveletAttribution(values, size, wavelet, mode, level, channels, of_inputs)


def _array(values: Any) -> FloatArray:
    """Float64 stays so, every other kind of number becomes float32."""
    array = np.asarray(values.detach().cpu().numpy() if hasattr(values, "detach") else values)
    return array if array.dtype == np.float64 else array.astype(np.float32)


def _product(ours: Bands, theirs: Bands) -> Bands:
    return [
        ours[0] * theirs[0],
        *({name: a[name] * b[name] for name in a} for a, b in zip(ours[1:], theirs[1:], strict=True)),
    ]


def _sum_of_abs(band: FloatArray) -> FloatArray:
    return np.asarray(np.abs(band).sum(axis=1))


def _abs_of_mean(band: FloatArray) -> FloatArray:
    return np.asarray(np.abs(band.mean(axis=1)))


def _total(band: FloatArray) -> npt.NDArray[np.float64]:
    return np.asarray(band.reshape(len(band), -1).sum(axis=1, dtype=np.float64))


def _shares(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    total = sums.sum(axis=1, keepdims=True)
    no_answer = np.full_like(sums, np.nan)  # a silent sample has no shares
    return np.asarray(np.divide(sums, total, out=no_answer, where=total > 0))


def _framed(corner: FloatArray, h: FloatArray, v: FloatArray, d: FloatArray) -> FloatArray:
    samples, rows, columns = h.shape
    top, left = max(rows, corner.shape[1]), max(columns, corner.shape[2])
    canvas = np.full((samples, top + rows, left + columns), np.nan, corner.dtype)
    canvas[:, : corner.shape[1], : corner.shape[2]] = corner
    canvas[:, :rows, left:] = h
    canvas[:, top:, :columns] = v
    canvas[:, top:, left:] = d
    return canvas


def _strongest(coeffs: Bands, keep: float) -> Bands:
    """True at the strongest share of each sample's coefficients, among equals the coarser first."""
    arrays = [coeffs[0], *(band for each in coeffs[1:] for band in each.values())]
    flat = np.concatenate([band.reshape(len(band), -1) for band in arrays], axis=1)
    strongest = np.argsort(-flat, axis=1, kind="stable")[:, : ceil(keep * flat.shape[1])]
    kept = np.zeros(flat.shape, bool)
    np.put_along_axis(kept, strongest, True, axis=1)
    ends = np.cumsum([band[0].size for band in arrays])[:-1]
    masks = [
        part.reshape(band.shape) for part, band in zip(np.split(kept, ends, axis=1), arrays, strict=True)
    ]
    return _like(coeffs, masks)


def _like(coeffs: Bands, arrays: Sequence[npt.NDArray[Any]]) -> Bands:
    rest = iter(arrays[1:])
    return [arrays[0], *({name: next(rest) for name in each} for each in coeffs[1:])]
