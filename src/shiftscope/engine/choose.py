"""Which engine a recording runs by."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from shiftscope.engine.engine import Engine
from shiftscope.engine.local import Local
from shiftscope.engine.ranks import Ranks

if TYPE_CHECKING:
    from distributed import Client


def chosen(given: Engine | Client | None) -> Engine:
    """The one that was given, if any; else this process alone, or as the rank that its launcher made it."""
    if given is None:
        return Ranks.from_environment() or Local()
    distributed = sys.modules.get("distributed")  # whoever has a client has imported it
    if distributed is not None and isinstance(given, distributed.Client):
        from shiftscope.engine.cluster import Cluster

        return Cluster(given)
    return given
