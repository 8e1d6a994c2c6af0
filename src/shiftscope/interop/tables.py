"""A study as tables, one row for each thing that is counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.outcomes.outcomes import outcomes, right_and_wrong
from shiftscope.outcomes.sample_numbers import sample_numbers
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.moments import Moments
from shiftscope.text import plain_text

if TYPE_CHECKING:
    import pandas as pd

TableName = Literal["samples", "scores", "confusions", "categories", "units"]
Score = Callable[[StoredStudy, str], "pd.DataFrame"]  # the scores of every unit of a layer

MOST_KEYS = 200  # of metadata, in columns of their own


def table(study: StoredStudy, what: TableName, *, score: Score) -> pd.DataFrame:
    """One of the tables of a study; the reference comes first, NaN or NA where there is nothing.

    Parameters
    ----------
    what
        "samples": dataset, position, id, label and prediction with their names, confidence (max softmax),
        energy, correct, source, problem (why it was skipped), and a column "metadata.KEY" for each key of the metadata.
        "scores": dataset, layer, unit, and every score of the shifted datasets.
        "confusions": dataset, label, prediction, their names, count; pairs that occur, right answers among them.
        "categories": dataset, category, name, n (labelled samples shown), right, accuracy.
        "units": dataset, layer, unit, maximum, mean, firing_rate.
    score
        Makes the scores of a layer.

    Raises
    ------
    BadRequest
        No such table, or scores of a study without a shifted dataset.
    NotInStudy
        Nothing is recorded yet.
    """
    import pandas as pd

    made: dict[str, Callable[[], Sequence[pd.DataFrame]]] = {
        "samples": lambda: [_samples(study)],
        "scores": lambda: [_layer_scores(study, layer, score) for layer in study.layers],
        "confusions": lambda: [_confusions(recording, study.categories) for recording in study.values()],
        "categories": lambda: [_categories(recording, study.categories) for recording in study.values()],
        "units": lambda: [
            _units(recording, layer) for recording in study.values() for layer in recording.layers
        ],
    }
    if what not in made:
        raise BadRequest(f"no table {what!r}; there are {', '.join(get_args(TableName))}.")
    if not study:
        raise NotInStudy("nothing is recorded in this study, so there are no tables; record a dataset first.")
    return pd.concat(made[what](), ignore_index=True)


def _samples(study: StoredStudy) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for recording in study.values():
        samples = recording.samples
        right, wrong = right_and_wrong(samples)
        parts.append(
            pd.DataFrame(
                {
                    "dataset": recording.name,
                    "position": np.arange(len(samples)),
                    "id": samples.column("id").to_pylist(),
                    "label": _codes(samples.labels),
                    "label_name": _names(samples.labels, study.categories),
                    "prediction": _codes(samples.predictions),
                    "prediction_name": _names(samples.predictions, study.categories),
                    "confidence": samples.confidences,
                    "energy": _energy(recording),
                    "correct": pd.arrays.BooleanArray(right, ~(right | wrong)),
                    "source": _texts([text or None for text in samples.column("source").to_pylist()]),
                    "problem": _texts(samples.column("problem").to_pylist()),
                }
            )
        )
    known = [metadata for recording in study.values() for metadata in recording.samples.metadata()]
    return pd.concat(parts, ignore_index=True).assign(**_metadata(known))


def _energy(recording: Recording) -> npt.NDArray[np.float64]:
    """(sample,) NaN where logits were not kept."""
    if recording.keeps_responses:
        return sample_numbers(recording).energy
    return np.full(len(recording.samples), np.nan)


def _layer_scores(study: StoredStudy, layer: str, score: Score) -> pd.DataFrame:
    scored = score(study, layer)
    scored.attrs.clear()  # of one layer alone
    rest = scored.drop(columns=["dataset", "layer"], errors="ignore")
    rest.insert(0, "dataset", scored["dataset"])
    rest.insert(1, "layer", layer)
    return rest


def _confusions(recording: Recording, categories: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    counts = outcomes(recording.samples, len(categories)).confusions
    label, prediction = np.nonzero(counts)
    return pd.DataFrame(
        {
            "dataset": recording.name,
            "label": label,
            "label_name": _names(label, categories),
            "prediction": prediction,
            "prediction_name": _names(prediction, categories),
            "count": counts[label, prediction],
        }
    )


def _categories(recording: Recording, categories: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    result = outcomes(recording.samples, len(categories))
    return pd.DataFrame(
        {
            "dataset": recording.name,
            "category": np.arange(len(categories)),
            "name": list(categories),
            "n": result.confusions.sum(axis=1),
            "right": np.diag(result.confusions),
            "accuracy": result.recall(),
        }
    )


def _units(recording: Recording, layer: str) -> pd.DataFrame:
    import pandas as pd

    moments = recording.summary(layer, Moments)
    return pd.DataFrame(
        {
            "dataset": recording.name,
            "layer": layer,
            "unit": np.arange(recording.layer(layer).units),
            "maximum": recording.summary(layer, Maxima).largest,
            "mean": moments.mean(),
            "firing_rate": moments.firing_rate(),
        }
    )


def _codes(codes: npt.NDArray[np.int64]) -> Any:
    """Category numbers as pandas' integers that can be missing."""
    import pandas as pd

    return pd.arrays.IntegerArray(codes.copy(), codes < 0)


def _names(codes: npt.NDArray[np.integer[Any]], categories: Sequence[str]) -> Any:
    """(n,) names of categories, NA for NO_LABEL."""
    return _texts(np.array([*categories, None], object)[codes])


def _metadata(known: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A column for each key that occurs, by "metadata.KEY"; JSON where they are too many."""
    rows = [_flat(metadata) for metadata in known]
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if len(keys) > MOST_KEYS:
        return {"metadata": [json.dumps(metadata) for metadata in known]}
    return {f"metadata.{plain_text(key)}": _typed([row.get(key) for row in rows]) for key in keys}


def _flat(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Values by key, those of an inner object by "outer.inner"."""
    flat: dict[str, Any] = {}
    left = list(metadata.items())[::-1]
    while left:
        key, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{key}.{inner}", below) for inner, below in value.items()][::-1]
        else:
            flat[key] = value
    return flat


def _typed(values: Sequence[Any]) -> Any:
    """A column of one type: flags, integers, numbers, or text with the JSON of what is none."""
    import pandas as pd

    kinds = {type(value) for value in values if value is not None}
    large = any(isinstance(value, int) and abs(value) >= 2**63 for value in values)
    if kinds == {bool}:
        return pd.array(list(values), dtype="boolean")
    if kinds == {int} and not large:
        return pd.array(list(values), dtype="Int64")
    if kinds and kinds <= {int, float} and not large:
        return np.array([np.nan if value is None else value for value in values], float)
    return _texts([_text(value) for value in values])


def _texts(texts: Sequence[str | None]) -> Any:
    """Text of a type that a column keeps where all of it is missing."""
    import pandas as pd

    return pd.array(list(texts), dtype="string")


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return plain_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
