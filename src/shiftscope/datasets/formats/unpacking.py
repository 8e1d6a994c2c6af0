"""How much a packed file may become: deflate makes a thousand bytes of one, and a gigabyte of a megabyte."""

from __future__ import annotations

from shiftscope.errors import DataError

FREE = 2**30  # bytes that any file may become
RATIO = 200  # beyond that: pictures of one colour shrink by more, and those of anything else by less


def refuse_bomb(path: str, packed: int, unpacked: int) -> None:
    """Raise `DataError` before a small file takes all memory.

    Parameters
    ----------
    packed, unpacked
        Bytes of the file, and those it says to become.
    """
    if too_much(packed, unpacked):
        raise DataError(
            f"{path!r} has {packed:,} bytes and would unpack to {unpacked:,} bytes, which no images do. If you trust "
            "it, unpack it yourself."
        )


def too_much(packed: int, unpacked: int) -> bool:
    """Whether so many bytes are more than so few are taken to be, pictures or responses."""
    return unpacked > max(FREE, RATIO * packed)
