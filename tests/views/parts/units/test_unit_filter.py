"""Conditions that choose units, against the same conditions written in Python."""

import random

import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.store.notes import UnitNote
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.units.unit_filter import conditions, passing, with_rectangle, without_rectangle
from shiftscope.views.parts.units.unit_numbers import UnitNumbers

NAN = float("nan")


@pytest.fixture(scope="module")
def numbers(explored):
    return UnitNumbers(Selection.at(explored.study, "hidden", None, "field"))


def chosen(numbers, where, notes=None):
    return np.flatnonzero(passing(conditions(where), numbers, notes or {})).tolist()


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("novelty > 0.1", lambda v: v > 0.1),
        ("novelty>=0.1", lambda v: v >= 0.1),
        ("  NOVELTY   <  .1 ", lambda v: v < 0.1),
        ("novelty <= 1e-1", lambda v: v <= 0.1),
        ("novelty < −0.01", lambda v: v < -0.01),
        ("novelty > 10 %", lambda v: v > 0.1),
        ("novelty from -0.1 to 0.2", lambda v: -0.1 <= v <= 0.2),
        ("novelty outside 0 to 20%", lambda v: v < 0 or v > 0.2),
        ("novelty > 0, novelty < 0.2,", lambda v: 0 < v < 0.2),
        ("", lambda v: True),
    ],
)
def test_a_condition_on_a_score_holds_for_the_units_it_says(numbers, where, holds):
    values = numbers.measure("novelty").estimate.value
    expected = [u for u, v in enumerate(values) if holds(v) and (v == v or not where)]
    assert chosen(numbers, where) == expected


ATOMS = {  # as a filter has it: as Python has it
    "novelty > 0.1": "novelty > 0.1",
    "NOVELTY from -0.1 to 0.2": "-0.1 <= novelty <= 0.2",
    "novelty outside 0 to 20 %": "(novelty < 0 or novelty > 0.2)",
    "shift auroc.q < 0.05": "q < 0.05",
    "spurious<=.3": "spurious <= 0.3",
    "unit >= 5": "unit >= 5",
    "tag:colour": "unit in (1, 4)",
    "label:stripes": "unit in (1, 2)",
    'label:"s, (not)"': "unit == 2",
}
NOTES = {
    1: UnitNote("red stripes", frozenset({"colour"})),
    2: UnitNote("Stripes, (not) dots", frozenset({"colours"})),
    4: UnitNote("", frozenset({"colour", "late"})),
}


def expression(rng, depth):
    """A random filter and the same in Python, with as few parentheses as each happens to get."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(list(ATOMS.items()))
    kind = rng.choice(["and", "or", "not", "()", "comma"])
    ours, python = expression(rng, depth - 1)
    if kind == "not":
        return f"{rng.choice(['not', 'NOT'])} {ours}", f"not {python}"
    if kind == "()":
        return f"({ours})", f"({python})"
    other, python_other = expression(rng, depth - 1)
    if kind == "comma":
        return f"({ours}, {other} )", f"(({python}) and ({python_other}))"
    return f"{ours} {kind} {other}", f"{python} {kind} {python_other}"


def test_random_expressions_choose_what_python_makes_of_them(numbers):
    rng, sizes = random.Random(5), set()
    auroc = numbers.measure("shift_auroc").estimate
    values = {name: numbers.measure(name).estimate.value.tolist() for name in ("novelty", "spurious")}
    q = auroc.q.tolist()
    assert np.isnan(values["novelty"]).any()
    for _ in range(500):
        ours, python = expression(rng, rng.randrange(1, 6))
        code = compile(python, "expression", "eval")
        expected = [
            unit
            for unit in range(10)
            if eval(code, {"unit": unit, "q": q[unit], **{name: v[unit] for name, v in values.items()}})
        ]
        assert chosen(numbers, ours, NOTES) == expected, ours
        sizes.add(len(expected))
    assert len(sizes) > 5


def test_a_comma_is_an_and_that_binds_last(numbers):
    assert chosen(numbers, "unit < 2 or unit > 6, unit from 1 to 7") == [1, 7]
    assert chosen(numbers, "unit < 2 or unit > 6 and unit from 1 to 7") == [0, 1, 7]
    assert chosen(numbers, "(unit < 2 or unit > 6) and unit from 1 to 7") == [1, 7]
    assert chosen(numbers, "not unit < 2, not (unit > 6 or unit < 5)") == [5, 6]


def test_units_without_the_number_pass_the_not_of_every_condition_on_it(numbers):
    undefined = set(np.flatnonzero(np.isnan(numbers.measure("novelty").estimate.value)).tolist())
    assert set(chosen(numbers, "not novelty < 0 and not novelty >= 0")) == undefined


def test_units_without_the_number_pass_nothing(numbers):
    undefined = np.flatnonzero(np.isnan(numbers.measure("novelty").estimate.value)).tolist()
    assert undefined
    both = chosen(numbers, "novelty < 0") + chosen(numbers, "novelty >= 0")
    assert sorted(both + undefined) == list(range(10))
    assert not set(undefined) & set(chosen(numbers, "novelty outside 5 to 6"))


def test_q_and_the_ends_of_intervals_can_be_asked_for(numbers):
    estimate = numbers.measure("shift_auroc").estimate
    assert chosen(numbers, "shift auroc.q < 0.05") == np.flatnonzero(estimate.q < 0.05).tolist()
    assert chosen(numbers, "shift_auroc.low > 0.5") == np.flatnonzero(estimate.low > 0.5).tolist()
    floor = numbers.measure("spurious").estimate.floor
    assert chosen(numbers, "spurious.floor < 0.6") == np.flatnonzero(floor < 0.6).tolist()
    assert chosen(numbers, "shift_auroc.high < 0.5") == np.flatnonzero(estimate.high < 0.5).tolist()


def test_units_can_be_asked_for_by_number(numbers):
    assert chosen(numbers, "unit from 2 to 4") == [2, 3, 4]
    assert chosen(numbers, "unit < 2, fires >= 0") == [0, 1]


def test_tags_are_whole_words_and_labels_any_part(numbers):
    notes = {
        1: UnitNote("Red stripes", frozenset({"colour"})),
        4: UnitNote("dots", frozenset({"Colour", "late"})),
        6: UnitNote("", frozenset({"colours"})),
    }
    assert chosen(numbers, "tag:colour", notes) == [1, 4]
    assert chosen(numbers, "tag : LATE", notes) == [4]
    assert chosen(numbers, "label:stri", notes) == [1]
    assert chosen(numbers, "label:red  STRIPES, tag:colour", notes) == [1]
    assert chosen(numbers, "label:x", notes) == []


@pytest.mark.parametrize(
    "where",
    [
        "novelty",
        "novelty ~ 3",
        "novelty > ",
        "> 3",
        "novelty > three",
        "novelty > nan",
        "novelty from 1",
        "novelty from 1 to",
        "colour:red",
        "tag:",
        "novelty > 0.2; spurious < 1",
        "<script>",
        "novelty == 1",
        "novelty > 0.2 spurious < 1",
        "novelty > 0.2 (unit < 3)",
        "unit < 3 or novelty",
        "(unit < 3 and novelty ~ 3)",
        'label:"red',
    ],
)
def test_what_is_no_condition_is_shown_what_one_looks_like(where):
    with pytest.raises(BadRequest, match=r"is no condition.*\. A condition is a score or unit with <"):
        conditions(where)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("unit < 3 and", "a condition is missing in 'unit < 3 and'"),
        ("or unit < 3", "a condition is missing in 'or unit < 3'"),
        ("unit < 3 and or unit > 2", "a condition is missing in"),
        ("()", r"a condition is missing in '\(\)'"),
        ("not", "a condition is missing in 'not'"),
        ("(unit < 3, unit > 1", r"'\(unit < 3, unit > 1' opens a parenthesis that nothing closes"),
        ("unit < 3) or unit > 5", r"'unit < 3\)' closes a parenthesis that nothing opens"),
        ("(" * 51 + "unit < 3" + ")" * 51, "more than 50 parentheses and nots within each other"),
        ("not " * 20_000 + "unit < 3", "more than 50 parentheses and nots within each other"),
        ("novlty", "'novlty' is no condition; closest: 'novelty'"),
        ("unit < 3 and spurius and novelty > 0", "'spurius' is no condition; closest: 'spurious'"),
        ("tg:colour", "'tg:colour' is no condition; closest: 'tag'"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_is_there(where, message):
    with pytest.raises(BadRequest, match=message):
        conditions(where)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("novlty > 0.2", "no number 'novlty'; closest: 'novelty'"),
        ("unit < 3 or (unit > 5 and not novlty > 0.2)", "no number 'novlty'; closest: 'novelty'"),
        ("novelty.q < 0.1", "novelty tests nothing, so it has no q; these do: .*shift_auroc"),
        ("novelty.floor < 0.1", "novelty has no floor; these do: profile_correlation, spurious"),
        ("novelty.p < 0.1", "novelty has no 'p'; there are .q, .low, .high and .floor"),
        ("unit.q < 1", "no number 'unit'"),
    ],
)
def test_a_number_that_there_is_not_is_named(numbers, where, message):
    with pytest.raises(BadRequest, match=message):
        chosen(numbers, where)


def test_a_long_address_is_refused_quickly():
    with pytest.raises(BadRequest, match="is no condition"):
        conditions("a " * 20_000 + "!")


def test_a_rectangle_takes_the_place_of_an_earlier_one():
    asked = conditions("unit < 5, novelty from 0 to 1, spurious > 0.1, spurious outside 0 to 1")
    drawn = "novelty from {x0} to {x1}, spurious from {y0} to {y1}"
    assert with_rectangle(asked, "novelty", "spurious") == f"unit < 5, spurious > 0.1, {drawn}"
    assert without_rectangle(asked, "novelty", "spurious") == "unit < 5, spurious > 0.1"
    assert without_rectangle(asked, "maximum", "fires") is None
    assert with_rectangle([], "novelty", "spurious") == drawn
    joined = conditions("novelty from 0 to 1 or unit < 5, (spurious > 0.1)")
    assert without_rectangle(joined, "novelty", "spurious") is None
    assert with_rectangle(joined, "novelty", "spurious") == (
        f"novelty from 0 to 1 or unit < 5, (spurious > 0.1), {drawn}"
    )
