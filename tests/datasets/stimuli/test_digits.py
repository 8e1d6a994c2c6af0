from __future__ import annotations

import numpy as np
import pytest

from shiftscope.datasets.stimuli.coloured import palettes
from shiftscope.datasets.stimuli.digits import coloured_digits, digits
from shiftscope.errors import BadRequest


def test_digits_lie_in_the_middle_of_28_by_28() -> None:
    images, labels = digits()
    assert images.shape == (1797, 28, 28)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert images.max() == 255
    assert not images[:, :4].any()
    assert not images[:, :, 24:].any()


def test_enlarged_digits_are_still_the_small_ones() -> None:
    from sklearn.datasets import load_digits

    small = load_digits().images[:50].reshape(50, -1)
    again = digits()[0][:50, 4:24, 4:24].astype(float)
    cells = np.arange(20) * 8 // 20  # which of the 8 x 8 each of the 20 x 20 came from
    means = np.stack(
        [
            [image[np.ix_(cells == row, cells == column)].mean() for row in range(8) for column in range(8)]
            for image in again
        ]
    )
    agreement = [np.corrcoef(first, second)[0, 1] for first, second in zip(small, means, strict=True)]
    assert min(agreement) > 0.95


def test_the_splits_share_no_digit_and_miss_none() -> None:
    train, held_out = coloured_digits("train"), coloured_digits("held_out")
    ids = {sample.id for sample in train}, {sample.id for sample in held_out}
    assert ids[0].isdisjoint(ids[1])
    assert len(ids[0] | ids[1]) == 1797
    # a third of each count, rounded
    assert np.bincount(held_out.labels).tolist() == [59, 61, 59, 61, 60, 61, 60, 60, 58, 60]


def test_the_split_stays_as_it_is() -> None:
    assert list(coloured_digits("held_out").ids[:5]) == ["1", "2", "4", "6", "14"]
    assert coloured_digits(seed=1).ids != coloured_digits(seed=0).ids


def test_a_digit_keeps_its_id_and_shape_in_all_palettes() -> None:
    shown = {name: coloured_digits("held_out", name) for name in palettes}
    shapes = {name: (dataset.images.max(axis=1) > 0) for name, dataset in shown.items()}
    assert all(dataset.ids == shown["coloured"].ids for dataset in shown.values())
    assert all((shape == shapes["coloured"]).all() for shape in shapes.values())
    assert len({dataset.fingerprint() for dataset in shown.values()}) == 4


def test_a_digit_has_the_colour_of_its_label() -> None:
    dataset = coloured_digits("held_out", "arbitrary")
    for sample in list(dataset)[:30]:
        brightest = sample.input.flatten(1).max(dim=1).values
        np.testing.assert_allclose(brightest, palettes["arbitrary"][sample.label], rtol=1e-6)


def test_other_splits_and_palettes_are_refused() -> None:
    with pytest.raises(BadRequest, match=r"no split 'test'. There are: train, held_out"):
        coloured_digits("test")
    with pytest.raises(BadRequest, match="no palette 'colored'; closest: 'coloured'"):
        coloured_digits("train", "colored")
