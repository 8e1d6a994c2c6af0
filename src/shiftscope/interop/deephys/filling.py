"""A shard of a study while the images of a `.test` file are read."""

from __future__ import annotations

import json
import os
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.pictures.png import encode_png
from shiftscope.datasets.pictures.thumbnails import SHARP_BELOW, encode_thumbnail
from shiftscope.errors import ResponseError
from shiftscope.interop.deephys.dataset_file import DatasetFile
from shiftscope.interop.deephys.image_block import ImageBlock
from shiftscope.shard import SampleEntry, Shard
from shiftscope.store.plan import Plan

EMPTY = "{ }"  # metadata of an image whose features are a map without entries; without features it is "{}"
WAITING = 4  # blocks whose pictures are being encoded, while others are read


class Filling:
    """A shard while its images are read."""

    def __init__(self, index: int, positions: range, plan: Plan) -> None:
        self._index, self._positions = index, positions
        samples = len(positions)
        self._responses = {
            layer.name: np.full((samples, layer.units), np.nan, np.float32) for layer in plan.layers
        }
        self._logits = np.full((samples, plan.categories), np.nan, np.float32)
        self._predictions = np.full(samples, NO_LABEL, np.int64)
        self._confidences = np.full(samples, np.nan, np.float32)
        self._filled = 0
        self._thumbnails: list[Future[list[bytes]]] = []  # of each block
        self._seen: list[tuple[str, int, str, str, str]] = []  # id, label, source, metadata, problem

    def add(self, file: DatasetFile, block: ImageBlock, *, skips: bool) -> None:
        """Enter the images that come next."""
        rows = slice(self._filled, self._filled + len(block))
        shown = np.ones(len(block), bool)
        for layer, stored in self._responses.items():
            with np.errstate(over="ignore"):
                stored[rows] = block.responses[layer]
            shown &= np.isfinite(stored[rows]).all(axis=1)
        problems = {int(row): _problem(file, block, int(row)) for row in np.flatnonzero(~shown)}
        if problems:
            if not skips:
                first = next(iter(problems.values()))
                raise ResponseError(f'{first} Import with on_error="skip" to count it and go on.')
            for stored in self._responses.values():
                stored[rows][~shown] = np.nan
        logits = block.responses[file.model.classification_layer][shown].astype(np.float64)
        self._logits[rows][shown] = logits
        self._predictions[rows][shown] = np.argmax(logits, axis=1)
        self._confidences[rows][shown] = _confidences(logits)
        self._encode(block.pixels)
        source = file.path.name
        for row, (label, features) in enumerate(zip(block.labels, block.features, strict=True)):
            problem = problems.get(row, "")
            metadata = (
                "{}" if features is None else json.dumps(features, ensure_ascii=False) if features else EMPTY
            )
            self._seen.append(
                (str(block.first + row), NO_LABEL if problem else label, source, metadata, problem)
            )
        self._filled = rows.stop

    def finish(self) -> Shard:
        thumbnails = (thumbnail for block in self._thumbnails for thumbnail in block.result())
        return Shard(
            self._index,
            self._positions.start,
            self._responses,
            self._logits,
            self._predictions,
            self._confidences,
            [
                SampleEntry(id_, label, source, metadata, thumbnail, problem)
                for (id_, label, source, metadata, problem), thumbnail in zip(
                    self._seen, thumbnails, strict=True
                )
            ],
        )

    def _encode(self, pixels: npt.NDArray[np.uint8]) -> None:
        if len(self._thumbnails) >= WAITING:
            self._thumbnails[-WAITING].result()
        self._thumbnails.append(_pool().submit(_thumbnails, pixels))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="thumbnails")


def _thumbnails(pixels: npt.NDArray[np.uint8]) -> list[bytes]:
    """Of (image, row, column, channel) pixels."""
    if max(pixels.shape[1:3]) <= SHARP_BELOW:
        return encode_png(pixels)
    return [
        encode_thumbnail(Image.fromarray(each[..., 0] if each.shape[2] == 1 else each)) for each in pixels
    ]


def _confidences(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(image,) softmax of the largest of (image, category) logits."""
    confidences: npt.NDArray[np.float64] = 1 / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)
    return confidences


def _problem(file: DatasetFile, block: ImageBlock, row: int) -> str:
    """Why the responses to an image cannot be kept."""
    with np.errstate(over="ignore"):
        finite = {
            layer: np.isfinite(responses[row].astype(np.float32))
            for layer, responses in block.responses.items()
        }
    layer = next(layer for layer, each in finite.items() if not each.all())
    unit = int(np.argmin(finite[layer]))
    return (
        f"{file.path}, image {block.first + row} at byte {block.offsets[row]}: the response of unit {unit} in layer "
        f"{layer!r} is {block.responses[layer][row, unit]}, which is no finite float32."
    )
