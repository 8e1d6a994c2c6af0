"""What a set does to a category, in a sentence."""

from __future__ import annotations

from shiftscope.statistics.newcombe import newcombe

Answers = tuple[int, int]  # how many are right, of how many


def category_sentence(name: str, dataset: str, here: Answers, usual: Answers | None) -> str:
    """How the accuracy of a category changes; a change whose Newcombe interval holds 0 is none.

    Parameters
    ----------
    here, usual
        In the dataset, and in the baseline; None where the dataset is the baseline.
    """
    right, total = here
    if not total:
        return f"{dataset} holds no {name}"
    if not right:
        return f"No {name} in {dataset} is classified right"
    if usual is None or not usual[1]:
        return f"{right} of {total} {name} in {dataset} {'is' if right == 1 else 'are'} classified right"
    change, low, high = map(float, newcombe(right, total, *usual))
    if low <= 0 <= high:
        return f"{dataset} barely touches {name}"
    points = f"{100 * abs(change):.0f} points"
    return f"{name} {'loses' if change < 0 else 'gains'} {points} in {dataset}"
