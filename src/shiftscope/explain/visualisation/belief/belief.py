"""How much of a picture to believe, as numbers beside those of natural samples and of pictures without the unit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.visualisation.belief.transfer import Transfer

Array = npt.NDArray[np.float64]

# What is measured: the picture; the unit's strongest held-out samples and others drawn at random, of the path
# similarity their mean and else their median;
# a picture by the same method of a model whose weights are drawn again; one of plain maximisation of single pixels.
COLUMNS = "picture", "strongest samples", "random samples", "randomised weights", "from noise"
CHANGES = "without colour", "below W/4 cycles", "below W/8 cycles", "below W/16 cycles"
ON_PATH = 0.8  # similarity from which a picture is called on its natural path


@dataclass(frozen=True, eq=False)
class Belief:
    """Never one number: what a picture shares with the natural samples of its unit, and what is left of it.

    Everything is of the picture at the size of the model's inputs; NaN where there is nothing to measure.
    """

    reached: Array  # (column,) quantile among the reference's held-out responses
    kept: Array  # (change, column) share of the response that is left
    path: Array  # (layer, column) path similarity, in the order in which the layers run
    low: Array  # (layer,) ends of its 95 % interval for the picture
    high: Array
    layers: tuple[str, ...]
    randomised: float  # correlation of the grey picture with that of randomised weights; of what is changed in a sample
    seeds: float  # with that of another seed
    transfer: Transfer | None = None  # to a second network, where one was given

    @property
    def similarity(self) -> Array:
        """(column,) median of the path similarity over the layers where there is one."""
        return np.array([median(column) for column in self.path.T])

    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """Titles and cells of a table, a cell for each of `COLUMNS`."""
        yield "response, quantile of the reference", [_number(each) for each in self.reached]
        for title, shares in zip(CHANGES, self.kept, strict=True):
            yield f"response kept {title}", [_share(each) for each in shares]
        for layer, numbers in zip(self.layers, self.path, strict=True):
            yield f"path similarity at {layer}", [_number(each) for each in numbers]
        if len(self.layers) > 1:
            yield "path similarity, median of the layers", [_number(each) for each in self.similarity]
        if self.transfer is not None:
            yield self._transfer_title(), [_number(each) for each in self.transfer.quantiles]
        alike = [_number(1), "–", "–", _number(self.randomised), "–"]
        yield f"correlation with the picture (another seed: {_number(self.seeds)})", alike

    def as_html(self) -> str:
        """The table."""
        head = "".join(f"<th>{escape(name)}</th>" for name in ("", *COLUMNS))
        body = "".join(
            f"<tr><th>{escape(title)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
            for title, cells in self.rows()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def in_words(self) -> str:
        """Where it is on its path, and what it keeps."""
        told = [self._path_in_words()]
        colour, _, middle, _ = self.kept[:, 0]
        if math.isfinite(colour):
            told.append(f"keeps {_share(colour)} without colour")
        if math.isfinite(middle):
            told.append(f"keeps {_share(middle)} {CHANGES[2]}")
        if math.isfinite(self.randomised):
            beside = f", two seeds by {_number(self.seeds)}" if math.isfinite(self.seeds) else ""
            told.append(f"correlates with that of randomised weights by {_number(self.randomised)}{beside}")
        if self.transfer is not None:
            told.append(self.transfer.in_words())
        return "; ".join(told)

    def numbers(self) -> dict[str, Any]:
        """As JSON has them, null where there is nothing to measure."""
        return {
            "columns": list(COLUMNS),
            "reached": _json(self.reached),
            "kept": {name: _json(shares) for name, shares in zip(CHANGES, self.kept, strict=True)},
            "path": {name: _json(numbers) for name, numbers in zip(self.layers, self.path, strict=True)},
            "path_interval": [_json(ends) for ends in zip(self.low, self.high, strict=True)],
            "randomised": _json([self.randomised])[0],
            "seeds": _json([self.seeds])[0],
            **({} if self.transfer is None else {"transfer": self.transfer.numbers()}),
        }

    def _transfer_title(self) -> str:
        assert self.transfer is not None
        return f"response of the second network ({self.transfer.named}), quantile of the reference"

    def _path_in_words(self) -> str:
        similar = self.path[:, 0]
        known = np.flatnonzero(np.isfinite(similar))
        if not len(self.layers):
            return "no layer before the unit to follow it through"
        if not len(known):
            return "no path to compare with, its samples being no more alike than others or too few"
        on = similar[known] >= ON_PATH
        if on.all():
            return "on its natural path"
        if not on[-1]:
            return f"off its natural path at {self.layers[known[-1]]}"
        last_off = int(np.flatnonzero(~on)[-1])
        return f"on its natural path from {self.layers[known[last_off + 1]]} on"


def median(numbers: Array) -> float:
    """Of those that are known; NaN where none is."""
    known = numbers[np.isfinite(numbers)]
    return float(np.median(known)) if len(known) else math.nan


def _number(number: float) -> str:
    return f"{number:.3g}" if math.isfinite(number) else "–"


def _share(share: float) -> str:
    return f"{100 * share:.0f} %" if math.isfinite(share) else "–"


def _json(numbers: Any) -> list[float | None]:
    return [float(each) if math.isfinite(each) else None for each in numbers]
