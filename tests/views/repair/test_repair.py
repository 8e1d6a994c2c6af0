"""The page of a repair, against the stored responses and weights read on their own."""

import numpy as np
import pytest
from safetensors.numpy import load

from shiftscope.errors import NotInStudy
from shiftscope.statistics.split import split
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Code, Computation, Fold, Lines, Message, StripGroups, Table, plain
from shiftscope.views.page.viewed_study import ViewedStudy
from shiftscope.views.repair.repair import repair
from shiftscope.web.html.downloads import panel_table
from tests.misled import COLOUR, samples
from tests.views.conftest import NoJobs, flat, holders, panel, positions, read, texts


@pytest.fixture
def searched(misled):
    misled.repair("field", progress=False)
    return misled


def held_out(study, name):
    """(sample,) whether it is of the half that is reported on."""
    samples = study[name].samples
    known = np.flatnonzero(samples.labels >= 0)
    held = np.zeros(len(samples), bool)
    held[known] = split([samples[i].id for i in known], 2, seed=0) == 1
    return held


def answers(study, name, silent=()):
    """(sample,) by the head alone, with units silent."""
    responses = study[name].responses("units").astype(np.float32)
    responses[:, list(silent)] = 0
    return (responses @ study.head.weight.T).argmax(axis=1)


def fold(page, title):
    (found,) = (each for each in holders(page.panels) if isinstance(each, Fold) and each.title == title)
    return found


def test_the_page_opens_with_what_the_repair_gives(searched):
    page = repair(searched)  # field is the set with the lowest accuracy
    assert page.title == "Repair for field"
    right = [
        answers(searched, "field", silent) == searched["field"].samples.labels for silent in ((), COLOUR)
    ]
    held = held_out(searched, "field")
    before, after = (100 * each[held].mean() for each in right)
    assert page.sentence == f"Silencing 2 of 8 units of units gives field {after - before:.0f} points back"
    assert f"field goes from {before:.1f} % to {after:.1f} %" in plain(page.lede)
    assert page.warning == ""
    assert [choice.name for choice in page.choices] == ["Focus", "Margin", "At most", "Layer"]
    assert [choice.current for choice in page.choices] == ["field", "1 point", "20 units", "units"]
    assert len(page.panels) <= 5


def test_each_set_is_shown_before_and_after_on_one_axis(searched):
    table = panel(repair(searched), Table, "Helps")
    assert [row[0].text for row in table.rows] == [
        "field",
        "lab",
        "night",
    ]  # the focus first, then the baseline
    in_file = {
        row["dataset"]: (row["accuracy after"], row["difference"]) for row in panel_table(table).to_pylist()
    }
    places = []
    for row in table.rows:
        held, labels = held_out(searched, row[0].text), searched[row[0].text].samples.labels
        before, after = (
            (answers(searched, row[0].text, silent) == labels)[held].mean() for silent in ((), COLOUR)
        )
        assert row[1].value == pytest.approx(after)
        assert read(row[2].text) == pytest.approx(100 * (after - before), abs=0.051)
        assert in_file[row[0].text] == pytest.approx((after, after - before))
        places += [(before, row[1].change.before), (after, row[1].change.after)]
        assert row[1].change.low <= row[1].change.after <= row[1].change.high
        assert row[1].change.focus == (row[0].text == "field")
    shares, drawn = np.array(sorted(places)).T
    line = np.polyfit(shares, drawn, 1)
    np.testing.assert_allclose(np.polyval(line, shares), drawn, atol=1e-9)


def test_accuracy_by_units_silenced_is_drawn_for_both_halves(searched):
    lines = panel(repair(searched), Lines)
    found = searched.repair("field")
    labels, held = searched["field"].samples.labels, held_out(searched, "field")
    for step in range(len(found.path) + 1):
        right = answers(searched, "field", found.path[:step]) == labels
        for line, half in zip(lines.lines, (~held, held), strict=True):
            assert line.values[step] == pytest.approx(right[half].mean())
    assert lines.chosen == 2
    assert lines.marks[1] == ("1", f"+{found.path[0]}")


def test_the_units_are_shown_with_what_they_argue_for(searched):
    groups = panel(repair(searched), StripGroups, "What is silenced")
    unit = searched.repair("field").units[0]
    heading = plain(groups.groups[0].heading)
    assert heading.startswith(f"unit {unit}: argues for {'ab'[COLOUR.index(unit)]}; its mean in field is ×")
    means = [searched[name].responses("units")[:, unit].astype(float).mean() for name in ("field", "lab")]
    assert heading.endswith(f"×{means[0] / means[1]:.1f}")
    assert [strip.title for strip in groups.groups[0].strips] == ["strongest in lab", "strongest in field"]
    order = np.argsort(-searched["lab"].responses("units")[:, unit].astype(float), kind="stable")
    assert positions(groups.groups[0].strips[0].pictures)[:3] == order[:3].tolist()


def test_the_samples_that_are_fixed_are_of_the_half_that_was_not_searched(searched):
    groups = panel(repair(searched, images=5), StripGroups, "fixed")
    labels, held = searched["field"].samples.labels, held_out(searched, "field")
    before, after = (answers(searched, "field", silent) for silent in ((), COLOUR))
    fixed = np.flatnonzero(held & (before != labels) & (after == labels))
    assert groups.title == f"{len(fixed)} fixed, 0 broken"
    shown, broken = (group.strips[0] for group in groups.groups)
    assert len(shown.pictures) == 5
    assert set(positions(shown.pictures)) <= set(fixed.tolist())
    assert broken.pictures == []
    assert shown.more.page == f"repair?images={len(fixed)}"
    for picture in shown.pictures:
        names = ["abc"[each[picture.position]] for each in (labels, before)]
        assert picture.caption == f"{names[0]}, was {names[1]}"
        assert picture.verdict == "right"


def test_the_head_can_be_taken_away(searched):
    page = repair(searched, most=20)
    assert page.actions[0].page == "repair?download=file"
    taken = load(page.file.content())
    np.testing.assert_array_equal(taken["weight"], searched.repaired_head("field")["weight"].numpy())
    codes = [each.text for each in flat(fold(page, "Use it").panels) if isinstance(each, Code)]
    assert codes[0].splitlines()[0] == "head = study.repaired_head('field')"
    assert codes[1] == (
        f"shiftscope repair {searched.path} --dataset field --save-head repaired-head.safetensors"
    )


def test_every_number_stands_in_a_fold(searched):
    (table,) = fold(repair(searched), "All numbers").panels
    assert [row[:2] for row in texts(table)] == [
        ["lab", "held out"],
        ["field", "held out"],
        ["night", "held out"],
        ["field", "searched"],
        ["lab", "searched"],
    ]
    expected = searched.repair("field").held_out["field"]
    assert [cell.value for cell in table.rows[1][2:]] == [
        expected.labelled,
        expected.before,
        expected.after,
        expected.difference,
        expected.fixed,
        expected.broken,
        expected.p,
    ]


def test_what_was_not_searched_is_offered_to_the_model_at_hand_or_as_a_command(misled):
    page = repair(misled, margin=0.05, most=3)
    assert page.sentence == "No repair for field was searched yet"
    assert panel(page, Code).text == (
        f"shiftscope repair {misled.path} --dataset field --margin 0.05 --most 3"
    )
    assert not page.actions
    offer = panel(repair(ViewedStudy(misled.path, NoJobs()), margin=0.05, most=3), Computation)
    assert offer.kind == "repair"
    assert offer.parameters == {
        "dataset": "field",
        "margin": "0.05",
        "most": "3",
        "seed": "0",
        "layer": "units",
        "reference": "lab",
    }
    assert offer.page == "repair?margin=0.05&most=3"


def test_a_set_that_nothing_helps_says_so(misled):
    misled.record(samples(100, 5), "same", progress=False)
    misled.repair("same", progress=False)
    page = repair(misled, focus="same")
    assert page.sentence == "No set of units helps same"
    assert page.file is None
    assert not page.actions
    assert [each.title for each in holders(page.panels) if isinstance(each, Fold)] == [
        "All numbers",
        "How it was found",
    ]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"focus": "lab"}, "'lab' is the reference itself"),
        ({"margin": 2.0}, "a margin is from 0 to 1"),
        ({"most": 0}, "at least one unit"),
    ],
)
def test_what_cannot_be_searched_is_said(misled, options, why):
    assert why in panel(repair(misled, **options), Message, "No repair can be searched here").text


def test_a_layer_before_others_and_a_set_of_summaries_cannot_be_searched(recorded, summaries_only):
    said = panel(repair(recorded, layer="conv"), Message).text
    assert "'conv' does not feed the linear head" in said
    assert "single responses are not there" in panel(repair(summaries_only.study), Message).text
    with pytest.raises(NotInStudy, match="no dataset 'nowhere'"):
        repair(recorded, focus="nowhere")


def test_one_set_alone_has_nothing_to_repair_for(new_study, made):
    study = new_study()
    study.record(made(samples=4), "lab", layers=["hidden"], progress=False)
    assert "one dataset alone" in panel(repair(StoredStudy(study.path)), Message).text
