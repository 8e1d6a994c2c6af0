"""Where a study is, as commands take it: a folder, or an address on an object store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from cyclopts import Token


def _read(_: type, tokens: Sequence[Token]) -> Path:
    """Path alone would make one slash of the two in s3://."""
    from shiftscope.store.disk.object_path import study_path

    return study_path(tokens[0].value)


StudyAddress = Annotated[Path, Parameter(converter=_read)]
