"""Shards shared among processes that know their number and nothing of each other, on any machines with one disk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from shiftscope.engine.engine import Advance, Work, unfinished
from shiftscope.errors import BadRequest

# Number of this process and of all, as torchrun and Slurm set them.
VARIABLES = (("RANK", "WORLD_SIZE"), ("SLURM_PROCID", "SLURM_NTASKS"))


@dataclass(frozen=True)
class Ranks:
    """Every `ranks`-th shard from `rank` on; then those that others have not finished, from the last one back.

    So a slow or dead process is helped, and no process waits for another. Shards that two processes do at once
    have the same bytes.

    Raises
    ------
    BadRequest
        `rank` is not one of 0 to `ranks` - 1.
    """

    rank: int
    ranks: int
    over = False

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.ranks:
            raise BadRequest(f"rank {self.rank} of {self.ranks}; ranks go from 0 to {self.ranks - 1}.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Ranks | None:
        """This process's place as its launcher told it; None where it was started alone.

        Raises
        ------
        BadRequest
            The variables hold no such numbers.
        """
        for rank, ranks in VARIABLES:
            if rank in environment and ranks in environment:
                try:
                    numbers = int(environment[rank]), int(environment[ranks])
                except ValueError:
                    raise BadRequest(
                        f"{rank}={environment[rank]!r} and {ranks}={environment[ranks]!r} in the environment do not "
                        "say which of how many processes this is. Unset both to record with this process alone."
                    ) from None
                found = cls(*numbers)
                return found if found.ranks > 1 else None
        return None

    def run(self, work: Work, advance: Advance) -> None:
        left = unfinished(work)
        if mine := [shard for shard in left if shard % self.ranks == self.rank]:
            work.record(mine, advance)
        for shard in reversed([shard for shard in left if shard % self.ranks != self.rank]):
            if work.is_done(shard):
                advance(work.samples_in(shard))
            else:
                work.record([shard], advance)
