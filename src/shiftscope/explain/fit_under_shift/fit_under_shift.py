"""Whether a derived layer still reads the shifted sets, as a person asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from shiftscope.explain.fit_under_shift.gate import State, thresholds
from shiftscope.explain.fit_under_shift.numbers import Numbers
from shiftscope.explain.fit_under_shift.set_fit import ROWS, SHARES, SetFit
from shiftscope.explain.fit_under_shift.states import states_in_a_line

if TYPE_CHECKING:
    import pandas as pd

FEW = ("state", "dataset", "row", "samples", "fvu", "error_ratio", "kept", "control", "lost")


@dataclass(frozen=True, eq=False)
class FitUnderShift:
    """A derived layer on every shifted set."""

    layer: str
    reference: str  # name of the dataset whose held-out half the others are compared with
    categories: tuple[str, ...]
    sets: Mapping[str, SetFit]
    # Rows that were asked for, by dataset.
    further: Mapping[str, Mapping[str, Numbers]] = field(default_factory=dict)

    @property
    def state(self) -> dict[str, State]:
        """By dataset."""
        return {name: each.state for name, each in self.sets.items()}

    def in_words(self) -> list[str]:
        """A sentence or two for each dataset."""
        return [each.in_words(self.layer, name) for name, each in self.sets.items()]

    def table(self) -> pd.DataFrame:
        """Three rows for the held-out reference and for each shifted set: the dictionary, plain units and random atoms
        at the same active count; where they were computed also a dictionary refit on half of the set and reported on
        the other, and one of an untrained model, whose numbers compare with its own held-out reference.

        Columns state, that of the dictionary on the set; dataset; row; the numbers of `Numbers`; and, where `row` is
        the dictionary's and the dataset a shifted one, active, the features active in a sample of the held-out
        reference; tilt_90 and tilt_99 with the number of directions and the tilt of two halves of the reference;
        features that are dead_on_reference_only, dead_here_only and dead_on_both; novelty and novelty_absolute, AUROC
        of the residual as a share of the response and alone; and the band of two halves of the reference,
        null_error_ratio_low to null_kept_high. `attrs` holds "thresholds".
        """
        import pandas as pd

        rows: list[dict[str, Any]] = []
        first = next(iter(self.sets.values()), None)
        if first is not None:
            for row, numbers in zip(ROWS, first.reference, strict=True):
                rows.append({"state": "", "dataset": self.reference, "row": row, **asdict(numbers)})
            rows += self._further_rows("", self.reference)
        for name, each in self.sets.items():
            for row, numbers in zip(ROWS, each.numbers, strict=True):
                further = _further(each) if row == ROWS[0] else {}
                rows.append({"state": each.state, "dataset": name, "row": row, **asdict(numbers), **further})
            rows += self._further_rows(each.state, name)
        table = pd.DataFrame(rows)
        table.attrs["thresholds"] = thresholds()
        return table

    def _further_rows(self, state: str, name: str) -> list[dict[str, Any]]:
        return [
            {"state": state, "dataset": name, "row": row, **asdict(found[name])}
            for row, found in self.further.items()
            if name in found
        ]

    def category_table(self) -> pd.DataFrame:
        """FVU about each category's own mean, on the held-out reference and on each set; NaN below 30 samples."""
        import pandas as pd

        rows = [
            {
                "state": each.state,
                "dataset": name,
                "category": category,
                "fvu_reference": before,
                "fvu": after,
            }
            for name, each in self.sets.items()
            for category, before, after in zip(self.categories, *each.per_category, strict=True)
        ]
        return pd.DataFrame(rows)

    def residual_table(self) -> pd.DataFrame:
        """‖a − â‖ / ‖a‖ of each reported sample of each shifted set, by its position there."""
        import pandas as pd

        tables = [
            pd.DataFrame({"dataset": name, "position": each.positions, "residual": each.residuals})
            for name, each in self.sets.items()
        ]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def __repr__(self) -> str:
        return states_in_a_line(self.layer, self.state)

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{escape(each)}</p>" for each in self.in_words())
        return words + self.table()[list(FEW)].to_html(index=False, float_format="{:.3f}".format)


def _further(fit: SetFit) -> dict[str, float]:
    found: dict[str, float] = {"active": fit.active}
    for share, (directions, here, halves) in zip(SHARES, fit.tilts, strict=True):
        name = f"tilt_{share * 100:.0f}"
        found |= {name: here, f"{name}_directions": directions, f"{name}_of_halves": halves}
    for name, features in zip(("on_reference_only", "here_only", "on_both"), fit.dead, strict=True):
        found[f"dead_{name}"] = features
    found |= {"novelty": fit.novelty, "novelty_absolute": fit.novelty_absolute}
    for name, (low, high) in zip(("error_ratio", "fvu_ratio", "kept"), fit.null, strict=True):
        found |= {f"null_{name}_low": low, f"null_{name}_high": high}
    return found
