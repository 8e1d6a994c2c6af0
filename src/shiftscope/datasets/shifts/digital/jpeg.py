"""What JPEG coding loses, without a JPEG library: its bytes differ from one to the next."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.shifts.draw import Draw
from shiftscope.datasets.shifts.levels import LEVEL, Levels, halved, shorter_side
from shiftscope.datasets.shifts.shift_kind import coarseness, shift_kind

Plane = npt.NDArray[np.int64]  # (row, column) levels
BLOCK = 8
BITS = 14  # of the entries of the cosine transform
LARGEST = 8  # times the standard tables at strength 1 and 224 pixels
GRAY = 128 * LEVEL

LUMA = """
16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99
"""
CHROMA = """
17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99
99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99
"""
# 2^-16; each row of the first sums to 1 or to 0, so that grays have no chroma.
TO_YCBCR = np.array([[19595, 38470, 7471], [-11059, -21709, 32768], [32768, -27439, -5329]])
TO_RGB = np.array([[65536, 0, 91881], [65536, -22553, -46802], [65536, 116130, 0]])


def quality(times: float) -> int:
    """The quality whose tables are so many times the standard ones, as JPEG libraries count."""
    return round(50 / times if times > 1 else 100 - 50 * times)


@shift_kind(at_one=lambda side: f"quality {quality(LARGEST * coarseness(side))}")
def jpeg(levels: Levels, strength: float, draw: Draw) -> Levels:
    """Coded as JPEG with chroma at half the resolution, by tables that grow with the square of the strength.

    Pictures without three channels have each coded as luma.
    """
    return coded(levels, LARGEST * coarseness(shorter_side(levels)) * strength * strength)


def coded(levels: Levels, times: float) -> Levels:
    """Coded and decoded with the standard tables times a factor."""
    luma, chroma = scaled(LUMA, times), scaled(CHROMA, times)
    if levels.shape[2] != 3:
        planes = [_quantised(levels[..., channel], luma) for channel in range(levels.shape[2])]
        return np.stack(planes, axis=2)
    rows, columns = levels.shape[:2]
    ycbcr = _matrix(levels, TO_YCBCR)
    planes = [_quantised(ycbcr[..., 0], luma)]
    for channel in (1, 2):
        half = _quantised(_shrunk(ycbcr[..., channel] + GRAY), chroma)
        planes.append(_enlarged(half)[:rows, :columns] - GRAY)
    return _matrix(np.stack(planes, axis=2), TO_RGB)


def scaled(table: str, times: float) -> npt.NDArray[np.int64]:
    """(8, 8) steps of quantisation, in 1 … 255."""
    steps = [min(max(math.floor(times * int(step) + 0.5), 1), 255) for step in table.split()]
    return np.array(steps).reshape(BLOCK, BLOCK)


def _matrix(levels: Levels, matrix: npt.NDArray[np.int64]) -> Levels:
    return halved(levels @ matrix.T, 16)


def _quantised(plane: Plane, steps: npt.NDArray[np.int64]) -> Plane:
    """Rounded to whole levels, transformed in blocks, quantised, and back; blocks go on with the edge."""
    rows, columns = plane.shape
    whole = halved(plane, 8)
    padded = np.pad(whole - 128, ((0, -rows % BLOCK), (0, -columns % BLOCK)), "edge").astype(np.float64)
    cosines = _cosines()
    coefficients = _in_blocks(padded, cosines.T)  # in units of 2^-28
    table = np.tile(steps.astype(np.float64), (padded.shape[0] // BLOCK, padded.shape[1] // BLOCK))
    quantised = np.rint(coefficients / (table * 2.0 ** (2 * BITS))) * table
    decoded = np.rint(_in_blocks(quantised, cosines) * 2.0 ** (-2 * BITS)).astype(np.int64) + 128
    return decoded[:rows, :columns].clip(0, 255) * LEVEL


def _in_blocks(plane: npt.NDArray[np.float64], matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Each block times the matrix, along its rows and then along its columns; sums are below 2^47."""
    rows, columns = plane.shape
    across = (plane.reshape(-1, BLOCK) @ matrix).reshape(rows, columns)
    down = np.ascontiguousarray(across.T).reshape(-1, BLOCK) @ matrix
    return down.reshape(columns, rows).T


@lru_cache(maxsize=1)
def _cosines() -> npt.NDArray[np.float64]:
    """(frequency, place) the orthonormal DCT-II of eight places, in units of 2^-14."""
    angles = [math.pi / (2 * BLOCK) * f * (2 * place + 1) for f in range(BLOCK) for place in range(BLOCK)]
    entries = [round((1 << BITS - 1) * math.cos(angle)) for angle in angles]
    entries[:BLOCK] = [round((1 << BITS) * math.sqrt(1 / BLOCK))] * BLOCK
    return np.array(entries, dtype=np.float64).reshape(BLOCK, BLOCK)


def _shrunk(plane: Plane) -> Plane:
    """Means of 2 x 2; an odd side goes on with its edge."""
    rows, columns = plane.shape
    padded = np.pad(plane, ((0, rows % 2), (0, columns % 2)), "edge")
    sums = padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2]
    return halved(sums, 2)


def _enlarged(plane: Plane) -> Plane:
    """Twice the size, each value three parts the nearest and one part the next."""
    down = _doubled_rows(plane)
    return halved(_doubled_rows(down.T).T, 4)


def _doubled_rows(plane: Plane) -> Plane:
    """(2 row, column) times 4."""
    padded = np.pad(plane, ((1, 1), (0, 0)), "edge")
    above, here, below = padded[:-2], padded[1:-1], padded[2:]
    return np.stack([3 * here + above, 3 * here + below], axis=1).reshape(-1, plane.shape[1])
