"""Whether a model does better than guessing."""

from __future__ import annotations

from shiftscope.statistics.wilson import wilson


def no_better_than_chance(right: int, labelled: int, categories: int) -> bool:
    """Whether the 95 % interval of the accuracy reaches down to one in as many as there are categories.

    False without a labelled sample, and of one category, which nobody can guess wrong.
    """
    if not labelled or categories < 2:
        return False
    low, _ = wilson(right, labelled)
    return bool(low <= 1 / categories)


def chance_in_words(reference: str, right: int, labelled: int, categories: int) -> str:
    """What it means for comparisons that the reference is answered no better than by chance; empty where it is better.

    Parameters
    ----------
    reference
        The dataset's name.
    right, labelled
        How many of its labelled samples are classified right, of how many.
    """
    if not no_better_than_chance(right, labelled, categories):
        return ""
    samples = "its one labelled sample shows" if labelled == 1 else f"its {labelled:,} labelled samples show"
    return (
        f"As far as {samples}, the model answers {reference} no better than chance ({right:,} right, where guessing "
        f"among {categories:,} categories gets {100 / categories:.3g} %), so differences under a shift say nothing "
        "about it being broken; likely causes are untrained weights, categories in another order than the logits, and "
        "other preprocessing than in training."
    )
