"""The demonstration: what it makes, what it shows, and that it makes the same again."""

import io
import os
import shutil

import numpy as np
import pytest
import zarr
from PIL import Image
from pyarrow import ipc
from scipy import stats

from shiftscope.demo import LAYERS, PALETTES, RESULT_COLUMNS, DigitNet, make_study, results
from shiftscope.errors import BadRequest, StudyMismatch
from shiftscope.explain.dose.ladder import ladder_of
from shiftscope.study import open_study

# As stored in the files of the paper (specs/deephys.md, c.4); permuted gives digit c the colour of PERMUTED[c].
COLOURS = {
    "coloured": "22ffb5 ff3b37 ff6315 6597ff a7b4ff ff1880 82e8ff ffa017 ffcc83 66c9ff",
    "arbitrary": "ff6afc 74ff59 30ff10 9c85ff 34ffb5 2fc1ff abff2d 94ff29 ffb6dd ddfaff",
    "drifted": "00b970 b90000 b91d00 1f52b9 626fb9 b9003b 3ca3b9 b95b00 b9873e 2084b9",
}
PERMUTED = [2, 5, 3, 0, 9, 8, 7, 4, 6, 1]


def colour(palette, digit):
    palette, digit = ("coloured", PERMUTED[digit]) if palette == "permuted" else (palette, digit)
    return list(bytes.fromhex(COLOURS[palette].split()[digit]))


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def responses(study, palette, layer):
    return zarr.open_array(study / palette / "responses.zarr" / layer / "by_sample", mode="r")[:].astype(
        float
    )


def told(study, palette):
    """Labels and predictions as they lie in the Arrow file."""
    (file,) = (study / palette / "samples").glob("*.arrow")
    table = ipc.open_file(file).read_all()
    return np.array(table["label"].to_pylist()), np.array(table["prediction"].to_pylist())


def category_means(study, palette, layer):
    labels, _ = told(study, palette)
    values = responses(study, palette, layer)
    return np.stack([values[labels == digit].mean(axis=0) for digit in range(10)])


def test_the_net_is_that_of_the_paper():
    shapes = {name: tuple(p.shape) for name, p in DigitNet().named_parameters()}
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == 22_340
    weights = [shape for name, shape in shapes.items() if name.endswith("weight")]
    assert weights == [(10, 3, 5, 5), (20, 10, 5, 5), (50, 320), (10, 50)]


def test_there_are_four_palettes_and_a_ladder_from_the_coloured_one_which_is_the_reference(demo_study):
    study = open_study(demo_study)
    assert list(study) == [*PALETTES, "hue-0.1", "hue-0.25", "hue-0.5"]
    assert PALETTES == ("coloured", "permuted", "arbitrary", "drifted")
    assert ladder_of(study, "hue").source == study.reference == "coloured"
    assert {name: layer.units for name, layer in study.layers.items()} == {"block2": 20, "hidden": 50}
    assert study.categories == tuple("0123456789")
    sizes = {len(study[name].samples) for name in study}
    assert sizes == {599}  # a third of each of the ten digits of scikit-learn's 1,797


def test_a_digit_is_the_same_in_all_palettes_but_for_its_colour(demo_study):
    study = open_study(demo_study)

    def picture(name, position):
        return np.asarray(Image.open(io.BytesIO(study[name].thumbnail(position)[0]))).astype(int)

    for position in (0, 57, 598):
        samples = [study[name].samples[position] for name in PALETTES]
        assert len({(sample.id, sample.label) for sample in samples}) == 1
        shapes = [picture(name, position).any(axis=-1) for name in PALETTES]
        assert all((shape == shapes[0]).all() for shape in shapes)
        for name in PALETTES:
            (painted,) = {tuple(pixel) for pixel in picture(name, position)[shapes[0]].tolist()}
            np.testing.assert_allclose(
                painted, colour(name, samples[0].label), atol=1
            )  # rounded, not cut off


@pytest.mark.parametrize("layer", LAYERS)
def test_the_table_of_results_equals_an_independent_computation(demo_study, layer):
    rows = {row[0]: row[1:] for row in results(open_study(demo_study), layer)}
    assert len(RESULT_COLUMNS) == 1 + len(rows["coloured"]) == 6
    top = responses(demo_study, "coloured", layer).max(axis=0)
    profile = category_means(demo_study, "coloured", layer)
    for palette in PALETTES:
        labels, predictions = told(demo_study, palette)
        assert rows[palette][0] == f"{100 * np.mean(labels == predictions):.1f} %"
        if palette == "coloured":
            assert rows[palette][1:] == ["–"] * 4
            continue
        shifted = category_means(demo_study, palette, layer)
        largest = responses(demo_study, palette, layer).max(axis=0)
        ratios, novelties, spurious, undefined = [], [], [], 0
        for unit in range(len(top)):
            if top[unit] > 0:
                ratios.append(largest[unit] / top[unit])
                novelties.append((profile[:, unit].max() - shifted[:, unit].max()) / top[unit])
            varied = top[unit] > 0 and np.ptp(profile[:, unit]) > 0 and np.ptp(shifted[:, unit]) > 0
            if varied:
                spurious.append(1 - abs(stats.spearmanr(profile[:, unit], shifted[:, unit]).statistic))
            undefined += not varied
        ratio, novelty, reordered, missing = rows[palette][1:]
        assert float(ratio) == pytest.approx(np.median(ratios), abs=0.00501)
        assert float(novelty) == pytest.approx(np.mean(novelties), abs=0.000501)
        assert float(reordered) == pytest.approx(np.mean(spurious), abs=0.000501)
        assert missing == f"{undefined} of {len(top)}"


def test_the_net_learns_and_permuted_colours_mislead_it(demo_study):
    accuracy = {name: np.mean(np.equal(*told(demo_study, name))) for name in PALETTES}
    assert accuracy["coloured"] > 0.9
    assert accuracy["permuted"] < accuracy["coloured"] - 0.3
    assert accuracy["drifted"] > accuracy["permuted"]


def test_the_same_seed_goes_on_with_the_study_and_changes_no_byte(demo_study, tmp_path):
    again = tmp_path / "demo.study"
    shutil.copytree(demo_study, again)
    make_study(again, epochs=4)
    assert contents(again) == contents(demo_study)


def test_a_folder_that_may_not_be_written_is_told_before_the_training(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(BadRequest, match="nothing may be written into the folder"):
        make_study(tmp_path / "demo.study", epochs=1)


def test_another_seed_is_another_net(demo_study, tmp_path):
    again = tmp_path / "demo.study"
    shutil.copytree(demo_study, again)
    with pytest.raises(StudyMismatch, match="another model"):
        make_study(again, epochs=1, seed=1)
    assert contents(again) == contents(demo_study)
