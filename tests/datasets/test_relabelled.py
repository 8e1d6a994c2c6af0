from __future__ import annotations

import numpy as np
import pytest

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.relabelled import Relabelled
from shiftscope.errors import DataError, LabelError


@pytest.fixture
def animals() -> ArrayData:
    return ArrayData(np.zeros((3, 2)), [0, 1, None], categories=["cat", "dog"])


def test_labels_take_the_place_of_its_own(animals: ArrayData) -> None:
    dataset = Relabelled(animals, ["dog", None, 0])
    assert [sample.label for sample in dataset] == [1, -1, 0]
    assert dataset.describe() == animals.describe() | {"relabelled": True}


def test_its_own_labels_move_to_other_categories(animals: ArrayData) -> None:
    dataset = Relabelled(animals, categories=["dog", "cow", "cat"])
    assert [sample.label for sample in dataset] == [2, 0, -1]
    assert dataset.categories == ("dog", "cow", "cat")


def test_labels_beyond_the_categories_are_refused() -> None:
    plain = ArrayData(np.zeros((2, 2)), [0, 5])
    with pytest.raises(DataError, match="sample '1' has the label 5; there are 2 categories"):
        Relabelled(plain, categories=["cat", "dog"])[1]
    with pytest.raises(DataError, match=r"labels of shape \(1,\) for 2 samples"):
        Relabelled(plain, [0])


def test_only_labels_that_change_change_the_fingerprint(animals: ArrayData) -> None:
    own = animals.fingerprint()
    assert Relabelled(animals, categories=["Cat", "Dog"]).fingerprint() == own
    others = [
        Relabelled(animals, categories=["dog", "cat"]),
        Relabelled(animals, [0, 0, 0]),
        Relabelled(animals, [1, 0, 0]),
    ]
    assert len({own, *(other.fingerprint() for other in others)}) == 4


def test_a_bad_label_is_reported_with_the_dataset_s_own_id() -> None:
    plain = ArrayData(np.zeros((2, 2)), ids=["left.png", "right.png"])
    with pytest.raises(LabelError, match=r"sample 'right.png' has the label 'dgo'"):
        Relabelled(plain, ["cat", "dgo"], ["cat", "dog"])
    renamed = Relabelled(plain, categories=["cat", "dog"])
    with pytest.raises(LabelError, match=r"sample 'right.png' has the label 2"):
        Relabelled(renamed, [0, 2])


def test_labels_beyond_the_dataset_s_own_categories_are_refused(made) -> None:
    dataset = made(categories=("cat", "dog"), categories_count=4)
    beyond = dataset.labels.tolist().index(3)
    with pytest.raises(LabelError, match=f"sample 'sample-{beyond}' has the label 3; there are 2 categories"):
        Relabelled(dataset, categories=["dog", "cat"])[beyond]


def test_a_sample_without_a_label_stays_without_one(made) -> None:
    dataset = made(categories=("cat", "dog"), categories_count=2, unlabelled=frozenset({3}))
    assert Relabelled(dataset, categories=["dog", "cat"])[3].label == -1
