"""Categories by number and by name."""

import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.views.page.category_at import category_at, pair_at


class Named:
    """A study's categories, and nothing else of it."""

    def __init__(self, *categories):
        self.categories = categories

    def check_category(self, index):
        if not 0 <= index < len(self.categories):
            raise NotInStudy(f"no category {index}")
        return index


PETS = Named("cat", "dog", "Cattle dog", "crane", "crane", "cat/dog", "17", "2")


@pytest.mark.parametrize(
    ("asked", "place"),
    [(0, 0), ("0", 0), ("cat", 0), ("DOG", 1), ("cattle  dog", 2), ("cat/dog", 5), ("17", 6), ("2", 2)],
)
def test_a_number_is_a_place_and_where_there_is_none_a_name(asked, place):
    assert category_at(PETS, asked) == place


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ("crane", BadRequest, "2 categories are named 'crane': 3 and 4. Write the number"),
        ("hat", NotInStudy, "no category 'hat'; closest: 'cat'"),
        ("9", NotInStudy, "no category 9"),
        (-1, NotInStudy, "no category -1"),
        ("-1", NotInStudy, "no category '-1'"),
        ("9" * 5000, NotInStudy, "no category '999"),
        ("", NotInStudy, "no category ''"),
    ],
)
def test_what_is_not_there_or_there_twice_is_named(asked, error, said):
    with pytest.raises(error, match=said):
        category_at(PETS, asked)


@pytest.mark.parametrize(
    ("actual", "predicted", "pair"),
    [
        ("cat", "dog", (0, 1)),
        ("0", "dog", (0, 1)),
        (3, 4, (3, 4)),
        ("cat/dog", "dog", (5, 1)),
        ("crane/cat", "dog", (3, 5)),  # as a server parts what stands for crane/cat%2Fdog
    ],
)
def test_a_slash_belongs_to_a_name_where_there_is_one(actual, predicted, pair):
    names = Named("cat", "dog", "Cattle dog", "crane", "other", "cat/dog")
    assert pair_at(names, actual, predicted) == pair


def test_slashes_that_can_be_read_in_two_ways_are_not_guessed():
    names = Named("a", "b", "a/b", "b/a")
    with pytest.raises(
        BadRequest, match=r"can be read as 'a' and 'b/a' or 'a/b' and 'a'\. Write the numbers"
    ):
        pair_at(names, "a/b", "a")
    with pytest.raises(NotInStudy, match="no category 'a/c'"):
        pair_at(names, "a/c", "b")
