import numpy as np

from shiftscope.views.paths.sentences import apart_in_words, moved_in_words, separated_in_words

NAMES = ("cat", "frog", "ship")


def test_the_category_that_moved_most_beside_its_distance_from_the_others():
    moved, usual = np.array([0.5, np.nan, 2.0]), np.array([1.0, 1.0, 1.5])
    said = moved_in_words("fog", "lab", NAMES, moved, usual)
    assert (
        said
        == "In fog the paths of ship moved most: 2.00 nats, more than the 1.50 to other categories in lab"
    )
    said = moved_in_words("fog", "lab", NAMES, moved / 2, usual)
    assert (
        said
        == "In fog the paths of ship moved most: 1.00 nats, no more than the 1.50 to other categories in lab"
    )
    assert moved_in_words("fog", "lab", NAMES, moved, usual * np.nan) == (
        "In fog the paths of ship moved most: 2.00 nats"
    )


def test_without_enough_samples_nothing_is_said_to_have_moved():
    unknown = np.full(3, np.nan)
    assert moved_in_words("fog", "lab", NAMES, unknown, unknown) == (
        "No category of fog has enough labelled samples to say how far its paths moved"
    )


def test_one_set_says_how_far_apart_its_categories_are():
    assert apart_in_words("lab", 1.5, 0.25) == (
        "By their paths the categories of lab are 1.50 nats apart, 0.250 of them by sampling alone"
    )
    assert apart_in_words("lab", float("nan"), 0.25).endswith("cannot be told")


def test_two_categories_are_as_far_apart_as_said_and_one_unit_makes_most_of_it():
    said = separated_in_words(("cat", "frog"), "fog", 0.5, "unit 3 of hidden", 0.25, same=False)
    assert (
        said == "By their paths cat and frog are 0.500 nats apart in fog; unit 3 of hidden makes 25.0 % of it"
    )
    said = separated_in_words(("cat in lab", "cat in fog"), "fog", 0.5, "the bias", np.nan, same=True)
    assert said == "By their paths cat in lab and cat in fog are 0.500 nats apart"
