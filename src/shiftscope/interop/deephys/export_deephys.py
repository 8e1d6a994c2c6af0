"""A study's recordings become files that Deephys and its package read, a few samples in memory at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.counted import counted
from shiftscope.errors import BadRequest, DataError, LayerError
from shiftscope.interop.deephys.cbor_writer import ARRAY, MAP, NULL, NUMBER, byte_string, head, text
from shiftscope.interop.deephys.filling import EMPTY
from shiftscope.interop.deephys.names import shortened
from shiftscope.interop.deephys.picture_pixels import PicturePixels
from shiftscope.progress import Progress, silent
from shiftscope.store.disk.asked_file import refuse_no_folder
from shiftscope.store.disk.atomic import written_aside
from shiftscope.store.formats.samples import StoredSample
from shiftscope.store.layout import folder_name
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.maxima import Maxima

LONGEST_NAME = 40  # characters, of a model and of a dataset
LONGEST_LAYER = 30
LOGITS = "logits"


@dataclass(frozen=True)
class Exported:
    """What was written, and what of the study the files do not hold."""

    files: tuple[Path, ...]  # the model first
    notes: tuple[str, ...]


def export_deephys(
    study: StoredStudy,
    folder: str | Path,
    *,
    layers: Sequence[str] | None = None,
    datasets: Sequence[str] | None = None,
    progress: Progress = silent,
) -> Exported:
    """Write a `.model` file and one `.test` file for each dataset, as the `deephys` package 0.14.1 does.

    Responses become float32. The logits are the classification layer: the one that an imported study came with,
    else one of their own. Deephys knows images with a label only, three channels, one shape a file and no negative
    responses: what it has no place for is left out or changed as the notes say.

    Parameters
    ----------
    folder
        Made when it is not there.
    layers
        Layers to write; every one without negative responses where not given.
    datasets
        Datasets to write; all where not given, the reference first.

    Raises
    ------
    LayerError
        A layer that was asked for has negative responses.
    DataError
        A dataset without a single labelled image.
    NotInStudy
        No such layer or dataset, or one recorded without its responses.
    BadRequest
        A file of that name is there already.
    """
    recordings = [study[name] for name in (study.datasets if datasets is None else dict.fromkeys(datasets))]
    if not recordings:
        raise BadRequest("there is no dataset to export: record or name at least one.")
    notes: list[str] = []
    columns = _columns(study, recordings, layers, notes)
    model = str(study.manifest.model.get("name") or study.name)
    [model_name] = shortened([model], LONGEST_NAME, "the model", notes)
    names = shortened([recording.name for recording in recordings], LONGEST_NAME, "dataset", notes)
    refuse_no_folder(Path(folder))
    model_path = Path(folder) / f"{_file_name(model_name)}.model"
    paths = [Path(folder) / f"{_file_name(name)}.test" for name in names]
    if there := [path for path in (model_path, *paths) if path.exists()]:
        raise BadRequest(f"{there[0]} is there already; choose another folder.")
    chosen = [_exportable(recording, notes) for recording in recordings]
    with written_aside(model_path) as file:
        file.writelines(_model(model_name, columns))
    for recording, name, path, positions in zip(recordings, names, paths, chosen, strict=True):
        with written_aside(path) as file, progress(recording.name, 0, len(positions)) as advance:
            file.write(_dataset_head(name, study.categories, len(positions)))
            images = _Images(study, recording, columns)
            for rows in recording.plan.shards().values():  # one read of each stored chunk
                inside = positions[(positions >= rows.start) & (positions < rows.stop)]
                file.writelines(images.encoded(rows, inside))
                advance(len(inside))
        notes += images.notes()
    return Exported((model_path, *paths), tuple(notes))


@dataclass(frozen=True)
class _Column:
    """One layer of the files: the layer of the study that it comes from, or the logits."""

    written_as: str
    units: int
    layer: str  # empty for the logits

    def responses(self, recording: Recording, rows: range) -> npt.NDArray[np.floating[Any]]:
        """(sample, unit) responses of a run of samples."""
        if self.layer:
            return recording.responses(self.layer, rows.start, rows.stop)
        return recording.logits_of(rows.start, rows.stop)


class _Images:
    """The images of one dataset as they stand in a file, and what about them is not as in the study."""

    def __init__(self, study: StoredStudy, recording: Recording, columns: Sequence[_Column]) -> None:
        self._categories, self._recording, self._columns = study.categories, recording, columns
        self._pixels = PicturePixels(recording)
        self._written = 0
        self._retyped = False

    def encoded(self, rows: range, positions: npt.NDArray[np.int64]) -> Iterator[bytes]:
        """The images at `positions`, all of them among `rows`, in the order of the package's fields."""
        responses = [column.responses(self._recording, rows) for column in self._columns]
        for position in map(int, positions):
            sample = self._recording.samples[position]
            yield head(MAP, 6)
            yield text("imageID") + head(NUMBER, self._written)
            yield text("categoryID") + head(NUMBER, sample.label)
            yield text("category") + text(self._categories[sample.label])
            yield text("data") + self._pixels.encoded(position)
            yield text("features") + self._features(sample, position)
            yield text("activations") + head(MAP, 1) + text("activations") + head(ARRAY, len(responses))
            for layer in responses:
                yield byte_string(layer[position - rows.start].astype(">f4").tobytes())
            self._written += 1

    def notes(self) -> list[str]:
        retyped = (
            [f"{self._recording.name}: metadata that is no text is written as text."] if self._retyped else []
        )
        return self._pixels.notes() + retyped

    def _features(self, sample: StoredSample, position: int) -> bytes:
        """The metadata as text, with the sample's id where it is not its number in the file."""
        features = {}
        for key, value in sample.metadata.items():
            self._retyped |= not isinstance(value, str)
            features[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if sample.id != str(self._written):
            key = "id"
            while key in features:
                key = f"sample {key}"
            features[key] = sample.id
        if not features and self._recording.samples.column("metadata")[position].as_py() != EMPTY:
            return NULL
        return head(MAP, len(features)) + b"".join(text(key) + text(value) for key, value in features.items())


def _columns(
    study: StoredStudy, recordings: Sequence[Recording], asked: Sequence[str] | None, notes: list[str]
) -> list[_Column]:
    """The layers of the files in their order, one of them the classification layer."""
    own = str(study.manifest.model.get("classification_layer", ""))
    imported = own in study.layers
    chosen = (
        list(study.layers) if asked is None else [study.layer(name).name for name in dict.fromkeys(asked)]
    )
    if imported and own not in chosen:
        chosen.append(own)
    negative = [name for name in chosen if name != own and _has_negative(recordings, name)]
    if negative and asked is not None:
        raise LayerError(
            f"the layers {', '.join(negative)} have negative responses, which Deephys refuses outside of the "
            "classification layer. Record them after their nonlinearity, or leave them out."
        )
    notes += [
        f"layer {name} is left out: it has negative responses, which Deephys refuses." for name in negative
    ]
    chosen = [name for name in chosen if name not in negative]
    sources = [(name, study.layers[name].units, "" if name == own else name) for name in chosen]
    if not imported:
        sources.append((LOGITS, len(study.categories), ""))
    written = shortened([name for name, _, _ in sources], LONGEST_LAYER, "layer", notes)
    return [_Column(name, units, layer) for name, (_, units, layer) in zip(written, sources, strict=True)]


def _has_negative(recordings: Sequence[Recording], layer: str) -> bool:
    return any(bool((recording.summary(layer, Maxima).smallest < 0).any()) for recording in recordings)


def _exportable(recording: Recording, notes: list[str]) -> npt.NDArray[np.int64]:
    """(sample,) positions of the samples that Deephys has a place for."""
    recording.logits_of(0, 0)  # refuses a recording of summaries alone, before anything is written
    samples = recording.samples
    reasons = {
        "were skipped": samples.predictions == NO_LABEL,
        "have no label": samples.labels == NO_LABEL,
        "have no image": ~samples.pictured,
    }
    kept = np.ones(len(samples), bool)
    for why, without in reasons.items():
        if count := int(np.count_nonzero(kept & without)):
            notes.append(
                f"{recording.name}: {count} of {counted(len(samples), 'sample')} {why} and are left out."
            )
        kept &= ~without
    if not kept.any():
        raise DataError(
            f"{recording.name!r} cannot be a Deephys file: of its {counted(len(samples), 'sample')} none was shown and "
            "has a label and an image. Leave it out: datasets=[...]."
        )
    return np.flatnonzero(kept)


def _model(name: str, columns: Sequence[_Column]) -> Iterator[bytes]:
    """A `.model` file in the order of the package's fields."""
    yield head(MAP, 3) + text("name") + text(name) + text("layers") + head(ARRAY, len(columns))
    for column in columns:
        neurons = head(ARRAY, column.units) + head(MAP, 0) * column.units
        yield head(MAP, 2) + text("layerID") + text(column.written_as) + text("neurons") + neurons
    yield text("classification_layer")
    yield from (text(column.written_as) for column in columns if not column.layer)


def _dataset_head(name: str, categories: Sequence[str], images: int) -> bytes:
    """What stands before the images of a `.test` file."""
    classes = head(ARRAY, len(categories)) + b"".join(map(text, categories))
    start = head(MAP, 4) + text("name") + text(name) + text("dtype") + text("float32")
    return start + text("classes") + classes + text("images") + head(ARRAY, images)


def _file_name(name: str) -> str:
    try:
        return folder_name(name)
    except BadRequest:  # a model of other files may be called anything
        return "model"
