"""Names within a limit, none twice."""

from hypothesis import given
from hypothesis import strategies as st

from shiftscope.interop.deephys.names import shortened


def test_names_that_fit_stay_and_long_ones_are_cut_and_told():
    notes = []
    assert shortened(["lab", "abcdefgh", "abcdefgx"], 6, "dataset", notes) == ["lab", "abcdef", "abcd~2"]
    assert notes == [
        "dataset 'abcdefgh' is written as 'abcdef': Deephys takes 6 characters, and no name twice.",
        "dataset 'abcdefgx' is written as 'abcd~2': Deephys takes 6 characters, and no name twice.",
    ]


def test_a_long_name_gives_way_to_a_short_one_that_comes_later():
    assert shortened(["abcdefgh", "ABCDEF"], 6, "layer", []) == ["abcd~2", "ABCDEF"]


@given(names=st.lists(st.text("aB", min_size=1), max_size=30))
def test_no_two_names_would_be_one_file(names):
    written = shortened(names, 5, "dataset", [])
    assert all(len(name) <= 5 for name in written)
    assert len({name.casefold() for name in written}) == len(names)
