"""What is written is what another library writes, byte for byte."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiftscope.interop.deephys.cbor_writer import ARRAY, MAP, NUMBER, byte_string, head, text


@given(number=st.integers(0, 2**64 - 1))
def test_numbers_take_the_fewest_bytes(number):
    assert head(NUMBER, number) == cbor2.dumps(number)


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 65535, 65536])
def test_lengths_take_the_fewest_bytes(length):
    assert byte_string(b"x" * length) == cbor2.dumps(b"x" * length)
    assert text("x" * length) == cbor2.dumps("x" * length)
    assert head(ARRAY, length) + b"\x00" * length == cbor2.dumps([0] * length)


@given(words=st.text())
def test_any_text_is_utf_8(words):
    assert text(words) == cbor2.dumps(words)


def test_a_map_counts_its_pairs():
    assert head(MAP, 1) + text("a") + head(NUMBER, 5) == cbor2.dumps({"a": 5})


def test_a_number_beyond_eight_bytes_is_refused():
    with pytest.raises(OverflowError):
        head(NUMBER, 2**64)
