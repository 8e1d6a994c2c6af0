"""Image files from strangers, in folders: an error of ours or the right picture."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from .mutations import damaged_bytes

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def claimed_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says to be of this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pictures() -> dict[str, bytes]:
    colours = Image.fromarray(PIXELS)
    grey = colours.convert("L")
    wide = Image.fromarray(np.linspace(0, 65535, 600).astype(np.uint16).reshape(20, 30))
    frames = [colours, colours.rotate(90)]
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "rgb.png": saved(colours, "PNG"),
        "deep.png": saved(wide, "PNG"),
        "palette.png": saved(colours.convert("P"), "PNG", transparency=3),
        "bits.png": saved(grey.convert("1"), "PNG"),
        "clear.png": saved(colours.convert("RGBA"), "PNG"),
        "rgb.jpg": saved(colours, "JPEG"),
        "cmyk.jpg": saved(colours.convert("CMYK"), "JPEG"),
        "turned.jpg": saved(colours, "JPEG", exif=exif),
        "moving.gif": saved(colours, "GIF", save_all=True, append_images=frames),
        "moving.webp": saved(colours, "WEBP", save_all=True, append_images=frames),
        "rgb.bmp": saved(colours, "BMP"),
        "float.tif": saved(grey.convert("F"), "TIFF"),
        "packed.tiff": saved(colours, "TIFF", compression="tiff_lzw"),
        "grey.pgm": saved(grey, "PPM"),
    }


@pytest.fixture(scope="module")
def healthy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("pictures") / "healthy"
    at.mkdir()
    for name in ("rgb.png", "rgb.jpg", "moving.webp", "moving.gif", "packed.tiff"):
        (at / name).write_bytes(pictures()[name])
    return at


@pytest.fixture
def refused(watched, healthy_folder):
    def read(folder: Path, **options) -> list[str]:
        ready = watched("data", f"imagefolder:{healthy_folder}")
        return ready.refused("data", f"imagefolder:{folder}", options)

    return read


def alone(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("name", pictures())
def test_a_picture_of_any_kind_is_read(name, tmp_path, refused):
    # Float and 16-bit pictures have no agreed range; refused by name.
    messages = refused(alone(tmp_path, name, pictures()[name]))
    assert messages == [] or (
        name in ("deep.png", "float.tif") and "Give the pixels as an array" in messages[0]
    )


@pytest.mark.parametrize("name", pictures())
def test_a_damaged_picture_is_refused_or_read(name, tmp_path, refused, cases):
    content = pictures()[name]

    @cases(40)
    @given(st.randoms(use_true_random=False))
    def tried(random):
        refused(alone(tmp_path, name, damaged_bytes(content, random)))

    tried()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("bomb.png", claimed_png(60_000, 60_000), "more than the .* that are safe"),
        ("bomb.png", claimed_png(2**31 - 1, 1), "more than the .* that are safe"),
        ("none.png", claimed_png(0, 0), "cannot be read"),
        ("empty.png", b"", "cannot be read"),
        ("text.png", b"only words\n" * 99, "cannot be read"),
        ("page.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read"),
        ("program.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "cannot be read"),
        ("short.jpg", pictures()["rgb.jpg"][:300], "cannot be read"),
        ("short.png", pictures()["rgb.png"][:300], "cannot be read"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(name, content, message, tmp_path, refused):
    import re

    messages = refused(alone(tmp_path, name, content))
    assert re.search(message, messages[-1])
    assert name in messages[-1]


def test_a_picture_of_the_largest_size_taken_for_safe_is_made_small_within_a_gigabyte(tmp_path, refused):
    content = saved(Image.new("RGB", (9400, 9400)), "PNG", compress_level=1)
    assert refused(alone(tmp_path, "large.png", content), resize=[32, 32]) == []


def test_a_few_bytes_that_claim_a_large_picture_are_refused_in_time(tmp_path, refused):
    assert refused(alone(tmp_path, "claims.png", claimed_png(9400, 9400)))


@pytest.mark.skipif(os.name == "nt", reason="making links takes a privilege there")
@pytest.mark.parametrize("to", ["file", "folder", "device", "itself"])
def test_a_link_out_of_a_folder_of_pictures_is_refused(to, tmp_path, refused):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.png").write_bytes(pictures()["rgb.png"])
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.png").write_bytes(pictures()["rgb.png"])
    link = inside / ("sub" if to == "folder" else "link.png")
    targets = {"file": outside / "secret.png", "folder": outside, "device": "/dev/zero", "itself": link}
    link.symlink_to(targets[to])
    assert refused(inside)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names there")
def test_a_pipe_called_a_picture_does_not_hang(tmp_path, refused):
    os.mkfifo(tmp_path / "pipe.png")
    assert "not a file" in refused(tmp_path)[0]
