"""Where a study keeps what was asked of one unit over some samples of a dataset."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shiftscope.errors import BadRequest
from shiftscope.store.layout import EXPLANATIONS, LOGITS
from shiftscope.store.places import StudyPlace
from shiftscope.store.results import ResultKey, kept_results
from shiftscope.store.stored_study import StoredStudy


def unit_key(
    study: StoredStudy,
    kind: str,
    layer: str,
    datasets: Sequence[str],
    settings: Mapping[str, Any],
    *,
    named: str,
    seed: int,
    versions: Mapping[str, int],
) -> ResultKey:
    """All that decides the result, of a unit of a layer or, with `LOGITS` in its place, of a logit.

    Parameters
    ----------
    datasets
        That it rests on; the first is the one that it is about.
    settings
        With the unit among them; whatever differs lies in a place of its own.
    named
        Begins the name of the place.

    Raises
    ------
    BadRequest
        Settings that JSON does not have.
    """
    try:
        told = json.dumps([dict(settings), seed], sort_keys=True)
    except (TypeError, ValueError) as error:
        raise BadRequest(f"settings of {named} that a study cannot store: {error}.") from error
    rest: dict[str, Any] = {
        "versions": versions,
        "ground": {"model": str(study.manifest.model.get("weights_sha256", ""))},
        "settings": json.loads(told)[0],
        "variant": f"{named}, {hashlib.sha256(told.encode()).hexdigest()[:12]}",
        "seed": seed,
    }
    if layer != LOGITS:
        return ResultKey.of(study, kind, layer, datasets, **rest)
    recorded = {study.manifest.recorded_as(name): study[name].digest for name in datasets}
    return ResultKey(kind, LOGITS, tuple(recorded), recordings=recorded, **rest)


def kept_keys(study: StoredStudy, kind: str) -> Iterator[ResultKey]:
    """Of all that is kept of a kind; most studies have none, and are not searched."""
    if StudyPlace(study.path).file(EXPLANATIONS, kind).exists():
        for entry in kept_results(study.path, kind):
            if entry.key is not None and entry.key.kind == kind:
                yield entry.key


def dataset_and_samples(study: StoredStudy, key: ResultKey) -> tuple[str, list[int]] | None:
    """What a kept result is about, the dataset as it is named now; None where it is gone, or the settings say nothing
    that can be asked."""
    name = study.manifest.now_named(key.datasets[0]) if key.datasets else None
    samples, unit = key.settings.get("samples"), key.settings.get("unit")
    if name is None or name not in study or not isinstance(samples, list) or not isinstance(unit, int):
        return None
    return (name, samples) if all(isinstance(each, int) for each in samples) else None
