"""A dictionary that reads one shifted set through a map, or writes with atoms that were moved for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Derivation, Rows, derivation, learned, made_again
from shiftscope.derived.tools.blocks import in_blocks
from shiftscope.errors import BadRequest
from shiftscope.store.derived_layer import name_of_set
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import torch

REALIGNED = "realigned"
KEEP_CODES = ("bias", "decoder")  # variants that leave every code as it is
PARENT = "of_"  # before the names of what the parent has learned


@derivation(REALIGNED)
class Realigned:
    """A dictionary's codes of responses that are moved to where the reference's lie, and atoms moved back.

    Parameters
    ----------
    kind, settings
        Of the dictionary, the parent.
    parent, parent_digest
        Its layer.
    dataset
        That it was aligned to, by the name that it was recorded under.
    variant
        How the map was found.

    Attributes
    ----------
    components_ : (feature, unit)
    mean_ : (unit,)
    read_ : (unit, unit), origin_, target_ : (unit,)
        Rows are encoded as `(rows - origin_) @ read_ + target_`; none of them where rows are encoded as they are.
    """

    components_: Rows
    mean_: Rows
    read_: npt.NDArray[np.float64]
    origin_: npt.NDArray[np.float64]
    target_: npt.NDArray[np.float64]

    def __init__(
        self,
        kind: str,
        settings: Mapping[str, Any],
        parent: str = "",
        parent_digest: str = "",
        dataset: str = "",
        variant: str = "",
    ) -> None:
        self.kind, self.settings, self.variant = kind, settings, variant
        self.parent, self.parent_digest, self.dataset = parent, parent_digest, dataset
        self.note = ""  # what the map leaves out, of one that was just made

    @property
    def before(self) -> Derivation:
        """The dictionary as it was."""
        arrays = {
            name.removeprefix(PARENT): array for name, array in vars(self).items() if name.startswith(PARENT)
        }
        return made_again(self.kind, self.settings, arrays)

    def take(self, parent: Derivation) -> None:
        """Keep what the parent has learned."""
        for name, array in learned(parent).items():
            if not name.startswith("kept_"):
                setattr(self, PARENT + name, array)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        names = ("kind", "settings", "parent", "parent_digest", "dataset", "variant")
        return {name: getattr(self, name) for name in names}

    def fit(self, X: Rows, y: None = None) -> Derivation:
        raise BadRequest("a realigned layer is made of a dictionary and a shifted set: study.realign(...).")

    def moved(self, rows: Rows) -> Rows:
        """(row, unit) the rows as the dictionary is given them."""
        if not hasattr(self, "read_"):
            return rows
        return in_blocks(
            rows,
            lambda block: ((block - self.origin_) @ self.read_ + self.target_).astype(np.float32),
            rows.shape[1],
        )

    def transform(self, X: Rows) -> Rows:
        """(row, feature) codes of (row, unit) responses."""
        return self.before.transform(self.moved(np.asarray(X, np.float32)))

    def inverse_transform(self, codes: Rows) -> Rows:
        """(row, unit) what the codes stand for, in the shifted set."""
        responses: Rows = np.asarray(codes, np.float32) @ self.components_ + self.mean_
        return responses

    def encoded(self, responses: torch.Tensor) -> torch.Tensor:
        """`transform` as torch does it, differentiable."""
        import torch

        if hasattr(self, "read_"):
            origin, read, target = (
                torch.from_numpy(each).to(responses) for each in (self.origin_, self.read_, self.target_)
            )
            responses = (responses - origin) @ read + target
        return self.before.encoded(responses)


@dataclass(frozen=True)
class AlignedTo:
    """What a realigned layer is aligned to."""

    parent: str
    dataset: str  # by its name now
    variant: str

    @property
    def keeps_codes(self) -> bool:
        return self.variant in KEEP_CODES


def aligned_to(study: StoredStudy, layer: str) -> AlignedTo | None:
    """None for any other layer."""
    found = study.derived.get(layer)
    if found is None or found.kind != REALIGNED:
        return None
    parent, recorded, variant = (
        str(found.settings.get(each, "")) for each in ("parent", "dataset", "variant")
    )
    return AlignedTo(parent, study.manifest.now_named(recorded) or recorded, variant)


def aligned_name(study: StoredStudy, parent: str, dataset: str) -> str:
    """Of a layer aligned to a set."""
    recorded = study.manifest.recorded_as(dataset)
    return name_of_set(
        study.derived, f"{parent}~as~", dataset, lambda each: each.settings.get("dataset") == recorded
    )


def comparison_refused(study: StoredStudy, layer: str) -> str:
    """Why a layer's units cannot be compared with the reference's; empty where they can."""
    aligned = aligned_to(study, layer)
    if aligned is None or aligned.keeps_codes:
        return ""
    return (
        f"{layer} was aligned to {aligned.dataset}: the difference you ask for is what alignment removed. Compare "
        f'{aligned.parent}, or use variant="decoder".'
    )


def refuse_comparison(study: StoredStudy, layer: str) -> None:
    """Raise `BadRequest` where a layer's units cannot be compared with the reference's."""
    refused = comparison_refused(study, layer)
    if refused:
        raise BadRequest(refused)
