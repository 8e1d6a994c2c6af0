"""`shiftscope remove`."""

from shiftscope.study import open_study


def test_a_dataset_is_deleted_and_the_reference_only_for_another(run, recorded):
    refused = run("remove", recorded, "val").refused()
    assert "'val' is the reference" in refused
    assert "as --reference shifted" in refused
    answer = run("remove", recorded, "val", "--reference", "shifted")
    assert answer.out == "val is removed. There are shifted.\n"
    assert open_study(recorded).reference == "shifted"
    assert "is the only dataset" in run("remove", recorded, "shifted").refused()
