"""What a dataset does to the model, in a sentence."""

from __future__ import annotations

from shiftscope.outcomes.harm import Harm


def dataset_sentence(name: str, harm: Harm | None, baseline: str) -> str:
    """The harm of a set; of the baseline that it is the baseline, without labels that it has none.

    Parameters
    ----------
    harm
        None where one of the two sets has no labelled sample.
    baseline
        The name of the dataset it is compared with.
    """
    if name == baseline:
        return f"{name} is the baseline"
    if harm is None:
        return f"What {name} does to this model is not known without labels"
    return f"{name} {harm} this model"


def accuracy_said(harm: Harm | None, baseline: str, usual: str, here: str) -> str:
    """Accuracy here beside that of the baseline, both as text."""
    if harm in ("breaks", "hurts"):
        return f"Accuracy falls from {usual} in {baseline} to {here}"
    if harm == "helps":
        return f"Accuracy rises from {usual} in {baseline} to {here}"
    return f"Accuracy is {here}, and {usual} in {baseline}"
