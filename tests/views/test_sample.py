"""What the page of one image says."""

import numpy as np
import pytest

from shiftscope.errors import NotInStudy
from shiftscope.views.panels import ImageStrip, Message, Table
from shiftscope.views.sample import sample

from .conftest import panel, panels, positions, same_number, same_percent, strongest_first, texts

SOME = [("lab", 0), ("lab", 41), ("lab", 89), ("field", 2), ("field", 60), ("field", 128), ("night", 24)]


@pytest.mark.parametrize(("dataset", "position"), SOME)
def test_predictions_are_the_softmax_of_the_stored_logits(explored, dataset, position):
    plain = explored[dataset]
    logits = plain.logits(position)
    probabilities = np.exp(logits) / sum(np.exp(logits))
    rows = texts(panel(sample(explored.study, dataset, position), Table, "Predictions"))
    order = sorted(range(5), key=lambda c: (-logits[c], c))
    assert [row[0] for row in rows] == ["abcde"[c] for c in order]
    assert order[0] == plain.predictions[position]
    for row, c in zip(rows, order, strict=True):
        assert row[1] == ("label" if c == plain.labels[position] else "")
        assert same_percent(row[2], probabilities[c])
        assert same_number(row[3], logits[c])


@pytest.mark.parametrize("reference", ["lab", "field"])
@pytest.mark.parametrize("layer", ["hidden", "conv"])
@pytest.mark.parametrize(("dataset", "position"), SOME)
def test_units_come_by_their_response_over_the_reference_maximum(
    explored, dataset, position, layer, reference
):
    page = sample(explored.study, dataset, position, layer=layer, reference=reference)
    rows = panel(page, Table, f"Strongest units of {layer}").rows
    responses, maxima = explored[dataset].responses(layer)[position], explored[reference].maximum(layer)
    shares = {u: responses[u] / maxima[u] for u in range(len(maxima)) if maxima[u] > 0 and responses[u] > 0}
    order = sorted(shares, key=lambda u: (-shares[u], u))[:12]
    assert [row[0].text for row in rows] == [f"unit {u}" for u in order]
    for row, unit in zip(rows, order, strict=True):
        assert same_percent(row[1].text, shares[unit])
        assert same_number(row[2].text, responses[unit])
        assert strongest_first(row[3].pictures, explored[reference], layer, unit)
        assert len(row) == (4 if dataset == reference else 5)
        if dataset != reference:
            assert strongest_first(row[4].pictures, explored[dataset], layer, unit)


def test_label_id_and_metadata_are_shown(explored):
    about = dict(texts(panel(sample(explored.study, "lab", 7), Table, "About")))
    assert about["label"] == "abcde"[explored.lab.labels[7]]
    assert about["id"] == "sample-7"
    assert about["row"] == "7"


def test_an_image_without_a_label_says_so_and_leads_to_no_category(explored):
    page = sample(explored.study, "field", 60)
    label = panel(page, Table, "About").rows[0]
    assert (label[1].text, label[1].page) == ("no label", "")
    assert page.subtitle == f"predicted {'abcde'[explored.field.predictions[60]]}"
    assert not any(row[1] for row in texts(panel(page, Table, "Predictions")))


def test_a_skipped_image_says_why_and_shows_no_numbers(explored):
    page = sample(explored.study, "field", 77)
    assert page.subtitle == "skipped"
    assert "sample 77 cannot be read." in panel(page, Message).text
    assert [table.title for table in panels(page, Table)] == ["About it"]


def test_an_image_without_responses_says_how_to_get_them(summaries_only):
    page = sample(summaries_only.study, "lab", 3)
    assert 'recorded with keep="summaries"' in panel(page, Message).text
    assert [table.title for table in panels(page, Table)] == ["About it"]


def test_neighbours_are_the_images_before_and_after(explored):
    first, last = sample(explored.study, "night", 0), sample(explored.study, "night", 24)
    assert (first.previous, first.next.page) == (None, "datasets/night/samples/1")
    assert (last.previous.page, last.next) == ("datasets/night/samples/23", None)
    (image,) = panels(first, ImageStrip)
    assert positions(image.pictures) == [0]


@pytest.mark.parametrize("position", [-1, 25])
def test_an_image_that_is_not_there_is_named(explored, position):
    with pytest.raises(NotInStudy, match=f"no sample {position}; this dataset has 25, from 0 to 24"):
        sample(explored.study, "night", position)
