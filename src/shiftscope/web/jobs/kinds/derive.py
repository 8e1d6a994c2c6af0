"""A layer derived from a recorded one."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.errors import BadRequest
from shiftscope.flow.scores import score_all
from shiftscope.flow.steps.residual import asked_residuals
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


@job("derive")
@dataclass(frozen=True, kw_only=True)
class Derive:
    """Its scores too, for which its pages would wait."""

    layer: str
    kind: str
    size: int
    positions: bool = False  # fit on the positions of a map, and pool their codes
    residual_of: str = (
        ""  # a layer derived from it: what that leaves of `dataset` is fitted; the layer where empty
    )
    dataset: str = ""

    @property
    def title(self) -> str:
        what = f"what {self.residual_of} leaves of {self.dataset}" if self.residual_of else self.layer
        return f"{self.kind} of {what}, {self.size} features{' of its positions' if self.positions else ''}"

    def check(self, study: StoredStudy) -> None:
        from shiftscope.derived.derivation import derivations
        from shiftscope.derived.positions import refuse_without_positions
        from shiftscope.derived.realigned import REALIGNED
        from shiftscope.derived.tools.costs import refuse_sizes

        layer, size = self.layer, self.size
        units = study.layer(layer).units
        derivations[self.kind]
        if self.kind == REALIGNED:
            raise BadRequest("a realigned layer is made of a dictionary and a shifted set.")
        if size < 1 or (self.kind == "pca" and size > units):
            most = f" to {units}" if self.kind == "pca" else ""
            raise BadRequest(
                f"{layer!r} has {units} units, so from 1{most} features can be derived from it, and not {size}."
            )
        refuse_sizes(layer, units, size, sum(recording.plan.samples for recording in study.values()))
        if self.positions:
            refuse_without_positions(study.layer(layer))
        left = self.residual_of and asked_residuals(study, layer, self.residual_of, self.dataset or None)
        if left and self.positions:
            raise BadRequest(
                "residuals are told of responses as they are: leave out positions, or of what they are."
            )

    def run(self, live: Live, progress: Progress) -> None:
        left = {"residual_of": self.residual_of, "dataset": self.dataset} if self.residual_of else {}
        live.derive(
            self.layer, self.kind, size=self.size, positions=self.positions, progress=progress, **left
        )
        score_all(live.study, progress=progress)
