"""What became of one sample, in a sentence."""

from __future__ import annotations


def sample_sentence(
    label: str | None, before: tuple[str, str] | None, dataset: str, prediction: str | None
) -> str:
    """What a sample is classified as, in the baseline and in a set.

    Parameters
    ----------
    label
        Its category; None where there is no label.
    before
        The answer to the same sample in the baseline, and the baseline's name; None where it is not there.
    prediction
        None where the model never saw it.
    """
    what = label or "image"
    if prediction is None:
        return f"{label}, skipped" if label else "Skipped"
    if before is None:
        return f"{label}, classified {prediction}" if label else f"Classified {prediction}"
    then, baseline = before
    if then == prediction:
        return f"The same {what} is classified {prediction} in {baseline} and in {dataset}"
    return f"The same {what} is classified {then} in {baseline} and {prediction} in {dataset}"


def place_of(category: str, place: int) -> str:
    """Where the label comes among the answers, 1 for the likeliest."""
    if place == 1:
        return f"{category}, the label, comes first"
    return f"{category}, the label, comes at place {place}"


def share_text(share: float) -> str:
    """A probability that never rounds to certainty."""
    if share > 0.999:
        return "over 99.9 %"
    return "under 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"
