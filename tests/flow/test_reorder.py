"""The order in which datasets are shown."""

import pytest

import shiftscope as ss
from shiftscope.errors import BadRequest, NotInStudy


@pytest.fixture
def four(recorded, made):
    for seed, name in enumerate(("dusk", "night")):
        recorded.record(made(samples=6, seed=seed), name, progress=False)
    return recorded


def test_the_order_lasts_and_the_reference_stands_first(four, made):
    assert four.datasets == ["lab", "field", "dusk", "night"]
    assert four.reorder(["night", "lab", "field"]) == ["lab", "night", "field", "dusk"]
    four.record(made(samples=6, seed=0), "dusk", progress=False)
    four.record(made(samples=6, seed=5), "dawn", progress=False)
    assert ss.open_study(four.path).datasets == ["lab", "night", "field", "dusk", "dawn"]


@pytest.mark.parametrize(
    ("order", "error", "message"),
    [
        (["field", "night"], NotInStudy, r"no dataset 'night' in this study; closest: "),
        (["field", "field"], BadRequest, r"'field' stands twice"),
        ("field", BadRequest, r"datasets='field'; they are a list of names"),
    ],
)
def test_an_order_of_other_names_is_refused(recorded, order, error, message):
    with pytest.raises(error, match=message):
        recorded.reorder(order)
    assert recorded.datasets == ["lab", "field"]
