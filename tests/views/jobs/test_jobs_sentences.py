from shiftscope.views.jobs.sentences import NOTHING_ASKED, jobs_in_words


def test_how_many_jobs_are_in_which_state():
    assert jobs_in_words([]) == NOTHING_ASKED
    assert jobs_in_words(["done"]) == "1 job is done"
    states = ["failed", "waiting", "done", "running", "waiting", "cancelled", "done", "done"]
    assert jobs_in_words(states) == "1 job is running, 2 wait, 3 are done, 1 failed and 1 was cancelled"
    assert jobs_in_words(["cancelled"] * 2) == "2 jobs were cancelled"
