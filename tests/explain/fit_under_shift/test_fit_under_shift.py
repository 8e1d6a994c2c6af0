"""How a dictionary reads shifted sets: known answers, and what is kept of them."""

import json

import numpy as np
import pytest
import torch

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.fit_under_shift.gate import state_of
from shiftscope.explain.fit_under_shift.numbers import FIELDS
from shiftscope.explain.fit_under_shift.reconstructions import by_plain_units, by_random_atoms
from shiftscope.explain.fit_under_shift.stored_fits import read_fit
from shiftscope.explain.fit_under_shift.subspace import directions_for, tilt
from shiftscope.explain.fit_under_shift.summary import auroc
from shiftscope.statistics.split import fit_half
from shiftscope.study import Study, open_study

from ...conftest import Made, Net, viewer

SHIFTED = ("copy", "field")


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """260 samples of a reference, the same once more, and others; two dictionaries."""
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("fit") / "x.study", Net(), ("a", "b", "c", "d"))
    study.record(Made(samples=260), "lab", layers=["conv", "hidden"], reference=True, progress=False)
    study.record(Made(samples=260), "copy", progress=False)
    study.record(Made(samples=260, seed=1, scale=1.5), "field", progress=False)
    study.derive("hidden", "pca", size=3, progress=False)
    study.derive("hidden", "pca", size=10, progress=False)
    return study


def held_out(study, name):
    half = fit_half(study["lab"].samples.column("id").to_pylist())
    return study[name].responses("hidden").astype(np.float64)[~half]


def test_numbers_are_those_of_plain_arithmetic(once):
    fit = once.fit_under_shift("hidden~pca3", progress=False).sets["field"]
    learned = once.learned("hidden~pca3")
    atoms, mean = learned["components_"].astype(float), learned["mean_"].astype(float)
    errors, spreads = {}, {}
    for name in ("lab", "field"):
        rows = held_out(once, name)
        errors[name] = np.square((rows - mean) @ atoms.T @ atoms + mean - rows).sum(1)
        spreads[name] = np.square(rows - rows.mean(0)).sum(1)
    ours, reference = fit.numbers[0], fit.reference[0]
    assert ours.samples == len(errors["field"])
    assert ours.fvu == pytest.approx(errors["field"].sum() / spreads["field"].sum(), rel=1e-4)
    assert ours.error_ratio == pytest.approx(errors["field"].mean() / errors["lab"].mean(), rel=1e-4)
    assert ours.quietness == pytest.approx(spreads["field"].mean() / spreads["lab"].mean(), rel=1e-5)
    assert ours.fvu_ratio == pytest.approx(ours.error_ratio / ours.quietness, rel=1e-12)
    assert ours.fvu_ratio == pytest.approx(ours.fvu / reference.fvu, rel=1e-12)
    assert ours.error_ratio_low < ours.error_ratio < ours.error_ratio_high

    rows, head = held_out(once, "field"), once.head
    before = rows @ head.weight.T + head.bias
    after = ((rows - mean) @ atoms.T @ atoms + mean) @ head.weight.T + head.bias
    assert ours.kept == pytest.approx((before.argmax(1) == after.argmax(1)).mean(), abs=0.01)
    logs = [torch.log_softmax(torch.tensor(each), 1) for each in (before, after)]
    assert ours.kl == pytest.approx(float((logs[0].exp() * (logs[0] - logs[1])).sum(1).mean()), rel=0.02)
    shares = np.sqrt(errors["field"]) / np.linalg.norm(rows, axis=1)
    np.testing.assert_allclose(fit.residuals, shares, rtol=1e-3)


def test_a_set_equal_to_the_held_out_reference_has_an_error_ratio_of_one(once):
    fit = once.fit_under_shift("hidden~pca3", progress=False).sets["copy"]
    for ours, reference in zip(fit.numbers, fit.reference, strict=True):
        assert (ours.error_ratio, ours.error_ratio_low, ours.error_ratio_high) == (1, 1, 1)
        assert (ours.fvu, ours.quietness, ours.fvu_ratio) == (reference.fvu, 1, 1)
    assert (fit.novelty, fit.novelty_absolute) == (0.5, 0.5)
    np.testing.assert_allclose(fit.tilts[:, 1], 1)
    np.testing.assert_array_equal(fit.per_category[0], fit.per_category[1])


def test_all_directions_lose_nothing(once):
    fit = once.fit_under_shift("hidden~pca10", progress=False)
    for each in fit.sets.values():
        assert each.numbers[0].fvu < 1e-9
        assert (each.numbers[0].kept, each.numbers[0].control, each.numbers[0].lost) == (1, 1, 0)
    assert fit.state["copy"] == state_of(
        fit.sets["copy"].reference[0], fit.sets["copy"].numbers[0], *fit.sets["copy"].reference[1:]
    )


def test_it_is_kept_and_found_again(once):
    fit = once.fit_under_shift("hidden~pca3", progress=False)
    again = open_study(once.path)
    for name in SHIFTED:
        kept, made = read_fit(again, "hidden~pca3", name), fit.sets[name]
        assert kept.state == made.state
        for ours, theirs in zip(kept.numbers, made.numbers, strict=True):
            np.testing.assert_equal([getattr(ours, f) for f in FIELDS], [getattr(theirs, f) for f in FIELDS])
        np.testing.assert_array_equal(kept.positions, made.positions)
    listed = again.results(kind="fits", layer="hidden~pca3")
    assert set(listed["state"]) == {"fresh"}
    assert len(listed) == len(SHIFTED)


def test_the_table_has_the_state_and_the_controls(once):
    fit = once.fit_under_shift("hidden~pca3", progress=False)
    table = fit.table()
    assert list(table["row"]) == ["dictionary", "plain units", "random atoms"] * 3
    assert list(table["state"][3:6]) == [fit.state["copy"]] * 3
    assert "error ratio at most" in table.attrs["thresholds"]
    assert "field" in repr(fit)
    assert "<table" in fit._repr_html_()
    assert set(fit.category_table()["category"]) <= set(once.categories)
    assert len(fit.residual_table()) == sum(len(each.residuals) for each in fit.sets.values())


def test_what_has_no_dictionary_is_refused(once):
    with pytest.raises(BadRequest, match="was recorded"):
        once.fit_under_shift("hidden", progress=False)
    with pytest.raises(NotInStudy, match="closest"):
        once.fit_under_shift("hidden~pca4", progress=False)


def test_pages_say_it_before_codes(once):
    client, page = viewer(once), "/layers/hidden~pca3?focus=field"
    fit = once.fit_under_shift("hidden~pca3", progress=False).sets["field"]
    assert fit.in_words("hidden~pca3", "field") in client.get(page).text.replace("\u00a0", " ")
    text = client.get("/layers/hidden~pca3/units/0?focus=field").text.replace("\u00a0", " ")
    assert fit.in_words("hidden~pca3", "field") in text
    assert once.layer_page("hidden~pca3", focus="field").page.sentence == "Does not hold: no codes are drawn"
    assert fit.state == "does not hold"
    assert "<img" not in text.partition("<main")[2]
    assert "reads each set" not in client.get("/layers/hidden?focus=field").text
    for each in once.path.glob("explanations/fits/hidden~pca3/**/result.json"):
        each.unlink()
    assert "shiftscope fit-under-shift" in viewer(open_study(once.path)).get(page).text


def test_rows_vary_half_as_much_about_the_mean_with_the_same_share_left():
    rows = np.random.default_rng(0).standard_normal((200, 6))
    atoms = np.linalg.svd(rows - rows.mean(0), full_matrices=False)[2][:2]

    def left(rows):
        centred = rows - rows.mean(0)
        return np.square(centred - centred @ atoms.T @ atoms).sum() / np.square(centred).sum()

    assert left(rows.mean(0) + (rows - rows.mean(0)) / 2) == pytest.approx(left(rows), rel=1e-12)


def test_tilt_of_a_quarter_turn():
    flat, turned = np.diag([9.0, 1.0, 0.0]), np.diag([0.0, 1.0, 9.0])
    assert [directions_for(flat, share) for share in (0.9, 0.99)] == [1, 2]
    assert tilt(flat, flat, 1) == pytest.approx(1)
    assert tilt(flat, turned, 1) == pytest.approx(0)
    assert tilt(flat, turned, 2) == pytest.approx(0.1)


def test_controls():
    rows = np.array([[3.0, -5, 1, 0], [0, 1, 0, 2]], np.float32)
    np.testing.assert_array_equal(by_plain_units(2)(rows), [[3, -5, 0, 0], [0, 1, 0, 2]])
    whole = by_random_atoms(4, 4, np.zeros(4, np.float32), 0)
    np.testing.assert_allclose(whole(rows), rows, atol=1e-2)
    assert auroc(np.array([1.0, 2, 3]), np.array([2.0])) == 0.5


def test_the_command_has_the_state_in_its_first_line_and_in_a_column(once, capsys):
    from shiftscope.cli.fit_under_shift import fit_under_shift

    fit_under_shift(once.path, layer="hidden~pca3")
    first, *rest = capsys.readouterr().out.splitlines()
    states = once.fit_under_shift("hidden~pca3", progress=False).state
    assert f"field: {states['field']}" in first
    assert any("random" in line for line in rest)
    fit_under_shift(once.path, layer="hidden~pca3", csv="-")
    assert capsys.readouterr().out.startswith("state,dataset,row,samples,fvu,")
    fit_under_shift(once.path, layer="hidden~pca3", json=True)
    assert json.loads(capsys.readouterr().out)["state"] == states
