from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shiftscope.datasets.formats.hugging_face import hugging_face
from shiftscope.errors import DataError


@dataclass
class ClassLabel:
    names: list[str]


@dataclass
class Split:
    """As much of `datasets.Dataset` as is used."""

    columns: dict[str, list[Any]]
    features: dict[str, Any] = field(default_factory=dict)

    @property
    def column_names(self) -> list[str]:
        return list(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, position: int) -> dict[str, Any]:
        return {name: values[position] for name, values in self.columns.items()}


@pytest.fixture
def split() -> Split:
    pictures = [Image.fromarray(np.full((2, 3, 3), value, np.uint8)) for value in (0, 255)]
    columns = {"img": pictures, "label": [1, 0], "site": ["x", None], "boxes": [[1], [2]], "coarse": [0, 2]}
    return Split(columns, {"label": ClassLabel(["cat", "dog"]), "coarse": ClassLabel(["a", "b", "c"])})


def test_columns_are_found_and_names_of_classes_too(split: Split) -> None:
    dataset = hugging_face(split)
    assert dataset.categories == ("cat", "dog")
    assert [sample.label for sample in dataset] == [1, 0]
    assert dataset[1].input.shape == (3, 2, 3)
    assert dataset[1].input.min() == 1


def test_other_columns_of_plain_values_are_metadata(split: Split) -> None:
    assert hugging_face(split)[1].metadata == {"site": None, "coarse": 2}


def test_columns_can_be_named(split: Split) -> None:
    split.columns["second"] = split.columns["img"][::-1]
    dataset = hugging_face(split, image="second", label="coarse")
    assert dataset.categories == ("a", "b", "c")
    assert (dataset[1].label, float(dataset[1].input.max())) == (2, 0.0)


def test_labels_move_to_the_categories_of_a_study(split: Split) -> None:
    assert hugging_face(split, categories=["dog", "cat", "cow"])[0].label == 0


def test_a_set_without_labels(split: Split) -> None:
    del split.columns["label"]
    dataset = hugging_face(split)
    assert (dataset.categories, dataset[0].label) == (None, -1)


def test_columns_that_are_not_there_are_an_error(split: Split) -> None:
    with pytest.raises(
        DataError, match=r"no column 'sight'; closest: 'site'.*: img, label.*ss.dataset\(..., image="
    ):
        hugging_face(split, image="sight")
    with pytest.raises(DataError, match=r"no column 'fine'.*label="):
        hugging_face(split, label="fine")
    split.columns["photo"] = split.columns.pop("img")
    with pytest.raises(DataError, match=r"none of image, pixel_values, input, x, img\. There are: label"):
        hugging_face(split)


def test_the_only_column_of_classes_is_told_of_where_there_are_no_labels(split: Split) -> None:
    del split.columns["label"]
    assert hugging_face(split).describe()["told"] == [
        "no column of labels was found; 'coarse' looks like one, and is taken with "
        "ss.dataset(..., label='coarse')."
    ]


def test_names_of_columns_differ_in_case_only(split: Split) -> None:
    split.columns = {name.upper(): values for name, values in split.columns.items()}
    split.features = {name.upper(): kind for name, kind in split.features.items()}
    dataset = hugging_face(split)
    assert (dataset.categories, dataset[0].label) == (("cat", "dog"), 1)


def test_the_order_of_its_classes_is_told(split: Split) -> None:
    assert hugging_face(split).describe()["told"] == [
        "categories are its own in their order: 0 'cat', 1 'dog'."
    ]
    by_place = hugging_face(split, categories=["felis", "canis"]).describe()["told"]
    assert by_place == ["its categories are taken by their places: 0 'cat', 1 'dog'."]
    assert "told" not in hugging_face(split, categories=["dog", "cat"]).describe()
