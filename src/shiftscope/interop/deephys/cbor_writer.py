"""The part of CBOR that Deephys' files use, written with the shortest lengths, as its own package writes them."""

from __future__ import annotations

NUMBER, NEGATIVE, BYTES, TEXT, ARRAY, MAP = range(6)
NULL = b"\xf6"


def head(kind: int, argument: int) -> bytes:
    """The bytes in front of an item: its kind, and its value, length or count."""
    for width, limit in ((1, 2**8), (2, 2**16), (4, 2**32), (8, 2**64)):
        if argument < 24:
            return bytes([kind << 5 | argument])
        if argument < limit:
            return bytes([kind << 5 | 23 + width.bit_length()]) + argument.to_bytes(width, "big")
    raise OverflowError(argument)


def text(words: str) -> bytes:
    coded = words.encode()
    return head(TEXT, len(coded)) + coded


def byte_string(content: bytes) -> bytes:
    return head(BYTES, len(content)) + content
