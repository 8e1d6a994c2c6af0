"""How sure the answers to a dataset are: each number counted anew, sample by sample."""

import math

import numpy as np
import pytest

from shiftscope.views.dataset import certainty
from shiftscope.views.dataset.dataset import dataset_images
from shiftscope.views.page.panels import Chart, Folds, Table, inner_panels


def shown(study, name, **options):
    (folds,) = (each for each in dataset_images(study, name, **options).panels if isinstance(each, Folds))
    (fold,) = (each for each in folds.panels if each.key == "certainty")
    return fold


def numbers(fold):
    """By dataset and column, the values that a file holds."""
    (table,) = (each for each in inner_panels(fold) if isinstance(each, Table))
    names = [column.key or column.name for column in table.columns]
    return {
        row[0].text: {name: cell.value for name, cell in zip(names, row, strict=True)} for row in table.rows
    }


def known(plain):
    return [s for s in range(len(plain)) if plain.shown[s] and plain.labels[s] >= 0]


def pairs_won(ours, theirs):
    """Share of pairs in which ours is larger, ties counted half."""
    return np.mean([(a > b) + (a == b) / 2 for a in ours for b in theirs])


def test_max_softmax_and_energy_are_compared_pair_by_pair_with_the_baseline(explored):
    found = numbers(shown(explored.study, "field"))
    sets = [[s for s in range(len(plain)) if plain.shown[s]] for plain in (explored.field, explored.lab)]
    sure, energies = (
        [
            [of(plain, s) for s in chosen]
            for plain, chosen in zip((explored.field, explored.lab), sets, strict=True)
        ]
        for of in (
            lambda plain, s: plain.confidences[s],
            lambda plain, s: -np.logaddexp.reduce(plain.logits(s)),
        )
    )
    assert found["field"]["max_softmax_auroc"] == pytest.approx(pairs_won(sure[1], sure[0]))
    assert found["field"]["energy_auroc"] == pytest.approx(pairs_won(*energies))
    assert math.isnan(found["lab"]["energy_auroc"])


def test_calibration_is_the_mean_gap_of_bins_of_confidence(explored):
    found = numbers(shown(explored.study, "field"))
    for name in ("field", "lab"):
        plain = explored[name]
        bins = {}
        for s in known(plain):
            own = math.ceil(15 * float(plain.confidences[s]))
            bins.setdefault(own, []).append(
                (float(plain.confidences[s]), plain.labels[s] == plain.predictions[s])
            )
        gaps = [abs(sum(sure for sure, _ in own) - sum(right for _, right in own)) for own in bins.values()]
        assert found[name]["ece"] == pytest.approx(sum(gaps) / len(known(plain)))


def test_the_diagram_has_a_point_for_each_bin_with_answers(explored):
    (chart,) = (each for each in inner_panels(shown(explored.study, "field")) if isinstance(each, Chart))
    rows = [row for row in chart.spec["data"]["values"] if row["dataset"] == "field"]
    assert sum(row["samples"] for row in rows) == len(known(explored.field))
    right = sum(row["samples"] * row["accuracy"] for row in rows)
    assert right == pytest.approx(explored.field.judged()[0])
    assert all(row["low"] - 1e-12 <= row["accuracy"] <= row["high"] + 1e-12 for row in rows)


def test_the_first_five_answers_count_where_there_are_more_categories(explored, monkeypatch):
    assert "top_5_accuracy" not in numbers(shown(explored.study, "field"))["field"]
    monkeypatch.setattr(certainty, "PLACES", 2)
    found = numbers(shown(explored.study, "field"))["field"]["top_2_accuracy"]
    plain = explored.field
    among = [plain.labels[s] in np.argsort(-plain.logits(s), kind="stable")[:2] for s in known(plain)]
    assert found == pytest.approx(np.mean(among))


def test_its_heading_says_both_findings(explored, unlabelled):
    says = shown(explored.study, "field").says
    assert says.startswith("calibration error ")
    assert "in lab; max softmax tells it from lab with AUROC 0." in says
    assert "AUROC" not in shown(explored.study, "lab").says
    assert shown(unlabelled.study, "field").says.startswith("max softmax tells it from lab")


def test_without_logits_the_softmax_is_left(summaries_only):
    fold = shown(summaries_only.study, "field")
    found = numbers(fold)["field"]
    assert math.isnan(found["energy_auroc"])
    assert 0 <= found["max_softmax_auroc"] <= 1
    assert "Logits of field and lab were not kept" in inner_panels(fold)[0].note
