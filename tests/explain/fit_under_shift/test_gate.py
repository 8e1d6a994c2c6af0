"""The state of a dictionary on a set, from numbers made by hand."""

from dataclasses import replace

import pytest

from shiftscope.explain.fit_under_shift.gate import in_words, state_of
from shiftscope.explain.fit_under_shift.numbers import Numbers

REFERENCE = Numbers(500, fvu=0.04, kept=0.97)
PLAIN, RANDOM = Numbers(500, fvu=0.5, kept=0.9), Numbers(500, fvu=0.4, kept=0.91)
FAITHFUL = Numbers(
    400,
    fvu=0.05,
    error_ratio=1.1,
    error_ratio_low=1.05,
    fvu_ratio=1.3,
    fvu_ratio_low=1.2,
    quietness=0.5,
    kept=0.95,
    control=0.94,
    lost=0.005,
    lost_low=-0.01,
)


@pytest.mark.parametrize(
    ("reference", "shifted", "state", "says"),
    [
        (REFERENCE, FAITHFUL, "reads", "d~nmf2 reads noise: its error is 1.10 times"),
        (replace(REFERENCE, kept=0.89), FAITHFUL, "does not hold", "89.0 % of decisions kept"),
        (
            replace(REFERENCE, fvu=0.4),
            FAITHFUL,
            "does not hold",
            "random atoms at the same active count 40.0 %",
        ),
        (REFERENCE, replace(FAITHFUL, lost=0.05, lost_low=0.021), "misreads", "loses 5.0 % of the decisions"),
        (
            REFERENCE,
            replace(FAITHFUL, error_ratio=1.4, error_ratio_low=1.26),
            "misreads",
            "1.40 times worse than the reference, but decides the same: 95.0 % of decisions are kept, 94.0 % with",
        ),
        (
            REFERENCE,
            replace(FAITHFUL, error_ratio=1.4, error_ratio_low=1.26, lost=0.03),
            "misreads",
            "reads noise 1.40 times worse than the reference; its codes may not mean the same.",
        ),
        (
            REFERENCE,
            replace(FAITHFUL, fvu_ratio_low=1.51),
            "quieter",
            "varies 2.00 times less here, and 5.0 %",
        ),
        (REFERENCE, replace(FAITHFUL, samples=99), "not known", "99 samples are fewer than 100"),
        (REFERENCE, replace(FAITHFUL, kept=float("nan")), "not known", "no stored head"),
        (REFERENCE, replace(FAITHFUL, fvu=float("nan")), "not known", "does not vary there"),
        (REFERENCE, replace(FAITHFUL, samples=0, fvu=float("nan")), "not known", "0 samples are fewer"),
        (replace(REFERENCE, samples=1), FAITHFUL, "not known", "1 sample is fewer than 100"),
        (replace(REFERENCE, fvu=float("nan")), FAITHFUL, "not known", "does not vary on the reference"),
    ],
)
def test_each_state_and_its_words(reference, shifted, state, says):
    assert state_of(reference, shifted, PLAIN, RANDOM) == state
    assert says in in_words("d~nmf2", "noise", reference, shifted, PLAIN, RANDOM)


def test_at_its_limits_a_dictionary_still_reads():
    at = replace(FAITHFUL, lost_low=0.02, error_ratio_low=1.25, fvu_ratio_low=1.5, samples=100)
    assert state_of(replace(REFERENCE, kept=0.9), at, PLAIN, RANDOM) == "reads"


def test_nothing_is_better_than_a_dictionary_that_loses_nothing():
    whole = replace(REFERENCE, fvu=0.0, kept=1.0)
    assert state_of(whole, FAITHFUL, replace(PLAIN, fvu=0.0), RANDOM) == "reads"
