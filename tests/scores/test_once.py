"""Results computed once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shiftscope.scores.once import Once


def test_only_the_last_results_are_kept():
    once, computed = Once(2), []

    def ask(key):
        return once.get(key, lambda: computed.append(key) or key)

    assert [ask(key) for key in "abab"] == list("abab")
    assert computed == ["a", "b"]
    ask("c")  # in place of a, which was asked for before b
    ask("b")
    ask("a")
    assert computed == ["a", "b", "c", "a"]


def test_threads_that_ask_for_another_key_do_not_wait():
    once, begun, go_on = Once(4), threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert go_on.wait(10)
        return "slow"

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(once.get, "slow", slow)
        assert begun.wait(10)
        assert once.get("quick", lambda: "quick") == "quick"
        go_on.set()
        assert waiting.result() == "slow"


def test_what_failed_is_tried_again():
    once = Once(4)

    def fails():
        raise ValueError("not now")

    with pytest.raises(ValueError, match="not now"):
        once.get("a", fails)
    assert once.get("a", lambda: 1) == 1
