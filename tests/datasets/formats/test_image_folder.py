from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shiftscope.datasets.formats.image_folder import image_folder
from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.errors import DataError


@pytest.fixture
def folder(tmp_path: Path, write_picture) -> Path:
    write_picture("val/dog/b.png", 1)
    write_picture("val/cat/deep/z.JPG", 2)
    write_picture("val/cat/a.png", 3)
    write_picture("val/cat/.hidden.png", 4)
    write_picture("val/.thumbnails/a.png", 5)
    (tmp_path / "val/cat/notes.txt").write_text("not a picture")
    return tmp_path / "val"


def test_subfolders_are_categories_and_paths_are_ids(folder: Path) -> None:
    dataset = image_folder(folder)
    assert dataset.categories == ("cat", "dog")
    assert [(sample.id, sample.label) for sample in dataset] == [
        ("cat/a.png", 0),
        ("cat/deep/z.JPG", 0),
        ("dog/b.png", 1),
    ]
    assert dataset[2].source == "dog/b.png"


def test_labels_follow_the_categories_of_a_study(folder: Path) -> None:
    dataset = image_folder(folder, categories=["bird", "dog", "cat"])
    assert [sample.label for sample in dataset] == [2, 2, 1]


def test_the_picture_is_the_file(folder: Path) -> None:
    sample = image_folder(folder)[2]
    expected = np.asarray(Image.open(folder / "dog/b.png"))
    np.testing.assert_array_equal(np.asarray(sample.picture), expected)
    np.testing.assert_array_equal(sample.input, expected.transpose(2, 0, 1) / np.float32(255))


def test_a_folder_without_subfolders_has_no_labels(folder: Path) -> None:
    dataset = image_folder(folder / "dog")
    assert dataset.categories is None
    assert dataset[0].label == -1


def test_a_folder_that_is_no_category_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match=r"the folder 'dog' .* is not a category: .*closest: 'dogs'"):
        image_folder(folder, categories=["cat", "dogs"])


def test_an_empty_folder_is_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"no images below .*\.png, .*\.jpg"):
        image_folder(tmp_path / "empty")
    (folder / "cow").mkdir()
    with pytest.raises(DataError, match=r"the folder 'cow' .* holds no images"):
        image_folder(folder)
    assert image_folder(folder, categories=["cat", "cow", "dog"])[2].label == 2


def test_what_is_not_a_folder_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(DataError, match=r"no folder '.*/nowhere'"):
        image_folder(tmp_path / "nowhere")
    with pytest.raises(DataError, match="is not a folder"):
        image_folder(folder / "dog/b.png")


def test_pictures_beside_the_categories_are_refused(folder: Path, write_picture) -> None:
    write_picture("val/stray.png")
    with pytest.raises(DataError, match=r"'stray.png' lies beside the category folders"):
        image_folder(folder)


def test_a_damaged_picture_is_an_error_that_names_it(folder: Path) -> None:
    whole = (folder / "cat/a.png").read_bytes()
    (folder / "cat/a.png").write_bytes(whole[:60])
    (folder / "dog/b.png").write_text("hello")
    dataset = image_folder(folder)
    with pytest.raises(DataError, match=r"'cat/a.png' of .* cannot be read"):
        dataset[0]
    with pytest.raises(DataError, match=r"'dog/b.png' of .* cannot identify image file"):
        dataset[2]


def test_another_format_under_a_picture_s_name_is_not_run(folder: Path) -> None:
    (folder / "dog/b.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    with pytest.raises(DataError, match="cannot identify image file"):
        image_folder(folder)[2]


def test_a_decompression_bomb_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in (34, 10):  # 35 pixels: Pillow only warns up to twice the limit
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(DataError, match=r"'cat/a.png' of .*(exceeds limit|7 x 5 pixels)"):
            image_folder(folder)[0]


def test_an_error_of_the_preprocessing_names_the_picture(folder: Path) -> None:
    with pytest.raises(DataError, match=r"'dog/b.png' of .*: a crop of 9 x 9 from an image of 5 x 7"):
        image_folder(folder, preprocess=Preprocess(crop=9))[2]


def test_links_out_of_the_folder_are_refused(folder: Path, write_picture) -> None:
    secret = write_picture("secret.png")
    (folder / "dog/link.png").symlink_to(secret)
    with pytest.raises(DataError, match=r"'dog/link.png' leads out of the folder .*ss.dataset\(.*root="):
        image_folder(folder)
    (folder / "dog/link.png").unlink()
    (folder / "cow").symlink_to(secret.parent)
    with pytest.raises(DataError, match=r"cow' is a link to a folder, which is not followed"):
        image_folder(folder)


def test_a_link_that_is_made_later_is_refused_when_read(folder: Path, write_picture) -> None:
    dataset = image_folder(folder)
    (folder / "dog/b.png").unlink()
    (folder / "dog/b.png").symlink_to(write_picture("secret.png"))
    with pytest.raises(DataError, match="leads out of the folder"):
        dataset[2]


def test_a_link_to_a_file_inside_is_read(folder: Path) -> None:
    (folder / "dog/link.png").symlink_to(folder / "dog/b.png")
    assert len(image_folder(folder)) == 4


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_not_text_is_refused(folder: Path) -> None:
    os.close(os.open(os.fsencode(folder) + b"/dog/\xff.png", os.O_CREAT))
    with pytest.raises(DataError, match=r"the file name .* holds half a character.*rename the file"):
        image_folder(folder)


def test_one_byte_and_one_name_change_the_fingerprint(folder: Path) -> None:
    before = image_folder(folder).fingerprint()
    content = bytearray((folder / "dog/b.png").read_bytes())
    content[-1] ^= 1
    (folder / "dog/b.png").write_bytes(content)
    changed = image_folder(folder).fingerprint()
    (folder / "dog/b.png").rename(folder / "dog/c.png")
    assert len({before, changed, image_folder(folder).fingerprint()}) == 3


def test_moving_the_folder_does_not_change_the_fingerprint(folder: Path) -> None:
    before = image_folder(folder).fingerprint()
    moved = folder.rename(folder.parent / "elsewhere")
    assert image_folder(moved).fingerprint() == before


def test_labels_in_another_order_are_another_fingerprint(folder: Path) -> None:
    orders = (["cat", "dog"], ["dog", "cat"])
    assert len({image_folder(folder, categories=order).fingerprint() for order in orders}) == 2


def test_photographs_with_real_names(shared_data: Path) -> None:
    dataset = image_folder(shared_data / "imagenet_samples", preprocess=Preprocess(crop=227))
    assert len(dataset) == 300
    assert dataset[0].input.shape == (3, 227, 227)


@pytest.fixture
def numbered(tmp_path: Path, write_picture):
    """A folder with subfolders of these names, a picture in each."""

    def write(*names: str) -> Path:
        for seed, name in enumerate(names):
            write_picture(f"numbered/{name}/a.png", seed)
        return tmp_path / "numbered"

    return write


def test_folders_that_count_the_logits_are_the_categories_of_their_numbers(numbered) -> None:
    dataset = image_folder(numbered(*map(str, range(12))))
    assert dataset.categories == tuple(map(str, range(12)))
    assert {sample.id: sample.label for sample in dataset} == {f"{k}/a.png": k for k in range(12)}


def test_folders_whose_numbers_leave_a_gap_are_asked_about(numbered) -> None:
    with pytest.raises(DataError, match=r"'1', '2', '10'.*do not count the logits"):
        image_folder(numbered("1", "2", "10"))


def test_a_folder_that_is_a_number_is_that_one_of_the_categories_given(numbered) -> None:
    dataset = image_folder(numbered("02", "0"), categories=["ant", "bee", "cow"])
    assert [sample.label for sample in dataset] == [0, 2]
    with pytest.raises(DataError, match=r"the folder '02' .* is not a category"):
        image_folder(numbered("02", "0"), categories=["ant", "bee"])


def test_case_and_blanks_of_a_folder_do_not_matter_but_two_folders_are_two_categories(numbered) -> None:
    assert [sample.label for sample in image_folder(numbered("Cat"), categories=["dog", "cat"])] == [1]
    with pytest.raises(DataError, match=r"'Cat' and 'cat' would both be category 1, 'cat'"):
        image_folder(numbered("cat"), categories=["dog", "cat"])


def test_the_order_of_folders_and_what_was_passed_over_are_told(folder: Path) -> None:
    (folder / "dog/b.heic.bak").write_text("x")
    assert image_folder(folder).describe()["told"] == [
        "2 files passed over, for no image ends so: '.txt' (1), '.bak' (1).",
        "categories are the folders in their order: 0 'cat', 1 'dog'.",
    ]


def test_a_folder_without_labels_is_told_to_have_none(folder: Path) -> None:
    (folder / "dog/x.TXT").touch()
    assert image_folder(folder / "dog").describe()["told"] == [
        "1 file passed over, for no image ends so: '.txt' (1).",
        "there are no subfolders, so no sample has a label.",
    ]


@pytest.mark.parametrize("ending", ["jfif", "jpe", "JPEG", "avif", "jp2", "pbm", "apng", "dib"])
def test_every_ending_of_a_format_that_pillow_opens_here_is_a_picture(tmp_path: Path, ending: str) -> None:
    known = Image.registered_extensions()
    if known.get(f".{ending.lower()}") not in Image.SAVE:
        pytest.skip(f"Pillow was built without {ending}")
    (tmp_path / "val").mkdir()
    mode = "1" if ending == "pbm" else "RGB"
    Image.new(mode, (9, 7)).save(tmp_path / "val" / f"a.{ending}", known[f".{ending.lower()}"])
    dataset = image_folder(tmp_path / "val")
    assert dataset[0].input.shape == (3, 7, 9)
