"""What may be said of a dataset."""

import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.store.description import Description


def test_what_is_not_named_stays_and_what_is_empty_is_taken_away():
    first = Description().changed("sensor noise", {"corruption": "noise", "severity": 3})
    assert first.changed(groups={"severity": 4}).groups == {"corruption": "noise", "severity": 4}
    assert first.changed(groups={"corruption": ""}) == Description("sensor noise", {"severity": 3})
    assert not first.changed("", {"corruption": "", "severity": ""})


def test_numbers_of_numpy_become_plain_ones():
    groups = Description().changed(groups={"a": np.float32(0.5), "b": np.int64(3)}).groups
    assert [(type(value), value) for value in groups.values()] == [(float, 0.5), (int, 3)]


@pytest.mark.parametrize(
    ("about", "groups", "message"),
    [
        (3, None, r"about=3; it is text"),
        ("x" * 10_001, None, r"a text about it has at most 10,000 characters"),
        ("a\x07b", None, r"control character"),
        (None, ["noise"], r"groups=\['noise'\]; they are values by variable"),
        (None, {"severity": float("nan")}, r"severity=nan; what groups datasets is text or a finite number"),
        (None, {"severity": 10**400}, r"text or a finite number"),
        (None, {"severity": True}, r"severity=True; what groups"),
        (None, {"severity": [1]}, r"severity=\[1\]; what groups"),
        (None, {"a=b": 1}, r"'a=b' cannot name a variable"),
        (None, {" ": 1}, r"cannot name a variable"),
        (
            None,
            {str(number): 1 for number in range(21)},
            r"21 variables group one dataset; there are at most",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused(about, groups, message):
    with pytest.raises(BadRequest, match=message):
        Description().changed(about, groups)


def test_it_is_read_as_it_was_written():
    told = Description("sensor noise", {"corruption": "noise", "severity": 3})
    assert Description.from_json(told.as_json()) == told
    assert Description().as_json() == {}
