"""A study's dictionary aligned to a shifted set, as a layer of its own."""

import json

import numpy as np
import pytest
import torch

from shiftscope.derived.encoder import Encoders
from shiftscope.errors import BadRequest, StudyMismatch
from shiftscope.explain.realignment.realignment import Realignment, Row, fall
from shiftscope.explain.realignment.stored import kept
from shiftscope.progress import silent
from shiftscope.statistics.split import fit_half
from shiftscope.study import Study, open_study
from shiftscope.web.jobs.kind import job_kinds

from ...conftest import Made, Net, viewer

SAMPLES = 520
PARENT, AS_FIELD = "hidden~pca3", "hidden~pca3~as~field"


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A reference, its twins under another scale, and a copy; one layer aligned by transport."""
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("realign") / "x.study", Net(), ("a", "b", "c", "d"))
    study.record(Made(samples=SAMPLES), "lab", layers=["hidden"], reference=True, progress=False)
    study.record(Made(samples=SAMPLES, scale=0.4), "field", twins="id", progress=False)
    study.record(Made(samples=SAMPLES), "copy", progress=False)
    study.derive("hidden", "pca", size=3, progress=False)
    study.realign(PARENT, "field", variant="transport", progress=False)
    return study


def adapting(study, name):
    return fit_half(study[name].samples.column("id").to_pylist())


def rows_of(study, name, inside):
    return study[name].responses("hidden").astype(np.float64)[inside]


def left(atoms, mean, codes, rows):
    return np.square(codes @ atoms + mean - rows).sum() / np.square(rows - rows.mean(0)).sum()


def test_it_is_a_layer_like_any_other(once):
    layer = once.layer(AS_FIELD)
    assert (layer.units, layer.module, layer.module_type) == (3, "hidden", "realigned")
    derived = once.derived[AS_FIELD]
    assert derived.settings["parent"] == PARENT
    assert derived.rows == adapting(once, "field").sum()
    assert open_study(once.path)["field"].responses(AS_FIELD).shape == (SAMPLES, 3)


def test_its_codes_are_those_of_rows_moved_by_hand(once):
    half = adapting(once, "lab")
    reference, shifted = rows_of(once, "lab", half), rows_of(once, "field", adapting(once, "field"))
    learned, parent = once.learned(AS_FIELD), once.learned(PARENT)
    theirs, ours = (np.cov(each.T, bias=True) for each in (reference, shifted))
    varies = (np.diag(theirs) > 0) & (np.diag(ours) > 0)
    back = np.linalg.inv(learned["read_"])
    np.testing.assert_allclose(back, back.T, atol=1e-8)
    inner = np.ix_(varies, varies)
    rows = rows_of(once, "field", slice(None))
    moved = (rows - shifted.mean(0)) @ learned["read_"] + reference.mean(0)
    codes = (moved - parent["mean_"]) @ parent["components_"].T
    np.testing.assert_allclose(once["field"].responses(AS_FIELD), codes, atol=2e-3)
    np.testing.assert_allclose(learned["components_"], parent["components_"] @ back, atol=1e-4)
    assert np.trace((back @ theirs @ back)[inner]) == pytest.approx(np.trace(ours), rel=0.05)


def test_numbers_are_of_samples_that_nothing_was_adapted_on(once):
    found = kept(once, PARENT, "field")
    inside = ~adapting(once, "field")
    rows, learned = rows_of(once, "field", inside), once.learned(AS_FIELD)
    codes = once["field"].responses(AS_FIELD)[inside]
    assert found.reported_on == inside.sum()
    assert found.adapted_on + found.reported_on == SAMPLES
    assert found.after.fvu == pytest.approx(
        left(learned["components_"], learned["mean_"], codes, rows), rel=1e-3
    )
    parent, before = once.learned(PARENT), once["field"].responses(PARENT)[inside]
    assert found.before.fvu == pytest.approx(
        left(parent["components_"], parent["mean_"], before, rows), rel=1e-3
    )
    twins = np.abs(once["lab"].responses(PARENT)[inside]).argmax(1)
    assert found.before.agreement == pytest.approx((np.abs(before).argmax(1) == twins).mean(), abs=0.01)
    assert found.after.agreement == pytest.approx((np.abs(codes).argmax(1) == twins).mean(), abs=0.01)
    fit = once.fit_under_shift(AS_FIELD, progress=False).sets["field"]
    assert fit.numbers[0].samples == inside.sum()
    assert fit.numbers[0].fvu == pytest.approx(found.after.fvu, rel=1e-4)
    assert fit.reference[0].fvu == once.fit_under_shift(PARENT, progress=False).sets["field"].reference[0].fvu


def test_decoder_leaves_codes_bit_for_bit(once):
    found = once.realign(PARENT, "field", variant="decoder", overwrite=True, progress=False)
    assert found.accepted
    np.testing.assert_array_equal(once["field"].responses(AS_FIELD), once["field"].responses(PARENT))
    assert list(once.scores(AS_FIELD)["dataset"].unique()) == ["field", "copy"]
    with pytest.raises(StudyMismatch, match=r"by decoder.*overwrite=True"):
        once.realign(PARENT, "field", variant="transport", progress=False)
    once.realign(PARENT, "field", variant="transport", overwrite=True, progress=False)
    assert once.derived[AS_FIELD].settings["variant"] == "transport"


def test_made_the_same_it_stays_as_it_is(once):
    before = once.derived[AS_FIELD].sha256
    again = once.realign(PARENT, "field", variant="transport", progress=False)
    assert (again.accepted, once.derived[AS_FIELD].sha256) == (True, before)


def test_what_changes_nothing_is_refused_with_its_numbers(once):
    found = once.realign(PARENT, "copy", progress=False)
    assert not found.accepted
    assert found.in_words()[0].startswith("Realignment changes nothing that can be told from chance here (")
    assert found.name not in once.layers
    assert len(found.table()) == 7
    assert found.table()["proposed"].sum() == 1
    assert kept(once, PARENT, "copy").after.variant == found.proposed


def test_scores_that_compare_are_refused(once):
    with pytest.raises(BadRequest, match="is what alignment removed"):
        once.scores(AS_FIELD)
    with pytest.raises(BadRequest, match="is what alignment removed"):
        once.worst_units(AS_FIELD, 1, "novelty", dataset="field")
    alone = once.scores(AS_FIELD, dataset="lab")
    assert alone["selectivity"].notna().any()
    table = once.to_pandas("scores")
    own = table[table["layer"] == AS_FIELD]
    assert own["novelty"].isna().all()
    assert own["selectivity"].notna().any()
    assert table[table["layer"] == PARENT]["shift_auroc"].notna().any()


def test_pages_say_it_in_place_of_scores(once):
    client = viewer(once)
    page = client.get(f"/layers/{AS_FIELD}?focus=field").text
    assert "is what alignment removed" in page
    assert "says nothing of what the codes mean" in page
    unit = client.get(f"/layers/{AS_FIELD}/units/0?focus=field").text
    assert "is what alignment removed" in unit
    for title in ("lost peak response", "novelty"):
        assert title not in once.layer_page(AS_FIELD, focus="field")._repr_html_()


def test_a_set_is_called_by_its_name_of_now_and_the_layer_by_its_own(once):
    once.rename("field", "yard")
    try:
        page = viewer(once).get(f"/layers/{AS_FIELD}?focus=yard").text
    finally:
        once.rename("yard", "field")
    assert "of the variance of yard where" in page
    assert f"{AS_FIELD}, by transport, leaves" in page
    assert "aligned to yard" in page
    assert "samples of field" not in page


def test_a_study_that_was_opened_to_be_read_has_the_numbers_and_no_layer(once):
    opened = Study(once.path, read_only=True)
    found = opened.realign(PARENT, "field", variant="scale", overwrite=True, progress=False)
    assert found.accepted
    assert open_study(once.path).derived[AS_FIELD].settings["variant"] == "transport"


def test_the_page_of_the_dictionary_has_the_numbers_and_the_way(once):
    page = viewer(once).get(f"/layers/{PARENT}?focus=field").text
    assert f"{AS_FIELD}, by transport, leaves" in page
    assert "as the twin" in page
    assert f"--layer &#39;{PARENT}&#39; --dataset field" in page
    assert "Align it" not in viewer(once).get("/layers/hidden?focus=field").text


def test_the_job_is_checked_before_it_is_queued_and_keeps_what_it_finds(once):
    kind = job_kinds["realign"]
    kind(layer=PARENT, dataset="copy", variant="proposed").check(once)
    for changed in ({"layer": "hidden"}, {"layer": AS_FIELD}, {"dataset": "lab"}, {"variant": "turn"}):
        with pytest.raises(BadRequest):
            kind(**{"layer": PARENT, "dataset": "copy", "variant": "proposed", **changed}).check(once)
    kind(layer=PARENT, dataset="copy", variant="scale").run(once.live(), silent)
    assert kept(once, PARENT, "copy").proposed == "scale"
    assert kind(layer=PARENT, dataset="copy", variant="scale").title == f"{PARENT} aligned to copy by scale"


@pytest.mark.parametrize(
    ("layer", "dataset", "variant", "says"),
    [
        ("hidden", "field", None, "was recorded"),
        (AS_FIELD, "field", None, f"{AS_FIELD} is already aligned to field; align {PARENT}."),
        (PARENT, "lab", None, "align it to a shifted set"),
        (PARENT, "field", "turn", "closest"),
        (PARENT, "copy", "twins", "no twins"),
    ],
)
def test_what_cannot_be_aligned(once, layer, dataset, variant, says):
    with pytest.raises(BadRequest, match=says):
        once.realign(layer, dataset, variant=variant, progress=False)


def test_further_rows_are_those_of_the_parent(once):
    with pytest.raises(BadRequest, match="with a map"):
        once.fit_under_shift(AS_FIELD, refit=True, progress=False)


def test_it_is_made_by_no_other_verb(once):
    with pytest.raises(BadRequest, match=r"study\.realign"):
        once.derive("hidden", "realigned", size=3)


def test_torch_gives_the_same_codes(once):
    rows = once["field"].responses("hidden")[:50].astype(np.float32)
    codes = Encoders(once)[AS_FIELD](torch.from_numpy(rows)).numpy()
    np.testing.assert_allclose(codes, once["field"].responses(AS_FIELD)[:50], atol=1e-3)


def test_the_command(once, capsys):
    from shiftscope.cli.realign import realign

    realign(once.path, layer=PARENT, dataset="copy")
    out = capsys.readouterr().out
    assert "transport" in out
    assert "Realignment changes nothing" in out
    realign(once.path, layer=PARENT, dataset="copy", csv="-")
    assert capsys.readouterr().out.startswith("variant,proposed,fvu,kept,")
    realign(once.path, layer=PARENT, dataset="copy", json=True)
    assert json.loads(capsys.readouterr().out)["accepted"] is False


def told(**changed):
    after = {"fvu": 0.06, "kept": 0.95, "difference_low": -0.005, "placebo_fall": 0.1, **changed}
    rows = [Row("none", fvu=0.10, kept=0.94), Row("scale", **after)]
    return Realignment(
        layer="d~nmf2",
        dataset="noise",
        reference="clean",
        proposed="scale",
        asked=False,
        adapted_on=300,
        reported_on=300,
        rows=rows,
        name="d~nmf2~as~noise",
    )


@pytest.mark.parametrize(
    ("changed", "accepted"),
    [
        ({}, True),
        ({"difference_low": -0.0051}, False),
        ({"placebo_fall": 0.41}, False),
        ({"fvu": 0.1, "placebo_fall": -0.1}, False),
    ],
)
def test_it_is_taken_where_it_beats_the_placebo_and_keeps_decisions(changed, accepted):
    assert told(**changed).accepted is accepted
    assert fall(0.10, 0.06) == pytest.approx(0.4)


def test_halves_without_a_number_are_said_in_words():
    (said,) = told(placebo_fall=float("nan")).in_words()
    assert said.endswith("95.0 % of decisions kept, of two reference halves there is no such number).")


def test_what_the_map_leaves_out_is_said():
    assert (
        "2 units that do not vary in both sets left out."
        in told(note="2 units that do not vary in both sets left out").in_words()
    )


def test_it_is_told_as_json_and_read_again():
    found = told()
    assert Realignment.from_json(json.loads(json.dumps(found.as_json()))).in_words() == found.in_words()
