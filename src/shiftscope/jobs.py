"""What is computed for a page by a model at hand: asked for, under way, done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

State = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class Job:
    """One thing that was asked for, once however often it was."""

    number: int
    kind: str
    parameters: Mapping[str, str]
    title: str  # in words, for the list of jobs
    page: str  # where it was asked for, an address inside the study
    state: State = "waiting"
    cancelling: bool = False  # it runs, and ends after the batch under way
    done: int = 0
    total: int = 0  # 0 while it is not known
    message: str = ""  # why it failed
    asked: float = 0.0  # seconds since 1970
    seconds: float = 0.0  # that it took

    @property
    def under_way(self) -> bool:
        return self.state in ("waiting", "running")


class Jobs(Protocol):
    """What a viewer with a model at hand offers to its pages."""

    @property
    def trouble(self) -> str:
        """Why nothing can be computed; empty where it can."""
        ...

    @property
    def changes(self) -> int:
        """Grows when a job is asked for and when one is over, which pages show."""
        ...

    def all(self) -> Sequence[Job]:
        """The newest first."""
        ...

    def expected_seconds(self, kind: str, size: int) -> float | None:
        """How long one of so many samples or units should take, by those before it; None before the first."""
        ...
