"""The pages of significant paths."""

import shutil

import numpy as np
import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.paths.counting.count import count_plainly
from shiftscope.explain.paths.counting.rules import RULES
from shiftscope.percent import percent
from shiftscope.study import open_study
from shiftscope.views.page.panels import Chart, Facts, Fold, Matrix, Message, Table
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import number
from shiftscope.views.paths.path_order import ordered
from shiftscope.views.paths.path_pair import path_pair
from shiftscope.views.paths.paths import paths
from shiftscope.web.html.addresses import Served
from shiftscope.web.html.matrices import drawing
from tests.views.conftest import holders, panel, panels, same_number, same_percent, texts

FEW = {"shuffles": 3, "resamples": 20, "progress": False}


@pytest.fixture
def counted(explored):
    explored.study.paths(**FEW)
    return explored


def test_where_counting_would_be_refused_the_reason_is_told_and_no_command(new_study, made):
    study = new_study()
    study.record(made(unlabelled=frozenset(range(40))), "plain", layers=["hidden"], progress=False)
    said = panel(paths(study), Message, "Paths cannot be counted").text
    assert said == "no sample of 'plain', the reference, has a label, so no category has paths."
    study.record(made(), "counted", keep="summaries", progress=False)
    assert (
        'keep="summaries"' in panel(paths(study, baseline="counted"), Message, "Paths cannot be counted").text
    )


def test_before_anything_is_counted_the_command_is_told(explored):
    page = paths(explored.study)
    said = panel(page, Message, "Not counted yet").text
    assert said.endswith(f"shiftscope paths {explored.study.path} --layer head")
    other = paths(explored.study, rule="printed", smoothing="jeffreys", baseline="night")
    assert (
        "--rule printed --smoothing jeffreys --reference night"
        in panel(other, Message, "Not counted yet").text
    )


def test_the_page_shows_what_was_counted(counted):
    found = counted.study.paths(**FEW)
    page = paths(counted.study, focus="field")
    rows = {row[0]: row[1:] for row in texts(panel(page, Table, "Separation and mixture"))}
    for name, statistics in found.statistics.items():
        right, known = counted[name].judged()
        assert same_percent(rows[name][0], right / known)
        assert same_number(rows[name][1], statistics.mean_kl.value)
        assert same_number(rows[name][2], statistics.floor.value)
        assert same_number(rows[name][4], statistics.mean_entropy.value)
        assert same_percent(rows[name][6], statistics.separation.density[-1])
    for name in ("lab", "field"):
        matrix = panel(page, Matrix, f"Divergence in {name}")
        expected = found.statistics[name].kl.copy()
        np.fill_diagonal(expected, found.statistics[name].separation.entropy)
        np.testing.assert_array_equal(matrix.counts, expected)
        assert list(matrix.row_names) == [*counted.study.categories, "all together"]
    crossed = panel(page, Matrix, "From lab to field")
    np.testing.assert_array_equal(crossed.counts, found.statistics["field"].from_reference)
    assert "|N_ij| > |mean_k N_ik|" in page.subtitle
    assert "clipped" in page.subtitle


def said(page):
    """What each fold of a page says was found."""
    return {fold.title: fold.says for fold in holders(page.panels) if isinstance(fold, Fold)}


def test_what_is_folded_says_what_was_found(counted):
    found = counted.study.paths(**FEW)
    page = paths(counted.study, focus="field")
    says = said(page)
    lab, field = (found.statistics[name] for name in ("lab", "field"))
    means = f"{number(lab.mean_kl.value)} in lab, {number(field.mean_kl.value)} in field"
    assert says["Every set in a table"] == f"mean divergence, nats: {means}"
    rare = " in lab, ".join(percent(each.separation.rare[-1]) for each in (lab, field))
    assert says["How often paths are significant"].endswith(f"less than 5 % of the samples: {rare} in field")
    entropy = lab.separation.entropy[:-1]
    mixed = counted.study.categories[int(np.nanargmax(entropy))]
    assert says["Every category in a table"] == (
        f"most mixed in lab: {mixed}, entropy {number(np.nanmax(entropy))} nats"
    )
    assert len(page.panels) <= 5


def test_categories_that_moved_farther_than_they_were_apart_are_counted(new_study, made):
    study = new_study()
    study.record(made(samples=120), "lab", layers=["hidden"], reference=True, progress=False)
    study.record(made(samples=120, seed=1), "field", progress=False)
    found = study.paths(**FEW).statistics
    lab, field = found["lab"], found["field"]
    apart = [np.delete(lab.kl[c, :-1], c).mean() for c in range(len(study.categories))]
    moved = np.diag(field.from_reference)[:-1]
    enough = np.minimum(lab.separation.samples, field.separation.samples)[:-1] >= 20
    known = [c for c in np.flatnonzero(enough) if np.isfinite(moved[c]) and np.isfinite(apart[c])]
    assert known
    farther = sum(moved[c] > apart[c] for c in known)
    says = said(paths(study, focus="field"))
    assert (
        says["Where each category moved"]
        == f"{farther} of {len(known)} categories moved farther than they were apart in lab"
    )


def test_categories_of_too_few_samples_are_not_counted(new_study, made):
    study = new_study()
    study.record(made(samples=20), "lab", layers=["hidden"], reference=True, progress=False)
    study.record(made(samples=20, seed=1), "field", progress=False)
    study.paths(**FEW)
    says = said(paths(study, focus="field"))
    assert says["Where each category moved"] == "no category has 20 labelled samples in both"


def test_frequencies_are_the_histogram_of_a_category(counted):
    found = counted.study.paths(**FEW)
    for category, title in ((None, "all together"), (1, counted.study.categories[1])):
        chart = panel(
            paths(counted.study, category=category), Chart, f"How often paths are significant: {title}"
        )
        drawn = [row["paths"] for row in chart.spec["data"]["values"] if row["dataset"] == "field"]
        row = -1 if category is None else category
        assert drawn == found.statistics["field"].separation.histogram[row].tolist()
    assert "symlog" in str(
        panel(paths(counted.study, log=True), Chart, "How often paths are significant: all together").spec
    )


def test_categories_are_ordered_by_likeness_and_cells_focus_where_they_say(counted):
    page = paths(counted.study, order="likeness")
    matrix = panel(page, Matrix, "Divergence in lab")
    given = panel(paths(counted.study), Matrix, "Divergence in lab")
    assert sorted(matrix.row_names) == sorted(given.row_names)
    place = list(matrix.row_names).index(counted.study.categories[0])
    assert matrix.keys[place] == 0
    drawn = drawing(matrix, Served(root="./", version=lambda dataset: "1", assets="2"))
    assert drawn.data["keys"] == list(matrix.keys)
    for link, _ in drawn.largest:
        row, column = map(int, link.page.partition("?")[0].split("/")[1:])
        assert (
            f"KL of {matrix.row_names[matrix.keys.index(row)]}, from {matrix.row_names[matrix.keys.index(column)]}"
            == link.text
        )


def test_likeness_puts_near_ones_together():
    near = np.array([[0, 9, 1, 9], [9, 0, 9, 1], [1, 9, 0, 9], [9, 1, 9, 0]], float)
    order = ordered(near, "likeness").tolist()
    assert abs(order.index(0) - order.index(2)) == abs(order.index(1) - order.index(3)) == 1
    missing = np.full((5, 5), np.nan)
    missing[:4, :4] = near
    assert ordered(missing, "likeness")[-1] == 4
    assert ordered(np.zeros((2, 2)), "likeness").tolist() == [0, 1]


def test_one_scale_for_all_matrices(counted):
    own, same = (
        [
            each.largest
            for each in panels(paths(counted.study, focus="field", scale=s), Matrix)
            if "Divergence" in each.title
        ]
        for s in ("own", "same")
    )
    assert own == [None, None]
    assert same[0] == same[1] > 0


def test_a_pair_shows_the_terms_of_its_divergence(counted):
    a, b = 0, 1
    page = path_pair(counted.study, a, b, focus="field")
    recording = counted["field"]
    weight, bias = counted.study.head.weight, counted.study.head.bias
    rows = []
    for category in (a, b):
        chosen = recording.responses("hidden")[recording.shown & (recording.labels == category)]
        rows.append(count_plainly(weight, bias, chosen, RULES["abs_mean"]) / len(chosen))
    p, q = (np.clip(row, 1e-8, 1 - 1e-8) for row in rows)
    terms = (p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))) / p.size
    units = panel(page, Table, "Incoming units that separate them")
    assert same_number(units.note.split("is ")[1].split(" ")[0], terms.sum())
    by_unit = terms.sum(axis=0)
    first = texts(units)[0]
    assert same_number(first[1], by_unit.max())
    assert first[0] == ("bias" if by_unit.argmax() == weight.shape[1] else f"unit {by_unit.argmax()}")
    outputs = texts(panel(page, Table, "Outputs whose paths separate them"))
    assert same_number(outputs[0][1], terms.sum(axis=1).max())
    best = texts(panel(page, Table, "Paths that separate them"))[0]
    assert same_number(best[-1], terms.max())
    found = counted.study.paths(**FEW).statistics["field"]
    facts = next(f for f in panels(page, Facts) if f.title == "field").facts
    assert same_number(facts[0].value, found.kl[a, b])
    names = counted.study.categories
    assert page.sentence.startswith(
        f"By their paths {names[a]} and {names[b]} are {number(terms.sum())} nats apart in field; "
    )
    assert page.sentence.endswith(f"makes {percent(by_unit.max() / terms.sum())} of it")
    share = terms.sum(axis=1).max() / terms.sum()
    assert said(page)["Outputs, one by one"].endswith(f"add most, {percent(share)} of the divergence")
    assert said(page)["Paths, one by one"].endswith(f"adds most, {number(terms.max())} nats")
    others = sorted(
        ((each.kl[a, b], name) for name, each in counted.study.paths(**FEW).statistics.items()), reverse=True
    )
    told = in_a_row([f"{number(kl)} in {name}" for kl, name in others])
    assert said(page)["In every set"] == f"{names[a]} from {names[b]}, nats: {told}"


def test_a_category_with_itself_is_the_shift(counted):
    page = path_pair(counted.study, 0, 0)
    assert page.title == "a in lab against a in field"
    assert (
        path_pair(counted.study, 0, 0, focus="lab").title == page.title
    )  # the diagonal of the reference's matrix


def test_the_worst_set_is_the_focus_unless_chosen(counted, tmp_path):
    study = open_study(shutil.copytree(counted.study.path, tmp_path / "other.study"))
    study.reorder(["night"])
    field, night = (right / known for right, known in (counted.field.judged(), counted["night"].judged()))
    assert field < night
    for page in (paths(study), path_pair(study, 0, 1), path_pair(study, 0, 0)):
        assert next(each.current for each in page.choices if each.name == "Focus") == "field"


def test_all_together_is_a_row_too(counted):
    page = path_pair(counted.study, 0, len(counted.study.categories))
    assert page.title == "a from all together"
    assert not page.related
    assert path_pair(counted.study, 0, 1).related[0].page.startswith("confusions/0/1")


def test_what_is_not_there_is_named(counted, new_study, made):
    with pytest.raises(NotInStudy, match="no category 9"):
        path_pair(counted.study, 0, 9)
    with pytest.raises(NotInStudy, match="no linear map 'fc'"):
        paths(counted.study, map="fc")
    with pytest.raises(BadRequest, match="no rule 'x'"):
        paths(counted.study, rule="x")
    with pytest.raises(BadRequest, match="category=77"):
        paths(counted.study, category=77)
    lacking = path_pair(counted.study, 0, 4)  # category e has no sample anywhere
    assert panel(lacking, Message, "Nothing to compare").text == "There is no labelled sample of e."
    bare = new_study(name="bare")
    bare.record(made(), "lab", layers=["conv"], progress=False)
    assert "No linear map is stored" in [each.title for each in paths(bare).panels]
    with pytest.raises(NotInStudy, match="has no linear map"):
        path_pair(bare, 0, 1)


def test_infinite_divergences_are_shown_as_such(explored):
    found = explored.study.paths(smoothing="none", **FEW).statistics["lab"]
    a, b = (int(place[0]) for place in np.nonzero(np.isinf(found.kl[:-1, :-1])))
    page = paths(explored.study, smoothing="none")
    table = panel(page, Table, "Separation and mixture")
    assert texts(table)[0][2].startswith("∞")
    pairs = int((found.infinite[:-1, :-1] > 0).sum())
    assert f"Infinite: {pairs} pairs of lab" in table.note
    for row in texts(panel(page, Table, "Categories")):
        assert row[-2] != row[0]  # none is the nearest to itself
    pair = path_pair(explored.study, a, b, smoothing="none", focus="lab")
    first = next(facts for facts in panels(pair, Facts) if facts.title == "lab").facts[0]
    assert (first.value, first.note) == ("∞", f"{found.infinite[a, b]} paths infinite")


def test_a_matrix_without_pages_leads_nowhere(counted):
    crossed = panel(paths(counted.study, focus="field"), Matrix, "From lab to field")
    assert drawing(crossed, Served(root="./", version=lambda dataset: "1", assets="2")).data["page"] == ""
