"""Who is a twin: said by a shifted set itself or asked for, kept in the study, and gone with the other dataset."""

import json

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.errors import BadRequest, DataError, NotInStudy, StudyMismatch
from shiftscope.flow.verify import verify
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.twins import first_twin, twin_of, twins_between

CATEGORIES = ("a", "b", "c")
TWINS = ["twin_change", "twin_auroc", "twin_increase", "twin_rate_change"]


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3)
        self.act = nn.ReLU()
        self.head = nn.Linear(5, 3)

    def forward(self, images):
        return self.head(self.act(self.conv(images)).mean((2, 3)))


def pictures(samples=36, ids=None, seed=0, metadata=None, categories=CATEGORIES):
    rng = np.random.default_rng(seed)
    inputs = rng.random((samples, 3, 16, 16), np.float32)
    return ArrayData(
        inputs,
        rng.integers(0, 3, samples),
        ids=ids or [f"image-{i}" for i in range(samples)],
        metadata=metadata or {},
        categories=categories,
    )


@pytest.fixture
def study(new_study):
    torch.manual_seed(0)
    study = new_study(Small(), CATEGORIES)
    study.record(pictures(), "val", layers=["act"], progress=False)
    return study


def record(study, data, name, **options):
    return study.record(data, name, progress=False, **options)


def test_a_shifted_set_knows_its_twins_by_itself(study):
    recording = record(study, ss.shift(pictures(), "gaussian_noise", 0.3), "noise")
    assert twin_of(study, "noise") == "val"
    np.testing.assert_array_equal(recording.samples.twins, np.arange(36))
    said = json.loads((study.path / "noise" / "recording.json").read_text())["plan"]["twin_of"]
    assert (said["dataset"], said["by"]) == ("val", "id")
    assert study.scores("act", dataset="noise")[TWINS].notna().all(axis=None)
    assert verify(study).sound


def test_so_does_one_shifted_while_recording_and_one_whose_categories_are_named_otherwise(study):
    record(study, pictures(), "jpeg", shift="jpeg:0.5")
    assert twin_of(study, "jpeg") == "val"
    turned = pictures(categories=CATEGORIES[::-1])
    record(study, turned, "turned")
    record(study, ss.shift(turned, "jpeg", 0.5), "turned.jpeg")
    assert twin_of(study, "turned.jpeg") == "turned"


def test_so_do_the_parts_of_a_shifted_set(study):
    scenes = {"scene": ["day", "night"] * 18}
    whole = pictures(metadata=scenes, seed=3)
    record(study, whole, "all")
    record(study, whole, "jpeg", shift="jpeg:0.5", split_by="scene")
    assert twin_of(study, "jpeg.day") == "all"
    np.testing.assert_array_equal(study["jpeg.night"].samples.twins, np.arange(1, 36, 2))
    record(study, whole, "all", split_by="scene")
    record(study, whole, "contrast", shift="contrast:0.5", split_by="scene")
    assert twin_of(study, "contrast.day") == "all.day"


def test_the_sets_of_a_cue_are_twins_of_one_another_in_any_order(new_study):
    cues = ss.stimuli.cue(pictures(), "patch")
    study = new_study(Small(), CATEGORIES)
    for name in ("aligned", "conflict", "neutral", "cue_only", "associated"):
        record(study, cues.sets[name], name, layers=["act"])
    stated = {name: twin_of(study, name) for name in study}
    assert stated == {
        "aligned": None,
        "conflict": "aligned",
        "neutral": "aligned",
        "cue_only": "neutral",
        "associated": None,
    }
    between = twins_between(study, "cue_only", "conflict")
    np.testing.assert_array_equal(between.ours, np.arange(len(cues.conflict)))
    np.testing.assert_array_equal(between.theirs, between.ours)
    assert study.scores("act", dataset="conflict")["twin_change"].notna().all()


def test_a_cues_sets_are_twins_of_their_source_and_never_in_a_circle(study):
    cues = ss.stimuli.cue(pictures(), "patch")
    record(study, cues.associated, "associated")
    record(study, cues.aligned, "aligned")
    assert [twin_of(study, name) for name in ("associated", "aligned")] == ["val", "val"]
    rows = study["aligned"].samples.twins
    assert [f"image-{row}" for row in rows] == list(cues.aligned.ids)
    record(study, ss.shift(cues.conflict, "jpeg", 0.3), "shifted conflict")
    assert twin_of(study, "shifted conflict") == "val"  # neither the conflict nor a neutral set is recorded
    other = ss.stimuli.cue(pictures(seed=1), "patch")
    record(study, other.aligned, "other aligned")
    record(study, other.conflict, "other conflict")
    assert twin_of(study, "other conflict") == "other aligned"
    record(study, other.neutral, "other aligned", overwrite=True)
    assert twin_of(study, "other aligned") is None
    assert twin_of(study, "other conflict") is None  # what it named has been replaced


def test_the_nearest_recorded_set_that_it_was_made_from_counts(study):
    record(study, pictures(), "both", shift=["jpeg:0.5", "contrast:0.5"])
    assert twin_of(study, "both") == "val"
    record(study, pictures(), "jpeg", shift="jpeg:0.5")
    record(study, pictures(), "three", shift=["jpeg:0.5", "contrast:0.3"])
    assert twin_of(study, "three") == "jpeg"
    between = twins_between(study, "three", "val")  # through the one between them
    np.testing.assert_array_equal(between.theirs, between.ours)
    sides = twins_between(study, "both", "three")
    np.testing.assert_array_equal(sides.theirs, sides.ours)
    assert len(sides) == 36


def test_equal_ids_alone_mean_nothing(study):
    record(study, pictures(seed=1), "other")
    assert twin_of(study, "other") is None
    assert study["other"].plan.twin_of is None
    assert study.scores("act", dataset="other")[TWINS].isna().all(axis=None)
    with pytest.raises(BadRequest, match="does not say that its samples are twins of those of 'val'"):
        study.twins("other")


def test_a_shifted_set_may_stand_alone(study):
    record(study, ss.shift(pictures(), "jpeg", 0.3), "jpeg", twins=False)
    assert study["jpeg"].plan.twin_of is None


def test_users_twins_are_found_by_id_in_any_order_and_need_not_be_all(study):
    ids = [f"image-{i}" for i in (5, 3, 99, 0)]
    record(study, pictures(4, ids, seed=1), "mine", twins="id")
    np.testing.assert_array_equal(study["mine"].samples.twins, [5, 3, -1, 0])
    table = study.twins("mine")
    assert table["twin_id"].tolist() == ["image-0", "image-3", "image-5"]
    assert table["row"].tolist() == [3, 1, 0]
    assert table["id"].tolist() == table["twin_id"].tolist()


def test_how_many_have_no_twin_is_said(study, capsys):
    ids = [f"image-{i}" for i in (5, 3, 99, 0)]
    study.record(pictures(4, ids, seed=1), "mine", twins="id")
    assert "1 of 4 samples have no twin in 'val' by id; first: 'image-99'." in capsys.readouterr().err


def test_a_column_names_the_original_by_the_id_it_has_in_the_other_dataset(study):
    seeds = {"original": [f"image-{i}" for i in (7, 7, 2, 2, 2)]}
    record(study, pictures(5, list("vwxyz"), 1, seeds), "seeds", twins="original")
    np.testing.assert_array_equal(study["seeds"].samples.twins, [7, 7, 2, 2, 2])
    pairs = twins_between(study, "seeds", "val")
    assert pairs.clustered
    np.testing.assert_array_equal(pairs.originals, [2, 2, 2, 7, 7])


def test_one_sample_finds_its_first_twin_as_all_pairs_have_it(study):
    originals = ["image-7", "image-3", None, "image-7"]
    record(study, pictures(4, [*"abcd"], seed=1, metadata={"original": originals}), "mine", twins="original")
    assert [first_twin(study, "mine", row, "val") for row in range(4)] == [7, 3, -1, 7]
    assert first_twin(study, "val", 7, "mine") == 0
    assert first_twin(study, "val", 8, "mine") == -1
    record(study, pictures(seed=2), "other")
    assert first_twin(study, "mine", 0, "other") is None


def test_a_column_that_both_have_pairs_by_its_values(study):
    record(study, pictures(3, list("abc"), 1, {"scene": [1, 2, 3]}), "scenes")
    record(
        study,
        pictures(3, list("abc"), 2, {"scene": [3.0, 1.0, 2.0]}),
        "rain",
        twins="scene",
        twin_of="scenes",
    )
    np.testing.assert_array_equal(study["rain"].samples.twins, [2, 0, 1])
    assert twin_of(study, "rain") == "scenes"


def test_what_is_named_otherwise_is_still_a_twin(study):
    record(study, ss.shift(pictures(), "jpeg", 0.3), "jpeg")
    before = study.scores("act")[TWINS]
    study.rename("val", "clean")
    study.rename("jpeg", "packed")
    again = StoredStudy(study.path)
    assert twin_of(again, "packed") == "clean"
    np.testing.assert_array_equal(study.scores("act")[TWINS], before)


def test_with_the_other_dataset_the_twins_go_and_nothing_is_damaged(study):
    record(study, pictures(seed=1), "other")
    record(study, ss.shift(pictures(), "jpeg", 0.3), "jpeg")
    study.remove("val", reference="other")
    assert twin_of(study, "jpeg") is None
    assert study.scores("act", dataset="jpeg")[TWINS].isna().all(axis=None)
    assert verify(study).sound
    record(study, pictures(seed=2), "val")  # another one of this name
    assert twin_of(study, "jpeg") is None
    study.remove("val")
    record(study, pictures(), "val")
    assert twin_of(study, "jpeg") == "val"


def test_the_same_command_finds_what_is_there(study):
    shifted = ss.shift(pictures(), "jpeg", 0.3)
    record(study, shifted, "jpeg")
    record(study, shifted, "jpeg")
    with pytest.raises(StudyMismatch, match="twin_of changed"):
        record(study, shifted, "jpeg", twins=False)
    record(study, shifted, "jpeg", twins=False, overwrite=True)
    assert study["jpeg"].plan.twin_of is None


def test_a_set_recorded_before_its_source_goes_on_without_twins(new_study):
    study = new_study(Small(), CATEGORIES)
    shifted = ss.shift(pictures(), "jpeg", 0.3)
    record(study, shifted, "jpeg", layers=["act"])
    record(study, pictures(), "val")
    record(study, shifted, "jpeg")
    assert study["jpeg"].plan.twin_of is None


def test_shards_keep_their_own_twins(study):
    record(study, ss.shift(pictures(), "jpeg", 0.3), "jpeg", shard_samples=10)
    np.testing.assert_array_equal(study["jpeg"].samples.twins, np.arange(36))


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (
            pictures(6, list("uvwxyz"), 1),
            {"twins": "id"},
            DataError,
            "6 of 6 samples have no twin in 'val' by id; first: 'u', 'v', 'w', 'x', 'y'. --twins takes another",
        ),
        (pictures(seed=1), {"twins": "original"}, DataError, "no column 'original' in the metadata"),
        (pictures(seed=1), {"twins": "id", "twin_of": "vall"}, NotInStudy, "'vall'.*closest: 'val'"),
        (pictures(seed=1), {"twins": "id", "twin_of": "mine"}, BadRequest, "cannot be its own twin"),
        (pictures(seed=1), {"twin_of": "val"}, BadRequest, "twin_of='val' needs twins"),
        (pictures(seed=1), {"twins": ""}, BadRequest, "twins=''; it is"),
    ],
)
def test_what_cannot_be_paired_is_refused_and_nothing_is_recorded(study, data, options, error, message):
    with pytest.raises(error, match=message):
        record(study, data, "mine", **options)
    assert list(study) == ["val"]
    assert not (study.path / "mine").exists()


def test_a_key_that_stands_twice_in_the_other_dataset_is_refused(study):
    record(study, pictures(4, list("abcd"), 1, {"scene": [1, 1, 2, 3]}), "scenes")
    with pytest.raises(DataError, match="'scenes' has 2 samples with the same scene; first: '1'"):
        record(
            study, pictures(3, list("efg"), 2, {"scene": [1, 2, 3]}), "rain", twins="scene", twin_of="scenes"
        )
    assert "rain" not in study


def without_some(data, kept):
    """The dataset of these rows alone, with their ids."""
    return ArrayData(
        data.images[kept], data.labels[kept], ids=[data.ids[row] for row in kept], categories=CATEGORIES
    )


def test_where_only_summaries_are_kept_sums_over_the_pairs_give_the_scores(study):
    """Of 31 samples in four shards, one of them without a label, with twins in another order."""
    shifted = without_some(pictures(), np.random.default_rng(1).permutation(36)[:31])
    shifted.labels[4] = -1
    noisy = ss.shift(shifted, "gaussian_noise", 0.3)
    asked = {"twins": "id", "shard_samples": 9, "check_range": False}
    kept = record(study, noisy, "kept", **asked)
    summed = record(study, noisy, "summed", keep="summaries", **asked)
    assert verify(study).sound
    exact, by_sums = (study.scores("act", dataset=name, intervals=True) for name in ("kept", "summed"))
    assert by_sums["twin_auroc"].isna().all()
    for score in ("twin_change", "twin_increase", "twin_rate_change"):
        for part in ("", "_p", "_q"):
            np.testing.assert_allclose(
                by_sums[score + part], exact[score + part], rtol=1e-9, err_msg=score + part
            )
        assert not by_sums[f"{score}_low"].isna().any()
    rows = summed.samples.twins
    sides = [study[name].responses("act").astype(float) for name in ("kept", "val")]
    effects, labels = sides[0] - sides[1][rows], kept.samples.labels
    variance = sum(
        len(own) * own.var(axis=0) for own in (effects[labels == label] for label in np.unique(labels))
    )
    half = 1.959964 * np.sqrt(variance) / 31 / sides[1][rows].std(axis=0)
    np.testing.assert_allclose(by_sums["twin_change"] - by_sums["twin_change_low"], half, rtol=1e-6)
    np.testing.assert_allclose(by_sums["twin_change_high"] - by_sums["twin_change"], half, rtol=1e-6)


def test_pairs_of_one_original_are_not_summed_as_if_they_were_independent(study):
    twice = pictures(
        ids=[f"copy-{i}" for i in range(36)], metadata={"original": [f"image-{i // 2}" for i in range(36)]}
    )
    summed = record(study, twice, "twice", keep="summaries", twins="original")
    assert summed.twin_effects("act") is None
    assert study.scores("act", dataset="twice")[TWINS].isna().all(axis=None)
