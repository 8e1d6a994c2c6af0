import io

import pytest
from PIL import Image

from shiftscope.datasets.pictures.thumbnails import encode_thumbnail, media_type
from shiftscope.errors import StudyDamaged


@pytest.mark.parametrize(("side", "kind"), [(16, "image/png"), (200, "image/jpeg")])
@pytest.mark.parametrize("written", ["JPEG", "PNG"])
def test_a_thumbnail_holds_the_pixels_and_nothing_that_a_camera_said_of_them(side, kind, written):
    tags = Image.Exif()
    tags[0x0112], tags[0x010E] = 6, "at home"  # to be turned by a quarter; a description
    file = io.BytesIO()
    Image.new("RGB", (2 * side, side), "red").save(file, written, exif=tags, comment=b"at home", dpi=(72, 72))
    thumbnail = encode_thumbnail(Image.open(file))
    shown = Image.open(io.BytesIO(thumbnail))
    assert media_type(thumbnail) == kind
    assert not shown.getexif()
    assert b"at home" not in thumbnail
    assert shown.width == 2 * shown.height  # lies as in the file


@pytest.mark.parametrize("content", [b"<html>", b"GIF89a", b"RIFF....WEBP", b"<svg>"])
def test_a_thumbnail_that_is_neither_png_nor_jpeg_is_refused(content):
    with pytest.raises(StudyDamaged, match="neither PNG nor JPEG"):
        media_type(content)
