"""What narrows a dataset's images down, and the unit that orders them."""

from __future__ import annotations

from shiftscope.views.dataset.sample_filter import conditions
from shiftscope.views.dataset.shown_dataset import ShownDataset
from shiftscope.views.page.panels import Field, Filter
from shiftscope.views.page.section import section
from shiftscope.views.parts.category_name import category_name

PROPOSED = 200  # categories


@section(ShownDataset, place=10)
def filter_form(dataset: ShownDataset) -> Filter:
    """Label, prediction, metadata, tag; and a unit, by whose response the images are sorted."""
    study = dataset.selection.study
    names = list(study.categories[:PROPOSED])
    label, prediction = (
        "" if each is None else category_name(study, each) for each in (dataset.label, dataset.prediction)
    )
    fields = [
        Field("label", "Label", label, choices=names),
        Field("prediction", "Prediction", prediction, choices_of="label"),
        Field("unit", "Unit", dataset.unit.text if dataset.unit else "", "sorts by its response"),
    ]
    if known := conditions(dataset.samples):
        fields.insert(2, Field("where", "Metadata", dataset.where, "column=value", choices=known))
    if dataset.tag or dataset.tag_counts:
        fields.insert(-1, Field("tag", "Tag", dataset.tag, choices=list(dataset.tag_counts)))
    bare = dataset.at(label=None, prediction=None, where=None, tag=None, unit=None, sort=None)
    used = any(field.value for field in fields)
    return Filter("", bare, fields, button="Show", reset=bare if used else "")
