"""`shiftscope layers`."""

import pytest


def test_layers_are_listed_with_shapes_units_and_poolings(run, folder):
    answer = run("layers", "--model", "nets:tiny", "--input", "3,8,8")
    assert answer.status == 0
    rows = {line.split("│")[1].strip(): line for line in answer.out.splitlines() if line.startswith("│")}
    assert "Conv2d" in rows["conv"]
    assert "4 x 6 x 6" in rows["conv"]
    assert "4 (channel)" in rows["conv"]
    assert "max" in rows["conv"]
    assert "6 (neuron)" in rows["hidden"]
    assert "2 (neuron)" in rows["head"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--input", "3,x"), "cannot read the input shape '3,x'"),
        (("--input", "3,9,9"), "cannot run on inputs of shape (3, 9, 9)"),
        (("--input", "3,0,8"), "(3, 0, 8)"),
        (("--input", "3,-8,8"), "(3, -8, 8)"),
        (("--input", ""), "input"),
    ],
)
def test_an_input_that_does_not_fit_is_refused_in_one_message(run, folder, words, message):
    assert message in run("layers", "--model", "nets:tiny", *words).refused()
