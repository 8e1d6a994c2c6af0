"""CBOR with offsets: what another library encodes is read, what a damaged file claims is refused."""

import json
from contextlib import ExitStack

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiftscope.errors import FileDamaged
from shiftscope.interop.deephys.cbor_reader import LONGEST_TEXT, CborReader

numbers = st.integers(-(2**64), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
plain = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def reader(tmp_path):
    with ExitStack() as files:

        def read(content):
            path = tmp_path / "x.cbor"
            path.write_bytes(content)
            return CborReader(files.enter_context(path.open("rb")), "x.cbor")

        yield read


@pytest.fixture(scope="module")
def spare(tmp_path_factory):
    return tmp_path_factory.mktemp("cbor") / "x.cbor"


@given(value=plain)
def test_plain_values_are_read_as_another_library_wrote_them(spare, value):
    spare.write_bytes(cbor2.dumps(value))
    with spare.open("rb") as file:
        reader = CborReader(file, "x")
        assert reader.value("anything") == value
        reader.end()


@pytest.mark.parametrize(
    ("content", "method", "found"),
    [
        (b"", "array", "byte 0: found the end of the file, expected a thing"),
        (b"\x63ab", "text", "byte 0: found text of 3 bytes with 2 bytes left in the file, expected a thing"),
        (b"\x9b\x7f" + b"\xff" * 7, "array", "byte 0: found a list of 9223372036854775807 with 0 bytes left"),
        (b"\xa2\x01\x01\x02", "map", "byte 0: found a map of 2 with 3 bytes left"),
        (b"\x5a\x7f\xff\xff\xffabc", "byte_string", "byte 0: found 2147483647 raw bytes with 3 bytes left"),
        (b"\x9f\x01\xff", "array", "byte 0: found an item without a length in front .indefinite."),
        (b"\x1c", "number", "byte 0: found byte 0x1c"),
        (b"\x19\x01", "number", "byte 2: found the end of the file"),
        (b"\x61\xff", "text", "byte 0: found text that is not UTF-8"),
        (b"\x63\xed\xa0\x80", "text", "byte 0: found text that is not UTF-8"),
        (b"\x17", "text", "byte 0: found the number 23, expected a thing"),
        (b"\x38\x63", "byte_string", "byte 0: found the number -100"),
        (b"\xc1\x00", "map", "byte 0: found the tag 1"),
        (b"\xf9\x00\x00", "number", "byte 0: found a fraction or a constant"),
        (b"\xf8\x20", "value", "byte 0: found a fraction or a constant"),
        (b"\x41a", "value", "byte 0: found 1 raw bytes"),
        (b"\x81" * 20 + b"\x00", "value", "byte 9: found more than 8 levels"),
        (b"\x82\x01", "value", "byte 0: found a list of 2 with 1 bytes left"),
        (b"\xa1\x01\x01", "value", "byte 1: found the number 1"),
    ],
)
def test_what_is_not_expected_is_refused_with_its_byte(reader, content, method, found):
    with pytest.raises(FileDamaged, match=f"^x.cbor, {found}"):
        getattr(reader(content), method)("a thing")


def test_names_and_features_have_an_end(reader):
    with pytest.raises(FileDamaged, match="text of 1048577 bytes, expected a name, at most 1048576 bytes"):
        reader(cbor2.dumps("a" * (LONGEST_TEXT + 1))).text("a name")
    with pytest.raises(FileDamaged, match="more than 8 levels or 1048576 bytes"):
        reader(cbor2.dumps([0] * (LONGEST_TEXT + 1))).value("features")


def test_longer_lengths_than_needed_mean_the_same(reader):
    assert reader(b"\x18\x05").number("a number") == 5
    assert reader(b"\x7b" + (3).to_bytes(8, "big") + b"abc").text("a word") == "abc"


def test_numbers_that_json_has_no_word_for_become_text(reader):
    values = reader(cbor2.dumps([float("inf"), float("nan"), 1.5])).value("features")
    assert values == ["inf", "nan", 1.5]
    json.dumps(values, allow_nan=False)


def test_what_follows_the_last_item_is_refused(reader):
    shown = reader(b"\x00\x00\x00")
    shown.number("a number")
    with pytest.raises(FileDamaged, match="byte 1: found 2 more bytes, expected the end of the file"):
        shown.end()
