from __future__ import annotations

import numpy as np
import pytest

from shiftscope.datasets.labels import category_places, label_index, label_indices
from shiftscope.errors import DataError, LabelError


@pytest.mark.parametrize(
    ("own", "categories", "places"),
    [
        (["cat", "dog"], ["cat", "dog"], [0, 1]),
        (["dog", "cat"], ["cat", "dog"], [1, 0]),
        (["dog"], ["cat", "dog", "cow"], [1]),
        (["0 - zero", "1 - one"], ["0", "1"], [0, 1]),
        (["crane", "crane"], ["crane", "crane"], [0, 1]),
    ],
)
def test_places_are_by_name_and_else_by_position(own, categories, places) -> None:
    assert category_places(own, categories).tolist() == places


@pytest.mark.parametrize(
    "labels", [[0, 2**31], np.array([0, 2**63 + 5], np.uint64), np.array([0, 2**40]), [0, 10**90]]
)
@pytest.mark.parametrize("categories", [None, ("a", "b")])
def test_a_label_beyond_every_category_is_refused(labels, categories) -> None:
    with pytest.raises(LabelError, match=r"sample 'y' has the label [0-9]+; "):
        label_indices(labels, categories, ["x", "y"])


def test_names_that_do_not_fit_are_refused() -> None:
    with pytest.raises(
        DataError, match=r"2 categories of its own, and 3 are asked for; 'dgo' .* closest: 'dog'"
    ):
        category_places(["cat", "dgo"], ["cat", "dog", "cow"])


@pytest.mark.parametrize("label", [2, -2, 0.0, "dgo", [0]])
def test_a_label_that_no_category_answers_to_is_refused(label) -> None:
    with pytest.raises(LabelError, match=r"sample 'x.png' has (a|the) label"):
        label_index(label, ("cat", "dog"), "x.png")
    with pytest.raises(LabelError, match=r"'y.png'|labels of shape"):
        label_indices([0, label], ("cat", "dog"), ["x.png", "y.png"])
