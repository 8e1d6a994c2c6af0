"""Which pictures stand for two uses of a unit."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.explain.visualisation.picture_question import PictureQuestion


def use_pair(
    question: PictureQuestion, dataset: str, at: str, division: int = 1
) -> tuple[PictureQuestion, PictureQuestion]:
    """As under a shifted dataset and as on the reference, told apart in the layer `at`; with the reference for that
    dataset, as on the one and on the other half of one of its divisions."""
    plus, minus = (replace(question, use=(dataset, at, sign), division=division) for sign in (1, -1))
    return plus, minus
