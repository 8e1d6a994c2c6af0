"""`shiftscope reorder`."""


def test_the_order_is_printed(run, recorded):
    assert run("reorder", recorded, "shifted", "val").out == "val\nshifted\n"  # the reference stands first
    assert "no dataset 'x'" in run("reorder", recorded, "x").refused()
