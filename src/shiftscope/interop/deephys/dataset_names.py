"""What the datasets of `.test` files are called in a study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shiftscope.errors import BadRequest
from shiftscope.interop.deephys.dataset_file import DatasetFile
from shiftscope.store.layout import folder_name


def dataset_names(files: Sequence[DatasetFile]) -> Iterator[str]:
    """A name for each dataset that can be a folder: as in its file, else the file's name; numbered where two agree."""
    taken: set[str] = set()
    for index, file in enumerate(files):
        wanted = [file.name.replace("/", "-").replace("\\", "-"), file.path.stem, f"dataset {index}"]
        base = next(name for name in wanted if _usable(name))
        names = (base if number == 1 else f"{base} ({number})" for number in range(1, len(files) + 1))
        name = next(name for name in names if name.casefold() not in taken)
        taken.add(name.casefold())
        yield name


def _usable(name: str) -> bool:
    try:
        folder_name(f"{name} (999)")
    except BadRequest:
        return False
    return bool(name.strip(". "))
