"""`shiftscope import deephys`."""

from pathlib import Path

import cbor2
import numpy as np

from shiftscope.study import open_study

REAL = Path(__file__).parents[1] / "interop" / "data" / "deephys"


def test_files_become_a_study_and_the_accuracy_of_each_is_told(run, tmp_path):
    out = tmp_path / "toy.study"
    tests = [REAL / "lab.test", REAL / "odd.test"]
    answer = run("import", "deephys", REAL / "now.model", *tests, "-o", out, "--reference", "odd")
    assert answer.status == 0, answer.err
    images = cbor2.loads(tests[0].read_bytes())["images"]
    logits = [np.frombuffer(image["activations"]["activations"][1], ">f4") for image in images]
    right = sum(image["categoryID"] == z.argmax() for image, z in zip(images, logits, strict=True))
    assert f"lab: 30 samples, {100 * right / 30:.1f} % classified right." in answer.out
    assert f"Look at them with: shiftscope view {out}" in answer.out
    assert open_study(out).datasets == ["odd-of Ω", "lab"]


def test_a_damaged_file_is_told_with_its_byte_and_leaves_nothing(run, tmp_path):
    (tmp_path / "short.test").write_bytes((REAL / "lab.test").read_bytes()[:100])
    out = tmp_path / "toy.study"
    said = run("import", "deephys", REAL / "now.model", tmp_path / "short.test", "-o", out).refused()
    assert "short.test, byte 73: found a list of 30 with 25 bytes left in the file" in said
    assert not out.exists()


def test_no_dataset_is_refused(run, tmp_path):
    said = run("import", "deephys", REAL / "now.model", "-o", tmp_path / "toy.study").refused()
    assert "no .test file is given" in said


def test_an_old_model_is_told_its_classification_layer(run, tmp_path):
    words = (
        "import",
        "deephys",
        REAL / "oldest_net.model",
        REAL / "oldest.test",
        "-o",
        tmp_path / "toy.study",
    )
    assert "is no layer with units" in run(*words, "--classification-layer", "linear").refused()
    assert run(*words, "--classification-layer", "classification").status == 0
