from __future__ import annotations

import hashlib

import numpy as np

from shiftscope.datasets.fingerprint import fingerprint


def test_an_array_counts_wherever_it_lies_in_memory() -> None:
    array = np.random.default_rng(0).random((3000, 5))
    assert fingerprint(array) == fingerprint(np.asfortranarray(array)) == fingerprint(array[::-1][::-1])


def test_type_and_shape_count() -> None:
    zeros = [np.zeros(4, np.uint8), np.zeros((2, 2), np.uint8), np.zeros(1, np.float32), np.zeros(4, np.int8)]
    assert len({fingerprint(array) for array in zeros}) == 4


def test_where_one_part_ends_counts() -> None:
    lists = [
        (b"ab", b"c"),
        (b"a", b"bc"),
        (b"abc",),
        ("abc",),
        (["a", "bc"],),
        (["ab", "c"],),
        (1, 23),
        (12, 3),
    ]
    assert len({fingerprint(*parts) for parts in lists}) == len(lists)


def test_it_is_sha256_of_the_parts_with_their_sizes() -> None:
    expected = hashlib.sha256(b'json 4 "ab"bytes 1 carray |u1 (2,) \x01\x02').hexdigest()
    assert fingerprint("ab", b"c", np.array([1, 2], np.uint8)) == expected


def test_the_order_of_a_mapping_does_not_count() -> None:
    assert fingerprint({"a": 1, "b": None}) == fingerprint({"b": None, "a": 1})
