"""Errors of the library as they are shown to who typed a command."""

import numpy as np
import pytest

from shiftscope.cli import COMMANDS, command_line
from shiftscope.cli.asked.as_options import as_options, options_of


def said(message, command="record"):
    return as_options(message, options_of(command_line()[command].assemble_argument_collection()))


@pytest.mark.parametrize(
    ("python", "typed"),
    [
        ("replace it with overwrite=True.", "replace it with --overwrite."),
        ("Pass check_range=False if so.", "Pass --no-check-range if so."),
        ('say so: outputs="logits".', "say so: --outputs logits."),
        ("Say which: output='my logits'.", "Say which: --output 'my logits'."),
        ("it needs layers=[...]. `shiftscope layers`", "it needs --layers LAYERS. `shiftscope layers`"),
        ("mean=(0.5, 0.25) here, none there", "--mean 0.5 0.25 here, none there"),
        ('all: ss.dataset(..., root="...").', "all: --root FOLDER."),
        ("give categories=['cat', 'dog'].", "give --categories FILE."),
        ("a batch_size of 3 or more, fewer loader_workers.", "a --batch-size of 3 or more, fewer --loader-workers."),
        (
            "Give it preprocess=ss.Preprocess(resize=32, mean=(0.5, 0.25), channels='bgr'); or not",
            "Give it --resize 32 --mean 0.5 0.25 --channels bgr; or not",
        ),
        ("Give it preprocess=ss.Preprocess(); or not", "Give it no preprocessing; or not"),
        ("equal: Preprocess(resize=..., crop=...).", "equal: --resize RESIZE --crop CROP."),
        ("Say it: Layer('a.b', channel_axis=1) for 4", "Say it: 'a.b:channel_axis=1' for 4"),
        (
            "names: ss.Study.create(..., categories=list(net.config.id2label.values())).",
            "names: --categories FILE.",
        ),
    ],
)  # fmt: skip
def test_what_is_written_in_python_is_said_as_options(python, typed):
    assert said(python) == typed


def test_an_option_with_or_without_a_number_is_said_as_it_is_typed():
    assert said("give placebo=True too, or placebo=3.", "visualise") == "give --placebo too, or --placebo 3."
    assert said("placebo=False leaves them out.", "difference") == "--no-placebo leaves them out."


@pytest.mark.parametrize(
    "message",
    [
        "no file 'overwrite=True.npz' there",
        "no file /data/batch_size/a.npz there",
        "no file /data/batch_size",
        'no column "mean=0.5" in it',
        "epsilon=0.5; it is below",
        "reference='lab'; it is a name",  # a flag of this command
        "it's not the model's output: (",
        "Create one with Study.create() or `shiftscope record`.",
    ],
)
def test_names_of_data_and_what_no_option_says_stay(message):
    assert said(message) == message


@pytest.mark.parametrize(
    "message",
    [
        'Say which: ss.dataset(..., layout="nchw").',
        "Give it preprocess=ss.Preprocess(resize=32, interpolation='bicubic').",
        "study.intervene(..., model=net, data={name: dataset}).",
        "Layer('x', item=0) is one",
    ],
)
def test_what_only_python_can_say_is_told_to_be_python(message):
    assert said(message) == f"{message} (That is Python: this command has no option for it.)"


def test_the_number_of_a_call_is_not_the_end_of_the_sentence():
    assert said("resize=32. Then") == "--resize 32. Then"
    assert said("scale=255.0. Then") == "--scale 255.0. Then"


LAYER = ("--layers", "conv")
VAL = ("record", "x.study", "--model", "nets:tiny", "--data", "val/", "--name")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((*VAL, "other"), ("needs --layers LAYERS.",)),
        ((*VAL, "other", *LAYER, "--std", "0"), ("--std 0.0; every value has to be positive",)),
        ((*VAL, "other", *LAYER, "--shard-samples", "0"), ("--shard-samples 0; it is a whole number",)),
    ],
)
def test_record_says_what_to_type_for_the_first_dataset(run, folder, words, message):
    told = run(*words).refused()
    assert all(part in told for part in message), told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((*VAL, "shifted"), "on purpose with --overwrite."),
        ((*VAL, "a", "--mean", "0.5"), "Give it no preprocessing; where both come to the same, or this is the shift"),
        ((*VAL, "a", "--mean", "0.5"), "pass --other-preprocessing."),
        (("report", "x.study", "-o", "full"), "replace it with --overwrite."),
        (("report", "x.study", "-o", "new", "--units", "0"), "--units 0; a report shows"),
        (("paths", "x.study", "--eps", "0.7"), "--eps 0.7; it is"),
        (("paths", "x.study", "--layer", "nosuch"), "Recording with --paths PATHS stores others."),
        (("repair", "x.study", "--dataset", "shifted", "--most", "0"), "--most 0; a margin is"),
    ],
)  # fmt: skip
def test_every_command_says_its_own_options(run, recorded, words, message):
    (recorded.parent / "full").mkdir()
    (recorded.parent / "full" / "letter.txt").touch()
    assert message in run(*words).refused()


def test_values_of_another_range_are_taken_with_an_option(run, recorded, folder):
    images = np.random.default_rng(0).random((4, 3, 8, 8), np.float32)
    np.savez(folder / "large.npz", image=255 * images, label=np.zeros(4, int))
    words = ("record", "x.study", "--model", "nets:tiny", "--data", "npz:large.npz", "--name", "large")
    told = run(*words).refused()
    assert "Pass --no-check-range if it is the shift itself." in told, told


LISTS = [
    ("record", "--model", "m", "--data", "d", "--name", "n", "--layers", "a", "b", "own.study"),
    ("record", "--model", "m", "--data", "d", "--name", "n", "--paths", "a", "own.study"),
    ("record", "--model", "m", "--data", "d", "--name", "n", "--shift", "jpeg:0.5", "own.study"),
    ("record", "--model", "m", "--data", "d", "--name", "n", "--mean", "-0.5", "own.study"),
    ("record", "--model", "m", "--data", "d", "--name", "n", "--std=0.5", "own.study"),
    ("record", "--model", "m", "--data", "d", "--name", "n", "--groups", "a=b", "own.study"),
    ("describe", "--groups", "a=b", "c=3", "own.study"),
    ("intervene", "--units", "3", "17", "own.study"),
    ("sweep", "--model", "m", "--data", "d", "--strengths", ".1", ".2", "--shift", "jpeg", "own.study"),
    ("sweep", "--model", "m", "--data", "d", "--shift", "jpeg", "--strengths", ".1", ".2", "own.study"),
    ("sweep", "--model", "m", "--data", "d", "--layers", "a", "own.study"),
    ("sweep", "--model", "m", "--data", "d", "--mean", "-0.5", "own.study"),
    ("sweep", "--model", "m", "--data", "d", "--std=0.5", "own.study"),
    ("intervene", "--worst", "3", "--model", "m", "--data", "a=b", "own.study"),
    ("attribute", "--layer", "a", "--unit", "3", "--samples", "4", "9", "own.study"),
    ("attribute", "--layer", "a", "--unit", "3", "4", "own.study"),
    ("attribute", "--layer", "a", "--unit", "3", "--option", "n=5", "own.study"),
    ("attribute", "--layer", "a", "--unit", "3", "--model", "m", "--data", "a=b", "own.study"),
    ("downsampling", "--layer", "a", "--unit", "3", "--samples", "4", "9", "own.study"),
    ("downsampling", "--layer", "a", "--unit", "3", "--model", "m", "--data", "a=b", "own.study"),
    ("derive", "--layer", "a", "--positions", "--model", "m", "--data", "a=b", "own.study"),
    ("importance", "--layer", "a", "--model", "m", "--data", "a=b", "own.study"),
    ("local-against-distributed", "--model", "m", "--layers", "a", "own.study"),
    ("local-against-distributed", "--model", "m", "--data", "a=b", "own.study"),
    ("visualise", "--layer", "a", "--units", "3", "4", "own.study"),
    ("visualise", "--layer", "a", "--unit", "3", "--option", "n=5", "own.study"),
    ("visualise", "--layer", "a", "--unit", "3", "--model", "m", "--data", "a=b", "own.study"),
    ("difference", "--unit", "3", "--dataset", "a", "--at", "b", "--option", "n=5", "own.study"),
    (
        "difference",
        "--unit",
        "3",
        "--dataset",
        "a",
        "--at",
        "b",
        "--model",
        "m",
        "--data",
        "c=d",
        "own.study",
    ),
    ("spectra", "--dataset", "a", "--model", "m", "--data", "a=b", "own.study"),
    ("report", "-o", "out", "--layers", "a", "own.study"),
    ("export", "deephys", "-o", "out", "--layers", "a", "own.study"),
    ("export", "deephys", "-o", "out", "--datasets", "a", "own.study"),
    ("export", "tables", "-o", "out", "--responses", "a", "own.study"),
    ("view", "--allow-host", "a.example.org", "own.study"),
    ("view", "--model", "m", "--data", "a=b", "own.study"),
]


@pytest.mark.parametrize("words", LISTS)
def test_an_option_that_took_the_study_is_named(run, folder, words):
    told = run(*words).refused()
    option = [word.partition("=")[0] for word in words if word.startswith("--")][-1]
    assert "STUDY was not given." in told
    assert f"{option} took " in told
    assert "own.study: such an option takes every word up to the next option. Write STUDY first" in told


def test_every_option_of_several_values_is_among_those_tried():
    app, tried = command_line(), {" ".join(words).replace("=", " ") for words in LISTS}
    for name in COMMANDS:
        arguments = app.parse_commands(name.split())[1][-1].assemble_argument_collection()
        for option in arguments:
            if option.token_count()[1] and option.name.startswith("--"):
                assert any(each.startswith(name) and f" {option.name} " in each for each in tried), (
                    option.name
                )


def test_a_study_that_nothing_took_is_missed_as_before(run, folder):
    for words in (
        ("score", "--layer", "a"),
        ("record", "--model", "m"),
        ("record", "--layers", "--model", "m"),
    ):
        answer = run(*words)
        assert "took" not in answer.refused()
        assert answer.status == 2


@pytest.mark.parametrize("asked", ["model=net", "record(..., model=net)"])
def test_a_model_that_lacks_is_asked_for_by_its_options(asked):
    assert said(f"an opened study does not hold the model: pass {asked} once.") == (
        "an opened study does not hold the model: give --model ... --weights ...."
    )
