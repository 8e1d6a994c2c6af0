"""What a page may have computed: a verb of the live study, with parameters that come from a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from shiftscope.errors import ShiftscopeError
from shiftscope.explain.interventions.edit import EditKind
from shiftscope.progress import Progress
from shiftscope.registry import Registry
from shiftscope.store.stored_study import StoredStudy


class Live(Protocol):
    """What a kind of job needs of the live study, whose own file imports torch."""

    study: StoredStudy

    @property
    def left_out(self) -> Mapping[str, ShiftscopeError]:
        """Datasets that cannot be shown to the model."""
        ...

    def intervene(
        self, layer: str, units: Sequence[int], edit: EditKind, /, *, reference: str, progress: Progress
    ) -> Any: ...

    def attribute(
        self,
        layer: str | None,
        unit: int | Sequence[int],
        /,
        *,
        method: str,
        dataset: str,
        samples: int | Sequence[int],
        low_pass: float | Literal["fitted"] | None,
        sanity: bool,
        progress: Progress,
    ) -> Any: ...

    def visualise(
        self,
        layer: str | None,
        unit: int | Sequence[int],
        /,
        *,
        believe: bool = False,
        placebo: int | bool = False,
        progress: Progress,
        **asked: Any,
    ) -> Any: ...

    def difference(
        self,
        layer: str | None,
        unit: int,
        dataset: str,
        /,
        *,
        at: str | None,
        progress: Progress,
        **asked: Any,
    ) -> Any: ...

    def importance(self, layer: str, /, *, progress: Progress) -> Any: ...

    def spectra(self, dataset: str, /, *, range: tuple[float, float] | None) -> Any: ...

    def downsampling(self, layer: str, unit: int, /, *, dataset: str, progress: Progress) -> Any: ...

    def local_against_distributed(self, layers: str, /, *, progress: Progress) -> Any: ...

    def derive(
        self,
        layer: str,
        kind: str,
        /,
        *,
        size: int,
        positions: bool,
        residual_of: str | None = None,
        dataset: str | None = None,
        progress: Progress,
    ) -> Any: ...

    def realign(
        self, layer: str, dataset: str, /, *, variant: str | None, overwrite: bool, progress: Progress
    ) -> Any: ...

    def repair(
        self,
        dataset: str,
        /,
        *,
        margin: float,
        most: int,
        seed: int,
        layer: str,
        reference: str,
        progress: Progress,
    ) -> Any: ...


class AskedJob(Protocol):
    """A dataclass whose keyword-only fields are the parameters, typed as those of a page."""

    @property
    def title(self) -> str:
        """What is computed, in words."""
        ...

    def check(self, study: StoredStudy) -> None:
        """Before it is queued; raises `BadRequest`, `NotInStudy` or `LayerError` for what cannot be computed."""
        ...

    def run(self, live: Live, progress: Progress) -> None:
        """What it computes is kept in the study, where the page looks for it."""
        ...


job_kinds: Registry[Callable[..., AskedJob]] = Registry("kind of job", "shiftscope.web.jobs.kinds")
J = TypeVar("J", bound=Callable[..., AskedJob])


def job(name: str) -> Callable[[J], J]:
    """Enter a kind of job under the name that forms send."""

    def enter(kind: J) -> J:
        job_kinds.register(name, kind)
        return kind

    return enter
