"""Studies written from responses made up in a test, without a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from shiftscope.arrays import NO_LABEL
from shiftscope.model.linear_map import LinearMap
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.shard import SampleEntry, Shard
from shiftscope.store.manifest import Manifest, create_study
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.writing.writer import RecordingWriter
from shiftscope.summaries.summarise import summarise_shard

Numbers = npt.NDArray[Any]
LAYER = "layer"


def write_study(
    path: Path,
    responses: Mapping[str, Numbers],
    labels: Mapping[str, Numbers],
    *,
    categories: int,
    predictions: Mapping[str, Numbers] | None = None,
    head: tuple[Numbers, Numbers] | None = None,
    keep: Mapping[str, str] | None = None,
    stored_as: str = "float32",
    shard_samples: int = 4096,
) -> StoredStudy:
    """A study of one layer; (sample, unit) responses and (sample,) labels by dataset, the first the reference.

    A prediction of NO_LABEL is a skipped sample.
    """
    units = next(iter(responses.values())).shape[1]
    layer = RecordedLayer(LAYER, LAYER, "Linear", "neurons", "none", units, (units,), None, 0, False, 1, 0)
    model = {"class": "made up", "weights": "0", "parameters": 0}
    create_study(path, model, [str(c) for c in range(categories)], {})
    study = StoredStudy(path)
    for name in responses:
        write_recording(
            study,
            name,
            layer,
            responses[name],
            labels[name],
            (predictions or labels)[name] if predictions else np.maximum(labels[name], 0),
            keep=(keep or {}).get(name, "responses"),
            stored_as=stored_as,
            shard_samples=shard_samples,
        )
    if head:
        study.save_head(LinearMap("head", LAYER, *head))
    names = tuple(study.categories)
    study.save(Manifest(model, names, (layer,), reference=next(iter(responses)), datasets=tuple(responses)))
    return study


def write_recording(
    study: StoredStudy,
    name: str,
    layer: RecordedLayer,
    responses: Numbers,
    labels: Numbers,
    predictions: Numbers,
    *,
    keep: str = "responses",
    stored_as: str = "float32",
    shard_samples: int = 4096,
    overwrite: bool = False,
) -> None:
    plan = Plan(
        dataset=name,
        samples=len(responses),
        layers=[layer],
        categories=len(study.categories),
        stored_as=stored_as,  # type: ignore[arg-type]
        keep=keep,  # type: ignore[arg-type]
        probabilities=False,
        fingerprint=f"{name} {responses.sum(dtype=float)} {labels.sum()} {predictions.sum()}",
        source={},
        model=study.manifest.model,
        shard_samples=shard_samples,
    )
    writer = RecordingWriter(RecordingPlace(study.path, name), plan, overwrite=overwrite)
    shards = plan.shards()
    for index in writer.unfinished():
        rows = shards[index]
        own = slice(rows.start, rows.stop)
        skipped = predictions[own] == NO_LABEL
        seen = [
            SampleEntry(str(i), int(label), "", "{}", b"", "broken" if lost else "")
            for i, label, lost in zip(rows, labels[own], skipped, strict=True)
        ]
        stored = responses[own].astype(stored_as)
        stored[skipped] = np.nan
        logits = np.zeros((len(rows), len(study.categories)), stored_as)
        confidences = np.where(skipped, np.nan, 0.5).astype(np.float32)
        shard = Shard(index, rows.start, {LAYER: stored}, logits, predictions[own], confidences, seen)
        writer.commit(shard, summarise_shard(shard, len(study.categories)))
    writer.seal()


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., StoredStudy]:
    """`write_study` in a fresh folder, or one of another `name`."""

    def write(*given: Any, name: str = "made", **options: Any) -> StoredStudy:
        return write_study(tmp_path / f"{name}.study", *given, **options)

    return write
