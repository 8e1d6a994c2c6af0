from __future__ import annotations

import numpy as np
import pytest

from shiftscope.datasets.labels import label_index, label_indices
from shiftscope.errors import LabelError


@pytest.mark.parametrize(
    "labels", [[0, 2**31], np.array([0, 2**63 + 5], np.uint64), np.array([0, 2**40]), [0, 10**90]]
)
@pytest.mark.parametrize("categories", [None, ("a", "b")])
def test_a_label_beyond_every_category_is_refused(labels, categories) -> None:
    with pytest.raises(LabelError, match=r"sample 'y' has the label [0-9]+; "):
        label_indices(labels, categories, ["x", "y"])


@pytest.mark.parametrize("label", [2, -2, 0.0, "dgo", [0]])
def test_a_label_that_no_category_answers_to_is_refused(label) -> None:
    with pytest.raises(LabelError, match=r"sample 'x.png' has (a|the) label"):
        label_index(label, ("cat", "dog"), "x.png")
    with pytest.raises(LabelError, match=r"'y.png'|labels of shape"):
        label_indices([0, label], ("cat", "dog"), ["x.png", "y.png"])


@pytest.mark.parametrize("label", ["Dog", " dog", "DOG "])
def test_case_and_blanks_do_not_make_another_category(label) -> None:
    assert label_index(label, ("cat", "dog"), "x.png") == 1


def test_a_name_spelt_by_other_characters_of_unicode_is_the_same() -> None:
    assert label_index("e\u0301toile", ("tea", "\u00e9toile"), "x.png") == 1


def test_case_tells_categories_apart_where_nothing_else_does() -> None:
    assert [label_index(name, ("crane", "Crane"), "x.png") for name in ("crane", "Crane")] == [0, 1]
    with pytest.raises(LabelError, match="has the label 'CRANE'"):
        label_index("CRANE", ("crane", "Crane"), "x.png")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            np.array([0.5, 1.25]),
            r"label 0.5, of type float. .*regression target\? .*give the numbers as metadata",
        ),
        ([[1, 0, 1], [0, 0, 0]], r"shape \(2, 3\) for 2 samples.*multi-label target.*as metadata"),
        (np.eye(3, dtype=int)[[0, 2]], r"One-hot rows become labels by labels.argmax\(-1\)"),
        (np.array([[3, 1], [4, 5]]), "Several numbers a sample are no category"),
        ([(0, 1, 1), 0], r"label \(0, 1, 1\), of type tuple. .*multi-label target"),
    ],
)
def test_another_target_than_a_category_is_named_with_the_way_out(labels, message) -> None:
    with pytest.raises(LabelError, match=message):
        label_indices(labels, None, ["x", "y"])
