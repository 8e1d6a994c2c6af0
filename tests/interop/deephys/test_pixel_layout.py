"""Pixels moved as a whole are the bytes that item by item would give."""

import cbor2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from shiftscope.interop.deephys.pixel_layout import PixelLayout

sides = st.one_of(st.integers(1, 30), st.sampled_from([255, 256, 300]))
images = st.tuples(sides, sides, st.sampled_from([1, 3])).flatmap(
    lambda shape: arrays.arrays(np.uint8, shape)
)


@given(pixels=images)
def test_an_image_is_coded_as_lists_of_rows(pixels):
    rows = [[row.tobytes() for row in channel] for channel in pixels.transpose(2, 0, 1)]
    block = PixelLayout(*pixels.shape).encode(pixels)
    assert block == cbor2.dumps(rows)
    np.testing.assert_array_equal(PixelLayout(*pixels.shape).decode(block), pixels)


@given(place=st.integers(0), value=st.integers(1, 255))
def test_a_block_with_another_length_in_it_is_not_taken_for_pixels(place, value):
    pixels = np.zeros((2, 3, 3), np.uint8)
    layout = PixelLayout(2, 3, 3)
    block = bytearray(layout.encode(pixels))
    block[place % len(block)] ^= value
    try:
        rows = cbor2.loads(bytes(block))
        alike = [[type(row) is bytes and len(row) == 3 for row in channel] for channel in rows] == [
            [True, True]
        ] * 3
    except Exception:  # no list of lists any more
        alike = False
    assert (layout.decode(bytes(block)) is not None) == alike


def test_a_block_that_is_cut_short_is_not_taken_for_pixels():
    layout = PixelLayout(2, 3, 3)
    assert layout.decode(layout.encode(np.zeros((2, 3, 3), np.uint8))[:-1]) is None
