"""A dictionary aligned to a shifted set, as a person asks for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from shiftscope.percent import percent

if TYPE_CHECKING:
    import pandas as pd

NONE = "none"  # the row of the dictionary as it is
PROPOSED = "proposed"  # in a form, in place of a variant
KEPT_FALL = -0.005  # lowest lower end of the difference of decisions kept
NAN = float("nan")
NOTHING = "A low variance left says nothing of what the codes mean."


@dataclass(frozen=True)
class Row:
    """Of one variant, on the reporting half of the set; the first is the dictionary as it is."""

    variant: str
    fvu: float = NAN  # share of the variance about the set's own mean that is left
    kept: float = NAN  # share of predictions that stay
    difference: float = NAN  # of that from the dictionary as it is, paired
    difference_low: float = NAN  # ends of 95 %
    difference_high: float = NAN
    placebo_before: float = NAN  # FVU of halves of the held-out reference, adapted to nothing, mean of both
    placebo: float = NAN  # each adapted to the other
    placebo_kept: float = NAN
    placebo_fall: float = NAN  # largest of both, as a share of the FVU before; negative where it only rose
    cosine: float = NAN  # mean of atoms before and after
    agreement: float = NAN  # share of samples whose leading feature is that of their twin in the reference
    refused: str = ""  # why there is no such map
    note: str = ""  # what the map leaves out

    @property
    def made(self) -> bool:
        return not self.refused


@dataclass(frozen=True, kw_only=True)
class Realignment:
    """What aligning a derived layer to one shifted set does, variant by variant, and whether it was taken."""

    layer: str  # the parent
    dataset: str
    reference: str
    proposed: str  # the variant that was asked for, or that keeps most decisions
    asked: bool  # for this variant by name
    adapted_on: int  # samples
    reported_on: int
    rows: Sequence[Row]
    name: str  # of the realigned layer

    @property
    def before(self) -> Row:
        return self.rows[0]

    @property
    def after(self) -> Row:
        return next(row for row in self.rows if row.variant == self.proposed)

    @property
    def fall(self) -> float:
        """Of the variance left, as a share of it."""
        return fall(self.before.fvu, self.after.fvu)

    @property
    def accepted(self) -> bool:
        """Less variance is left by more than between two halves of the reference, and decisions are kept."""
        return self.fall > max(self.after.placebo_fall, 0) and self.after.difference_low >= KEPT_FALL

    def in_words(self, name: str | None = None) -> list[str]:
        """One or two sentences, with the numbers that decide.

        Parameters
        ----------
        name
            Of the realigned layer, where the set was called otherwise when it was made.
        """
        before, after = self.before, self.after
        if not self.accepted:
            return [
                "realignment changes nothing that can be told from chance here "
                f"({_told(before.fvu, before.kept)} → {_told(after.fvu, after.kept)}, "
                f"{_halves(after)}).".capitalize()
            ]
        return [
            f"{name or self.name}, by {self.proposed}, leaves {percent(after.fvu)} of the variance of "
            f"{self.dataset} where {self.layer} leaves {percent(before.fvu)} ({_halves(after)}), and "
            f"keeps {percent(after.kept)} of decisions, {100 * after.difference:+.1f} points "
            f"({100 * after.difference_low:+.1f} to {100 * after.difference_high:+.1f}).",
            *([f"{after.note}."] if after.note else []),
            NOTHING,
        ]

    def table(self) -> pd.DataFrame:
        """A row for the dictionary as it is, "none", and for each variant: the fields of `Row`, and proposed.

        `attrs` holds "accepted", "adapted_on" and "reported_on".
        """
        import pandas as pd

        table = pd.DataFrame([row.__dict__ for row in self.rows])
        table.insert(1, "proposed", [row.variant == self.proposed for row in self.rows])
        table.attrs |= {
            "accepted": self.accepted,
            "adapted_on": self.adapted_on,
            "reported_on": self.reported_on,
        }
        return table

    def as_json(self) -> dict[str, Any]:
        """With None for a number that there is none of."""
        rows = [
            {name: None if value != value else value for name, value in row.__dict__.items()}
            for row in self.rows
        ]
        return {**self.__dict__, "rows": rows}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Realignment:
        """Raises `TypeError` or `KeyError` for what is none."""
        whole: list[dict[str, Any]] = [
            {name: NAN if value is None else value for name, value in row.items()} for row in told["rows"]
        ]
        rows = [Row(**row) for row in whole]
        found = cls(**{"name": f"{told['layer']}~as~{told['dataset']}", **told, "rows": rows})
        if not any(row.variant == found.proposed for row in rows):
            raise KeyError(found.proposed)
        return found

    def __repr__(self) -> str:
        return "\n".join(self.in_words())

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{escape(each)}</p>" for each in self.in_words())
        return words + self.table().to_html(index=False, float_format="{:.3f}".format)


def fall(before: float, after: float) -> float:
    """As a share of what was there before; NaN where nothing was."""
    return 1 - after / before if before > 0 else NAN


def _halves(row: Row) -> str:
    if math.isnan(row.placebo):
        return "of two reference halves there is no such number"
    return f"two reference halves {percent(row.placebo_before)} → {percent(row.placebo)}"


def _told(fvu: float, kept: float) -> str:
    return f"{percent(fvu)} of the variance left" + (
        "" if math.isnan(kept) else f" and {percent(kept)} of decisions kept"
    )
