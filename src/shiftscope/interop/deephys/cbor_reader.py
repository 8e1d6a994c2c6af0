"""The part of CBOR that Deephys' files use, read item by item with the byte at which each begins.

A library trusts the lengths that it meets and cannot say where a file is broken. Here every length and
count is compared with what the file still holds before anything is read or made room for.
"""

from __future__ import annotations

import math
import os
import struct
from typing import BinaryIO

from shiftscope.errors import FileDamaged
from shiftscope.interop.deephys.cbor_writer import ARRAY, BYTES, MAP, NEGATIVE, NUMBER, TEXT

TAG, OTHER = 6, 7
DESCRIPTIONS = {
    BYTES: "{} raw bytes",
    TEXT: "text of {} bytes",
    ARRAY: "a list of {}",
    MAP: "a map of {}",
    TAG: "the tag {}",
    OTHER: "a fraction or a constant",
}
INDEFINITE = 31
LONGEST_TEXT = 2**20  # bytes; a name, not a book
DEEPEST = 8  # lists and maps inside one another
FLOATS = {25: ">e", 26: ">f", 27: ">d"}
CONSTANTS = {20: False, 21: True, 22: None, 23: None}

Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


class CborReader:
    """Items of an open file one after another.

    Every method takes what is expected in words, for the message if something else is there.

    Raises
    ------
    FileDamaged
        From every method: the byte, what was found there and what was expected.

    References
    ----------
    RFC 8949, Concise Binary Object Representation.
    """

    def __init__(self, file: BinaryIO, name: str, offset: int = 0) -> None:
        self.name, self.offset, self._file = name, offset, file
        self.size = os.fstat(file.fileno()).st_size
        file.seek(offset)

    @property
    def left(self) -> int:
        """Bytes from here to the end of the file."""
        return self.size - self.offset

    def broken(self, at: int, found: str, expected: str) -> FileDamaged:
        """The error for something else than what was expected."""
        return FileDamaged(
            f"{self.name}, byte {at}: found {found}, expected {expected}. The file is cut short, damaged, or none of "
            "Deephys'; make or download it again."
        )

    def array(self, expected: str) -> int:
        """Number of items in the list that begins here."""
        return self._counted(ARRAY, expected, smallest=1)

    def map(self, expected: str) -> int:
        """Number of pairs in the map that begins here."""
        return self._counted(MAP, expected, smallest=2)

    def byte_string(self, expected: str) -> bytes:
        return self._take(self._counted(BYTES, expected, smallest=1), expected)

    def text(self, expected: str) -> str:
        at = self.offset
        length = self._counted(TEXT, expected, smallest=1)
        if length > LONGEST_TEXT:
            raise self.broken(at, f"text of {length} bytes", f"{expected}, at most {LONGEST_TEXT} bytes")
        coded = self._take(length, expected)
        try:
            return coded.decode()
        except UnicodeDecodeError as error:
            raise self.broken(at, f"text that is not UTF-8 ({error.reason})", expected) from None

    def number(self, expected: str) -> int:
        """A whole number."""
        at, kind, argument, _ = self._head(expected)
        if kind not in (NUMBER, NEGATIVE):
            raise self.broken(at, _described(kind, argument), expected)
        return argument if kind == NUMBER else -1 - argument

    def null(self) -> bool:
        """Whether nothing is said here; then that is passed."""
        if self.peek(1) != b"\xf6":
            return False
        self.skip(1)
        return True

    def value(self, expected: str) -> Plain:
        """Anything that JSON knows too, at most `LONGEST_TEXT` bytes of it."""
        return self._value(expected, self.offset + LONGEST_TEXT, depth=0)

    def _value(self, expected: str, stop: int, depth: int) -> Plain:
        at, kind, argument, width = self._head(expected)
        if depth > DEEPEST or at > stop:
            raise self.broken(at, f"more than {DEEPEST} levels or {LONGEST_TEXT} bytes", expected)
        if kind in (NUMBER, NEGATIVE):
            return argument if kind == NUMBER else -1 - argument
        if kind == OTHER and width in FLOATS:
            number: float = struct.unpack(FLOATS[width], argument.to_bytes(1 << (width - 24), "big"))[0]
            return number if math.isfinite(number) else str(number)  # JSON has no other word for it
        if kind == OTHER and width in CONSTANTS:
            return CONSTANTS[width]
        self.go_to(at)
        if kind == TEXT:
            return self.text(expected)
        if kind == ARRAY:
            return [self._value(expected, stop, depth + 1) for _ in range(self.array(expected))]
        if kind == MAP:
            return {
                self.text(expected): self._value(expected, stop, depth + 1) for _ in range(self.map(expected))
            }
        raise self.broken(at, _described(kind, argument), expected)

    def end(self) -> None:
        """Refuse what follows the last item."""
        if self.left:
            raise self.broken(self.offset, f"{self.left} more bytes", "the end of the file")

    def peek(self, count: int) -> bytes:
        """The next bytes, fewer at the end of the file, without passing them."""
        seen = self._file.read(min(count, self.left))
        self._file.seek(self.offset)
        return seen

    def skip(self, count: int) -> None:
        """Pass bytes that `peek` showed."""
        self.go_to(self.offset + count)

    def go_to(self, offset: int) -> None:
        """Go on reading at a byte of the file."""
        self.offset = offset
        self._file.seek(offset)

    def _take(self, count: int, expected: str) -> bytes:
        taken = self._file.read(count) if count <= self.left else b""
        if len(taken) != count:
            raise self.broken(self.size, "the end of the file", expected)
        self.offset += count
        return taken

    def _head(self, expected: str) -> tuple[int, int, int, int]:
        """Offset, kind, argument, and the five bits that say how the argument is written."""
        at = self.offset
        first = self._take(1, expected)[0]
        kind, width = first >> 5, first & 31
        if width < 24:
            return at, kind, width, width
        if width > 27:
            found = (
                "an item without a length in front (indefinite)"
                if width == INDEFINITE
                else f"byte 0x{first:02x}"
            )
            raise self.broken(at, found, expected)
        return at, kind, int.from_bytes(self._take(1 << (width - 24), expected), "big"), width

    def _counted(self, wanted: int, expected: str, *, smallest: int) -> int:
        at, kind, argument, _ = self._head(expected)
        if kind != wanted:
            raise self.broken(at, _described(kind, argument), expected)
        if argument * smallest > self.left:
            raise self.broken(
                at, f"{_described(kind, argument)} with {self.left} bytes left in the file", expected
            )
        return argument


def _described(kind: int, argument: int) -> str:
    if kind in (NUMBER, NEGATIVE):
        return f"the number {argument if kind == NUMBER else -1 - argument}"
    return DESCRIPTIONS[kind].format(argument)
