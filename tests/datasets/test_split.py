"""A dataset parted by a column of its metadata."""

import numpy as np
import pytest

import shiftscope as ss
from shiftscope.datasets.reopened import reopened
from shiftscope.datasets.split import part_again, split
from shiftscope.errors import DataError

HOSPITALS = ["A", "B", "A", "C", "B", "A"]


def data(**columns):
    images = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 3), np.uint8)
    return ss.dataset(images, labels=[0, 1, 0, 1, 0, 1], metadata=columns)


def test_each_value_has_its_samples_in_their_order():
    whole = data(hospital=HOSPITALS)
    parts = split(whole, "hospital")
    assert {value: [part[i].id for i in range(len(part))] for value, part in parts.items()} == {
        "A": ["0", "2", "5"],
        "B": ["1", "4"],
        "C": ["3"],
    }
    assert parts["B"][1].label == whole[4].label == 0
    assert bool((parts["B"][1].input == whole[4].input).all())
    assert len({whole.fingerprint(), *(part.fingerprint() for part in parts.values())}) == 4
    assert parts["A"].describe()["split"] == {"column": "hospital", "value": "A"}


def test_numbers_come_in_their_order_and_flags_as_text():
    assert list(split(data(year=[2019, 2005, 2019, 2005, 2011, 2011]), "year")) == [2005, 2011, 2019]
    assert list(split(data(night=[True, False] * 3), "night")) == ["False", "True"]


def test_labels_given_beside_the_data_keep_the_columns():
    relabelled = ss.dataset(data(hospital=HOSPITALS), labels=[1] * 6)
    assert [part[0].label for part in split(relabelled, "hospital").values()] == [1, 1, 1]


def test_data_that_list_no_metadata_are_read_once(made):
    dataset = made(samples=3)
    assert list(split(dataset, "row")) == [0, 1, 2]
    assert dataset.read == [0, 1, 2]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"clinic": HOSPITALS}, r"no column 'hospital' in the metadata; closest: .*There are: clinic"),
        ({}, r"no column 'hospital' in the metadata; closest: nothing alike. There are: none"),
        (
            {"hospital": ["A", "", None, "B", float("nan"), "A"]},
            r"3 of 6 samples have no 'hospital'; the first is number 1, counted from 0",
        ),
    ],
)
def test_a_column_that_does_not_part_the_data_is_refused(columns, message):
    with pytest.raises(DataError, match=message):
        split(data(**columns), "hospital")


def test_a_column_of_a_thousand_values_is_refused():
    images = np.zeros((1000, 2, 2), np.uint8)
    many = ss.dataset(images, metadata={"hospital": [f"h{number}" for number in range(1000)]})
    with pytest.raises(DataError, match=r"'hospital' has 1,000 values, 'h0', .* split into at most 100"):
        split(many, "hospital")


def test_a_part_is_opened_again_from_what_its_recording_says(tmp_path):
    np.savez(tmp_path / "x.npz", image=np.zeros((6, 4, 4, 3), np.uint8), hospital=HOSPITALS)
    part = split(ss.dataset(f"npz:{tmp_path / 'x.npz'}"), "hospital")["B"]
    again = reopened(part.describe(), "field.B", ())
    assert again.fingerprint() == part.fingerprint()
    assert [again[i].id for i in range(len(again))] == ["1", "4"]


def test_a_part_that_is_gone_is_told():
    with pytest.raises(DataError, match=r"no sample has 'D' in 'hospital' any more"):
        part_again(data(hospital=HOSPITALS), {"split": {"column": "hospital", "value": "D"}})
