"""What a page may have computed: a verb of the live study, with parameters that come from a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from shiftscope.errors import ShiftscopeError
from shiftscope.explain.interventions.edit import EditKind
from shiftscope.progress import Progress
from shiftscope.registry import Registry
from shiftscope.store.stored_study import StoredStudy


class Live(Protocol):
    """What a kind of job needs of the live study, whose own file imports torch."""

    study: StoredStudy
    left_out: Mapping[str, ShiftscopeError]  # datasets that cannot be shown to the model

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
        placebo: bool = False,
        progress: Progress,
        **asked: Any,
    ) -> Any: ...

    def difference(
        self, layer: str | None, unit: int, dataset: str, /, *, at: str, progress: Progress, **asked: Any
    ) -> Any: ...

    def importance(self, layer: str, /, *, progress: Progress) -> Any: ...

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


Run = Callable[..., None]
R = TypeVar("R", bound=Run)


@dataclass(frozen=True)
class JobKind:
    """`run(live, progress, **parameters)`; its keyword-only arguments are typed as those of a page."""

    name: str
    run: Run
    title: Callable[..., str]  # of the parameters, in words
    check: Callable[..., None]  # of the study and the parameters, before it is queued; raises `BadRequest`


job_kinds: Registry[JobKind] = Registry("kind of job", "shiftscope.web.jobs.kinds")


def _as_it_is(study: StoredStudy, **parameters: Any) -> None:
    """Nothing is refused before it runs."""


def job(name: str, title: Callable[..., str], check: Callable[..., None] = _as_it_is) -> Callable[[R], R]:
    """Enter a kind of job: what it computes is kept in the study, where the page looks for it."""

    def enter(run: R) -> R:
        job_kinds.register(name, JobKind(name, run, title, check))
        return run

    return enter
