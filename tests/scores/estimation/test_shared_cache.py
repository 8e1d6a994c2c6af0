"""Results computed once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shiftscope.scores.estimation.shared_cache import SharedCache


def test_only_the_last_results_are_kept():
    once, computed = SharedCache(2), []

    def ask(key):
        return once.get([key], lambda missing: computed.extend(missing) or missing)[key]

    assert [ask(key) for key in "abab"] == list("abab")
    assert computed == ["a", "b"]
    ask("c")  # in place of a, which was asked for before b
    ask("b")
    ask("a")
    assert computed == ["a", "b", "c", "a"]


def test_threads_that_ask_for_another_key_do_not_wait():
    once, begun, go_on = SharedCache(4), threading.Event(), threading.Event()

    def slow(missing):
        begun.set()
        assert go_on.wait(10)
        return missing

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(once.get, ["slow", "slower"], slow)
        assert begun.wait(10)
        assert once.get(["quick"], lambda missing: missing) == {"quick": "quick"}
        go_on.set()
        assert waiting.result() == {"slow": "slow", "slower": "slower"}


def test_what_failed_is_tried_again():
    once = SharedCache(4)

    def fails(missing):
        raise ValueError("not now")

    with pytest.raises(ValueError, match="not now"):
        once.get(["a"], fails)
    assert once.get(["a"], lambda missing: [1]) == {"a": 1}


def test_of_several_only_what_is_missing_is_computed():
    once, asked = SharedCache(4), []

    def compute(missing):
        asked.append(missing)
        return [key.upper() for key in missing]

    once.get(["b"], compute)
    assert once.get(["c", "b", "a", "c"], compute) == {"a": "A", "b": "B", "c": "C"}
    assert asked == [["b"], ["a", "c"]]


def test_threads_that_ask_for_the_same_in_another_order_do_not_wait_for_each_other():
    once, computed, start = SharedCache(64), [], threading.Barrier(4)

    def ask(turn):
        keys = list(range(40))[:: 1 if turn % 2 else -1]
        start.wait()
        once.get(keys[turn:], lambda missing: computed.extend(missing) or missing)

    with ThreadPoolExecutor(4) as pool:
        for waiting in [pool.submit(ask, turn) for turn in range(4)]:
            waiting.result(timeout=10)
    assert sorted(computed) == list(range(40))
