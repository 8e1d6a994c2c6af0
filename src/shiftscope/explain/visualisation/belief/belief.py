"""How much of a picture to believe, as numbers beside those of natural samples and of pictures without the unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.explain.visualisation.belief.transfer import Transfer
from shiftscope.percent import NOTHING, whole_percent

Array = npt.NDArray[np.float64]

# What is measured: the picture; the unit's strongest held-out samples and others drawn at random, of the path
# similarity their mean and else their median;
# a picture by the same method of a model whose weights are randomised; one of plain maximisation of single pixels.
COLUMNS = "picture", "strongest samples", "random samples", "randomised weights", "from noise"
CHANGES = "without colour", "below W/4 cycles", "below W/8 cycles", "below W/16 cycles"
ON_PATH = 0.8  # similarity from which a picture is called on its natural path


def _number(number: float) -> str:
    return f"{number:.3g}" if math.isfinite(number) else NOTHING


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
            yield f"response kept {title}", [whole_percent(float(each)) for each in shares]
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
        """What its numbers say, in a line."""
        transfer = [] if self.transfer is None else [self.transfer.in_words()]
        return "; ".join([*self.clauses(), *transfer])

    def clauses(
        self, *, number: Callable[[float], str] = _number, share: Callable[[float], str] = whole_percent
    ) -> list[str]:
        """What its numbers say of its way through the layers, of what is left of the response, and of randomised
        weights; `number` and `share` write them."""
        told = [self._path_in_words(number)]
        colour, _, middle, _ = (float(each) for each in self.kept[:, 0])
        left = [
            f"{share(each)} without {what}"
            for each, what in ((colour, "colour"), (middle, "what is finer than 8 pixels"))
            if math.isfinite(each)
        ]
        if left:
            told.append(f"of the response {' and '.join(left)} is left")
        if math.isfinite(self.randomised):
            beside = f", another seed one with {number(self.seeds)}" if math.isfinite(self.seeds) else ""
            told.append(
                "with randomised weights the network gives a picture that correlates with it by "
                f"{number(self.randomised)}{beside}"
            )
        return told

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

    def _path_in_words(self, number: Callable[[float], str]) -> str:
        similar, natural, others = self.path[:, :3].T
        known = np.flatnonzero(np.isfinite(similar)).tolist()
        if not self.layers:
            return "no layer is read before the unit to follow the picture through"
        if not known:
            return (
                "its way through the layers cannot be compared: the unit's images are no more alike than others, or "
                "too few"
            )
        on = [self.layers[place] for place in known if similar[place] >= ON_PATH]
        off = [self.layers[place] for place in known if similar[place] < ON_PATH]
        if not off:
            return "layers before the unit process it as they process the unit's strongest images"
        if not on:
            last = known[-1]
            return (
                "layers before the unit do not process it as they process the unit's strongest images: similarity "
                f"{number(float(similar[last]))} at {self.layers[last]}, where those have "
                f"{number(float(natural[last]))} and random images {number(float(others[last]))}"
            )
        return (
            f"layers before the unit process it as the unit's strongest images at {', '.join(on)}, but not at "
            f"{', '.join(off)}"
        )


def median(numbers: Array) -> float:
    """Of those that are known; NaN where none is."""
    known = numbers[np.isfinite(numbers)]
    return float(np.median(known)) if len(known) else math.nan


def _json(numbers: Any) -> list[float | None]:
    return [float(each) if math.isfinite(each) else None for each in numbers]
