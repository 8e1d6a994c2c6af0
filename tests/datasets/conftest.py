"""Small files of each kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Write = Callable[..., Path]


@pytest.fixture
def pixels() -> np.ndarray:
    """(sample, row, column, channel) bytes of six pictures."""
    return np.random.default_rng(0).integers(0, 256, (6, 5, 7, 3), dtype=np.uint8)


@pytest.fixture
def write_picture(tmp_path: Path) -> Write:
    """Write a picture below `tmp_path`; each seed is another picture."""

    def write(name: str, seed: int = 0, size: tuple[int, int] = (7, 5)) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        values = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        Image.fromarray(values).save(path)
        return path

    return write


@pytest.fixture
def write_pack(tmp_path: Path, pixels: np.ndarray) -> Write:
    """Write a JPEG pack of the six pictures; arrays given by name replace or join its own."""
    import io

    def write(**arrays: object) -> Path:
        files = []
        for one in pixels:
            buffer = io.BytesIO()
            Image.fromarray(one).save(buffer, "JPEG")
            files.append(buffer.getvalue())
        offset = np.cumsum([0, *map(len, files)], dtype=np.uint32)
        own = {"scan": np.frombuffer(b"".join(files), np.uint8), "offset": offset}
        np.savez(tmp_path / "pack.npz", **(own | arrays))
        return tmp_path / "pack.npz"

    return write
