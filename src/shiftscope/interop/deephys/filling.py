"""A shard of a study while the images of a `.test` file are read."""

from __future__ import annotations

import json

import numpy as np
from PIL import Image

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import ResponseError
from shiftscope.interop.deephys.dataset_file import DatasetFile
from shiftscope.interop.deephys.image_block import DeephysImage
from shiftscope.recording.seen import Seen, Shard
from shiftscope.recording.thumbnails import encode_thumbnail
from shiftscope.scores.shares import softmax
from shiftscope.store.plan import Plan


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
        self._samples: list[Seen] = []

    def append(self, file: DatasetFile, image: DeephysImage, *, skips: bool) -> None:
        row = len(self._samples)
        problem = _problem(file, image)
        if problem and not skips:
            raise ResponseError(f'{problem} Import with on_error="skip" to count it and go on.')
        picture = Image.fromarray(image.pixels[..., 0] if image.pixels.shape[2] == 1 else image.pixels)
        self._samples.append(
            Seen(
                id=str(image.index),
                label=NO_LABEL if problem else image.label,
                source=file.path.name,
                metadata=json.dumps(image.features, ensure_ascii=False),
                thumbnail=encode_thumbnail(picture),
                problem=problem,
            )
        )
        if problem:
            return
        for layer, stored in self._responses.items():
            stored[row] = image.responses[layer]
        logits = image.responses[file.model.classification_layer]
        self._logits[row] = logits
        self._predictions[row] = np.argmax(logits)
        self._confidences[row] = softmax(logits).max()

    def finish(self) -> Shard:
        return Shard(
            self._index,
            self._positions.start,
            self._responses,
            self._logits,
            self._predictions,
            self._confidences,
            self._samples,
        )


def _problem(file: DatasetFile, image: DeephysImage) -> str:
    """Why the responses to an image cannot be kept, or nothing."""
    for layer, values in image.responses.items():
        with np.errstate(over="ignore"):
            finite = np.isfinite(values.astype(np.float32))
        if not finite.all():
            unit = int(np.argmin(finite))
            return (
                f"{file.path}, image {image.index} at byte {image.offset}: the response of unit {unit} in layer "
                f"{layer!r} is {values[unit]}, which is no finite float32."
            )
    return ""
