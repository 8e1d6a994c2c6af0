"""A layer's units: in a table, on a map, in a scatter, and how their scores are spread."""

import re
import shutil
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest
import torch

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.scores.score import unit_scores
from shiftscope.statistics.wilson import wilson
from shiftscope.store.notes import save_unit_note
from shiftscope.store.stored_study import StoredStudy
from shiftscope.study import Study
from shiftscope.views.layer.changed_units import Found
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.layer.layer_sentence import in_words
from shiftscope.views.page.panels import Chart, Filter, Folds, Message, Table, plain
from shiftscope.views.parts.units.differing import DIFFERENCES
from shiftscope.views.parts.units.unit_scores import offered_scores
from tests.conftest import Made, Net
from tests.views.conftest import (
    SILENT,
    SILENT_IN_LAB,
    panel,
    panels,
    read,
    same_number,
    same_percent,
    scores,
    strongest_first,
)

SUMMARISED = ("activation_ratio", "novelty", "spurious")


def measured(explored, shifted, reference, layer):
    responses = explored[reference].responses(layer)[explored[reference].shown]
    return {
        **scores(explored, shifted, reference, layer),
        "maximum": responses.max(axis=0),
        "fires": (responses > 0).mean(axis=0),
    }


def units(page):
    return [int(row[0].text.removeprefix("unit ")) for row in panel(page, Table, "Units by").rows]


def column(page, name):
    """The cells below a name."""
    table = panel(page, Table)
    (place,) = (i for i, head in enumerate(table.columns) if head.name == name)
    return [row[place] for row in table.rows]


def names(page):
    return [head.name for head in panel(page, Table).columns]


def query(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@pytest.mark.parametrize(
    ("layer", "focus", "reference"),
    [("hidden", "field", "lab"), ("hidden", "night", "lab"), ("conv", "lab", "night")],
)
def test_every_row_shows_scores_maximum_firing_rate_and_images(explored, layer, focus, reference):
    page = layer_units(explored.study, layer, focus=focus, baseline=reference, columns="all")
    expected = measured(explored, focus, reference, layer)
    shown = units(page)
    assert sorted(shown) == list(range(len(expected["maximum"])))
    for score in SUMMARISED:
        for unit, cell in zip(shown, column(page, unit_scores[score].title), strict=True):
            assert same_number(cell.text, expected[score][unit])
            assert cell.value == pytest.approx(expected[score][unit], nan_ok=True)
    plain = explored[reference]
    for unit, largest, fires in zip(
        shown, column(page, f"maximum in {reference}"), column(page, f"fires in {reference}"), strict=True
    ):
        assert same_number(largest.text, expected["maximum"][unit])
        assert same_percent(fires.text, expected["fires"][unit])
        fired = (plain.responses(layer)[plain.shown, unit] > 0).sum()
        low, high = wilson(fired, plain.shown.sum())
        assert fires.note == f"{100 * low:.1f} to {100 * high:.1f} %"
    for name in (reference, focus):
        for unit, cell in zip(shown, column(page, f"strongest in {name}"), strict=True):
            assert strongest_first(cell.pictures, explored[name], layer, unit)


def test_scores_have_intervals_and_those_that_test_a_q_behind_them(explored):
    page = layer_units(explored.study, "hidden", focus="field", columns="all")
    estimates = stored_estimates(explored.study, "field", "lab", "hidden")
    shown = units(page)
    offered = {name for name, score in unit_scores.items() if score.title in names(page)}
    assert {"novelty", "spurious", "shift_auroc", "blame"} <= offered == set(offered_scores(explored.study))
    for name in offered:
        title, estimate = unit_scores[name].title, estimates[name]
        for unit, cell in zip(shown, column(page, title), strict=True):
            note, *floor = cell.note.split("; ")
            if estimate.floor is not None and np.isfinite(estimate.floor[unit]):
                said, *flat = floor[0].removeprefix("floor ").split(", ")
                assert same_number(said, estimate.floor[unit])
                assert flat == ["flat"] * int(estimate.flat_p[unit] >= 0.05)
                assert f"Sampling alone, without any shift, gives {said}." in cell.help
            else:
                assert not floor
            if np.isnan(estimate.low[unit]):
                assert note == ""
            else:
                low, high = note.split(" to ")
                assert same_number(low, estimate.low[unit])
                assert same_number(high, estimate.high[unit])
        head = names(page)
        assert (f"q of {title}" in head) is (estimate.q is not None)
        if estimate.q is not None:
            assert head.index(f"q of {title}") == head.index(title) + 1
            for unit, cell in zip(shown, column(page, f"q of {title}"), strict=True):
                assert cell.value == pytest.approx(estimate.q[unit], nan_ok=True)
        (help,) = (c.help for c in panel(page, Table).columns if c.name == title)
        assert unit_scores[name].help in help


@pytest.mark.parametrize("sort", ["activation_ratio", "novelty", "spurious", "maximum", "fires"])
@pytest.mark.parametrize("ascending", [False, True])
def test_units_are_sorted_with_the_undefined_ones_last(explored, sort, ascending):
    page = layer_units(explored.study, "hidden", focus="field", sort=sort, ascending=ascending)
    values = measured(explored, "field", "lab", "hidden")[sort]
    sign = 1 if ascending else -1
    expected = sorted(
        range(10), key=lambda u: (u == SILENT, np.isnan(values[u]), sign * np.nan_to_num(values[u]), u)
    )
    assert units(page) == expected
    if sort in SUMMARISED:
        assert {SILENT, SILENT_IN_LAB} <= set(expected[-3:])
        assert "Undefined ones last." in panel(page, Table).note
    dead = {row[0].text for row in panel(page, Table).rows if row[0].note == "dead"}
    assert dead == {f"unit {SILENT}"}
    assert panel(page, Table).note.endswith("1 dead unit, silent in lab and field, after all others.")
    table = panel(page, Table)
    (place,) = (i for i, c in enumerate(table.columns) if c.sorted)
    head = table.columns[place]
    assert place == 1  # what sorts comes first
    assert head.sorted == ("ascending" if ascending else "descending")
    assert ("ascending=" in head.sort.page) is not ascending  # a click turns the order


def test_units_are_sorted_by_their_number_by_q_and_by_an_end_of_the_interval(explored):
    estimates = stored_estimates(explored.study, "field", "lab", "hidden")
    assert units(layer_units(explored.study, "hidden", sort="unit", ascending=True)) == list(range(10))
    for part, values in (("q", estimates["shift_auroc"].q), ("low", estimates["shift_auroc"].low)):
        page = layer_units(
            explored.study, "hidden", focus="field", sort=f"shift_auroc.{part}", ascending=True
        )
        expected = sorted(
            range(10), key=lambda u: (u == SILENT, np.isnan(values[u]), np.nan_to_num(values[u]), u)
        )
        assert units(page) == expected
        assert panel(page, Table).title == f"Units by {part} of shift AUROC"
    page = layer_units(explored.study, "hidden", focus="field", sort="shift_auroc")
    (head,) = (c for c in panel(page, Table).columns if c.name == "q of shift AUROC")
    assert query(head.sort.page)["ascending"] == "True"  # the surest come first


def test_followers_show_the_sorting_score_of_the_units_that_focus(explored):
    page = layer_units(explored.study, "hidden", focus="field", sort="novelty")
    in_night = scores(explored, "night", "lab", "hidden")["novelty"]
    for unit, cell in zip(units(page), column(page, "in night"), strict=True):
        assert same_number(cell.text, in_night[unit])
    page = layer_units(explored.study, "hidden", focus="field", sort="maximum")
    for name in ("field", "night"):
        for unit, cell in zip(units(page), column(page, f"in {name}"), strict=True):
            assert same_number(cell.text, explored[name].maximum("hidden")[unit])


def test_the_set_that_loses_most_is_the_start_sorted_by_what_the_sentence_says(explored):
    page = layer_units(explored.study, "hidden")
    worst = min(("field", "night"), key=lambda name: np.divide(*explored[name].judged()))
    assert page.subtitle.endswith(f"{worst} compared with lab.")
    said = re.search(r"of hidden (respond|prefer)s? .*? under \w+, unit (\d+) most", page.sentence)
    score = {"respond": "shift_auroc", "prefer": "spurious"}[said[1]]
    assert units(page)[0] == int(said[2])
    value = stored_estimates(explored.study, worst, "lab", "hidden")[score].value
    upwards = bool(score == "shift_auroc" and value[int(said[2])] < 0.5)
    assert units(page) == units(layer_units(explored.study, "hidden", sort=score, ascending=upwards))


def test_the_baseline_as_focus_is_refused_in_a_sentence_on_the_page(explored):
    page = layer_units(explored.study, "hidden", focus="lab", sort="novelty", ascending=True)
    assert (
        "lab is the baseline, and a set is not compared with itself" in panel(page, Message, "Focus and").text
    )
    assert units(page) == units(layer_units(explored.study, "hidden", sort="novelty", ascending=True))
    assert not panels(layer_units(explored.study, "hidden"), Message, "Focus and")


def test_the_only_set_has_numbers_of_one_dataset_alone(alone):
    page = layer_units(alone, "hidden", columns="all")
    assert unit_scores["novelty"].title not in names(page)
    assert "selectivity" in names(page)
    assert units(page) == units(layer_units(alone, "hidden", sort="maximum"))
    kept = layer_units(alone, "hidden", sort="novelty")
    assert [cell.text for cell in column(kept, unit_scores["novelty"].title)] == ["–"] * 10
    filtered = layer_units(alone, "hidden", where="shift_auroc.q < 0.05")
    assert not panel(filtered, Table).rows
    assert page.sentence.startswith("10 units of hidden respond to lab, unit ")


def test_a_page_opens_with_how_many_changed_then_the_table_and_few_menus(explored):
    page = layer_units(explored.study, "hidden")
    assert [type(each) for each in page.panels] == [Filter, Table, Folds]
    keys = [fold.key for fold in page.panels[-1].panels]
    assert keys == ["scatter", "map", "looks-like", "densities", "downsampling"]
    assert [c.name for c in page.choices if not c.further] == ["Focus", "Baseline", "Columns"]


@pytest.mark.parametrize("focus", ["field", "night"])
def test_the_sentence_counts_the_units_that_changed_and_names_the_farthest(explored, focus):
    page = layer_units(explored.study, "hidden", focus=focus)
    estimates = stored_estimates(explored.study, focus, "lab", "hidden")
    auroc, spurious = estimates["shift_auroc"], estimates["spurious"]
    moved = [u for u in range(10) if auroc.q[u] < 0.05 and not 0.4 <= auroc.value[u] <= 0.6]
    other = [u for u in range(10) if spurious.low[u] > 0.5]
    text = plain(page.lede)
    for found, score, far in (
        (moved, "Shift AUROC", np.abs(auroc.value - 0.5)),
        (other, "Scrambled preference (spurious)", spurious.value),
    ):
        if found:
            most = max(found, key=lambda u: far[u])
            assert str(len(found)) in page.sentence
            assert f"unit {most} most" in page.sentence
            assert f"{score}: unit {most} " in text
        else:
            assert f"{score}: no unit." in text
    for span in page.lede:
        if getattr(span, "text", "").startswith("show"):
            address = query(span.page)["where"]
            assert len(units(layer_units(explored.study, "hidden", focus=focus, where=address))) in (
                len(moved),
                len(other),
            )


def test_the_way_of_most_units_comes_first_and_a_single_unit_has_a_verb_of_its_own():
    strength, preference = DIFFERENCES
    found = [Found(strength, 1, 4), Found(preference, 12, 7)]
    assert in_words("fc", "blur", 50, found) == (
        "12 of 50 units of fc prefer other categories under blur, unit 7 most; "
        "1 responds more or less strongly, unit 4 most"
    )
    assert in_words("fc", "blur", 50, [Found(strength, 0, None)]) == (
        "No unit of fc changed beyond chance under blur"
    )


def test_without_single_responses_the_sentence_is_of_the_peak_that_was_lost(summaries_only):
    page = layer_units(summaries_only.study, "hidden")
    lost = stored_estimates(summaries_only.study, "field", "lab", "hidden")["novelty"].value
    assert page.sentence == f"Unit {np.nanargmax(lost)} of hidden lost most of its peak response under field"
    assert (
        "No intervals: responses not stored (lab and field were recorded as summaries)."
        in panel(page, Table).note
    )


def test_few_columns_are_fewer_than_all(explored):
    few = names(layer_units(explored.study, "hidden", sort="rate_change"))
    every = names(layer_units(explored.study, "hidden", sort="rate_change", columns="all"))
    assert set(few) < set(every)
    assert few[1] == every[1] == unit_scores["rate_change"].title


def test_many_units_are_shown_page_by_page(wide):
    seen = []
    for start, shown in ((0, 50), (50, 50), (100, 30)):
        page = layer_units(wide.study, "hidden", sort="maximum", start=start)
        found = units(page)
        assert len(found) == shown
        assert f"Units {start + 1} to {start + shown} of 130" in panel(page, Table).note
        assert (page.previous is None) == (start == 0)
        assert (page.next is None) == (start == 100)
        seen += found
    maxima = wide["one"].maximum("hidden")
    dead = (maxima == 0) & (wide["two"].maximum("hidden") == 0)
    assert dead.any()
    assert seen == sorted(range(130), key=lambda u: (dead[u], -maxima[u], u))
    second = layer_units(wide.study, "hidden", sort="maximum", start=50)
    assert "start=100" in second.next.page
    assert "start=" not in second.previous.page
    whole = layer_units(wide.study, "hidden", sort="maximum", rows=200)
    assert units(whole) == seen
    assert whole.previous is whole.next is None


def test_more_rows_than_pictures_are_worth_come_without(wide):
    assert any("strongest" in name for name in names(layer_units(wide.study, "hidden", rows=200)))
    assert not any("strongest" in name for name in names(layer_units(wide.study, "hidden", rows=201)))


@pytest.mark.parametrize(("start", "first"), [(-7, 1), (10**9, 130)])
def test_a_start_outside_the_layer_shows_its_nearest_end(wide, start, first):
    page = layer_units(wide.study, "hidden", start=start)
    assert panel(page, Table).note.startswith(f"Units {first} to ")


def test_a_filter_leaves_the_units_that_pass_and_says_how_many(explored):
    values = scores(explored, "field", "lab", "hidden")
    expected = {u for u in range(10) if values["novelty"][u] > 0.05 and values["spurious"][u] < 0.9}
    assert 0 < len(expected) < 10
    page = layer_units(explored.study, "hidden", focus="field", where="novelty > 0.05, spurious < 0.9")
    assert set(units(page)) == expected
    shown = panel(page, Filter)
    passes = "passes" if len(expected) == 1 else "pass"
    assert shown.note == f"{len(expected)} of 10 units {passes}."
    assert shown.fields[0].value == "novelty > 0.05, spurious < 0.9"
    assert "where" not in query(shown.page)
    assert query(shown.page)["focus"] == "field"
    assert shown.reset == shown.page
    assert f"of {len(expected)} that pass, out of 10" in panel(page, Table).note
    points = {row["unit"]: row["passes"] for row in panel(page, Chart, "Units by").spec["data"]["values"]}
    assert {unit for unit, passes in points.items() if passes} == expected


def test_a_filter_that_no_unit_passes_says_so(explored):
    page = layer_units(explored.study, "hidden", where="maximum < -1")
    table = panel(page, Table)
    assert not table.rows
    assert table.empty == "None of 10 units passes the filter."


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A study of one dataset."""
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("alone") / "one.study", Net(), tuple("abcd"))
    study.record(Made(12), "lab", layers=["hidden"], reference=True, progress=False)
    return study


@pytest.fixture
def noted(explored, tmp_path):
    """A copy of the study with a few notes."""
    copy = tmp_path / "noted.study"
    shutil.copytree(explored.study.path, copy, ignore=shutil.ignore_patterns("notes*"))
    study = StoredStudy(copy)
    save_unit_note(study, "hidden", 2, label="Green stripes", tags="colour edges")
    save_unit_note(study, "hidden", 7, tags="colour", note="fires at night")
    save_unit_note(study, "conv", 1, label="stripes")
    return study


def test_units_are_found_by_tag_and_label(noted):
    assert sorted(units(layer_units(noted, "hidden", where="tag:colour"))) == [2, 7]
    assert units(layer_units(noted, "hidden", where="Tag: Colour, label: STRIPES")) == [2]
    assert units(layer_units(noted, "hidden", where="tag:stripes")) == []
    page = layer_units(noted, "hidden", sort="unit", ascending=True)
    label = column(page, "label")
    assert (label[2].text, label[2].note) == ("Green stripes", "colour, edges")
    assert (label[7].text, label[7].note, label[7].help) == ("", "colour", "fires at night")
    assert {"tag:colour", "tag:edges"} <= set(panel(page, Filter).fields[0].choices)


def test_there_is_no_label_column_without_notes(explored):
    assert "label" not in names(layer_units(explored.study, "hidden"))


def test_a_rectangle_in_the_scatter_becomes_a_filter(explored):
    where = "tag:x, novelty from 0 to 1, novelty > 0.01"
    page = layer_units(explored.study, "hidden", focus="night", where=where, x="novelty", y="maximum")
    brush = panel(page, Chart, "Units by ").brush
    assert (
        unquote(brush.page)
        .replace("+", " ")
        .endswith(
            "where=tag:x, novelty > 0.01, novelty from {x0} to {x1}, maximum from {y0} to {y1}&x=novelty&y=maximum"
        )
    )
    assert query(brush.reset)["where"] == "tag:x, novelty > 0.01"
    assert panel(layer_units(explored.study, "hidden"), Chart, "Units by ").brush.reset == ""


@pytest.mark.parametrize(("x", "y"), [("novelty", "spurious"), ("activation_ratio", "maximum")])
def test_the_scatter_has_a_point_for_each_unit_with_both_numbers(explored, x, y):
    page = layer_units(explored.study, "hidden", focus="night", x=x, y=y)
    chart = panel(page, Chart, "Units by")
    found = measured(explored, "night", "lab", "hidden")
    expected = {
        u: (found[x][u], found[y][u]) for u in range(10) if np.isfinite([found[x][u], found[y][u]]).all()
    }
    points = {row["unit"]: row for row in chart.spec["data"]["values"]}
    assert points.keys() == expected.keys()
    for unit, numbers in expected.items():
        assert (points[unit]["x"], points[unit]["y"]) == pytest.approx(numbers, rel=1e-5, abs=1e-6)
        assert points[unit]["page"] == f"layers/hidden/units/{unit}?focus=night"
    assert chart.note.startswith("night.")


def test_a_scatter_of_numbers_that_no_unit_has_says_so(alone):
    page = layer_units(alone, "hidden", x="novelty", y="spurious")
    assert panel(page, Message, "Units by").text == "No unit of hidden has both numbers in lab."


@pytest.mark.parametrize("positive", [False, True])
def test_the_densities_are_those_of_the_notebooks(explored, positive):
    from scipy import stats

    page = layer_units(explored.study, "hidden", positive=positive)
    for score in ("novelty", "spurious"):
        chart = panel(page, Chart, f"Density of {unit_scores[score].title}")
        for name in ("field", "night"):
            values = scores(explored, name, "lab", "hidden")[score]
            values = values[~np.isnan(values)]
            if positive and score == "novelty":
                values = values[values > 0]
            curve = [row for row in chart.spec["data"]["values"] if row["dataset"] == name]
            at = np.array([row["x"] for row in curve])
            expected = stats.gaussian_kde(values)(at)
            np.testing.assert_allclose([row["density"] for row in curve], expected, rtol=1e-4, atol=1e-5)
    peaks = panel(page, Chart, "Density of lost").note
    assert ("positive score" in peaks) is positive


def test_units_that_all_score_alike_have_no_density(tmp_path):
    torch.manual_seed(0)
    study = Study.create(tmp_path / "same.study", Net(), tuple("abcd"))
    study.record(Made(12), "lab", layers=["hidden"], reference=True, progress=False)
    study.record(Made(12), "again", progress=False)
    page = layer_units(study, "hidden")
    assert "there is no density" in panel(page, Message, "Density of lost").text


def test_the_map_places_units_by_their_category_profiles(explored):
    from sklearn.decomposition import PCA

    chart = panel(layer_units(explored.study, "hidden", colour="maximum"), Chart, "Map of units")
    means = explored.lab.category_means("hidden", 5)[:4]  # the fifth category has no samples
    maximum = explored.lab.maximum("hidden")
    alive = np.flatnonzero(maximum > 0)
    fitted = PCA(2, svd_solver="full").fit((means[:, alive] / maximum[alive]).T)
    rows = chart.spec["data"]["values"]
    assert [row["unit"] for row in rows] == alive.tolist()
    places = np.array([[row["x"], row["y"]] for row in rows])
    expected = fitted.transform((means[:, alive] / maximum[alive]).T)
    np.testing.assert_allclose(np.abs(places), np.abs(expected), atol=1e-4)
    np.testing.assert_allclose([row["value"] for row in rows], maximum[alive], rtol=1e-5)
    assert f"{100 * fitted.explained_variance_ratio_.sum():.1f} % of it together" in chart.note
    first = 100 * fitted.explained_variance_ratio_[0]
    assert chart.spec["encoding"]["x"]["title"] == f"component 1 ({first:.1f} % of the variance)"
    again = panel(layer_units(explored.study, "hidden", colour="maximum"), Chart, "Map of units")
    assert again.spec == chart.spec


def test_a_map_of_units_that_never_respond_says_so(unlabelled):
    page = layer_units(unlabelled.study, "hidden", baseline="field")
    assert "Fewer than two units" in panel(page, Message, "Map of units").text


class Umap:
    """Stands for umap-learn, which need not be installed: the first two categories."""

    def __init__(self, **options):
        assert options["random_state"] == 0

    def fit_transform(self, profiles):
        return profiles[:, :2]


def test_a_umap_is_offered_only_where_it_can_be_had(wide, explored, monkeypatch):
    def maps(page):
        return [link.text for choice in page.choices if choice.name == "Map" for link in choice.options]

    assert maps(layer_units(wide.study, "hidden")) == []
    with pytest.raises(BadRequest, match=r"needs the package umap-learn .* drawing=pca needs neither"):
        layer_units(wide.study, "hidden", drawing="umap")
    import importlib.machinery
    import sys
    import types

    module = types.ModuleType("umap")
    module.__spec__ = importlib.machinery.ModuleSpec("umap", None)
    module.UMAP = Umap
    monkeypatch.setitem(sys.modules, "umap", module)
    assert maps(layer_units(wide.study, "hidden")) == ["PCA", "UMAP"]
    chart = panel(layer_units(wide.study, "hidden", drawing="umap"), Chart, "Map of units")
    assert chart.spec["encoding"]["x"]["title"] == "UMAP 1"
    with pytest.raises(BadRequest, match="and 20 units; hidden has 10"):
        layer_units(explored.study, "hidden", drawing="umap")


def test_links_keep_every_choice(explored):
    given = {"where": "unit < 9", "sort": "novelty", "x": "maximum", "colour": "fires", "columns": "all"}
    page = layer_units(explored.study, "hidden", focus="night", baseline="field", **given)
    addresses = [link.page for choice in page.choices for link in choice.options]
    addresses += [c.sort.page for c in panel(page, Table).columns if c.sort]
    assert len(addresses) > 40
    for address in addresses:
        left = {**given, "focus": "night", "baseline": "field"}.items() - query(address).items()
        swapped = {name for name, _ in left} == {"focus", "baseline"}
        assert len(left) <= 1 or swapped, f"{address} lost {left}"
        assert "layer" not in query(address)  # it is in the path


def test_units_of_a_sorted_table_lead_to_one_another(explored):
    page = layer_units(explored.study, "hidden", focus="night", sort="novelty", ascending=True)
    address = panel(page, Table).rows[0][0].page
    assert query(address) == {"focus": "night", "sort": "novelty", "ascending": "true"}


def test_responses_that_were_not_kept_leave_dashes(summaries_only):
    page = layer_units(summaries_only.study, "hidden", columns="all")
    assert {cell.text for cell in column(page, "shift AUROC")} == {"–"}
    assert all(np.isfinite(read(cell.text)) for cell in column(page, "maximum in lab"))
    assert "q of shift AUROC" not in names(page) or {
        cell.text for cell in column(page, "q of shift AUROC")
    } == {"–"}


def test_one_dataset_alone_has_a_table_a_scatter_and_a_map_but_no_densities(alone):
    page = layer_units(alone, "hidden")
    assert "fires in lab" in panel(page, Chart, "Units by").title
    assert panel(page, Chart, "Map of units")
    assert [fold.key for fold in page.panels[-1].panels] == ["scatter", "map", "looks-like", "downsampling"]
    assert len(panel(page, Table).rows) == 10


def test_what_is_unknown_is_named(explored):
    with pytest.raises(BadRequest, match=r"no number 'colour'; closest: .*There are unit, .*novelty"):
        layer_units(explored.study, "hidden", sort="colour")
    with pytest.raises(BadRequest, match="no number 'blam'; closest: 'blame'"):
        layer_units(explored.study, "hidden", x="blam")
    with pytest.raises(NotInStudy, match="no layer 'x'"):
        layer_units(explored.study, "x")
    with pytest.raises(NotInStudy, match="no dataset 'day'"):
        layer_units(explored.study, "hidden", focus="day")


def test_a_filter_that_cannot_be_read_stays_to_be_mended(explored):
    page = layer_units(explored.study, "hidden", where="nov > 3")
    form = panel(page, Filter, "Filter")
    assert form.fields[0].value == "nov > 3"
    assert form.note.startswith("Not applied: ")
    assert len(panel(page, Table, "Units by ").rows) == 10
