"""One picture under many shifts, to look at."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from shiftscope.datasets.sample import Dataset
from shiftscope.datasets.shifts.shifted import Shifted
from shiftscope.errors import DataError

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


def contact_sheet(
    dataset: Dataset, names: Sequence[str], *, strengths: Sequence[float] = STRENGTHS, seed: int = 0
) -> Image.Image:
    """The first picture of a dataset, a row for each shift and a column for each strength.

    Raises
    ------
    DataError
        It has no picture, or one that a shift does not take.
    """
    rows = [[_picture(Shifted(dataset, name, strength, seed)) for strength in strengths] for name in names]
    width, height = rows[0][0].size
    sheet = Image.new("RGB", (width * len(strengths), height * len(rows)))
    for down, row in enumerate(rows):
        for right, picture in enumerate(row):
            sheet.paste(picture, (right * width, down * height))
    return sheet


def _picture(dataset: Dataset) -> Image.Image:
    picture = dataset[0].picture
    if picture is None:
        raise DataError("the first sample has no image of 1 or 3 channels to be drawn.")
    return picture
