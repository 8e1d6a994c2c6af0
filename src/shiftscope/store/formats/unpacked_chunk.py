"""A chunk of an array that someone has packed, and never more than it should be."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

BLOSC_HEADER = 16  # bytes, of which four say how many it becomes


def unpacked_chunk(packed: bytes, codec: str, size: int) -> bytes:
    """The `size` bytes that were packed by a codec of `PACKERS`; ValueError or OSError where they are others."""
    content = PACKERS[codec](packed, size)
    if len(content) != size:
        raise ValueError(f"it unpacks to {len(content):,} bytes and not to {size:,}")
    return content


def _gzip(packed: bytes, size: int) -> bytes:
    try:
        unpacking = zlib.decompressobj(wbits=31)
        content = unpacking.decompress(packed, size + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacking.eof or unpacking.unused_data:
        raise ValueError("it breaks off, or goes on")
    return content


def _zstd(packed: bytes, size: int) -> bytes:
    import pyarrow as pa

    unpacked: bytes = pa.Codec("zstd").decompress(packed, decompressed_size=size, asbytes=True)
    return unpacked


def _blosc(packed: bytes, size: int) -> bytes:
    from numcodecs import blosc  # type: ignore[import-untyped]  # zarr rests on it

    said = int.from_bytes(packed[4:8], "little")
    held = int.from_bytes(packed[12:16], "little")
    if len(packed) < BLOSC_HEADER or said != size or held != len(packed):
        raise ValueError(f"it says to be {said:,} bytes in {held:,}, and is {size:,} in {len(packed):,}")
    try:
        return bytes(blosc.decompress(packed))
    except RuntimeError as error:
        raise ValueError(str(error)) from error


PACKERS: Mapping[str, Callable[[bytes, int], bytes]] = {"gzip": _gzip, "zstd": _zstd, "blosc": _blosc}


def packer_of(codecs: Any) -> str | None:
    """The codec that packs plain little-endian numbers, "" for none; None for a way of storing that is not read."""
    if not (isinstance(codecs, list) and codecs and all(isinstance(codec, dict) for codec in codecs)):
        return None
    order = codecs[0].get("configuration", {"endian": "little"})  # one-byte types have no byte order
    if codecs[0].get("name") != "bytes" or order != {"endian": "little"}:
        return None
    packers = [codec.get("name") for codec in codecs[1:]]
    if not packers:
        return ""
    return packers[0] if len(packers) == 1 and packers[0] in PACKERS else None
