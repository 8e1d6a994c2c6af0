"""Many sets together: the cells, the lines, the cases and the choices."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.statistics.wilson import wilson
from shiftscope.views.overview.overview import overview
from shiftscope.views.overview.typical_sample import typical_sample
from shiftscope.views.page.panels import Cases, Heat, Table
from shiftscope.views.parts.number_text import number
from tests.conftest import copied
from tests.views.conftest import CATEGORIES, GROUPED, panel, panels, same_percent


def table(heat, variable):
    (block,) = (block for block in heat.blocks if block.variable == variable)
    return block, {row.name: row.cells for row in block.rows}


def test_groups_are_rows_over_their_variable_and_other_sets_a_column(grouped):
    heat = panel(overview(grouped.study), Heat)
    block, rows = table(heat, "severity")
    assert list(block.columns) == ["1", "2", "3"]
    assert list(rows) == ["noise", "blur"]  # the worst first
    assert [cell.text for cell in rows["noise"]] == ["70.0", "40.0", "0.0"]
    assert [cell.shade for cell in rows["noise"]] == [3, 5, 5]  # 30, 60 and 100 points lost
    assert [cell.text for cell in rows["blur"]] == ["100.0", "97.5", "95.0"]
    assert [cell.shade for cell in rows["blur"]] == [0, 1, 2]
    assert [cell.marked for cell in rows["noise"]] == [False, True, False]
    assert rows["noise"][1].label == "noise 2: 40.0 %, −60.0 points, breaks here"
    assert heat.usual.text == "100.0"
    _, others = table(heat, "")
    assert {name: [cell.text for cell in cells] for name, cells in others.items()} == {
        "north": ["97.5"],
        "south": ["97.5"],
    }


def test_each_cell_shows_the_same_sample_the_median_one_by_confidence(grouped):
    heat = panel(overview(grouped.study), Heat)
    by_confidence = np.argsort(grouped.lab.confidences, kind="stable")
    middle = int(by_confidence[len(by_confidence) // 2])
    cells = [cell for block in heat.blocks for row in block.rows for cell in row.cells]
    assert heat.usual.picture.position == middle
    for cell in cells:
        picture = cell.picture
        assert grouped[picture.dataset].ids[picture.position] == f"sample-{middle}"
    assert (
        heat.title
        == f"The same {'abcde'[grouped.lab.labels[middle]]} in every set, and the accuracy there, %"
    )


def test_the_sample_can_be_of_another_category(grouped):
    category = int(grouped.lab.labels[0])
    heat = panel(overview(grouped.study, sample=category), Heat)
    assert grouped.lab.labels[heat.usual.picture.position] == category


def test_sets_that_do_not_belong_together_are_not_drawn_so(explored):
    page = overview(explored.study)
    assert panels(page, Heat) == []
    assert [choice.name for choice in page.choices] == ["Layer", "Baseline", "Sets", "Order", "Score"]


def test_sets_without_order_are_rows_of_one_column_each_with_a_sample_of_its_own(explored, tmp_path):
    """`night` lacks the baseline's sample, so each set shows the typical one of the same label."""
    study = copied(explored.study.path, tmp_path, explored.study.model)
    for name in ("field", "night"):
        study.describe(name, groups={"hospital": name})
    samples = {name: study[name].samples for name in study}
    category = next(c for c in range(3) if (typical_sample(samples["lab"], c) or 0) >= 25)
    page = overview(study, sample=category)
    heat = panel(page, Heat)
    (block,) = heat.blocks
    assert (block.variable, list(block.columns), block.lines) == ("", ["accuracy"], None)
    shown = {row.name: row.cells[0].picture.position for row in block.rows}
    assert shown == {name: typical_sample(samples[name], category) for name in ("field", "night")}
    assert heat.title.startswith(f"Typical for {'abcde'[category]} in every set")
    assert sorted(case.name for case in panel(page, Cases).cases) == ["field", "night"]


def test_numbers_that_order_no_group_say_why(explored, tmp_path):
    study = copied(explored.study.path, tmp_path, explored.study.model)
    for name in ("field", "night"):
        study.describe(name, groups={"corruption": "dark", "severity": 1})
    heat = panel(overview(study), Heat)
    assert heat.note == "corruption dark has no order: 'field' and 'night' have the same severity, 1."


def test_the_lines_run_through_the_accuracies_with_their_bands_from_the_baseline_on(grouped):
    block, _ = table(panel(overview(grouped.study), Heat), "severity")
    lines = block.lines
    assert list(lines.steps) == ["lab", "1", "2", "3"]
    assert lines.baseline == (1.0, *map(float, wilson(40, 40)))
    noise, blur = lines.curves
    assert noise.points[1] == (2, 0.4, *map(float, wilson(16, 40)))
    assert (noise.focus, blur.focus) == (True, False)
    assert (noise.name, blur.name) == ("noise 0 %", "blur 95 %")


def test_colours_by_a_score_are_by_quantile_of_its_median_and_say_so(grouped):
    heat = panel(overview(grouped.study, score="novelty"), Heat)
    assert heat.measure == "lost peak response (novelty), shades by sixths of the sets"
    cells = {cell.picture.dataset: cell for block in heat.blocks for row in block.rows for cell in row.cells}
    medians = {
        name: float(np.nanmedian(stored_estimates(grouped.study, name, "lab", "hidden")["novelty"].value))
        for name in cells
    }
    edges = np.unique(np.quantile(list(medians.values()), np.arange(1, 6) / 6))
    for name, median in medians.items():
        assert cells[name].text == number(median)
        lowest = min(medians.values())
        assert cells[name].shade == sum(edge <= median for edge in edges if edge > lowest)


def test_a_group_has_one_case_at_the_set_that_breaks_the_model(grouped):
    page = overview(grouped.study)
    assert page.sentence.startswith("noise breaks this model at severity 2; blur costs at most 5.0 points; ")
    assert page.sentence.endswith("north and south barely touch it")
    noise, blur, *others = panel(page, Cases).cases
    assert (noise.name, noise.loss) == ("noise", "breaks at severity 2")
    assert noise.about.startswith("noise 2: 40.0 %, −60.0 points (")
    assert (blur.name, blur.loss) == ("blur", "loses 5.0 points")
    assert [case.name for case in others] == ["north", "south"]


def test_one_group_alone_has_a_case_for_each_of_its_sets(grouped):
    page = overview(grouped.study, sets="noise")
    assert [case.name for case in panel(page, Cases).cases] == ["noise 3", "noise 2", "noise 1"]
    assert page.sentence == "noise breaks this model at severity 2"
    by_set = overview(grouped.study, groups="none", cases=8)
    assert panels(by_set, Heat) == []
    assert len(panel(by_set, Cases).cases) == 8
    assert panels(overview(grouped.study, focus="noise 1"), Heat) == []


def test_sets_are_chosen_from_a_menu_with_a_line_for_each_group(grouped):
    page = overview(grouped.study)
    assert [choice.name for choice in page.choices[:4]] == ["Colour by", "Groups", "Sets", "Layer"]
    (sets,) = (choice for choice in page.choices if choice.name == "Sets")
    assert sets.current == "all 9"
    assert page.choices[1].current == "corruption × severity, hospital"
    links = {link.text: link for link in sets.options}
    assert parse_qs(urlsplit(links["all of noise"].page).query) == {"sets": ["noise"]}
    assert (links["blur 2"].within, links["blur 2"].short) == ("blur", "2")
    assert parse_qs(urlsplit(links["blur 2"].page).query) == {"focus": ["blur 2"]}


def test_any_sets_can_be_chosen_and_the_baseline_stays(grouped):
    page = overview(grouped.study, sets=["south", "blur 3", "noise 2", "lab"])
    assert [case.name for case in panel(page, Cases).cases] == ["noise 2", "blur 3", "south"]
    (sets,) = (choice for choice in page.choices if choice.name == "Sets")
    assert sets.current == "3 of 8"
    assert sorted(sets.several.ticked) == ["blur 3", "noise 2", "south"]
    assert [link.text for link in sets.several.names] == list(GROUPED)
    layer = next(choice for choice in page.choices if choice.name == "Layer").options[0].page
    assert parse_qs(urlsplit(layer).query)["sets"] == ["south", "blur 3", "noise 2", "lab"]
    with_group = overview(grouped.study, sets=["blur", "noise 3"])
    heat = panel(with_group, Heat)
    assert {row.name: len(row.cells) for block in heat.blocks for row in block.rows} == {
        "noise 3": 1,
        "blur": 3,
    }
    assert heat.usual.text == "100.0"
    assert len(panel(overview(grouped.study, sets=["lab"], cases=8), Cases).cases) == 4  # none is all


def test_a_group_that_is_not_there_is_refused_with_those_that_are(grouped, explored):
    with pytest.raises(BadRequest, match="no group 'fog' of datasets; there are noise, blur, hospital"):
        overview(grouped.study, sets="fog")
    with pytest.raises(BadRequest, match="no dataset of this study is in any"):
        overview(explored.study, sets="fog")


def test_every_set_stands_in_the_folded_table(grouped):
    datasets = panel(overview(grouped.study), Table, "Datasets")
    assert [row[0].text for row in datasets.rows] == ["lab", *grouped.study.datasets[1:]]


def test_units_that_prefer_another_category_are_counted_set_by_set(grouped):
    page = overview(grouped.study)
    (fold,) = (each for each in page.panels[-1].panels if each.key == "preferences")
    (table,) = fold.panels
    before = grouped.lab.category_means("hidden", CATEGORIES)
    for row, kind in zip(table.rows, ("noise", "blur"), strict=True):
        for severity, cell in enumerate(row[1:], 1):
            after = grouped[f"{kind} {severity}"].category_means("hidden", CATEGORIES)
            shared = [c for c in range(CATEGORIES) if not np.isnan([before[c], after[c]]).any()]
            changed = units = 0
            for unit in range(10):
                first, second = before[shared, unit], after[shared, unit]
                if first.max() > 0 and second.max() > 0:
                    units += 1
                    changed += first.argmax() != second.argmax()
            assert same_percent(cell.text, changed / units)
