"""How many samples of a dataset there are, and how many are classified right."""

from __future__ import annotations

from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.page.panels import Fact, Facts, Fold
from shiftscope.views.page.section import section
from shiftscope.views.parts.accuracy import accuracy_fact, answers
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.pictures import role


@section(ShownDataset, place=40)
def facts(dataset: ShownDataset) -> Fold:
    """Accuracy and counts, those of unlabelled and skipped samples where there are any."""
    selection, name, samples = dataset.selection, dataset.name, dataset.samples
    right, labelled = answers(selection, name)
    unlabelled = len(samples) - labelled - samples.skipped
    usual = answers(selection, selection.baseline)
    found = [
        accuracy_fact(selection, name, (right, labelled), usual, of="the labelled samples"),
        Fact("samples", count(len(samples)), "Samples recorded."),
        Fact(
            "wrong",
            count(labelled - right),
            "Labelled samples classified as another category.",
            selection.dataset(name, show="wrong"),
        ),
    ]
    if unlabelled:
        found.append(
            Fact("unlabelled", count(unlabelled), "Samples without a label: neither right nor wrong.")
        )
    if samples.skipped:
        found.append(
            Fact(
                "skipped",
                count(samples.skipped),
                "Samples that could not be read, so that the model never saw them.",
                selection.dataset(name, show="skipped"),
            )
        )
    says = (
        f"{count(len(samples))} samples, {count(labelled - right)} of {count(labelled)} labelled ones wrong"
    )
    return Fold("All counts", says, [Facts("Answers", found, role(selection, name))], "counts")
