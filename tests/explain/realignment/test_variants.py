"""Alignments of shifts whose maps are known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from shiftscope.derived.derivation import dictionary
from shiftscope.explain.realignment.realign import realigned
from shiftscope.explain.realignment.sums import AdaptingSums, Sums
from shiftscope.explain.realignment.variant import CannotAlign, Given, variants
from shiftscope.explain.realignment.variants.rotation import turned
from shiftscope.explain.realignment.variants.transport import between

UNITS, FEATURES, ROWS = 24, 8, 3000
UNPAIRED = ("bias", "decoder", "scale", "transport", "rotation")


def drawn(seed, rows=ROWS):
    """(row, unit) with a mean, and variances that fall from one direction to the next."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(np.random.default_rng(99).standard_normal((UNITS, UNITS)))[0]
    spread = 3 * 0.8 ** np.arange(UNITS)
    return rng.standard_normal((rows, UNITS)) * spread @ turn + 2


@cache
def fitted(size=FEATURES):
    return dictionary("pca", size=size).fit(drawn(0).astype(np.float32))


def sums_of(rows, parent, twins=None):
    rows = rows.astype(np.float32)
    codes = parent.transform(rows)
    left = rows - (codes @ parent.components_ + parent.mean_)
    return AdaptingSums(
        Sums.of(rows),
        Sums.of(codes),
        Sums.of(codes, left),
        None if twins is None else Sums.of(twins, rows),
    )


def given(rows, parent=None, *, reference=None, twins=None):
    parent = parent or fitted()
    return Given(
        parent.components_.astype(np.float64),
        parent.mean_.astype(np.float64),
        Sums.of(drawn(0) if reference is None else reference),
        sums_of(rows, parent, twins),
    )


def aligned(name, rows, **further):
    parent = further.pop("parent", None) or fitted()
    return made(variants[name].align(given(rows, parent, **further)), parent, name)


def made(alignment, parent, name):
    settings = {"kind": "pca", "settings": parent.get_params()}
    return realigned(parent, alignment, settings, name)


def fvu(read, rows):
    left = rows - read.inverse_transform(read.transform(rows.astype(np.float32)))
    return np.square(left).sum() / np.square(rows - rows.mean(0)).sum()


def code_error(read, rows, truth):
    """Size of the difference from the codes of the same rows before the shift, as a share of these codes."""
    codes = read.transform(rows.astype(np.float32))
    return np.linalg.norm(codes - truth) / np.linalg.norm(truth)


@pytest.mark.parametrize("degrees", [15, 45, 80])
def test_a_tilt_of_the_subspace_is_turned_back(degrees):
    rank, units = 16, 64
    rng = np.random.default_rng(1)
    basis = np.linalg.qr(rng.standard_normal((units, 2 * rank)))[0].T
    spread = 3 * 0.9 ** np.arange(rank)
    weights = rng.standard_normal((2000, rank)) * spread
    weights -= weights.mean(0)
    angle = np.deg2rad(degrees)
    reference = weights @ basis[:rank]
    tilted = weights @ (np.cos(angle) * basis[:rank] + np.sin(angle) * basis[rank:])
    parent = dictionary("pca", size=12).fit(reference.astype(np.float32))
    truth = parent.transform(reference.astype(np.float32))
    back = made(turned(given(tilted, parent, reference=reference), rank), parent, "rotation")
    assert code_error(back, tilted, truth) < 1e-4
    assert code_error(parent, tilted, truth) > 0.03
    assert fvu(back, tilted) == pytest.approx(fvu(parent, reference), rel=1e-4)
    assert fvu(back, tilted) < fvu(parent, tilted)


@cache
def turned_at_random():
    """Clean rows, the same turned in all dimensions, and codes of the clean ones."""
    turn = np.linalg.qr(np.random.default_rng(5).standard_normal((UNITS, UNITS)))[0]
    rows = drawn(2)
    shifted = (rows - rows.mean(0)) @ turn + rows.mean(0)
    return rows, shifted, fitted().transform(rows.astype(np.float32))


@pytest.mark.parametrize("name", UNPAIRED)
def test_a_turn_of_all_dimensions_cannot_be_seen_without_twins(name):
    _, shifted, truth = turned_at_random()
    assert code_error(aligned(name, shifted), shifted, truth) > 0.9


def test_twins_turn_it_back():
    clean, shifted, truth = turned_at_random()
    adapting, reporting = slice(0, ROWS // 2), slice(ROWS // 2, None)
    read = aligned("twins", shifted[adapting], twins=clean[adapting])
    assert code_error(read, shifted[reporting], truth[reporting]) < 0.05
    assert fvu(read, shifted) < fvu(fitted(), shifted) / 4
    with pytest.raises(CannotAlign, match="no twins"):
        aligned("twins", shifted)


def test_little_variance_left_proves_nothing_of_codes():
    _, shifted, truth = turned_at_random()
    decoder = aligned("decoder", shifted)
    assert fvu(decoder, shifted) < 0.7 * fvu(fitted(), shifted)
    np.testing.assert_array_equal(
        decoder.transform(shifted.astype(np.float32)), fitted().transform(shifted.astype(np.float32))
    )
    assert code_error(decoder, shifted, truth) > 0.9


def test_a_turn_inside_two_directions_of_equal_variance_is_seen_by_twins_alone():
    rng = np.random.default_rng(3)
    spread = np.r_[3, 3, np.full(UNITS - 2, 0.5)]
    reference, clean = (rng.standard_normal((ROWS, UNITS)) * spread for _ in range(2))
    cos, sin = np.cos(np.pi / 6), np.sin(np.pi / 6)
    turn = np.eye(UNITS)
    turn[:2, :2] = [[cos, sin], [-sin, cos]]
    shifted = clean @ turn
    parent = dictionary("pca", size=2).fit(reference.astype(np.float32))
    truth = parent.transform(clean.astype(np.float32))
    before = code_error(parent, shifted, truth)
    assert before == pytest.approx(2 * np.sin(np.pi / 12), rel=0.05)
    for name in UNPAIRED:
        read = aligned(name, shifted, parent=parent, reference=reference)
        assert code_error(read, shifted, truth) == pytest.approx(before, rel=0.2)
    read = aligned("twins", shifted, parent=parent, reference=reference, twins=clean)
    assert code_error(read, shifted, truth) < 0.05


def linear(name):
    """A map of deviations that the variant can find, and an offset."""
    rng = np.random.default_rng(7)
    if name == "scale":
        return np.diag(rng.uniform(0.3, 2, UNITS)), rng.standard_normal(UNITS)
    turn = np.linalg.qr(rng.standard_normal((UNITS, UNITS)))[0]
    return (turn * rng.uniform(0.3, 2, UNITS)) @ turn.T, rng.standard_normal(UNITS)


@pytest.mark.parametrize("name", ["scale", "transport"])
def test_a_map_of_its_own_kind_is_undone(name):
    stretch, offset = linear(name)
    clean = drawn(2)
    shifted = (clean - clean.mean(0)) @ stretch + clean.mean(0) + offset
    truth = fitted().transform(clean.astype(np.float32))
    placebo = code_error(aligned(name, clean), clean, truth)
    read = aligned(name, shifted)
    assert code_error(read, shifted, truth) <= 2 * placebo < code_error(fitted(), shifted, truth) / 2
    assert fvu(read, shifted) < fvu(fitted(), shifted)


@pytest.mark.parametrize("name", [*UNPAIRED, "twins"])
def test_between_two_halves_of_the_reference_there_is_nothing_to_gain(name):
    adapting, reporting = drawn(2), drawn(3)
    read = aligned(name, adapting, twins=adapting)
    assert 0.99 < fvu(read, reporting) / fvu(fitted(), reporting) < 1.2


def test_a_turn_between_subspaces_of_atoms_fails_on_two_halves_of_the_reference():
    parent, rows, leading = fitted(), drawn(2), 4
    theirs = np.linalg.svd(parent.components_.T)[0][:, :leading]
    ours = np.linalg.eigh(np.cov(rows.T))[1][:, ::-1][:, :leading]
    left, _, right = np.linalg.svd(ours.T @ theirs)
    moved = (ours @ left @ right @ theirs.T @ parent.components_.T).T
    moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
    codes = parent.transform(rows.astype(np.float32))
    left_over = np.square(rows - codes @ moved - parent.mean_).sum()
    assert left_over / np.square(rows - rows.mean(0)).sum() > 3 * fvu(parent, rows)


@pytest.mark.parametrize("name", ["scale", "transport", "decoder"])
def test_adapted_to_another_shift_it_reads_worse(name):
    stretch, offset = linear("transport")
    squeeze = np.diag(np.random.default_rng(8).uniform(0.3, 2, UNITS))
    rows = drawn(2)
    wrong, shifted = (rows - 2) @ stretch + 2 + offset, (rows - 2) @ squeeze + 2 - offset
    read = aligned(name, wrong)
    for other in (shifted, rows):
        assert fvu(read, other) > fvu(fitted(), other)


def test_halves_joined_are_the_whole():
    rows, twins, parent = drawn(4), drawn(5), fitted()
    cut = 1111
    halves = sums_of(rows[:cut], parent, twins[:cut]) + sums_of(rows[cut:], parent, twins[cut:])
    whole = sums_of(rows, parent, twins)
    for part in ("responses", "codes", "residuals", "twins"):
        one, other = getattr(halves, part), getattr(whole, part)
        for number in ("mean", "mean_right", "covariance"):
            np.testing.assert_allclose(getattr(one, number), getattr(other, number), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        whole.responses.covariance, np.cov(rows.astype(np.float32).T, bias=True), rtol=1e-4
    )


def test_means_and_bias_by_hand():
    parent = dictionary("pca", size=1).fit(np.array([[-2, 0], [0, 0], [2, 0]], np.float32))
    rows = np.array([[1, 3], [3, 5]], np.float32)
    reference = np.array([[-2.0, -1], [2, 1]])
    known = given(rows, parent, reference=reference)
    np.testing.assert_allclose(variants["bias"].align(known).bias, [0, 4], atol=1e-6)
    scale = variants["scale"].align(known)
    np.testing.assert_allclose(
        scale.bias, [2, 4], atol=1e-6
    )  # deviations are 1 and 1, of the reference 2 and 1
    np.testing.assert_allclose(np.diag(scale.read), [2, 1])


def test_units_that_do_not_vary_are_left_out_of_transport():
    reference, shifted = drawn(0), drawn(2) * 2
    for rows in (reference, shifted):
        rows[:, 3] = 1
    parent = dictionary("pca", size=4).fit(reference.astype(np.float32))
    found = variants["transport"].align(given(shifted, parent, reference=reference))
    assert found.note == "1 unit that does not vary in both sets left out"
    np.testing.assert_array_equal(found.read[3], np.eye(UNITS)[3])


@pytest.mark.parametrize(
    "constant", [0.7, 1.1, 1.9, 2.2]
)  # of which rounding leaves a variance above or below 0
def test_what_rounding_leaves_of_a_constant_is_no_deviation(constant):
    reference, shifted = drawn(0), drawn(2) * 2
    shifted[:, 3] = reference[:, 5] = shifted[:, 7] = reference[:, 7] = np.float32(constant)
    parent = dictionary("pca", size=4).fit(reference.astype(np.float32))
    known = given(shifted, parent, reference=reference)
    np.testing.assert_array_equal(np.diag(variants["scale"].align(known).read)[[3, 5, 7]], 1)
    assert variants["transport"].align(known).note == "3 units that do not vary in both sets left out"
    assert not Sums.of(np.full((900, 2), np.float32(constant))).varies.any()


def test_transport_gives_the_covariance_and_refuses_few_directions():
    theirs, ours = (np.cov(drawn(seed).T * (1 + seed)) for seed in (0, 2))
    map_ = between(theirs, ours)
    np.testing.assert_allclose(map_ @ theirs @ map_, ours, rtol=1e-8, atol=1e-8)
    np.testing.assert_array_equal(map_, map_.T)
    flat = np.cov((drawn(2)[:, :4] @ np.ones((4, UNITS))).T)
    with pytest.raises(CannotAlign, match="rotation"):
        between(theirs, flat)


def test_rows_needed():
    needed = {name: each.rows_needed(64, 128) for name, each in variants.items()}
    assert needed == {
        "bias": 200,
        "decoder": 512,
        "rotation": 512,
        "scale": 200,
        "transport": 512,
        "twins": 512,
    }
