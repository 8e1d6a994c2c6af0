"""From a picture to what a model expects: size, channels, range."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property, partial
from typing import Any, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from shiftscope.datasets.pictures.eight_bit import eight_bit
from shiftscope.datasets.pictures.pixels import Pixels, Shown
from shiftscope.errors import BadRequest, DataError, closest

Channels = Literal["rgb", "bgr", "gray"]
Interpolation = Literal["bilinear", "bicubic", "nearest"]
Size = int | tuple[int, int]  # a number of pixels, or (rows, columns)
PixelArray = npt.NDArray[np.uint8]  # (row, column) or (row, column, channel)

FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "nearest": Image.Resampling.NEAREST,
}
CHANNEL_COUNTS = {"rgb": 3, "bgr": 3, "gray": 1}


@dataclass(frozen=True)
class Preprocess:
    """Resize, crop and normalise pictures, in this order and with torchvision's arithmetic.

    A model's input is `(value * scale - mean) / std` in float32, where `value` is the byte over 255.

    Parameters
    ----------
    resize
        One number: the shorter side becomes this many pixels, the longer one is rounded down.
        (rows, columns): exactly this, whatever the proportions. Filters widen when shrinking (antialias).
    crop
        Cut this many pixels, squared or (rows, columns), from the centre.
    mean, std
        One number, or one for each channel in the order of `channels`.
    scale
        1.0 for values in 0..1, 255.0 for 0..255.
    channels
        "gray" is ITU-R 601 luma, one channel. A gray picture has its channel repeated for "rgb" and "bgr".

    Raises
    ------
    BadRequest
        An option out of range.
    """

    resize: Size | None = None
    crop: Size | None = None
    mean: float | tuple[float, ...] | None = None
    std: float | tuple[float, ...] | None = None
    scale: float = 1.0
    channels: Channels = "rgb"
    interpolation: Interpolation = "bilinear"

    def __post_init__(self) -> None:
        _one_of("channels", self.channels, CHANNEL_COUNTS)
        _one_of("interpolation", self.interpolation, FILTERS)
        for name in ("resize", "crop", "mean", "std"):
            value = getattr(self, name)
            value = value.tolist() if hasattr(value, "tolist") else value  # an array, a tensor
            object.__setattr__(self, name, tuple(value) if isinstance(value, list) else value)
        for name in ("resize", "crop"):
            _check_size(name, getattr(self, name))
        for name in ("mean", "std"):
            self._check_channel_values(name, getattr(self, name))
        if not (np.isfinite(self.scale) and self.scale > 0):
            raise BadRequest(
                f"scale={self.scale!r}; it has to be positive: 1.0 for values in 0..1, 255.0 for 0..255."
            )
        if self.std is not None and not np.all(np.asarray(self.std) > 0):
            raise BadRequest(f"std={self.std!r}; every value has to be positive.")

    @classmethod
    def plain(cls, *, gray: bool) -> Self:
        """Values in 0..1 and nothing else, with one channel if the pictures are gray."""
        return cls(channels="gray" if gray else "rgb")

    @property
    def channel_count(self) -> int:
        return CHANNEL_COUNTS[self.channels]

    @property
    def keeps_size(self) -> bool:
        return self.resize is None and self.crop is None

    def __call__(self, image: Image.Image) -> torch.Tensor:
        """(channel, row, column) float32, the model's input.

        Raises
        ------
        DataError
            The picture is smaller than the crop, or of a kind that has no 8-bit form.
        """
        return self.tensor(self.picture(image))

    def picture(self, image: Image.Image) -> Image.Image:
        """What a person is shown: resized and cropped, of mode RGB or L.

        A photograph that a camera took on its side and marked so (EXIF) is not turned, for the model was trained and
        measured on such as they lie in their files: torchvision's, timm's and Keras' loaders turn none.
        """
        picture = eight_bit(image, "L" if self.channels == "gray" else "RGB")
        if self.resize is not None:
            picture = picture.resize(_resized(picture.size, self.resize), FILTERS[self.interpolation])
        return picture if self.crop is None else _centre(picture, self.crop)

    def tensor(self, picture: Image.Image) -> torch.Tensor:
        """(channel, row, column) float32 from a picture that has its size already."""
        return self.normalise(np.asarray(picture))

    def show(self, pixels: Image.Image | PixelArray) -> Shown:
        """The model's input (channel, row, column), the picture it was made from, and its pixels.

        Bytes are (row, column) of gray, or (row, column, 3) of RGB. Where nothing has to be resized or converted
        they are normalised as they lie, which gives exactly what the way over Pillow gives.
        """
        if isinstance(pixels, np.ndarray):
            rows, columns = pixels.shape[:2]
            gray = pixels.ndim == 2
            image = Image.frombytes("L" if gray else "RGB", (columns, rows), pixels.tobytes())
            if self.keeps_size and (gray or self.channel_count == 3):
                return self._shown(pixels, image)
            pixels = image
        picture = self.picture(pixels)
        return self._shown(np.asarray(picture), picture)

    def _shown(self, pixels: PixelArray, picture: Image.Image) -> Shown:
        given = self.normalise(pixels)
        return Shown(given, picture, Pixels(partial(self._in_full, pixels), self.normalise, given))

    def _in_full(self, pixels: PixelArray) -> PixelArray:
        """As many channels as the model is given: gray repeated where three are due."""
        gray = pixels.ndim == 2 and self.channel_count == 3
        return np.repeat(pixels[..., np.newaxis], 3, axis=2) if gray else pixels

    def normalise(self, pixels: PixelArray) -> torch.Tensor:
        """(channel, row, column) float32 from bytes: (row, column) of gray, or (row, column, 3) of RGB."""
        if pixels.ndim == 2:
            planes = pixels[np.newaxis]
        else:
            planes = pixels.transpose(2, 0, 1)
            if self.channels == "bgr":
                planes = planes[::-1]
        values = planes.astype(np.float32, order="C")
        values /= np.float32(255)
        return torch.from_numpy(self._standardise(values))

    def show_floats(self, values: npt.NDArray[np.float32], picture: Image.Image | None) -> Shown:
        """`show` of (channel, row, column) values in 0..1, which have their size, and of a picture of them."""

        def in_full() -> npt.NDArray[np.float32]:
            return np.repeat(values, self.channel_count // len(values), axis=0).transpose(1, 2, 0)

        def to_input(image: npt.NDArray[np.float32]) -> torch.Tensor:
            return self.normalise_floats(image.transpose(2, 0, 1))

        given = self.normalise_floats(values)
        return Shown(given, picture, Pixels(in_full, to_input, given))

    def normalise_floats(self, values: npt.NDArray[np.float32]) -> torch.Tensor:
        """(channel, row, column) float32 from values in 0..1: one channel of gray, or three of RGB."""
        planes = values[::-1] if self.channels == "bgr" else values
        return torch.from_numpy(self._standardise(planes.copy()))

    def _standardise(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """In place, but for one gray channel that is repeated where three are due."""
        if len(values) < self.channel_count:
            values = np.repeat(values, self.channel_count, axis=0)
        if self.scale != 1:
            values *= np.float32(self.scale)
        if self.mean is not None:
            values -= self._mean
        if self.std is not None:
            values /= self._std
        return values

    def describe(self) -> dict[str, Any]:
        """The options as plain JSON; `Preprocess(**description)` is the same preprocessing."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @cached_property
    def _mean(self) -> npt.NDArray[np.float32]:
        return np.asarray(self.mean, dtype=np.float32).reshape(-1, 1, 1)

    @cached_property
    def _std(self) -> npt.NDArray[np.float32]:
        return np.asarray(self.std, dtype=np.float32).reshape(-1, 1, 1)

    def _check_channel_values(self, name: str, value: float | tuple[float, ...] | None) -> None:
        if value is None:
            return
        numbers = np.atleast_1d(np.asarray(value, dtype=object))
        if not all(isinstance(number, (int, float)) and np.isfinite(number) for number in numbers):
            raise BadRequest(f"{name}={value!r}; it takes numbers.")
        if isinstance(value, tuple) and len(value) != self.channel_count:
            raise BadRequest(
                f"{name} has {len(value)} values for the {self.channel_count} channels of {self.channels!r}. "
                "Give one number, or one for each channel."
            )


class Described(Protocol):
    def describe(self) -> dict[str, Any]: ...


def described(preprocess: Described | None) -> dict[str, Any] | None:
    """`describe()`, None where there is no preprocessing."""
    return None if preprocess is None else preprocess.describe()


def _one_of(option: str, value: str, allowed: dict[str, Any]) -> None:
    if value not in allowed:
        raise BadRequest(
            f"no {option} {value!r}; closest: {closest(str(value), allowed)}. "
            f"There are: {', '.join(allowed)}."
        )


def _check_size(option: str, size: Any) -> None:
    numbers = size if isinstance(size, tuple) else (size, size)
    if size is not None and not (len(numbers) == 2 and all(isinstance(n, int) and n > 0 for n in numbers)):
        raise BadRequest(f"{option}={size!r}; it takes a number of pixels, or (rows, columns).")


def _resized(size: tuple[int, int], target: Size) -> tuple[int, int]:
    """Width and height, in Pillow's order."""
    if isinstance(target, tuple):
        return target[1], target[0]
    width, height = size
    if width <= height:
        return target, max(1, int(target * height / width))
    return max(1, int(target * width / height)), target


def _centre(picture: Image.Image, crop: Size) -> Image.Image:
    rows, columns = crop if isinstance(crop, tuple) else (crop, crop)
    width, height = picture.size
    if rows > height or columns > width:
        raise DataError(
            f"a crop of {rows} x {columns} from an image of {height} x {width} (rows x columns). "
            f"Enlarge it first, with resize={max(rows, columns)}."
        )
    top, left = round((height - rows) / 2), round((width - columns) / 2)  # halves to even, as torchvision
    return picture.crop((left, top, left + columns, top + rows))
