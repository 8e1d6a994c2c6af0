"""What an engine is given to do, and what it promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

Advance = Callable[[int], None]  # told how many samples, or steps, were done since the last call


class Work(Protocol):
    """Numbered shards, each of which may be done by any process, any number of times, with the same result."""

    @property
    def folder(self) -> Path:
        """Where results are written."""
        ...

    @property
    def device(self) -> str:
        """Kind of the device that its model is on."""
        ...

    @property
    def shards(self) -> Sequence[int]: ...

    def is_done(self, shard: int) -> bool:
        """Whether anybody has finished it, by what is on the disk now."""
        ...

    def record(self, shards: Sequence[int], advance: Advance) -> None:
        """Do some shards in this process."""
        ...

    def samples_in(self, shard: int) -> int: ...

    def on(self, device: str) -> Work:
        """The same with its model on another device, a copy where that is needed."""
        ...


class Engine(Protocol):
    """Runs a recording's shards somewhere."""

    @property
    def rank(self) -> int | None:
        """Which of the processes of one launch this is, where they record together; else None."""
        ...

    @property
    def over(self) -> bool:
        """Whether nobody else does shards any more once `run` has ended, also by an error."""
        ...

    def run(self, work: Work, advance: Advance) -> None:
        """Return when no shard is unfinished; raise what a shard raised."""
        ...


def unfinished(work: Work) -> list[int]:
    return [shard for shard in work.shards if not work.is_done(shard)]
