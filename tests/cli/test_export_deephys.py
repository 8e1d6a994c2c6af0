"""`shiftscope export deephys`."""

import cbor2


def test_a_study_becomes_files_and_what_they_do_not_hold_is_told(run, recorded, folder):
    answer = run("export", "deephys", recorded, "-o", "files", "--datasets", "val")
    assert answer.status == 0, answer.err
    assert answer.out.splitlines()[:2] == ["files/x.model", "files/val.test"]
    assert "Note: layer conv is left out: it has negative responses" in answer.out
    model = cbor2.loads((folder / "files" / "x.model").read_bytes())
    assert [layer["layerID"] for layer in model["layers"]] == ["hidden", "logits"]
    content = cbor2.loads((folder / "files" / "val.test").read_bytes())
    assert (len(content["images"]), content["classes"]) == (10, ["cat", "dog"])


def test_only_the_layers_asked_for_are_written(run, recorded):
    said = run("export", "deephys", recorded, "-o", "files", "--layers", "hidden", "conv").refused()
    assert "the layers conv have negative responses" in said
    assert run("export", "deephys", recorded, "-o", "files", "--layers", "hidden").status == 0
