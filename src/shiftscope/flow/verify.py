"""Whether a study is what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.store.stored_study import StudyFiles

if TYPE_CHECKING:
    from shiftscope.store.integrity.verify import Verified


def verify(study: StudyFiles, *, mend: bool = False) -> Verified:
    """Compare every recorded file with its checksum; `mend` makes again what can be made without the model.

    What was found is told as it was before mending. Of a damaged shard only that shard has to be recorded again, by
    the command that recorded its dataset.
    """
    from shiftscope.store.integrity.repair import mend as make_good
    from shiftscope.store.integrity.verify import verify as compare

    found = compare(study)
    if mend:
        make_good(study, found.damages)
    return found
