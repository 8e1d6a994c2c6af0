"""`shiftscope record`: pictures in a folder, arrays and a table into one study."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from shiftscope.study import open_study

from .conftest import RECORD


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_folder_of_pictures_is_recorded_in_the_order_of_its_files(recorded, folder):
    import nets

    study = open_study(recorded)
    files = [
        f"{c}/{p}.png" for c, places in (("cat", (0, 2, 4, 6, 8)), ("dog", (1, 3, 5, 7, 9))) for p in places
    ]
    val = study["val"].samples
    assert [val[i].id for i in range(10)] == files
    assert study.categories == ("cat", "dog")
    assert study.reference == "val"
    np.testing.assert_array_equal(val.labels, [0] * 5 + [1] * 5)
    pixels = np.stack([np.asarray(Image.open(folder / "val" / file)) for file in files])
    net = nets.tiny().eval()
    with torch.no_grad():
        maps = net.conv(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255)
        hidden = net.hidden(maps)
        logits = net.head(hidden)
    np.testing.assert_allclose(study["val"].responses("hidden"), hidden.numpy(), atol=2e-3)
    np.testing.assert_allclose(study["val"].responses("conv"), maps.mean((2, 3)).numpy(), atol=2e-3)
    np.testing.assert_array_equal(val.predictions, logits.argmax(1).numpy())


def test_the_same_command_again_changes_nothing(run, recorded):
    before = contents(recorded)
    again = run(*RECORD, "--data", "npz:shifted.npz", "--name", "shifted")
    assert again.status == 0
    assert contents(recorded) == before


def test_a_table_with_empty_labels_is_a_third_dataset(run, recorded):
    answer = run(*RECORD, "--data", "csv:night.csv", "--name", "night")
    assert answer.status == 0, answer.err
    study = open_study(recorded)
    assert list(study) == ["val", "shifted", "night"]
    np.testing.assert_array_equal(study["night"].samples.labels, [0, 0, 0, -1])
    assert study["night"].samples[2].metadata == {"hour": 4}
    np.testing.assert_array_equal(
        study["night"].sample_responses("hidden", 0), study["val"].sample_responses("hidden", 0)
    )


def test_an_interrupted_recording_goes_on_with_the_same_command(run, recorded, monkeypatch):
    from shiftscope.store.writing.writer import RecordingWriter

    before = contents(recorded)
    words = (*RECORD, "--data", "npz:shifted.npz", "--name", "again")
    monkeypatch.setattr("shiftscope.flow.steps.record_dataset.SHARD_SAMPLES", 3)
    with monkeypatch.context() as patched:
        commit = RecordingWriter.commit

        def stop(*arguments):
            commit(*arguments)
            raise KeyboardInterrupt

        patched.setattr(RecordingWriter, "commit", stop)
        stopped = run(*words)
    assert stopped.status == 130
    assert "Stopped. What was finished is stored, and the same command goes on." in stopped.err
    assert len(list(recorded.glob("again/shards/*.done"))) == 1
    assert open_study(recorded).unfinished() == ["again"]
    assert run(*words).status == 0
    study = open_study(recorded)
    assert list(study) == ["val", "shifted", "again"]
    np.testing.assert_array_equal(study["again"].responses("hidden"), study["shifted"].responses("hidden"))
    unchanged = {name: data for name, data in before.items() if name.startswith(("val/", "shifted/"))}
    assert unchanged.items() <= contents(recorded).items()


def test_preprocessing_weights_and_storage_are_as_asked(run, folder):
    import nets

    torch.save(nets.other().state_dict(), "other.pt")
    (folder / "names.txt").write_text("cat\n\n dog \n")
    answer = run(
        *(*RECORD, "--weights", "other.pt", "--data", "val/", "--name", "val", "--layers", "hidden"),
        *("--mean", "0.5", "--mean", "0.25", "--mean", "0", "--std", "2", "--std", "1", "--std", "1"),
        *("--channels", "bgr", "--stored-as", "float32", "--categories", "names.txt", "--batch-size", "3"),
    )
    assert answer.status == 0, answer.err
    val = open_study(folder / "x.study")["val"]
    pixels = np.asarray(Image.open(folder / "val" / "cat" / "4.png"))[:, :, ::-1] / 255
    given = (pixels - [0.5, 0.25, 0]) / [2, 1, 1]
    net = nets.other().eval()
    with torch.no_grad():
        expected = net.hidden(net.conv(torch.from_numpy(given).permute(2, 0, 1)[None].float()))[0].numpy()
    np.testing.assert_allclose(val.sample_responses("hidden", 2), expected, atol=1e-5)
    assert val.responses("hidden").dtype == np.float32
    assert json.loads((folder / "x.study" / "study.json").read_text())["categories"] == ["cat", "dog"]


def test_summaries_alone_and_skipped_pictures(run, folder):
    (folder / "val" / "cat" / "2.png").write_bytes(b"no picture")
    words = (*RECORD, "--data", "val/", "--name", "val", "--layers", "hidden", "--keep", "summaries")
    refused = run(*words)
    assert "2.png" in refused.err
    assert refused.status == 1
    assert run(*words, "--on-error", "skip").status == 0
    val = open_study(folder / "x.study")["val"]
    assert val.samples.skipped == 1
    assert not val.keeps_responses


FIRST = ("--data", "val/", "--name", "val", "--layers", "hidden")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--data", "val/", "--name", "val", "--layers", "hiden"), "no layer named 'hiden'"),
        (("--data", "val/", "--name", "val"), "the first dataset of a study needs --layers"),
        (("--data", "nowhere/", "--name", "val", "--layers", "hidden"), "no file or folder 'nowhere/'"),
        (("--data", "png:val/", "--name", "val", "--layers", "hidden"), "no kind of dataset named 'png'"),
        ((*FIRST, "--categories", "nowhere.txt"), "cannot read category names from 'nowhere.txt'"),
        ((*FIRST, "--weights", "nowhere.pt"), "no weights file 'nowhere.pt'"),
        ((*FIRST, "--name", " "), "cannot be the name of a dataset"),
        ((*FIRST, "--stored-as", "float8"), "float8"),
        ((*FIRST, "--device", "abacus"), "abacus"),
        ((*FIRST, "--batch-size", "0"), "batch"),
        ((*FIRST, "--crop", "0"), "crop"),
        ((*FIRST, "--std", "0", "--std", "0", "--std", "0"), "std"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_one_message(run, folder, words, message):
    if words.count("--name") == 2:
        words = tuple(w for i, w in enumerate(words) if i not in (2, 3))
    assert message in run(*RECORD, *words).refused()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("nets:tinny", "'nets' has no 'tinny'; it has"),
        ("nonets:tiny", "cannot import 'nonets'"),
        ("nets", "cannot read the model 'nets'"),
        ("gone.pt2", "no model file 'gone.pt2'"),
        ("timm:resnet18", "needs the package 'timm'"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_refused_in_one_message(run, folder, model, message):
    answer = run("record", "x.study", "--model", model, *FIRST)
    assert message in answer.refused()
    assert not (folder / "x.study").exists()


def test_a_study_that_may_only_be_read_is_said(run, recorded, monkeypatch):
    before, real = contents(recorded), os.open

    def refuse(path, flags, *arguments, **options):
        if flags & (os.O_WRONLY | os.O_RDWR) and Path(path).absolute().is_relative_to(recorded):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return real(path, flags, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)  # which opens the locks
    told = run(*RECORD, "--data", "night.csv", "--name", "night").refused()
    assert "x.study cannot be written: it is on a disk that may only be read. It can be viewed." in told
    assert contents(recorded) == before


def test_a_command_that_is_refused_leaves_the_study_that_others_may_have_begun_in(run, folder):
    told = run(*RECORD, "--data", "npz:shifted.npz", "--name", "lab", "--layers", "nosuch").refused()
    assert "nosuch" in told
    study = open_study(folder / "x.study")
    assert (study.datasets, study.unfinished()) == ([], [])
    assert run(*RECORD, "--data", "npz:shifted.npz", "--name", "lab", "--layers", "hidden").status == 0


def test_another_model_other_layers_and_a_taken_name_are_refused(run, recorded):
    before = contents(recorded)
    data = ("--data", "night.csv", "--name", "night")
    other = run("record", "x.study", "--model", "nets:other", *data).refused()
    assert "made by another model" in other
    assert "differ" in run(*RECORD, *data, "--layers", "conv").refused()
    taken = run(*RECORD, "--data", "night.csv", "--name", "shifted").refused()
    assert "already recorded in this study with other contents" in taken
    assert contents(recorded) == before


def test_one_of_several_outputs_is_named_by_an_option(run, folder):
    with (folder / "nets.py").open("a") as nets:
        nets.write(
            "class Both(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.net = tiny()\n"
            "    def forward(self, images):\n"
            "        return {'doubled': -2 * self.net(images), 'prediction': self.net(images)}\n"
        )
    words = (
        "record",
        "x.study",
        "--model",
        "nets:Both",
        "--data",
        "val/",
        "--name",
        "val",
        "--layers",
        "net.conv@0",
    )
    assert "Say which: --output prediction." in run(*words).refused()
    assert run(*words, "--output", "1", "--outputs", "logits").status == 0
    plan = json.loads((folder / "x.study" / "val" / "recording.json").read_text())["plan"]
    assert (plan["output"], plan["probabilities"]) == ("prediction", False)


def test_a_model_that_guesses_on_the_reference_is_told_so(run, recorded, folder):
    from shiftscope.statistics.wilson import wilson

    val = open_study(recorded)["val"].samples
    right = int((val.labels == val.predictions).sum())
    assert wilson(right, 10)[0] <= 0.5
    again = run(*RECORD, "--data", "npz:shifted.npz", "--name", "shifted")
    told = f"the model answers val no better than chance ({right} right, where guessing among 2 categories gets 50 %)"
    assert told in again.out.splitlines()[1]
    assert "likely causes are untrained weights" in again.out


def test_a_model_that_is_right_is_not_told_to_guess(run, recorded, folder):
    """The labels of the second set are the model's own answers."""
    val = open_study(recorded)["val"].samples
    rows = [f"val/{val[i].id},{('cat', 'dog')[val.predictions[i]]}" for i in range(10)]
    (folder / "right.csv").write_text("\n".join(["path,label", *rows]) + "\n")
    answer = run(*RECORD, "--data", "csv:right.csv", "--name", "right", "--reference")
    assert answer.status == 0
    assert "10 samples, 100.0 % classified right" in answer.out
    assert "chance" not in answer.out


def test_a_table_is_split_by_a_column(run, recorded):
    words = ("--data", "csv:night.csv", "--name", "night", "--split-by", "hour")
    answer = run(*RECORD, *words, "--about", "after dark", "--groups", "room=left")
    assert answer.status == 0, answer.err
    assert [line.partition(": ")[0] for line in answer.out.splitlines()][:4] == [
        f"night.{hour}" for hour in (0, 1, 2, 4)
    ]
    study = open_study(recorded)
    (group,) = study.groups
    assert (group.called, group.order) == ("room left", "hour")
    assert group.in_order() == {"night.0": 0, "night.1": 1, "night.2": 2, "night.4": 4}
    assert study.description("night.2").about == "after dark"
