"""Whether a model does better than guessing."""

import numpy as np
import pytest
from scipy.stats import binom

from shiftscope.outcomes.chance import chance_in_words, no_better_than_chance


@pytest.mark.parametrize(
    ("right", "labelled", "categories", "guesses"),
    [
        (8, 10, 2, True),  # Wilson's interval is 0.490 to 0.943
        (9, 10, 2, False),  # 0.596 to 0.982
        (0, 10, 2, True),
        (11, 100, 10, True),
        (20, 100, 10, False),  # 0.133 to 0.289
        (1, 1, 2, True),  # 0.207 to 1
        (0, 0, 2, False),  # nothing was measured
        (10, 10, 1, False),  # nothing can be guessed wrong
    ],
)
def test_a_model_guesses_where_the_interval_of_its_accuracy_reaches_chance(
    right, labelled, categories, guesses
):
    assert no_better_than_chance(right, labelled, categories) is guesses
    assert bool(chance_in_words("lab", right, labelled, categories)) is guesses


def test_a_guessing_model_is_all_but_always_found():
    """Its right answers are binomial; the interval lies above chance for one in forty."""
    right = np.arange(501)
    found = np.array([no_better_than_chance(int(k), 500, 10) for k in right])
    assert 0.96 < binom.pmf(right, 500, 0.1)[found].sum() < 0.99


def test_the_sentence_holds_the_numbers_and_the_causes():
    told = chance_in_words("lab", 105, 1000, 10)
    assert told.startswith(
        "As far as its 1,000 labelled samples show, the model answers lab no better than chance"
    )
    assert "(105 right, where guessing among 10 categories gets 10 %)" in told
    for cause in ("untrained weights", "another order", "preprocessing"):
        assert cause in told
    assert chance_in_words("lab", 0, 1, 3).startswith("As far as its one labelled sample shows")
