import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.explain.interventions.edit import Edit

RESPONSES = np.array([[-1.0, 0.5], [2.0, 0.0], [0.25, 9.0]], np.float32)
PREDICTIONS = np.array([1, 0, 1])


def edit(kind):
    return Edit(kind, np.array([0.0, 0.0]), np.array([1.0, 3.0]), np.array([[0.1, 0.2], [0.3, 0.4]]))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("silence", [[0, 0], [0, 0], [0, 0]]),
        ("clamp", [[0, 0.5], [1, 0], [0.25, 3]]),
        ("replace", [[0.3, 0.4], [0.1, 0.2], [0.3, 0.4]]),
    ],
)
def test_responses_change_as_the_name_says(kind, expected):
    changed = edit(kind).changed(RESPONSES, PREDICTIONS)
    assert changed.dtype == RESPONSES.dtype
    np.testing.assert_allclose(changed, expected, rtol=1e-6)


def test_ranges_and_means_are_those_of_the_reference(recorded):
    lab = recorded["lab"]
    responses = lab.responses("hidden").astype(float)
    labels = lab.samples.labels
    found = Edit.of("replace", lab, "hidden", [7, 2])
    for place, unit in enumerate((7, 2)):
        assert found.smallest[place] == responses[:, unit].min()
        assert found.largest[place] == responses[:, unit].max()
        for category in range(4):
            expected = responses[labels == category, unit].mean()
            assert found.category_means[category, place] == pytest.approx(expected)


def test_a_category_without_samples_has_the_mean_over_the_whole_reference(new_study, made):
    study = new_study()
    study.record(made(categories_count=3), "lab", layers=["hidden"], progress=False)
    found = Edit.of("replace", study["lab"], "hidden", range(10))
    np.testing.assert_allclose(
        found.category_means[3], study["lab"].responses("hidden").astype(float).mean(axis=0), rtol=1e-6
    )


def test_clamping_leaves_the_reference_as_it_is(recorded):
    lab = recorded["lab"]
    responses = lab.responses("hidden").astype(np.float32)
    clamp = Edit.of("clamp", lab, "hidden", range(10))
    np.testing.assert_array_equal(clamp.changed(responses, lab.samples.predictions), responses)


def test_another_way_is_refused(recorded):
    with pytest.raises(BadRequest, match="edit='mute'; it can be 'silence', 'clamp', 'replace'"):
        Edit.of("mute", recorded["lab"], "hidden", [0])
