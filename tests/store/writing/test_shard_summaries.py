from __future__ import annotations

import numpy as np
import pytest

from shiftscope.errors import StudyDamaged
from shiftscope.store.writing.shard_summaries import read_partial, write_partial
from shiftscope.summaries.summarise import summarise
from shiftscope.summaries.summary import Block, arrays_of


@pytest.fixture
def states():
    rng = np.random.default_rng(0)
    block = Block(
        rng.normal(size=(6, 5)).astype(np.float16), np.arange(6), np.array([2, 2, 7, -1, 2, 7]), 900
    )
    return {"fc": summarise(block)}


def test_summaries_come_back_as_they_were(tmp_path, states):
    write_partial(tmp_path / "0.summaries", states)
    back = read_partial(tmp_path / "0.summaries")
    assert set(back["fc"]) == set(states["fc"])
    for name, state in states["fc"].items():
        for field, (values, _) in arrays_of(state).items():
            read = arrays_of(back["fc"][name])[field][0]
            assert read.dtype == values.dtype
            np.testing.assert_array_equal(read, values)


def test_categories_that_do_not_occur_take_no_room(tmp_path, states):
    write_partial(tmp_path / "0.summaries", states)
    whole = sum(values.nbytes for state in states["fc"].values() for values, _ in arrays_of(state).values())
    empty = 898 * 5 * 8  # rows of categories without a sample
    assert (tmp_path / "0.summaries").stat().st_size < whole - empty + 4096  # descriptions of the arrays


def test_a_file_that_breaks_off_anywhere_is_named(tmp_path, states):
    path = tmp_path / "0.summaries"
    write_partial(path, states)
    held = path.read_bytes()
    for end in range(0, len(held), 97):
        path.write_bytes(held[:end])
        with pytest.raises(StudyDamaged, match=r"0\.summaries cannot be read"):
            read_partial(path)
