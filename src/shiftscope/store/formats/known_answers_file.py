"""Inputs and a model's answers to them in a file that any safetensors reader opens."""

from __future__ import annotations

import json
from pathlib import Path

from shiftscope.errors import StudyDamaged
from shiftscope.model.answers import Answers
from shiftscope.model.known_answers import KnownAnswers
from shiftscope.store.disk.atomic import Checksums, flush_names_of, written_aside
from shiftscope.store.disk.local_copy import file_to_read

INPUTS, ANSWERED = "inputs", "answers"  # the tensor, and the entry of the file's metadata


def read_known_answers(path: Path) -> KnownAnswers:
    """Raises `StudyDamaged` where the file holds none."""
    from safetensors import SafetensorError, safe_open

    try:
        with file_to_read(path) as here, safe_open(here, "pt") as file:
            known = KnownAnswers(
                file.get_tensor(INPUTS), Answers.from_json(json.loads(file.metadata()[ANSWERED]))
            )
        if known.inputs.ndim < 1 or len(known.inputs) != len(known.answers.logits):
            raise ValueError(f"inputs of shape {tuple(known.inputs.shape)}")
    except (
        SafetensorError,
        OSError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        raise StudyDamaged(f"{path} cannot be read as answers of the model: {error}") from error
    return known


def write_known_answers(path: Path, known: KnownAnswers, sums: Checksums) -> None:
    from safetensors.torch import save

    told = json.dumps(known.answers.as_json(), sort_keys=True)
    with written_aside(path, sums) as file:
        file.write(save({INPUTS: known.inputs.contiguous()}, metadata={ANSWERED: told}))
    flush_names_of([path])
