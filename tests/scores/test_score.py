"""The register of scores."""

import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.scores.score import unit_scores


def test_every_score_explains_itself_and_says_its_unit():
    for score in unit_scores.values():
        assert len(score.help) > 60
        assert score.measured_in
        assert score.null is None or score.within[0] <= score.null <= score.within[1]


def test_an_unknown_score_names_the_nearest():
    with pytest.raises(BadRequest, match="no score named 'novelti'; closest: 'novelty'"):
        unit_scores["novelti"]


def test_scores_say_whether_they_compare():
    alone = {name for name, score in unit_scores.items() if not score.compares}
    assert alone >= {"selectivity", "profile_entropy", "blame"}
    assert not alone & {"novelty", "shift_auroc", "activation_ratio"}


def test_the_value_of_no_change_is_that_of_a_dataset_compared_with_itself():
    rng = np.random.default_rng(0)
    responses, profile = rng.random((20, 3)), rng.random((5, 3))
    given = {
        "maxima": (responses[0], responses[0]),
        "profiles": (profile, profile),
        "matched profiles": (profile, profile),
        "rank correlation": (np.ones(3),),
    }
    for score in unit_scores.values():
        if score.reads in given:
            np.testing.assert_allclose(score.compute(*given[score.reads]), score.null, err_msg=score.name)
        elif score.reads == "responses":
            value = score.compute(responses, responses).value
            np.testing.assert_allclose(value, score.null, atol=1e-12, err_msg=score.name)
