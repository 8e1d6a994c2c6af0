"""What the page of one image says."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from shiftscope.errors import NotInStudy
from shiftscope.views.page.panels import ImageStrip, Message, Table, Twins, plain
from shiftscope.views.sample.sample import sample
from shiftscope.views.sample.sentence import sample_sentence, share_text
from tests.views.conftest import panel, panels, positions, same_number, same_percent, strongest_first, texts

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
    page = sample(explored.study, dataset, position, layer=layer, baseline=reference)
    rows = panel(page, Table, f"Strongest units of {layer}").rows
    responses, maxima = explored[dataset].responses(layer)[position], explored[reference].maximum(layer)
    shares = {u: responses[u] / maxima[u] for u in range(len(maxima)) if maxima[u] > 0 and responses[u] > 0}
    order = sorted(shares, key=lambda u: (-shares[u], u))[:12]
    assert [row[0].text for row in rows] == [f"unit {u}" for u in order]
    plain = explored[dataset]
    category = plain.labels[position] if plain.labels[position] >= 0 else plain.predictions[position]
    names = [reference, *(name for name in explored.study if name != reference)]
    for row, unit in zip(rows, order, strict=True):
        assert same_percent(row[1].text, shares[unit])
        assert same_number(row[1].note, responses[unit])
        followed = iter(row[2:])
        for name in names:
            mean = explored[name].category_means(layer, 5)[category][unit]
            cell = next(followed)
            assert same_percent(cell.text, mean / maxima[unit])
            if name != reference:
                largest = explored[name].maximum(layer)[unit] / maxima[unit]
                assert same_percent(cell.note.removeprefix("max "), largest)
        for name in dict.fromkeys([reference, dataset]):
            assert strongest_first(next(followed).pictures, explored[name], layer, unit)
        assert list(followed) == []


def test_all_units_that_respond_are_downloaded(explored):
    table = panel(sample(explored.study, "lab", 41), Table, "Strongest units")
    responses, maxima = explored.lab.responses("hidden")[41], explored.lab.maximum("hidden")
    assert len(table.whole().rows) == np.count_nonzero((responses > 0) & (maxima > 0))
    assert not any(cell.pictures for row in table.whole().rows for cell in row)


def test_a_focus_adds_its_strips(explored):
    table = panel(sample(explored.study, "lab", 41, focus="night"), Table, "Strongest units")
    assert [column.name for column in table.columns[-2:]] == ["strongest in lab", "strongest in night"]


@pytest.mark.parametrize(("dataset", "position"), SOME)
def test_the_argument_for_the_prediction_adds_up_to_the_difference_of_the_logits(explored, dataset, position):
    plain, head = explored[dataset], load_file(explored.study.path / "head.safetensors")
    table = panel(sample(explored.study, dataset, position), Table, "Why")
    logits, label = plain.logits(position), plain.labels[position]
    first = int(np.argmax(logits))
    second = int(np.argsort(-logits, kind="stable")[1]) if label in (-1, first) else int(label)
    kind = "the label" if second == label else "the runner-up"
    assert table.title == f"Why {'abcde'[first]} and not {'abcde'[second]}, {kind}"
    *parts, total = (row[4].value for row in table.rows)
    assert total == pytest.approx(logits[first] - logits[second], abs=1e-6)
    assert sum(parts) == pytest.approx(total, abs=1e-6)
    weight = head["weight"].astype(float)
    by_unit = plain.responses("hidden")[position] * (weight[first] - weight[second])
    for row in table.whole().rows:
        if row[0].page:
            unit = int(row[0].text.removeprefix("unit "))
            assert row[4].value == pytest.approx(by_unit[unit], abs=1e-6)
            assert row[1].value == pytest.approx(plain.responses("hidden")[position][unit])
    rounding = next(row for row in table.rows if row[0].text == "rounding")
    assert abs(rounding[4].value) < 0.01


def test_a_layer_that_does_not_feed_the_logits_says_which_one_does(explored):
    said = panel(sample(explored.study, "lab", 41, layer="conv"), Message, "Why")
    assert said.text == "conv does not feed a linear map into the logits; hidden does."


def test_label_id_and_metadata_are_shown(explored):
    about = dict(texts(panel(sample(explored.study, "lab", 7), Table, "About")))
    assert about["label"] == "abcde"[explored.lab.labels[7]]
    assert about["id"] == "sample-7"
    assert about["row"] == "7"


def test_an_image_without_a_label_says_so_and_leads_to_no_category(explored):
    page = sample(explored.study, "field", 60)
    label = panel(page, Table, "About").rows[0]
    assert (label[1].text, label[1].page) == ("no label", "")
    assert page.sentence == f"Classified {'abcde'[explored.field.predictions[60]]}"
    assert not any(row[1] for row in texts(panel(page, Table, "Predictions")))


def test_a_skipped_image_says_why_and_shows_no_numbers(explored):
    page = sample(explored.study, "field", 77)
    assert page.sentence == "Skipped"
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
    image = panel(first, ImageStrip, "Image")
    assert (positions(image.pictures), image.large) == ([0], True)


def test_the_same_image_stands_in_every_set_that_has_its_id(twinned):
    dusk = twinned["dusk"]
    wrong = next(p for p in range(60) if dusk.predictions[p] != dusk.labels[p])
    there = twinned.lab.ids.index(dusk.ids[wrong])
    page = sample(twinned.study, "dusk", wrong)
    before, under = panel(page, Twins).twins
    assert (before.dataset, before.role, before.picture.position) == ("lab", "reference", there)
    assert (under.dataset, under.role, under.picture.position) == ("dusk", "shifted", wrong)
    assert under.answer == "abcde"[dusk.predictions[wrong]]
    assert under.note == share_text(float(dusk.confidences[wrong]))
    answer = dusk.predictions[wrong]
    assert under.like.position == twinned.lab.having(answer, answer)[0]
    assert (under.like.dataset, under.like_words) == ("lab", f"a {'abcde'[answer]} in lab")
    then = "abcde"[twinned.lab.predictions[there]]
    assert page.sentence == sample_sentence(
        "abcde"[dusk.labels[wrong]], (then, "lab"), "dusk", "abcde"[answer]
    )
    assert plain(page.lede).startswith(f"Image {wrong} of dusk (id {dusk.ids[wrong]}).")


def test_an_image_of_the_baseline_looks_at_the_worst_set_that_has_it(twinned):
    page = sample(twinned.study, "lab", 0)
    assert [choice.current for choice in page.choices] == ["dusk", "lab", "hidden"]
    (link,) = page.choices[0].options
    assert link.page == f"datasets/dusk/samples/{twinned['dusk'].ids.index('sample-0')}?focus=dusk"


def test_the_votes_go_from_the_same_image_in_the_baseline_to_this_one(twinned):
    dusk, lab = twinned["dusk"], twinned.lab
    wrong = next(p for p in range(60) if dusk.predictions[p] != dusk.labels[p])
    there = lab.ids.index(dusk.ids[wrong])
    table = panel(sample(twinned.study, "dusk", wrong), Table, "of the change from")
    b, a = dusk.predictions[wrong], dusk.labels[wrong]
    weight = load_file(twinned.study.path / "head.safetensors")["weight"].astype(float)
    into = weight[b] - weight[a]
    change = (dusk.responses("hidden")[wrong] - lab.responses("hidden")[there]) * into
    for row in table.rows[:-2]:
        unit = int(row[0].text.removeprefix("unit "))
        assert row[1].value == pytest.approx(change[unit], rel=1e-5)
    gap = (dusk.logits(wrong)[b] - dusk.logits(wrong)[a]) - (lab.logits(there)[b] - lab.logits(there)[a])
    shares = sum(row[3].value for row in table.rows[:-2])
    assert shares * gap == pytest.approx(sum(sorted(change, key=abs)[-8:]), rel=1e-5)


def test_without_the_same_image_right_ones_of_the_label_are_compared_with(explored):
    field, lab = explored.field, explored.lab
    wrong = next(p for p in range(130) if 0 <= field.labels[p] != field.predictions[p] >= 0)
    b, a = field.predictions[wrong], field.labels[wrong]
    table = panel(sample(explored.study, "field", wrong), Table, "from")
    weight = load_file(explored.study.path / "head.safetensors")["weight"].astype(float)
    right = lab.responses("hidden")[lab.having(a, a)].mean(axis=0)
    change = (field.responses("hidden")[wrong] - right) * (weight[b] - weight[a])
    for row in table.rows[:-2]:
        unit = int(row[0].text.removeprefix("unit "))
        assert row[1].value == pytest.approx(change[unit], rel=1e-5)
    assert f"{len(lab.having(a, a))} {'abcde'[a]} classified right in lab" in table.note


def test_a_page_shows_the_answers_and_folds_the_rest(explored):
    page = sample(explored.study, "lab", 41)
    assert [type(each).__name__ for each in page.panels] == ["Twins", "Table", "Folds"]
    keys = [fold.key for fold in page.panels[-1].panels]
    assert keys == ["where", "answers", "strongest-units", "all-units", "accentuated", "about"]


@pytest.mark.parametrize("position", [-1, 25])
def test_an_image_that_is_not_there_is_named(explored, position):
    with pytest.raises(NotInStudy, match=f"no sample {position}; this dataset has 25, from 0 to 24"):
        sample(explored.study, "night", position)
