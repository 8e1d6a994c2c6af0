"""Runs of shards stand for their shards, whoever merged them when."""

import numpy as np
import pytest

from shiftscope.errors import StudyDamaged
from shiftscope.store.places import RecordingPlace
from shiftscope.store.writing import merged_runs as runs
from shiftscope.store.writing.shard_summaries import read_partial, write_partial
from shiftscope.summaries.summarise import summarise
from shiftscope.summaries.summary import Block, arrays_of, merge_in_order

SHARDS = 39


@pytest.fixture
def place(tmp_path):
    return RecordingPlace(tmp_path, "made")


@pytest.fixture
def states(monkeypatch):
    """Summaries of `SHARDS` shards whose sums round differently in another order; runs of four."""
    monkeypatch.setattr(runs, "TOGETHER", 4)
    rng = np.random.default_rng(0)
    made = []
    for shard in range(SHARDS):
        responses = (rng.random((5, 3)) * 10.0 ** rng.integers(-6, 3)).astype(np.float32)
        made.append({"fc": summarise(Block(responses, 5 * shard + np.arange(5), rng.integers(0, 4, 5), 4))})
    return made


def commit(place, states, shard):
    write_partial(place.partial(shard), states[shard])
    runs.merge_run_of(place, shard, SHARDS)


def names(place):
    return sorted(path.name.removesuffix(".summaries") for path in (place.folder / "shards").iterdir())


def assert_same(one, other):
    for name, state in one["fc"].items():
        for (field, (a, _)), (b, _) in zip(
            arrays_of(state).items(), arrays_of(other["fc"][name]).values(), strict=True
        ):
            assert a.tobytes() == b.tobytes(), (name, field)


def test_sums_of_the_shards_depend_on_their_order(states):
    backwards = merge_in_order(reversed(states))["fc"]["moments"].total
    assert (backwards != merge_in_order(states)["fc"]["moments"].total).any()


@pytest.mark.parametrize("seed", range(4))
def test_shards_finished_in_any_order_merge_to_the_same_bytes(states, place, seed):
    for shard in np.random.default_rng(seed).permutation(SHARDS).tolist():
        commit(place, states, shard)
    assert names(place) == ["00000+16", "00016+16", "00032+4", "00036", "00037", "00038"]
    assert_same(runs.merged_summaries(place, SHARDS), merge_in_order(states))


def test_a_shard_done_again_after_its_run_was_merged_does_not_count_twice(states, place):
    for shard in [*range(SHARDS), 3, 17, 34, *range(8, 12)]:
        commit(place, states, shard)
    assert_same(runs.merged_summaries(place, SHARDS), merge_in_order(states))
    runs.remove_runs(place)
    assert names(place) == []


def test_a_stop_before_the_parts_are_deleted_is_made_good(states, place, monkeypatch):
    class Stop(Exception):
        pass

    def written_and_stopped(path, merged):
        write_partial(path, merged)
        raise Stop

    with monkeypatch.context() as patched:
        patched.setattr(runs, "write_partial", written_and_stopped)
        for shard in range(3):
            commit(place, states, shard)
        with pytest.raises(Stop):
            commit(place, states, 3)
    assert names(place) == ["00000", "00000+4", "00001", "00002", "00003"]
    for shard in range(4, SHARDS):
        commit(place, states, shard)
    assert_same(runs.merged_summaries(place, SHARDS), merge_in_order(states))


def test_of_two_that_merge_a_run_at_once_the_slower_one_finds_it_merged(states, place, monkeypatch):
    for shard in range(4):
        write_partial(place.partial(shard), states[shard])
    read, others = [], [True]

    def after_another(path):
        if len(read) == 2 and others.pop():
            monkeypatch.setattr(runs, "read_partial", read_partial)
            runs.merge_run_of(place, 1, SHARDS)
            monkeypatch.setattr(runs, "read_partial", after_another)
        read.append(path)
        return read_partial(path)

    monkeypatch.setattr(runs, "read_partial", after_another)
    runs.merge_run_of(place, 3, SHARDS)
    assert len(read) == 3
    assert names(place) == ["00000+4"]
    assert_same(read_partial(place.partial(0, 4)), merge_in_order(states[:4]))


def test_a_damaged_part_is_told_and_nothing_is_deleted(states, place):
    for shard in range(3):
        commit(place, states, shard)
    damaged = place.partial(1)
    damaged.write_bytes(damaged.read_bytes()[:200])
    with pytest.raises(StudyDamaged, match=r"00001\.summaries cannot be read"):
        commit(place, states, 3)
    assert names(place) == ["00000", "00001", "00002", "00003"]
