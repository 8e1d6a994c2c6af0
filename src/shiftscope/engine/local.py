"""All shards in this process, one after the other."""

from __future__ import annotations

from shiftscope.engine.engine import Advance, Work, unfinished


class Local:
    rank = None
    over = True

    def run(self, work: Work, advance: Advance) -> None:
        if shards := unfinished(work):
            work.record(shards, advance)
