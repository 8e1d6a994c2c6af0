"""`shiftscope describe`."""

from shiftscope.study import open_study


def test_what_is_said_is_kept_changed_and_printed(run, recorded):
    words = ("--about", "sensor noise", "--groups", "corruption=noise", "severity=3", "dose=0.5")
    answer = run("describe", recorded, "shifted", *words)
    assert answer.out == "shifted: sensor noise (corruption noise, severity 3, dose 0.5)\n"
    assert open_study(recorded).description("shifted").groups == {
        "corruption": "noise",
        "severity": 3,
        "dose": 0.5,
    }
    assert run("describe", recorded, "shifted", "--groups", "dose=", "--groups", "severity=4").out == (
        "shifted: sensor noise (corruption noise, severity 4)\n"
    )
    assert run("describe", recorded, "--about", "two rooms").out == f"{recorded}: two rooms\n"
    assert run("describe", recorded, "val").out == "val: nothing is said about it\n"


def test_a_study_without_a_dataset_tells_what_is_said_of_its_sets(run, recorded):
    assert run("describe", recorded).out == f"{recorded}: nothing is said about it\n"
    run("describe", recorded, "shifted", "--about", "lights off", "--groups", "lux=5")
    assert run("describe", recorded).out == "shifted: lights off (lux 5)\n"
    run("describe", recorded, "--about", "two rooms")
    assert run("describe", recorded).out == f"{recorded}: two rooms\nshifted: lights off (lux 5)\n"


def test_what_is_no_value_of_a_variable_is_refused(run, recorded):
    for words, message in (
        (("--groups", "noise"), "--groups 'noise'; give each as VARIABLE=VALUE"),
        (("--groups", "a=1", "a=2"), "--groups gives 'a' twice"),
        (("--groups", "a=inf"), "a=inf; what groups datasets is text or a finite number"),
    ):
        assert message in run("describe", recorded, "shifted", *words).refused()
    assert "no dataset 'shift'" in run("describe", recorded, "shift", "--about", "x").refused()
