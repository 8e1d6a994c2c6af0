import torch


def test_it_compares_with_captum_and_with_autograd_through_a_transform(written, capsys):
    figures = written("attribution")
    assert {"shiftscope", "times shiftscope"} <= set(figures["smoothgrad"])
    assert set(figures["wam"]) == {"shiftscope", "autograd", "times shiftscope", "times autograd"}
    assert len(figures["memory"]) == 2
    assert "| shiftscope is as many times as fast |" in capsys.readouterr().out


def test_the_transform_of_the_rival_is_undone_by_its_synthesis_and_keeps_the_energy(bench):
    rival = bench("attribution")
    pictures = torch.randn(2, 3, 16, 24)
    bands = rival.analysed(pictures)
    torch.testing.assert_close(rival.synthesised(bands), pictures)
    torch.testing.assert_close(sum(band.square().sum() for band in bands), pictures.square().sum())
