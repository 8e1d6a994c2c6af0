import pytest

from shiftscope.datasets.shifts.shift_kind import shift_kinds


@pytest.mark.slow
def test_it_measures_every_shift_beside_a_forward_pass(written, capsys):
    figures = written("shifts")
    assert set(figures["32 px"]) == {*shift_kinds, "forward"}
    assert set(figures["recorded"]) == {"none", "gaussian_noise", "jpeg", "amplitude_swap"}
    assert "| shift | ms CPU an image | images a second | of the pass |" in capsys.readouterr().out
