"""Where the places of a layer's map lie in the picture that the model was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

RowsColumns = tuple[int, int]
LARGEST = 2**31  # of any number here


class Box(NamedTuple):
    """Part of a picture, its sides as fractions of the picture's from the upper left."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class ReceptiveField:
    """What of the picture a place depends on: the place (row, column) on `size` pixels from
    `offset` + `stride` x place on, which may reach over the picture's edges. Each is (rows, columns)."""

    size: RowsColumns
    stride: RowsColumns
    offset: RowsColumns

    def covers(self, picture: RowsColumns) -> bool:
        """Whether it is as large as the picture, so that it tells nothing of where a place is."""
        return all(size >= pixels for size, pixels in zip(self.size, picture, strict=True))


@dataclass(frozen=True)
class MapGeometry:
    """Where the places of a map, or of the patches that tokens are of, lie in the picture."""

    picture: RowsColumns
    grid: RowsColumns  # of the places
    field: ReceptiveField | None = None  # None where nothing proves one, as behind attention

    def box(self, row: int, column: int) -> Box | None:
        """The receptive field of a place inside the picture; None for a place that is not there.

        Where none is known, or it is as large as the picture: the place's share of the grid.
        """
        if not (0 <= row < self.grid[0] and 0 <= column < self.grid[1]):
            return None
        field = self.field
        if field is None or not self.tells_fields:
            rows, columns = self.grid
            return Box(column / columns, row / rows, (column + 1) / columns, (row + 1) / rows)
        (top, bottom), (left, right) = (
            (max(start, 0) / pixels, min(start + size, pixels) / pixels)
            for start, size, pixels in zip(
                (field.offset[0] + field.stride[0] * row, field.offset[1] + field.stride[1] * column),
                field.size,
                self.picture,
                strict=True,
            )
        )
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    @property
    def tells_fields(self) -> bool:
        """Whether a box is a receptive field, rather than a share of the grid."""
        return self.field is not None and not self.field.covers(self.picture)

    def as_json(self) -> dict[str, Any]:
        told = {"picture": list(self.picture), "grid": list(self.grid)}
        if self.field is not None:
            told |= {name: list(value) for name, value in vars(self.field).items()}
        return told

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> MapGeometry:
        """Raises KeyError, TypeError or ValueError for what is no geometry."""
        field = None
        if "size" in entry:
            size, stride = _pair(entry["size"]), _pair(entry["stride"])
            field = ReceptiveField(size, stride, _pair(entry["offset"], low=-LARGEST))
        return cls(_pair(entry["picture"]), _pair(entry["grid"]), field)


def _pair(given: Any, low: int = 1) -> RowsColumns:
    rows, columns = given
    if not all(type(number) is int and low <= number < LARGEST for number in (rows, columns)):
        raise ValueError(f"{given!r} are no rows and columns")
    return rows, columns
