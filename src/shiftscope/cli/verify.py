"""`shiftscope verify`."""

from __future__ import annotations

import sys
import time
from typing import Annotated

from cyclopts import Parameter

from shiftscope.cli.asked.options import RecordedStudy
from shiftscope.counted import counted


def verify(
    study: RecordedStudy,
    /,
    *,
    repair: Annotated[bool, Parameter(name=["--repair", "--mend"])] = False,
) -> None:
    """Compare every recorded file of a study with its checksum; exit status 1 where something is damaged.

    Parameters
    ----------
    repair
        Make again what can be made from what is stored, and have damaged shards recorded again by the command that
        recorded their dataset.
    """
    from shiftscope.flow.verify import verify as verify_study
    from shiftscope.store.integrity.verify import advice
    from shiftscope.store.stored_study import StoredStudy

    started = time.perf_counter()
    found = verify_study(StoredStudy(study), repair=repair)
    seconds = time.perf_counter() - started
    print(f"{counted(found.files, 'file')} as written ({found.bytes / 1e9:.3g} GB in {seconds:.2g} s).")
    if found.unchecked:
        print(f"{counted(found.unchecked, 'file')} from before checksums were written: not checked.")
    for damage in found.damages:
        print(f"{damage.file.relative_to(study).as_posix()} {damage.problem}")
    for line in advice(found, repaired=repair):
        print(line)
    if found.damages:
        sys.exit(1)
