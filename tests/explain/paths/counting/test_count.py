"""Counts of significant paths against the definition, sample by sample."""

import numpy as np
import pytest

from shiftscope.errors import BadRequest, ShapeError
from shiftscope.explain.paths.counting.count import Counter, count_plainly
from shiftscope.explain.paths.counting.rules import RULES, rule_named


def made(outputs=7, inputs=130, samples=40, seed=0):
    rng = np.random.default_rng(seed)
    weight = rng.normal(size=(outputs, inputs)).astype(np.float32)
    bias = rng.normal(size=outputs).astype(np.float32)
    responses = np.maximum(rng.normal(size=(samples, inputs)), 0).astype(np.float16)
    return weight, bias, responses


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("inputs", [1, 63, 64, 65, 200])
def test_counts_are_those_of_the_definition(rule, inputs):
    weight, bias, responses = made(inputs=inputs)
    counter = Counter(weight, bias, RULES[rule])
    np.testing.assert_array_equal(
        counter.count(responses), count_plainly(weight, bias, responses, RULES[rule])
    )


@pytest.mark.parametrize("rule", RULES)
def test_a_map_without_a_bias_has_no_path_for_it(rule):
    weight, _, responses = made()
    counter = Counter(weight, None, RULES[rule])
    assert counter.shape == weight.shape
    np.testing.assert_array_equal(
        counter.count(responses), count_plainly(weight, None, responses, RULES[rule])
    )


def test_by_hand():
    # N = [3, -1, b=1]: sum 3, mean 1; sizes 3, 1, 1 against 1: only the first is strictly above.
    counter = Counter(np.array([[1.0, -1.0]], np.float32), np.array([1.0], np.float32), RULES["abs_mean"])
    np.testing.assert_array_equal(counter.count(np.array([[3.0, 1.0]])), [[1, 0, 0]])
    # As printed the threshold is n times the sum, 9: none. With a sum of -1 every path is above -3.
    printed = Counter(np.array([[1.0, -1.0]], np.float32), np.array([1.0], np.float32), RULES["printed"])
    np.testing.assert_array_equal(printed.count(np.array([[3.0, 1.0]])), [[0, 0, 0]])
    np.testing.assert_array_equal(printed.count(np.array([[0.0, 2.0]])), [[1, 1, 1]])


def test_silent_inputs_leave_the_bias_alone():
    weight, bias, _ = made()
    counts = Counter(weight, bias, RULES["abs_mean"]).count(np.zeros((5, 130)))
    assert (counts[:, :-1] == 0).all()
    assert (counts[:, -1] == 5).all()
    assert not Counter(weight, None, RULES["abs_mean"]).count(np.zeros((5, 130))).any()


def test_a_map_of_zeros_has_no_significant_path():
    counter = Counter(np.zeros((3, 768), np.float32), np.zeros(3, np.float32), RULES["abs_mean"])
    assert not counter.count(np.ones((4, 768))).any()


def test_a_single_input_without_bias_is_never_above_itself():
    counter = Counter(np.array([[0.3]], np.float32), None, RULES["abs_mean"])
    assert not counter.count(np.linspace(0.1, 5, 50, dtype=np.float16)[:, None]).any()


def test_scaling_a_row_or_all_responses_changes_nothing_without_a_bias():
    weight, _, responses = made()
    usual = Counter(weight, None, RULES["abs_mean"]).count(responses)
    scaled = weight * np.array([0.25, 1, 2, 4, 8, 16, 32], np.float32)[:, None]  # exact in floating point
    np.testing.assert_array_equal(Counter(scaled, None, RULES["abs_mean"]).count(responses * 4), usual)


@pytest.mark.parametrize("sizes", [[40], [1, 39], [0, 10, 0, 30], [1] * 40])
def test_runs_add_up_to_the_whole_however_they_are_cut(sizes):
    weight, bias, responses = made()
    counter = Counter(weight, bias, RULES["abs_mean"])
    each = np.zeros((len(sizes), *counter.padded), np.uint8)
    counter.count_each(responses, sizes, each)
    np.testing.assert_array_equal(each.sum(axis=0)[:, : counter.shape[1]], counter.count(responses))
    assert not each[:, :, counter.shape[1] :].any()


def test_more_samples_than_are_read_at_once(monkeypatch):
    weight, bias, responses = made()
    counter = Counter(weight, bias, RULES["abs_mean"])
    whole = counter.count(responses)
    monkeypatch.setattr("shiftscope.explain.paths.counting.count.AT_ONCE", 7)
    np.testing.assert_array_equal(counter.count(responses), whole)
    each = np.zeros((3, *counter.padded), np.uint16)
    counter.count_each(responses, [10, 3, 27], each)
    np.testing.assert_array_equal(each.sum(axis=0)[:, : counter.shape[1]], whole)


@pytest.mark.parametrize("rule", RULES)
def test_numpy_and_the_compiled_loop_count_the_same(rule):
    weight, bias, responses = made()
    plain = Counter(weight, bias, RULES[rule], compiled=False)
    np.testing.assert_array_equal(plain.count(responses), Counter(weight, bias, RULES[rule]).count(responses))


def test_several_threads_count_the_same(monkeypatch):
    weight, bias, responses = made(inputs=700)
    counter = Counter(weight, bias, RULES["abs_mean"])
    alone = counter.count(responses)
    monkeypatch.setattr("shiftscope.threads.WORTH_THREADS", 0)
    np.testing.assert_array_equal(counter.count(responses), alone)


def test_float16_and_float32_responses_differ_by_what_rounding_moves():
    weight, bias, _ = made(inputs=300, samples=200)
    exact = np.maximum(np.random.default_rng(5).normal(size=(200, 300)), 0).astype(np.float32)
    counter = Counter(weight, bias, RULES["abs_mean"])
    kept, rounded = counter.count(exact).astype(int), counter.count(exact.astype(np.float16)).astype(int)
    assert 0 < np.abs(kept - rounded).sum() < 1e-3 * weight.size * 200


def test_what_does_not_fit_is_refused():
    weight, bias, responses = made()
    with pytest.raises(ShapeError, match="for a map of 130 inputs"):
        Counter(weight, bias, RULES["abs_mean"]).count(responses[:, :5])
    with pytest.raises(ShapeError, match=r"a bias of shape \(3,\)"):
        Counter(weight, bias[:3], RULES["abs_mean"])
    with pytest.raises(BadRequest, match="no rule 'abs_means' for significant paths; closest: 'abs_mean'"):
        rule_named("abs_means")


def test_half_precision_is_widened_exactly():
    from shiftscope.explain.paths.counting.tiles import widened

    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)][None]
    np.testing.assert_array_equal(widened(finite), finite.astype(np.float32))
    np.testing.assert_array_equal(np.signbit(widened(finite)), np.signbit(finite))


def test_thresholds_are_rounded_up():
    from shiftscope.explain.paths.counting.count import _rounded_up
    from shiftscope.explain.paths.counting.tiles import rounded_up

    rng = np.random.default_rng(0)
    exact = np.concatenate(
        [rng.normal(size=500) * 10.0 ** rng.integers(-60, 30, 500), [0.0, -0.0, 1.5, -1e-300]]
    )
    single = np.empty(len(exact), np.float32)
    rounded_up(exact, single, single.view(np.int32))
    assert (single >= exact).all()
    assert (np.nextafter(single, np.float32(-np.inf)) < exact).all()
    assert not np.signbit(single[single == 0]).any()
    np.testing.assert_array_equal(_rounded_up(exact), single)


def test_a_path_a_hair_above_its_threshold_counts():
    # N = [1 + 2e-7, 1 - 2e-7], mean 1: in float32 the first is two steps above, the second below.
    step = np.float32(2.0**-22)
    counter = Counter(np.array([[1 + step, 1 - step]], np.float32), None, RULES["abs_mean"])
    np.testing.assert_array_equal(counter.count(np.ones((3, 2), np.float16)), [[3, 0]])
