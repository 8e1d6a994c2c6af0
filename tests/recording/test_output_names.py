from __future__ import annotations

from types import SimpleNamespace

import pytest
from torch import nn

from shiftscope.errors import DataError
from shiftscope.recording.output_names import output_names, refuse_other_order


def model(**config: object) -> nn.Module:
    net = nn.Linear(2, 2)
    net.config = SimpleNamespace(**config)  # type: ignore[assignment]
    return net


@pytest.mark.parametrize(
    ("id2label", "names"),
    [
        ({1: "dog", 0: "cat"}, ("cat", "dog")),
        ({"1": "dog", "0": "cat"}, ("cat", "dog")),
        ({0: "LABEL_0", 1: "LABEL_1"}, ()),
        ({0: "cat", 2: "dog"}, ()),
        ({0: "cat", 1: None}, ()),
        (None, ()),
        ({}, ()),
    ],
)
def test_names_are_in_the_order_of_the_logits(id2label, names) -> None:
    assert output_names(model(id2label=id2label)) == names


def test_a_model_without_names_of_its_own_has_none() -> None:
    assert output_names(nn.Linear(2, 2)) == ()


@pytest.mark.parametrize(
    "categories", [("cat", "dog"), ("Cat", "dog "), ("0", "1"), ("felis", "canis"), ("a",)]
)
def test_categories_in_the_order_of_the_model_or_under_other_names_are_taken(categories) -> None:
    refuse_other_order(categories, model(id2label={0: "cat", 1: "dog"}))


@pytest.mark.parametrize(
    ("categories", "message"),
    [
        (("dog", "cat"), "category 0 is 'dog', and of the model, by its config.id2label, that is 1"),
        (("cat", "cow"), "config.id2label: .* 'cow' is not one of them"),
    ],
)
def test_categories_in_another_order_than_the_model_s_are_refused(categories, message) -> None:
    with pytest.raises(DataError, match=rf"{message}.*list\(net.config.id2label.values\(\)\)"):
        refuse_other_order(categories, model(id2label={0: "cat", 1: "dog"}))
