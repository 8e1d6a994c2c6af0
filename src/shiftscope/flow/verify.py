"""Whether a study is what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.derived.encode import encode
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from shiftscope.store.integrity.verify import Verified


def verify(study: StoredStudy, *, repair: bool = False, mend: bool = False) -> Verified:
    """Compare every recorded file of the study, and every stored result, with its checksum; notes have none.

    The report says what was damaged before anything was repaired.

    Parameters
    ----------
    repair
        Make again what can be made from what is stored, and let damaged shards count as not recorded: the same
        `record` as before then records these and nothing else. (The search for units whose silence helps under a
        shift is `study.repair`.)
    mend
        Another name of `repair`.
    """
    from shiftscope.store.integrity.repair import repair as repair_study
    from shiftscope.store.integrity.verify import verify as compare

    found = compare(study)
    if repair or mend:
        repair_study(study, found.damages)
        for derived in study.derived.values():
            for dataset in study.without_codes(derived.name):
                if study[dataset].keeps_responses and not derived.positions:
                    encode(study, derived, dataset)
        study.forget()
    return found
