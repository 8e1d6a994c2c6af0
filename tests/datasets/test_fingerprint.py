from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from shiftscope.datasets.fingerprint import file_digests, fingerprint


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


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for name, size in (("short", 10), ("long", 1000)):
        (tmp_path / name).write_bytes(bytes(size))
    return [tmp_path / "short", tmp_path / "long"]


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("place", [0, 499, 999])
def test_within_the_budget_every_byte_counts(files: list[Path], place: int) -> None:
    before = file_digests(files, budget=1010)
    flip(files[1], place)
    assert file_digests(files, budget=1010) != before


@pytest.mark.parametrize(("place", "seen"), [(0, True), (49, True), (50, False), (949, False), (950, True)])
def test_beyond_it_a_long_file_counts_with_both_ends(files: list[Path], place: int, seen: bool) -> None:
    options = {"budget": 200, "least": 16}  # 100 bytes a file: 50 at each end
    before = file_digests(files, **options)
    flip(files[1], place)
    assert (file_digests(files, **options) != before) == seen


def test_the_size_always_counts(files: list[Path]) -> None:
    before = file_digests(files, budget=200, least=16)
    files[1].write_bytes(bytes(1001))
    assert file_digests(files, budget=200, least=16) != before


def test_the_border_between_two_files_counts(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    digests = set()
    for border in (3, 5):
        first.write_bytes(bytes(border))
        second.write_bytes(bytes(8 - border))
        digests.add(file_digests([first, second]))
    assert len(digests) == 2
