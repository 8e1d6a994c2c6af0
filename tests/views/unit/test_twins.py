"""The same images under the shift, on the pages of a unit and on the first page."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.outcomes.twin_answers import twin_answers
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.scores.estimation.twins_worth import times
from shiftscope.store.twins import twins_between
from shiftscope.study import Study
from shiftscope.summaries.maxima import Maxima
from shiftscope.views.confusion.confusion import confusion
from shiftscope.views.overview.overview import overview
from shiftscope.views.page.panels import Cases, Chart, Folds, ImageStrip, Message, Table, Twins, plain
from shiftscope.views.parts.number_text import number
from shiftscope.views.sample.sample import sample
from shiftscope.views.unit.unit import unit
from tests.views.conftest import panel, texts

CATEGORIES = ("a", "b", "c")
LAYER = "act"


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.act = nn.ReLU()
        self.head = nn.Linear(4, 3)

    def forward(self, images):
        return self.head(self.act(self.conv(images)).mean((2, 3)))


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    rng = np.random.default_rng(0)
    inputs = rng.random((48, 3, 16, 16), np.float32) * rng.random((48, 3, 1, 1), np.float32)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        net = Small()
        net.head.bias -= net(torch.from_numpy(inputs)).mean(0)  # so that the answers differ
        labels = net(torch.from_numpy(inputs)).argmax(1).numpy()  # all right
    data = ArrayData(inputs, labels, categories=CATEGORIES)
    study = Study.create(tmp_path_factory.mktemp("twins") / "small.study", net, CATEGORIES)
    study.record(data, "val", layers=[LAYER], progress=False)
    study.record(ss.shift(data, "negative", 0.9), "negative", progress=False)
    study.record(ArrayData(inputs[::-1].copy(), categories=CATEGORIES), "alone", progress=False)
    return study


def fold(page):
    (found,) = (each for each in page.panels[-1].panels if each.key == "twins")
    return found


def test_the_strongest_images_stand_above_their_twins_with_both_responses(study):
    panels = fold(unit(study, LAYER, 1, focus="negative")).panels
    strongest, twins = (each for each in panels if isinstance(each, ImageStrip))
    responses = {name: study[name].unit_responses(LAYER, 1) for name in ("val", "negative")}
    order = np.argsort(-responses["val"], kind="stable")[:12].tolist()
    assert [picture.position for picture in strongest.pictures] == order
    assert [picture.position for picture in twins.pictures] == order
    assert [picture.caption for picture in strongest.pictures] == [
        number(float(responses["val"][i])) for i in order
    ]
    assert [picture.caption for picture in twins.pictures] == [
        number(float(responses["negative"][i])) for i in order
    ]


def test_every_pair_is_a_point_beside_the_line_of_no_change(study):
    chart = panel(fold_as_page(unit(study, LAYER, 1, focus="negative")), Chart, "Each image and its twin")
    line, points = chart.spec["layer"]
    rows = list(chart.spec["data"]["values"])
    assert "data" not in points
    np.testing.assert_allclose(
        [row["before"] for row in rows], study["val"].unit_responses(LAYER, 1).astype(float), rtol=1e-5
    )
    np.testing.assert_allclose(
        [row["after"] for row in rows], study["negative"].unit_responses(LAYER, 1).astype(float), rtol=1e-5
    )
    assert all(end["before"] == end["after"] for end in line["data"]["values"])


def test_each_category_has_its_own_change(study):
    table = panel(fold_as_page(unit(study, LAYER, 1, focus="negative")), Table, "By category")
    labels = study["val"].samples.labels
    ours, theirs = (study[name].unit_responses(LAYER, 1).astype(float) for name in ("negative", "val"))
    enough = [c for c in range(3) if (labels == c).sum() >= 10]
    assert {row[0].text for row in table.rows} == {CATEGORIES[c] for c in enough}
    for row in table.rows:
        own = labels == CATEGORIES.index(row[0].text)
        assert row[1].value == pytest.approx((ours - theirs)[own].mean() / theirs.std())
        assert row[2].value == np.mean((1 + np.sign(ours - theirs)[own]) / 2)
        assert row[3].value == own.sum()
    sizes = [abs(row[1].value) for row in table.rows]
    assert sizes == sorted(sizes, reverse=True)


def test_a_confusion_tells_what_its_images_were_before(study):
    ours, theirs = (study[name].samples for name in ("negative", "val"))
    wrong = np.flatnonzero(ours.predictions != ours.labels)
    a, b = int(ours.labels[wrong[0]]), int(ours.predictions[wrong[0]])
    page = confusion(study, a, b, focus="negative")
    chosen = np.flatnonzero((ours.labels == a) & (ours.predictions == b))
    (found,) = (each for each in page.panels[-1].panels if each.key == "before")
    names, sizes = np.unique(theirs.predictions[chosen], return_counts=True)
    (table,) = found.panels
    assert {row[0].text: row[1].value for row in table.rows} == {
        CATEGORIES[name]: size for name, size in zip(names, sizes, strict=True)
    }
    assert (
        table.rows[0][3].pictures[0].position == table.rows[0][4].pictures[0].position
    )  # twins are in order
    said = f"of {len(chosen)} with a twin in val, {len(chosen)} {'was' if len(chosen) == 1 else 'were'} classified"
    assert found.says == f"{said} {CATEGORIES[a]} there"  # all are right in val
    alone = confusion(study, a, b, focus="alone").panels[-1].panels
    assert not any(each.key == "before" for each in alone)


def test_the_page_of_an_image_tells_which_units_the_shift_changed(study):
    page = sample(study, "negative", 3)
    (found,) = (each for each in page.panels[-1].panels if each.key == "changed-units")
    before, after = (study[name].sample_responses(LAYER, 3).astype(float) for name in ("val", "negative"))
    change = (after - before) / study["val"].summary(LAYER, Maxima).largest
    (table,) = found.panels
    order = [int(row[0].text.removeprefix("unit ")) for row in table.rows]
    assert order == [unit for unit in np.argsort(-np.abs(change), kind="stable").tolist() if change[unit]]
    for row, unit_index in zip(table.rows, order, strict=True):
        assert row[1].value == pytest.approx(change[unit_index], rel=1e-4)
    assert found.says.startswith(f"unit {order[0]} of act most: ")


def test_an_image_finds_its_twin_by_what_the_recording_states(tmp_path):
    rng = np.random.default_rng(1)
    inputs = rng.random((12, 3, 16, 16), np.float32)
    study = Study.create(tmp_path / "stated.study", Small(), CATEGORIES)
    study.record(ArrayData(inputs, categories=CATEGORIES), "val", layers=[LAYER], progress=False)
    fog = ArrayData(inputs[::-1] / 2, categories=CATEGORIES, metadata={"original": list(range(11, -1, -1))})
    study.record(fog, "fog", twins="original", progress=False)
    shown = sample(study, "fog", 2)  # ids are positions in both, and mean nothing
    assert [twin.picture.position for twin in panel(shown, Twins).twins] == [9, 2]


def fold_as_page(page):
    """Only what is in the fold of twins."""
    return replace(page, panels=fold(page).panels)


def test_the_two_scores_are_told_in_a_sentence_with_what_the_twins_are_worth(study):
    found = stored_estimates(study, "negative", "val", LAYER)
    page = unit(study, LAYER, 1, focus="negative")
    said = plain(fold(page).says)
    assert number(abs(float(found["twin_change"].value[1]))) in said
    assert f"{100 * found['twin_increase'].value[1]:.1f} % of 48 pairs" in said
    note = panel(fold_as_page(page), Chart).note
    assert f"worth {times(float(found['twin_change'].gain[1]))} as many images" in note
    assert said.startswith("in negative an image gives")
    beside = fold(unit(study, LAYER, 1, focus="alone")).says
    assert plain(beside).startswith("alone has no twins; in negative an image gives")
    units = [int((found[name].q < 0.05).sum()) for name in ("twin_auroc", "shift_auroc")]
    assert f"{units[0]} of 4 units differ (q < 0.05) with them, and {units[1]} without" in note


def test_of_summaries_the_scores_are_told_and_why_there_are_no_pairs_to_see(study, tmp_path):
    summed = Study.create(tmp_path / "x.study", Small(), CATEGORIES)
    rng = np.random.default_rng(0)
    data = ArrayData(rng.random((32, 3, 16, 16), np.float32), rng.integers(0, 3, 32), categories=CATEGORIES)
    summed.record(data, "val", layers=[LAYER], progress=False)
    summed.record(ss.shift(data, "darkness", 0.9), "dark", keep="summaries", progress=False)
    page = unit(summed, LAYER, 1, focus="dark")
    found = summed.scores(LAYER, dataset="dark")
    assert number(abs(found["twin_change"][1])) in plain(fold(page).says)
    assert "dark was recorded as summaries" in panel(fold_as_page(page), Message).text
    against = unit(summed, LAYER, 1, baseline="dark", focus="val")
    assert "nothing of single responses was kept of dark" in plain(fold(against).says)


def test_a_set_without_twins_has_no_such_part_and_no_such_scores(study):
    page = unit(study, LAYER, 1, focus="negative")
    scores = [row[0] for row in texts(panel(page, Table, "Scores"))]
    assert "twin change" in scores
    without = Study(study.path)
    page = unit(without, LAYER, 1, baseline="alone", focus="negative")
    assert not any(
        each.key == "twins" for folds in page.panels if isinstance(folds, Folds) for each in folds.panels
    )
    assert "twin change" not in [row[0] for row in texts(panel(page, Table, "Scores"))]


def test_the_first_page_counts_the_answers_that_were_broken_and_fixed(study):
    page = overview(study)
    says = {case.name: [plain(words) for words in case.says] for case in panel(page, Cases).cases}
    twins = twins_between(study, "negative", "val")
    found = twin_answers(study["negative"].samples, study["val"].samples, twins)
    assert found.broken > 1
    fixed = f"{found.fixed} fixed" if found.fixed else "none fixed"
    assert f"{found.broken} answers broken, {fixed}." in says["negative"]
    assert not any("broken" in words for words in says["alone"])
