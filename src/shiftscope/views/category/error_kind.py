"""The two ways to be wrong about a category."""

from __future__ import annotations

from typing import Literal

ErrorKind = Literal["false negatives", "false positives"]
HELP: dict[ErrorKind, str] = {
    "false negatives": "Samples of this category classified as another.",
    "false positives": "Samples of another category classified as this one.",
}
