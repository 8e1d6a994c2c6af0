"""Which datasets belong together, and in which order."""

import pytest

from shiftscope.errors import BadRequest
from shiftscope.store.dataset_groups import dataset_groups


def corrupted(**severities):
    """Described as {"noise_3": ("noise", 3)} says."""
    return {name: {"corruption": kind, "severity": level} for name, (kind, level) in severities.items()}


def test_text_tells_groups_apart_and_a_number_orders_each():
    described = {
        "lab": {},
        **corrupted(noise_3=("noise", 3), blur_1=("blur", 1), noise_1=("noise", 1), noise_2=("noise", 2.5)),
    }
    noise, blur = dataset_groups(described)
    assert (noise.called, noise.order, noise.problem) == ("corruption noise", "severity", "")
    assert noise.members == ("noise_1", "noise_2", "noise_3")
    assert noise.in_order() == {"noise_1": 1, "noise_2": 2.5, "noise_3": 3}
    assert [values["severity"] for values in noise.values] == [1, 2.5, 3]
    assert blur.in_order() == {"blur_1": 1}


def test_text_alone_makes_one_group_without_order():
    (group,) = dataset_groups(
        {"field.B": {"hospital": "B"}, "field.A": {"hospital": "A"}, "field": {}, "day": {}}
    )
    assert (group.called, group.apart, group.names) == ("hospital", ("hospital",), {})
    assert group.members == ("field.B", "field.A")
    with pytest.raises(BadRequest, match=r"'hospital' has no order: none of its variables has numbers"):
        group.in_order()


def test_numbers_alone_make_one_group():
    (group,) = dataset_groups({"far": {"metres": 20}, "near": {"metres": 5}})
    assert (group.called, group.members) == ("metres", ("near", "far"))


def test_a_number_that_is_the_same_everywhere_does_not_disturb_the_order():
    described = corrupted(b=("noise", 2), a=("noise", 1))
    (group,) = dataset_groups({name: {**values, "seed": 7} for name, values in described.items()})
    assert (group.order, group.members) == ("severity", ("a", "b"))


@pytest.mark.parametrize(
    ("described", "problem"),
    [
        (
            corrupted(a=("noise", 3), b=("noise", 1), c=("noise", 3.0)),
            r"'a' and 'c' have the same severity, 3",
        ),
        (corrupted(a=("noise", 3), b=("noise", "high")), r"severity of 'b' is the text 'high'; give it as a"),
        (
            {**corrupted(a=("noise", 3), b=("noise", 4)), "c": {"corruption": "noise"}},
            r"'c' has no severity, and others have",
        ),
        (
            {"a": {"severity": 1, "size": 5}, "b": {"severity": 2, "size": 6}},
            r"severity and size both vary; write all but one of them as text",
        ),
    ],
)
def test_what_does_not_order_keeps_the_order_of_the_study_and_says_why(described, problem):
    (group,) = dataset_groups(described)
    assert (group.order, group.members) == ("", tuple(described))
    with pytest.raises(BadRequest, match=rf"has no order: {problem}"):
        group.in_order()


def test_nothing_described_makes_no_group():
    assert dataset_groups({"lab": {}, "field": {}}) == []
