"""`shiftscope rename`."""

from shiftscope.study import open_study


def test_a_dataset_is_called_otherwise(run, recorded):
    assert run("rename", recorded, "shifted", "blurred").out == "shifted is now called blurred.\n"
    assert open_study(recorded).datasets == ["val", "blurred"]
    assert "no dataset 'shifted'" in run("rename", recorded, "shifted", "blurred").refused()
    assert run("score", recorded, "--layer", "hidden", "--dataset", "blurred").status == 0
