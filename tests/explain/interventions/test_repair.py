"""Units chosen on one half and reported on the other, of a study whose colour unit misleads it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.interventions import repair_search as module
from shiftscope.explain.interventions import repaired_head as repaired_module
from shiftscope.explain.interventions.intervene import intervene_through_head
from shiftscope.explain.interventions.repair import RepairQuestion
from shiftscope.explain.interventions.repair_search import halves_of
from shiftscope.explain.interventions.repaired_head import repaired_head, save_repaired_head
from shiftscope.explain.interventions.stored_repairs import read_repair, write_repair
from shiftscope.flow.repair import repair
from shiftscope.statistics.split import split
from shiftscope.store.stored_study import StoredStudy
from shiftscope.study import Study, open_study
from tests.misled import CATEGORIES, COLOUR, UNITS, Chooser, samples


def search_repair(study, dataset, **options):
    return module.search_repair(study, RepairQuestion.of(study, dataset, **options))


def test_the_units_that_mislead_are_found_and_hold_on_the_other_half(misled):
    found = search_repair(misled, "field")
    assert sorted(found.units) == list(COLOUR)
    field = found.held_out["field"]
    assert field.before < 0.6
    assert field.after == 1
    assert field.p < 1e-6
    assert found.within_margin
    assert found.held_out["night"].difference > 0.2


def test_what_is_reported_is_the_half_that_was_not_searched(misled):
    found = search_repair(misled, "field", seed=3)
    answers = intervene_through_head(misled, found.units).answers
    for name, recording in misled.items():
        labels = recording.samples.labels
        known = np.flatnonzero(labels >= 0)
        ids = [recording.samples[i].id for i in known]
        halves = split(ids, 2, seed=3)
        held = known[halves == 1]
        pairs = found.held_out[name]
        assert pairs.labelled == len(held)
        assert pairs.before == (answers[name].before[held] == labels[held]).mean()
        assert pairs.after == (answers[name].after[held] == labels[held]).mean()
        if name != "night":
            assert found.searched[name].labelled == (halves == 0).sum()
    assert set(found.searched) == {"field", "lab"}


def test_an_image_is_in_the_same_half_in_every_dataset_whatever_else_is_in_it(misled):
    """The same 150 images again, some without a label and some with another one, in another order."""
    order = np.random.default_rng(0).permutation(150)
    labels = np.where(order % 4, order % CATEGORIES, -1)
    units = np.zeros((150, UNITS), np.float32)
    ids = [f"1-{i}" for i in order]
    misled.record(ArrayData(units, labels, ids=ids, categories=tuple("abc")), "twins", progress=False)
    halves = {}
    for name in ("field", "twins"):
        own = halves_of(misled[name], seed=0)
        own_ids = misled[name].samples.column("id").to_pylist()
        halves[name] = {each: half for each, half in zip(own_ids, own, strict=True) if half >= 0}
    both = halves["field"].keys() & halves["twins"].keys()
    assert len(both) == (labels >= 0).sum()
    assert all(halves["field"][name] == halves["twins"][name] for name in both)


def test_the_table_has_a_row_for_each_dataset(misled):
    table = search_repair(misled, "field").table()
    assert list(table.dataset) == ["lab", "field", "night"]
    assert list(table.columns) == [
        c for c in intervene_through_head(misled, [0]).table().columns if c != "changed"
    ]
    assert (table.low <= table.difference).all()


def test_the_outcome_is_told_in_words(misled):
    found = search_repair(misled, "field")
    before, after = found.held_out["field"].before, found.held_out["field"].after
    words = found.in_words()
    assert words.startswith(
        f"Silencing 2 units ({found.units[0]}, {found.units[1]}) of units takes field from "
    )
    assert f"from {100 * before:.1f} % to {100 * after:.1f} % on the held-out half" in words
    assert words.endswith("within the margin of 1 percentage point.")


def test_a_set_that_needs_no_repair_is_said_to_have_none(misled):
    misled.record(samples(100, 5), "same", progress=False)
    found = search_repair(misled, "same")
    assert found.units == ()
    assert found.in_words() == "No set of units of units helps same within the margin: none gains a sample."
    for pairs in found.held_out.values():
        assert (pairs.difference, pairs.fixed, pairs.broken, pairs.p) == (0, 0, 0, 1)


def test_gains_by_chance_are_said_not_to_hold(new_study, made):
    study = new_study()
    study.record(made(samples=80), "lab", layers=["hidden"], progress=False)
    study.record(made(samples=80, seed=1), "field", progress=False)  # labels at random
    tried = (search_repair(study, "field", margin=1.0, seed=seed) for seed in range(20))
    found = next(each for each in tried if each.path)  # whose search half has something to gain
    assert found.units == ()
    assert found.in_words().startswith("No set of units of hidden surely helps field within the margin: ")
    assert f"silencing unit{'s' * (found.best_step > 1)} {found.path[0]}" in found.in_words()


def test_the_margin_on_the_reference_is_kept_in_the_search(misled):
    for margin in (0.0, 0.05):
        assert -search_repair(misled, "field", margin=margin).searched["lab"].difference <= margin + 1e-9


def test_a_unit_that_the_reference_needs_is_not_silenced(tmp_path):
    net = Chooser()
    with torch.no_grad():
        net.head.weight[:, :CATEGORIES] = 0.01 * torch.eye(CATEGORIES)  # without colour it knows nothing
    study = Study.create(tmp_path / "needed.study", net, tuple("abc"))
    lab = samples(100, 0)
    study.record(lab, "lab", layers=["units"], progress=False)
    study.record(samples(100, 1, misleading=1.0), "field", progress=False)
    found = search_repair(study, "field", margin=0.0)
    assert found.searched["lab"].difference >= 0


def test_the_same_seed_finds_the_same(misled):
    one, same = search_repair(misled, "field", seed=1), search_repair(misled, "field", seed=1)
    assert (one.units, one.held_out) == (same.units, same.held_out)
    others = [search_repair(misled, "field", seed=seed).held_out for seed in (2, 3, 4)]
    assert any(held_out != one.held_out for held_out in others)


def test_at_most_so_many_units(misled):
    found = search_repair(misled, "field", most=1)
    assert len(found.units) <= len(found.path) <= 1


def test_a_large_set_is_searched_in_part_and_reported_in_full(misled, monkeypatch):
    monkeypatch.setattr(module, "SEARCHED_AT_MOST", 30)
    seen = []
    monkeypatch.setattr(
        module, "greedy_path", lambda shifted, *rest, **options: seen.append(len(shifted)) or [4, 5]
    )
    found = search_repair(misled, "field")
    assert seen == [30]
    ids = misled["field"].samples.column("id").to_pylist()
    assert found.held_out["field"].labelled == split(ids, 2, seed=0).sum()


def test_the_model_with_the_repaired_head_answers_as_the_repair_says(misled, tmp_path):
    found = search_repair(misled, "field")
    path = tmp_path / "head.safetensors"
    save_repaired_head(path, misled, found)
    with safe_open(path, "pt") as file:
        silenced = ", ".join(map(str, found.units))
        assert file.metadata() == {"module": "head", "layer": "units", "silenced": silenced}
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
    net = Chooser()
    net.head.load_state_dict(state)  # of a head without a bias
    with torch.no_grad():
        inputs = torch.from_numpy(misled["field"].responses("units").astype(np.float32))
        answers = net(inputs).argmax(dim=1).numpy()
    assert (answers != found.answers["field"].after).mean() < 0.02  # by rounding of what is stored
    assert [each.name for each in tmp_path.iterdir() if "head" in each.name] == ["head.safetensors"]


def test_the_study_gives_the_head_as_the_model_takes_it(misled, tmp_path):
    state = misled.repaired_head("field", save=tmp_path / "head.safetensors")
    units = list(misled.repair("field").units)
    assert list(state) == ["weight"]
    assert not state["weight"][:, units].any()
    kept = [u for u in range(UNITS) if u not in units]
    np.testing.assert_array_equal(state["weight"][:, kept], misled.head.weight[:, kept])
    assert (tmp_path / "head.safetensors").is_file()
    with pytest.raises(BadRequest, match=r"there are 2 shifted sets \(field, night\); give dataset"):
        misled.repaired_head()


def test_no_head_is_made_of_units_that_do_not_enter_it_as_they_are(misled, monkeypatch):
    found = search_repair(misled, "field")
    misled.derive("units", "pca", size=4, progress=False)
    derived = replace(found, question=replace(found.question, layer="units~pca4"))
    with pytest.raises(BadRequest, match="no head to save: 'units~pca4' is derived"):
        repaired_head(misled, derived)
    shared = replace(misled.head, alone=False)
    monkeypatch.setattr(repaired_module, "head_behind", lambda study, layer: shared)
    with pytest.raises(BadRequest, match="no head to save: 'units' is not all that enters it"):
        repaired_head(misled, found)


def test_no_head_is_saved_where_nothing_helps_or_no_folder_is(misled, tmp_path):
    found = search_repair(misled, "field")
    with pytest.raises(BadRequest, match="there is no folder"):
        save_repaired_head(tmp_path / "no" / "head.safetensors", misled, found)
    misled.record(samples(100, 5), "same", progress=False)
    with pytest.raises(BadRequest, match="no head to save: No set of units"):
        save_repaired_head(tmp_path / "head.safetensors", misled, search_repair(misled, "same"))
    assert not (tmp_path / "head.safetensors").exists()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"dataset": "lab"}, BadRequest, "'lab' is the reference itself"),
        ({"dataset": "feild"}, NotInStudy, "no dataset 'feild' in this study; closest: 'field'"),
        ({"margin": -0.1}, BadRequest, "a margin is from 0 to 1"),
        ({"margin": float("nan")}, BadRequest, "a margin is from 0 to 1"),
        ({"most": 1.5}, BadRequest, "most=1.5"),
        ({"most": True}, BadRequest, "most=True"),
        ({"most": 0}, BadRequest, "at least one unit"),
        ({"reference": "fild"}, NotInStudy, "no dataset 'fild'"),
    ],
)
def test_what_cannot_be_searched_is_refused(misled, options, error, message):
    with pytest.raises(error, match=message):
        search_repair(misled, **{"dataset": "field", **options})


def test_too_few_labels_to_split_are_refused(misled):
    misled.record(samples(60, 6, unlabelled=50), "plain", progress=False)
    message = (
        r"'plain' has \d labelled samples to search in, \d to report on, and 3 categories; .* at least 10"
    )
    with pytest.raises(BadRequest, match=message):
        search_repair(misled, "plain")


def test_each_step_is_counted_as_if_its_units_alone_were_silent(misled):
    found = search_repair(misled, "field")
    labels, halves = misled["field"].samples.labels, halves_of(misled["field"], seed=0)
    for step in range(1, len(found.path) + 1):
        after = intervene_through_head(misled, found.path[:step]).answers["field"].after
        right = [((after == labels) & (halves == half)).sum() for half in (0, 1)]
        np.testing.assert_array_equal(found.steps.right[:, step], right)
    for place, unit in enumerate(found.path):
        alone = intervene_through_head(misled, [unit]).answers["field"].pairs
        assert (found.steps.fixed[place], found.steps.broken[place]) == (alone.fixed, alone.broken)
    held = found.held_out["field"]
    assert found.steps.right[1, 0] == held.both_right + held.broken
    assert found.steps.right[1, len(found.units)] == held.both_right + held.fixed


def test_every_step_of_the_searches_is_told(misled):
    for most in (1, 20):
        told = []
        module.search_repair(misled, RepairQuestion.of(misled, "field", most=most), advance=told.append)
        assert sum(told) == module.SEARCHES * most
        assert min(told) >= 0


def test_the_study_keeps_what_it_found_and_searches_once(misled, monkeypatch):
    found = misled.repair("field")
    assert found.units == search_repair(misled, "field").units
    monkeypatch.setattr(module, "greedy_path", None)
    again = open_study(misled.path).repair("field")
    assert (again.units, again.path, again.held_out) == (found.units, found.path, found.held_out)
    np.testing.assert_array_equal(again.steps.right, found.steps.right)
    kept = misled.results(kind="repairs")
    assert set(kept["state"]) == {"fresh"}
    assert sorted(kept["datasets"]) == ["field", "field, lab", "lab", "night"]
    with pytest.raises(TypeError):
        misled.repair("field", seed=1)  # another question


def test_a_set_that_is_recorded_later_is_answered_too_and_leaves_what_is_kept_fresh(misled):
    misled.repair("field")
    misled.record(samples(60, 7, misleading=0.8), "dusk", progress=False)
    kept = read_repair(misled, RepairQuestion.of(misled, "field"))
    assert kept.held_out["dusk"] == search_repair(misled, "field").held_out["dusk"]


def test_what_rests_on_another_recording_is_searched_again(misled):
    misled.repair("field")
    misled.record(samples(150, 9, misleading=0.8), "field", overwrite=True, progress=False)
    assert read_repair(misled, RepairQuestion.of(misled, "field")) is None
    assert set(misled.results(kind="repairs", stale=True)["datasets"]) == {"field", "field, lab"}


def test_what_was_damaged_or_is_not_ours_is_not_shown(misled):
    question = RepairQuestion.of(misled, "field")
    found = search_repair(misled, "field")
    for change in ({"path": (99, 4)}, {"path": (4, 4)}, {"units": (1, 2, 3)}, {"path": found.path[:1]}):
        write_repair(misled, replace(found, **change))
        assert read_repair(misled, question) is None
    write_repair(misled, found)
    for file in misled.path.rglob("repairs/**/arrays-*.safetensors"):
        file.write_bytes(b"damaged")
    assert read_repair(misled, question) is None


def test_sets_of_summaries_alone_are_left_out(misled):
    misled.record(samples(60, 7), "briefly", keep="summaries", progress=False)
    assert list(misled.repair("field").held_out) == ["lab", "field", "night"]
    with pytest.raises(NotInStudy, match="single responses are not there"):
        misled.repair("briefly")


def test_a_study_that_is_only_read_or_cannot_be_written_is_searched_and_stays_as_it_is(misled, monkeypatch):
    shown = StoredStudy(misled.path, read_only=True)
    assert repair(shown, "field", progress=False).units
    monkeypatch.setattr(StoredStudy, "writable", lambda study: False)
    assert repair(StoredStudy(misled.path), "field", progress=False).units
    assert not (misled.path / "explanations").exists()
