"""The page of a change of units, against arrays read on their own."""

import shutil

import numpy as np
import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.interventions.intervene import intervene_through_head
from shiftscope.study import open_study
from shiftscope.views.intervention.intervention import intervention
from shiftscope.views.page.panels import Columns, Filter, ImageStrip, Message, StripGroups, Table
from tests.views.conftest import columns, panel, panels, positions, read, same_percent, strongest_first, texts

HOWS = ["silence", "clamp", "replace"]


def after(explored, name, units):
    """(sample,) predictions by the head alone, with units silent; -1 for skipped samples."""
    weight, bias = explored.study.head.weight, explored.study.head.bias
    plain = explored[name]
    responses = np.nan_to_num(plain.responses("hidden"))
    responses[:, units] = 0
    return np.where(plain.shown, (responses @ weight.T + bias).argmax(axis=1), -1)


def test_each_dataset_shows_its_accuracy_before_and_after(explored):
    units = [0, 8, 2]
    table = panel(intervention(explored.study, units="0, 8,2"), Table, "Accuracy")
    assert [row[0].text for row in table.rows] == ["lab", "field", "night"]
    for name, row in zip(("lab", "field", "night"), table.rows, strict=True):
        plain, now = explored[name], after(explored, name, units)
        known = plain.shown & (plain.labels >= 0)
        right, still = (p[known] == plain.labels[known] for p in (plain.predictions, now))
        assert row[1].value == known.sum()
        assert same_percent(row[2].text, right.mean())
        assert same_percent(row[3].text, still.mean())
        assert read(row[4].text) == pytest.approx(100 * (still.mean() - right.mean()), abs=0.051)
        assert row[5].value == (~right & still).sum()
        assert row[6].value == (right & ~still).sum()
        assert row[8].value == (now != plain.predictions)[plain.shown].sum()
        assert 0 <= row[7].value <= 1
    assert sum(row[6].value for row in table.rows) > 0


@pytest.mark.parametrize("how", HOWS)
def test_interval_and_p_are_those_of_the_change(explored, how):
    table = panel(intervention(explored.study, units="0,8", how=how), Table, "Accuracy")
    done = intervene_through_head(explored.study, [0, 8], how)
    for row, answers in zip(table.rows, done.answers.values(), strict=True):
        low, high = (100 * end for end in answers.pairs.interval)
        assert [read(end) for end in row[4].note.split(" to ")] == pytest.approx([low, high], abs=0.051)
        assert row[7].value == answers.pairs.p


def test_fixed_and_broken_images_stand_in_the_frame_of_the_answer_after(explored):
    page = intervention(explored.study, units="0,8,2")
    answers = intervene_through_head(explored.study, [0, 8, 2]).answers
    focus = panel(page, StripGroups)
    assert (
        focus.title == f"{len(answers['field'].fixed)} fixed, {len(answers['field'].broken)} broken in field"
    )
    in_focus = dict(zip(("Fixed", "Broken"), (group.strips[0] for group in focus.groups), strict=True))
    for title in ("Fixed", "Broken"):
        strips = {strip.title: strip for strip in columns(page, title)}
        assert "field" not in strips  # it is not folded
        if in_focus[title].pictures:
            strips["field"] = in_focus[title]
        for name, there in answers.items():
            plain = explored[name]
            expected = (there.fixed if title == "Fixed" else there.broken).tolist()
            assert (name in strips) == bool(expected)
            if expected:
                order = sorted(expected, key=lambda s: (-plain.confidences[s], s))
                assert positions(strips[name].pictures) == order[:24]
                first = strips[name].pictures[0]
                label, before, now = (
                    explored.study.categories[p[order[0]]] for p in (plain.labels, there.before, there.after)
                )
                turn = f"was {before}" if title == "Fixed" else f"now {now}"
                assert first.caption == f"{label}, {turn}"
                assert first.verdict == ("right" if title == "Fixed" else "wrong")


def test_the_worst_set_is_the_focus_unless_chosen(explored, tmp_path):
    study = open_study(shutil.copytree(explored.study.path, tmp_path / "other.study"))
    study.reorder(["night"])
    field, night = (right / known for right, known in (explored.field.judged(), explored["night"].judged()))
    assert field < night
    choices = intervention(study, units="0").choices
    assert next(each.current for each in choices if each.name == "Focus") == "field"


def test_the_page_leads_to_the_search_for_units_where_the_head_tells_the_answers(explored):
    assert [link.page for link in intervention(explored.study, units="0").related] == ["repair"]


def test_more_images_on_demand(explored):
    page = intervention(explored.study, units="0,1,2,6,7,8,9", images=2)
    strips = [group.strips[0] for group in panel(page, StripGroups).groups]
    more = {
        strip.more.text: strip.more.page for strip in strips if strip.more and strip.more.text != "all 24"
    }
    assert all(page.endswith(f"images={text.removeprefix('all ')}") for text, page in more.items())
    (strip, *_) = [strip for strip in columns(page, "Broken") if strip.more]
    assert len(strip.pictures) == 2
    assert strip.more.page == "interventions?units=0%2C1%2C2%2C6%2C7%2C8%2C9&images=8"


def test_a_change_that_moves_no_answer_says_so(explored):
    page = intervention(explored.study, units="3")  # silent everywhere
    assert panel(page, StripGroups).title == "0 fixed, 0 broken in field"
    for title in ("Fixed", "Broken"):
        assert panel(page, ImageStrip, title).empty == f"No answer is {title.lower()}."
    assert all(row[8].value == 0 for row in panel(page, Table, "Accuracy").rows)


def test_the_units_focus_to_their_pages_with_their_strongest_images(explored):
    rows = panel(intervention(explored.study, units="8,0", how="clamp"), Table, "The units of hidden").rows
    assert [row[0].text for row in rows] == ["unit 8", "unit 0"]
    assert rows[0][0].page == "layers/hidden/units/8"
    assert rows[0][1].page == "interventions?units=8&how=clamp"
    assert strongest_first(rows[0][2].pictures, explored.lab, "hidden", 8)
    assert strongest_first(rows[0][3].pictures, explored.field, "hidden", 8)


def test_without_units_those_most_to_blame_in_the_focus_are_changed(explored):
    for focus in ("field", "night"):
        alone = [
            intervene_through_head(explored.study, [u], datasets=[focus]).answers[focus] for u in range(10)
        ]
        nets = [len(answers.fixed) - len(answers.broken) for answers in alone]
        expected = [f"unit {u}" for u in sorted(range(10), key=lambda u: (-nets[u], u)) if nets[u] > 0][:5]
        page = intervention(explored.study, focus=focus)
        note = panel(page, Filter).note
        if not expected:
            assert note == f"None asked for: no unit's silence repairs more than it breaks in {focus}."
            continue
        assert [row[0] for row in texts(panel(page, Table, "The units of hidden"))] == expected
        many = "unit" if len(expected) == 1 else f"{len(expected)} units"
        assert note == f"None asked for: the {many} most to blame in {focus}."


@pytest.mark.parametrize("units", [" ", ",", " , "])
def test_an_empty_field_asks_for_no_units(explored, units):
    assert texts(panel(intervention(explored.study, units=units), Table, "The units of hidden")) == texts(
        panel(intervention(explored.study), Table, "The units of hidden")
    )


def test_a_set_without_labels_has_dashes_and_no_images(unlabelled):
    page = intervention(unlabelled.study, units="0,1,2,3")
    row = texts(panel(page, Table, "Accuracy"))[1]
    assert row[:8] == ["field", "0", "–", "–", "–", "0", "0", "–"]
    assert panels(page, ImageStrip, "field") == []


def test_the_choices_keep_units_and_way(explored):
    page = intervention(explored.study, units="3,1", how="replace", baseline="night", focus="field")
    ways, *others = page.choices
    assert ways.current == "replaced"
    assert [link.text for link in ways.options] == ["silenced", "clamped", "replaced"]
    assert ways.options[0].page == "interventions?baseline=night&focus=field&units=3%2C1"
    for choice in others:
        for link in choice.options:
            assert "units=3%2C1&how=replace" in link.page
    assert "over the samples of night whose label is the answer here" in page.subtitle


def test_many_units_are_not_all_listed(wide):
    page = intervention(wide.study, units=",".join(map(str, range(130))))
    table = panel(page, Table, "The units of hidden")
    assert len(table.rows) == 24
    assert table.note == "The first 24 of 130."
    assert page.subtitle.startswith("130 units of hidden silenced: 0, 1, 2, ")


def test_a_layer_that_does_not_feed_the_head_says_which_does(explored):
    page = intervention(explored.study, layer="conv", units="1")
    message = panel(page, Message)
    assert "conv does not feed the logits, hidden does" in message.text
    assert [link.text for link in page.choices[0].options] == ["conv", "hidden"]


def test_a_study_without_a_head_says_so(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["conv"], progress=False)
    assert "No recorded layer feeds the logits" in panel(intervention(study), Message).text


def test_summaries_alone_say_so(summaries_only):
    page = intervention(summaries_only.study, units="1")
    assert panel(page, Message).text == "Every dataset was recorded with summaries alone."
    assert panels(page, Table) == panels(page, Columns) == []


def test_a_set_recorded_with_summaries_is_left_out_and_named(recorded, made):
    recorded.record(made(seed=7), "large", keep="summaries", progress=False)
    table = panel(intervention(recorded, units="1"), Table, "Accuracy")
    assert [row[0].text for row in table.rows] == ["lab", "field"]
    assert table.note.endswith("Recorded with summaries alone: large.")


def test_one_dataset_alone_can_be_changed_too(new_study, made):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], progress=False)
    assert len(panel(intervention(study, units="1"), Table, "Accuracy").rows) == 1
    assert intervention(study).title == "What units do to the answers"


@pytest.mark.parametrize(
    ("units", "error", "message"),
    [
        ("3,x", BadRequest, "write numbers with commas between"),
        ("1.5", BadRequest, "write numbers with commas between"),
        ("3,10", NotInStudy, "no unit 10 in layer 'hidden'"),
        ("-1", NotInStudy, "no unit -1"),
    ],
)
def test_units_that_cannot_be_read_are_refused(explored, units, error, message):
    with pytest.raises(error, match=message):
        intervention(explored.study, units=units)


def test_a_change_that_no_model_has_answered_is_told_beside_those_that_are_kept(recorded, made):
    data = {"lab": made(), "field": made(seed=1, scale=1.5)}
    recorded.intervene("conv", [1], data=data, progress=False)
    assert panels(intervention(recorded, layer="conv", units="1"), Message) == []
    told = panel(intervention(recorded, layer="conv", units="2"), Message)
    assert told.title == "The model was not asked"
    assert f"shiftscope view {recorded.path} --model" in told.text
