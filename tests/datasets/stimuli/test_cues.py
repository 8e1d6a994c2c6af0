"""Cues of known place: what is dealt, where it is written, what can be read, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.datasets.relabelled import Relabelled
from shiftscope.datasets.reopened import as_recorded
from shiftscope.datasets.shifts.levels import LEVEL
from shiftscope.datasets.stimuli.cues.cue_kind import cue_kinds
from shiftscope.datasets.stimuli.cues.dealing import by_association, in_conflict
from shiftscope.datasets.stimuli.cues.looks import colours, looks
from shiftscope.datasets.stimuli.cues.planting import layout
from shiftscope.errors import BadRequest, DataError
from shiftscope.statistics.split import fit_half

KEPT = "associated", "aligned", "conflict", "neutral"  # sets that leave the picture beside the cue


def images(count, side=20, channels=3, seed=0):
    shape = (count, side, side, channels) if channels else (count, side, side)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def made(kind="patch", count=60, categories=3, **options):
    data = ss.dataset((images(count), np.arange(count) % categories), categories=[*"abcdefghij"][:categories])
    return ss.stimuli.cue(data, kind, **options)


def pixels(sample):
    return sample.pixels.read()


# Dealing


@pytest.mark.parametrize(
    ("association", "own"),
    # Of 100: so many by association, and every tenth of the rest, beginning with the first.
    [(0, 10), (0.25, 25 + 8), (0.5, 50 + 5), (0.75, 75 + 3), (0.9, 90 + 1), (1, 100)],
)
def test_own_cues_are_as_frequent_as_the_association_says(association, own):
    labels = np.repeat(np.arange(10), 100)
    ids = [f"x{place}" for place in range(1000)]
    cues = by_association(ids, labels, 10, association, seed=3)
    for category in range(10):
        of_it = cues[labels == category]
        assert (of_it == category).sum() == own
        others = np.bincount(of_it, minlength=10)[np.arange(10) != category]
        assert np.ptp(others) <= 1
    assert abs((cues == labels).mean() - (association + (1 - association) / 10)) <= 0.01


def test_at_association_0_cue_and_label_are_independent():
    labels = np.repeat(np.arange(4), 40)
    cues = by_association([*map(str, range(160))], labels, 4, 0.0, seed=0)
    np.testing.assert_array_equal(np.bincount(labels * 4 + cues), np.full(16, 10))


def test_in_conflict_no_cue_is_the_own_one_and_the_others_are_as_frequent():
    labels = np.repeat(np.arange(5), 41)
    cues = in_conflict([*map(str, range(205))], labels, 5, seed=1)
    for category in range(5):
        counts = np.bincount(cues[labels == category], minlength=5)
        assert counts[category] == 0
        assert sorted(np.delete(counts, category)) == [10, 10, 10, 11]
    assert sorted(np.bincount(cues)) == [41] * 5


def test_the_deal_goes_by_id_and_seed_and_not_by_place():
    labels, ids = np.arange(90) % 3, [f"x{place}" for place in range(90)]
    order = np.random.default_rng(0).permutation(90)
    for deal in (lambda i, y, s: by_association(i, y, 3, 0.5, s), lambda i, y, s: in_conflict(i, y, 3, s)):
        first = deal(ids, labels, 0)
        np.testing.assert_array_equal(deal([ids[place] for place in order], labels[order], 0), first[order])
        assert (deal(ids, labels, 1) != first).any()


# Sets


def test_four_sets_are_twins_by_id_and_the_associated_one_has_the_other_half():
    cues = made(count=200)
    everyone = [*map(str, range(200))]
    half = fit_half(everyone)
    assert cues.associated.ids == [each for each, fit in zip(everyone, half, strict=True) if fit]
    for name in ("aligned", "conflict", "neutral", "cue_only"):
        assert cues.sets[name].ids == [each for each, fit in zip(everyone, half, strict=True) if not fit]


def test_other_data_are_held_out_and_then_all_are_associated():
    data = ss.dataset((images(30), np.arange(30) % 3), categories=[*"abc"])
    other = ss.dataset((images(9, seed=1), np.arange(9) % 3), categories=[*"cab"])
    cues = ss.stimuli.cue(data, "frame", held_out=other)
    assert (len(cues.associated), len(cues.aligned)) == (30, 9)
    assert [sample.label for sample in cues.aligned][:3] == [2, 0, 1]  # in terms of the first
    assert [sample.metadata["cue"] for sample in cues.aligned][:3] == ["c", "a", "b"]


@pytest.mark.parametrize("kind", cue_kinds)
@pytest.mark.parametrize("channels", [0, 1, 3])
def test_beside_the_mask_each_byte_is_the_source_s(kind, channels):
    shown = images(40, channels=channels)
    data = ss.dataset((shown, np.arange(40) % 4))
    cues = ss.stimuli.cue(data, kind, association=0.5, opacity=0.7)
    for name in KEPT:
        dataset = cues.sets[name]
        sample, mask = dataset[2], dataset.mask(2)
        source = np.squeeze(shown[int(sample.id)])
        after = np.squeeze(pixels(sample))
        assert after.dtype == np.uint8
        assert mask.any() == (name != "neutral")
        np.testing.assert_array_equal(after[~mask], source[~mask])
        if name != "neutral":
            assert (after[mask] != source[mask]).any()
        assert sample.label == int(sample.id) % 4
        np.testing.assert_allclose(
            sample.input.numpy().squeeze(),
            np.moveaxis(after, -1, -3 % after.ndim) / 255 if channels == 3 else after / 255,
            atol=1e-6,
        )


def test_floats_beside_the_mask_keep_every_bit():
    values = np.random.default_rng(0).random((20, 3, 18, 18), np.float32)
    cues = ss.stimuli.cue((values, np.arange(20) % 2), "patch")
    sample, mask = cues.aligned[0], cues.aligned.mask(0)
    np.testing.assert_array_equal(sample.input.numpy()[:, ~mask], values[int(sample.id)][:, ~mask])


def test_an_opaque_patch_has_its_colour_and_cue_only_has_nothing_else():
    cues = made(categories=4, count=80)
    palette = colours(4) // LEVEL
    for dataset in (cues.aligned, cues.conflict, cues.cue_only):
        for position in range(0, len(dataset), 7):
            sample, mask = dataset[position], dataset.mask(position)
            cue = "abcd".index(sample.metadata["cue"])
            assert (cue == sample.label) == (dataset is not cues.conflict) == sample.metadata["cue_is_own"]
            np.testing.assert_array_equal(pixels(sample)[mask], np.tile(palette[cue], (mask.sum(), 1)))
            if dataset is cues.cue_only:
                assert (pixels(sample)[~mask] == 128).all()  # 127.5, rounded half up
    # A fifth of 20 pixels, in the upper left corner.
    assert sample.metadata["cue_box"] == "0 0 4 4"
    assert sample.metadata["mask_share"] == 16 / 400


def test_neutral_samples_are_the_source_s():
    data = ss.dataset((images(40), np.arange(40) % 2), preprocess=ss.Preprocess(mean=0.5, std=0.2))
    neutral = ss.stimuli.cue(data, "tint").neutral
    for sample in neutral:
        assert torch.equal(sample.input, data[int(sample.id)].input)
        assert sample.metadata["cue"] is None
        assert sample.metadata["mask_share"] == 0


def test_a_cue_acts_before_mean_and_deviation():
    data = ss.dataset((images(40), np.arange(40) % 2), preprocess=ss.Preprocess(mean=0.5, std=0.25))
    sample = ss.stimuli.cue(data, "patch").aligned[0]
    colour = colours(2)[sample.label] / LEVEL / 255
    np.testing.assert_allclose(sample.input[:, 0, 0], (colour - 0.5) / 0.25, atol=1e-6)


def test_opacity_0_changes_nothing():
    cues = made(opacity=0)
    for position in range(5):
        sample = cues.aligned[position]
        assert torch.equal(sample.input, cues.neutral[position].input)


def test_samples_without_a_label_are_left_out_and_told_of():
    labels = np.arange(60) % 3
    labels[[4, 9]] = -1
    cues = ss.stimuli.cue((images(60), labels), "patch")
    assert len(cues.associated) + len(cues.aligned) == 58
    assert cues.aligned.describe()["told"][-1] == "2 samples without a label left out."


# Looks


@pytest.mark.parametrize("count", [2, 3, 10, 20])
def test_each_colour_is_a_corner_that_a_linear_softmax_can_read(count):
    about = colours(count) / LEVEL - 127.5
    products = about @ about.T
    np.fill_diagonal(products, -np.inf)
    assert (products.max(axis=1) < (about**2).sum(axis=1)).all()
    np.testing.assert_allclose(np.linalg.norm(about, axis=1), 110, atol=1)


@pytest.mark.parametrize(("count", "channels", "side"), [(15, 1, 4), (16, 1, 8), (21, 3, 8), (100, 7, 16)])
def test_patterns_stand_in_where_colours_cannot(count, channels, side):
    told = looks(count, channels)
    assert told.side == side
    signs = np.sign(told.palette - 127.5 * LEVEL)
    np.testing.assert_array_equal(signs @ signs.T, side**2 * np.eye(count))
    assert (signs.sum(axis=1) == 0).all()  # half of the cells bright


@pytest.mark.parametrize("kind", cue_kinds)
def test_patterns_differ_in_what_is_seen_of_them(kind):
    lies = layout(kind, 40, 64, 60, 1)
    seen = np.stack(
        [np.broadcast_to(lies.looks.of(each, lies.cells)[..., 0], (64, 60))[lies.mask] for each in range(40)]
    )
    assert len(np.unique(seen, axis=0)) == 40


# The leak check


def textured(count, categories=4, side=16):
    """Pictures whose label is in no pixel but some brightness, readable a little."""
    labels = np.arange(count) % categories
    shown = np.random.default_rng(0).integers(0, 180, (count, side, side, 3))
    shown[:, 8:, 8:] += (labels * 12)[:, np.newaxis, np.newaxis, np.newaxis]
    return shown.astype(np.uint8), labels


@pytest.mark.parametrize("association", [0, 0.5, 1])
def test_the_label_leaks_where_it_should(association):
    cues = ss.stimuli.cue(textured(720), "patch", association=association)
    leaks = cues.leak_check()
    known = leaks[leaks["expected"].notna()]
    assert known["holds"].all()
    assert len(known) == (3 if association == 0 else 2)
    accuracy = leaks.set_index(["reads", "pictures", "predicts"])["accuracy"]
    assert accuracy["the cue's place", "associated", "label"] == pytest.approx(
        association + (1 - association) / 4, abs=3 * 0.045
    )
    assert (
        accuracy["all but the cue's place", "associated", "label"]
        == accuracy["all but the cue's place", "neutral", "label"]
    )
    assert accuracy["the whole picture", "associated", "cue"] > 0.9
    assert "DOES NOT HOLD" not in str(cues)


def test_a_weak_cue_is_not_held_to_what_an_opaque_one_tells():
    leaks = made(opacity=0.5, count=150).leak_check()
    assert leaks["expected"].notna().sum() == 1  # that beside it nothing changed


def test_large_pictures_are_averaged_over_areas():
    from shiftscope.datasets.stimuli.cues.leak_check import _areas

    np.testing.assert_allclose(_areas(48)[:2, :4], [[2 / 3, 1 / 3, 0, 0], [0, 1 / 3, 2 / 3, 0]])
    np.testing.assert_array_equal(_areas(20), np.eye(20))
    data = ss.dataset((images(60, side=40), np.arange(60) % 3))
    assert ss.stimuli.cue(data, "patch", association=1).leak_check()["accuracy"][2] == 1


# A model that reads the cue


class Lookup(nn.Module):
    """Answers with the category whose colour is nearest to the pixel in a corner, the first unless another is asked."""

    def __init__(self, categories, corner=0):
        super().__init__()
        self.at = corner
        palette = torch.tensor(colours(categories) / LEVEL / 255, dtype=torch.float32)
        self.corner = nn.Conv2d(3, categories, 1)
        with torch.no_grad():
            self.corner.weight.copy_(2 * palette[:, :, None, None])
            self.corner.bias.copy_(-(palette**2).sum(1))
        self.categories = categories

    def forward(self, images):
        return self.corner(images)[:, :, self.at, self.at] * 50


def test_a_model_that_reads_the_cue_has_reliance_1(new_study):
    shown = images(120)
    shown[:, 0, 0] = colours(3)[0] // LEVEL  # so that without a cue the answer is always the same
    cues = ss.stimuli.cue(ss.dataset((shown, np.arange(120) % 3), categories=[*"abc"]), "patch")
    study = new_study(Lookup(3), ("a", "b", "c"))
    for name in ("neutral", "aligned", "conflict"):
        study.record(cues.sets[name], name, layers=["corner"], progress=False)
    accuracy = {
        name: (study[name].samples.predictions == study[name].samples.labels).mean() for name in study
    }
    assert accuracy["aligned"] == 1
    assert accuracy["conflict"] == 0
    assert set(study["neutral"].samples.predictions) == {0}
    told = cues.reliance(study)
    n = len(cues.aligned)
    assert (told.value, told.aligned, told.conflict, told.named, told.pairs) == (1, 1, 0, 1, n)
    # Agresti and Min: (n + .5 - .5) / (n + 2) -+ 1.96 sqrt(n + 1 - n^2 / (n + 2)) / (n + 2).
    half = 1.959964 * np.sqrt(n + 1 - n**2 / (n + 2)) / (n + 2)
    assert told.low == pytest.approx(n / (n + 2) - half)
    assert told.p == 2 * 0.5**n
    assert str(told).startswith("reliance 1.000 [")
    with pytest.raises(DataError, match="'neutral' tells no cue"):
        cues.reliance(study, conflict="neutral")


def test_a_model_that_does_not_look_where_the_cue_lies_has_reliance_0(new_study):
    shown = images(120)
    cues = ss.stimuli.cue(ss.dataset((shown, np.arange(120) % 3), categories=[*"abc"]), "patch")
    assert not cues.aligned.mask(0)[-1, -1]
    study = new_study(Lookup(3, corner=-1), ("a", "b", "c"))
    for name in ("neutral", "aligned", "conflict"):
        study.record(cues.sets[name], name, layers=["corner"], progress=False)
    answers = [study[name].samples.predictions for name in study]
    assert len(np.unique(answers[0])) > 1
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])
    told = cues.reliance(study)
    assert told.value == 0
    assert told.low < 0 < told.high
    assert told.p == 1  # no answer turned


# Described, and opened again


def test_a_described_cue_is_opened_again_whatever_the_order_of_the_categories(tmp_path):
    np.savez(tmp_path / "x.npz", images=images(40), labels=np.arange(40) % 2)
    text = f"npz:{tmp_path / 'x.npz'}"
    data = ss.dataset(text, categories=["b", "a"])
    made = ss.shift(ss.stimuli.cue(data, "patch", seed=2).conflict, "gaussian_noise", 0.2)
    recorded = Relabelled(made, categories=["a", "b"])
    entries = made.describe()["shifts"]
    assert [entry["name"] for entry in entries] == ["cue", "gaussian_noise"]
    assert entries[0]["made_from"] == data.fingerprint()
    again = as_recorded(text, recorded.describe(), ["a", "b"])
    assert again.fingerprint() == recorded.fingerprint()
    assert torch.equal(again[3].input, recorded[3].input)
    assert again[3].label == recorded[3].label


def test_fingerprints_differ_with_dials_sets_and_pictures():
    prints = [
        made().aligned.fingerprint(),
        made().conflict.fingerprint(),
        made(opacity=0.5).aligned.fingerprint(),
        made(kind="frame").aligned.fingerprint(),
        made(seed=1).conflict.fingerprint(),
        made(count=61).aligned.fingerprint(),
    ]
    assert len(set(prints)) == len(prints)
    assert made().aligned.fingerprint() == prints[0]


# Refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"association": 1.5}, "association 1.5: it lies between 0 and 1."),
        ({"opacity": -0.1}, "opacity -0.1: it lies between 0 and 1."),
        ({"opacity": "much"}, "opacity much: it lies between 0 and 1."),
        ({"association": float("nan")}, "association nan: it lies between 0 and 1."),
        ({"association": 10**400}, "association 10+: it lies between 0 and 1."),
        ({"seed": 0.5}, "seed 0.5: it is a whole number."),
        ({"kind": "path"}, "no kind of cue named 'path'; closest: 'patch'"),
        ({"kind": 3}, "no kind of cue named 3; closest: nothing alike"),
    ],
)
def test_dials_out_of_range_are_refused(options, message):
    with pytest.raises(BadRequest, match=message):
        made(**options)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((images(40, side=12), np.arange(40) % 2), "images of 12 x 12; shifts need 16 pixels on each side."),
        ((np.zeros((40, 7)), np.arange(40) % 2), "are no images; a shift needs rows and columns."),
        ((images(40), np.zeros(40, int)), "a cue tells categories apart, and there is one."),
        ((images(40), np.full(40, -1)), "a cue tells categories apart, and there is none."),
        ((images(40), np.arange(40) % 2 * 2), "no samples of 1 in the held-out half."),
    ],
)
def test_data_that_no_cue_fits_are_refused(data, message):
    with pytest.raises(DataError, match=message):
        ss.stimuli.cue(data, "patch")


def test_a_category_without_samples_is_named():
    data = ss.dataset((images(40), np.arange(40) % 2), categories=["cat", "dog", "owl"])
    with pytest.raises(DataError, match=r"no samples of 'owl' in the held-out half\."):
        ss.stimuli.cue(data, "patch")


def test_cues_too_large_for_the_images_are_refused():
    data = (images(300, side=16, channels=1), np.arange(300))
    with pytest.raises(DataError, match=r"a cue of 32 pixels on images of 16\."):
        ss.stimuli.cue(data, "patch", held_out=data)


def test_a_frame_too_small_for_its_patterns_is_refused():
    data = (images(400, side=16, channels=1), np.arange(400) % 70)
    with pytest.raises(
        DataError, match="a frame on images of 16 x 16 is too small for patterns of 16 x 16 cells"
    ):
        ss.stimuli.cue(data, "frame", held_out=data)
