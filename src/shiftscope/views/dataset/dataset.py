"""One dataset: its accuracy, its confusions, how they differ from the baseline, and its images, filtered."""

from __future__ import annotations

from shiftscope.outcomes.harm import HARM_RULE, Harm, harm
from shiftscope.percent import NOTHING, percent
from shiftscope.statistics.newcombe import newcombe
from shiftscope.statistics.wilson import wilson
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.dataset.images import IMAGES
from shiftscope.views.dataset.most_confused import most_confused
from shiftscope.views.dataset.sample_order import NAMES, Sort, unit_at
from shiftscope.views.dataset.sentence import accuracy_said, dataset_sentence
from shiftscope.views.dataset.shown_dataset import Show, ShownDataset
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.category_at import category_at
from shiftscope.views.page.panels import Choice, Link, Page, Span
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.parts.accuracy import answers
from shiftscope.views.parts.derived.gate import Gate
from shiftscope.views.parts.number_text import count, points, points_interval, share_interval


@view("datasets/{dataset}")
def dataset_images(
    study: StoredStudy,
    dataset: str,
    *,
    show: Show = "all",
    label: int | str | None = None,
    prediction: int | str | None = None,
    start: int = 0,
    sort: Sort | None = None,
    unit: str | None = None,
    where: str | None = None,
    tag: str | None = None,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
    sets: Sets = None,
) -> Page:
    """What a dataset does to the model, and its images, filtered and sorted.

    Parameters
    ----------
    sort
        By the response of `unit` where one is named, else the errors first where errors are shown.
    unit
        LAYER:INDEX, or an index in the layer in force.
    where
        COLUMN=VALUE of metadata.
    """
    selection = Selection.at(study, layer, baseline, focus, sets)
    recording = study[dataset]
    label, prediction = (None if each is None else category_at(study, each) for each in (label, prediction))
    found = unit_at(selection, unit) if unit else None
    options = {
        "show": show,
        "label": label,
        "prediction": prediction,
        "sort": sort,
        "unit": found.text if found else None,
        "where": where,
        "tag": tag,
    }
    at = PageAddress(selection, selection.at_dataset(dataset), dataset_images, options)
    errors = show in ("all", "wrong") and answers(selection, dataset)[1]
    by: Sort = sort or ("response" if found else "wrong" if errors else "order")
    shown = ShownDataset(
        selection, recording, at, show, label, prediction, start, by, found, (where or "").strip(), tag or ""
    )
    earlier = max(0, shown.start - IMAGES)
    gate = Gate(selection.focused(recording.name), found.layer if found else selection.layer)
    panels = panels_of(shown)
    return Page(
        title=dataset,
        sentence=_sentence(shown),
        lede=_lede(shown),
        trail=[Link(study.name, selection.overview())],
        panels=[*gate.said([dataset]), *(gate.passed(panels) if found else panels)],
        choices=_choices(shown),
        previous=Link("earlier", at(start=earlier)) if shown.start else None,
    )


def _harm(shown: ShownDataset) -> Harm | None:
    selection = shown.selection
    usual, here = (answers(selection, name) for name in (selection.baseline, shown.name))
    return harm(*usual, *here, len(selection.study.categories))


def _sentence(shown: ShownDataset) -> str:
    return dataset_sentence(shown.name, _harm(shown), shown.selection.baseline)


def _lede(shown: ShownDataset) -> list[str | Span]:
    """Accuracy beside the baseline's, and the confusions that grew most."""
    selection, name = shown.selection, shown.name
    (right, total), usual = answers(selection, name), answers(selection, selection.baseline)
    here = percent(right / total) if total else NOTHING
    interval = share_interval(*map(float, wilson(right, total)))
    help = (
        f"{count(right)} of {count(total)} labelled samples; 95 % interval of Wilson: {interval or NOTHING}."
    )
    if name == selection.baseline:
        words: list[str | Span] = [Span(f"Accuracy is {here}.", help=help), " "]
    else:
        change, low, high = map(float, newcombe(right, total, *usual))
        if total and usual[1]:
            help += f" The change: {points(change)}, by Newcombe {points_interval(low, high)}. {HARM_RULE}"
        then = percent(usual[0] / usual[1]) if usual[1] else NOTHING
        words = [Span(f"{accuracy_said(_harm(shown), selection.baseline, then, here)}.", help=help), " "]
    named = most_confused(shown) if total else []
    names = selection.study.categories
    for each in named:
        words += [
            Span(f"{names[each.actual]} → {names[each.predicted]}", page=each.page(shown)),
            f" {count(each.answers[0])} of {count(each.answers[1])}{', ' if each is not named[-1] else '.'}",
        ]
    return words


def _choices(shown: ShownDataset) -> list[Choice]:
    selection, at = shown.selection, shown.at
    ways = ("all", "wrong", "right", *(("skipped",) if shown.samples.skipped else ()))
    _, against = selection.dataset_choices(at.path, **at.asked())
    return [
        Choice("Show", [Link(way, at(show=way)) for way in ways], shown.show),
        Choice("Sort", [Link(NAMES[by], at(sort=by)) for by in _orders(shown)], NAMES[shown.sort]),
        against,
        *([_tags(shown)] if shown.tag_counts else []),
    ]


def _orders(shown: ShownDataset) -> list[Sort]:
    """Those that can be had here: energy, loss and responses need single answers."""
    kept = shown.recording.keeps_responses
    labelled = bool(answers(shown.selection, shown.name)[1])
    orders: list[Sort] = [*(["wrong"] if labelled else []), "order", "confident", "unsure"]  # type: ignore[list-item]
    with_logits: dict[Sort, bool] = {
        "energy": not shown.recording.plan.probabilities,
        "loss": labelled,
        "response": shown.unit is not None,
    }
    return [*orders, *(by for by, there in with_logits.items() if kept and there)]


def _tags(shown: ShownDataset) -> Choice:
    every = [Link("any", shown.at(tag=None))]
    tagged = [
        Link(name, shown.at(tag=name), f"{count(number)} samples")
        for name, number in shown.tag_counts.items()
    ]
    return Choice("Tag", [*every, *tagged], shown.tag or "any")
