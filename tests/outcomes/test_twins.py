"""The same sample in two datasets, by hand."""

import numpy as np
import pyarrow as pa

from shiftscope.outcomes.twins import twins


class Kept:
    """Ids and labels of a dataset's samples, and nothing else of them."""

    def __init__(self, **labels_by_id):
        self.ids, self.labels = list(labels_by_id), np.array(list(labels_by_id.values()))

    def __len__(self):
        return len(self.ids)

    def column(self, name):
        assert name == "id"
        return pa.chunked_array([self.ids])


def test_twins_share_an_id_wherever_they_stand():
    assert twins(Kept(a=0, b=1, c=2), Kept(c=2, x=0, a=0)).tolist() == [2, -1, 0]


def test_a_label_that_is_missing_contradicts_nothing():
    assert twins(Kept(a=0, b=-1), Kept(b=1, a=-1)).tolist() == [1, 0]


def test_ids_that_stand_for_different_labels_name_nothing():
    assert twins(Kept(a=0, b=1), Kept(a=0, b=2)).tolist() == [-1, -1]


def test_an_id_that_a_set_has_twice_is_no_name():
    double = Kept(a=0, b=1, c=1)
    double.ids = ["a", "b", "a"]
    assert twins(Kept(a=0, b=1), double).tolist() == [-1, 1]
    assert twins(double, Kept(a=0, b=1)).tolist() == [-1, 1, -1]
    same = Kept(a=0, b=1, c=1)
    same.ids = list(double.ids)
    assert twins(double, same).tolist() == [-1, 1, -1]


def test_sets_of_the_same_ids_in_the_same_order_are_compared_by_their_labels_too():
    assert twins(Kept(a=0, b=1), Kept(a=0, b=1)).tolist() == [0, 1]
    assert twins(Kept(a=0, b=1), Kept(a=1, b=0)).tolist() == [-1, -1]


def test_a_set_is_its_own_twin():
    one = Kept(a=0, b=1)
    assert twins(one, one).tolist() == [0, 1]
