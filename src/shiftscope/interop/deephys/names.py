"""What categories and datasets of Deephys' files are called in a study, and names of a study in the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shiftscope.arrays import NO_LABEL
from shiftscope.category_names import checked_categories
from shiftscope.errors import BadRequest, DataError
from shiftscope.interop.deephys.dataset_file import DatasetFile
from shiftscope.interop.deephys.image_block import ImageBlock
from shiftscope.interop.deephys.model_file import ModelFile
from shiftscope.store.layout import folder_name
from shiftscope.store.stored_study import StoredStudy


class CategoryNames:
    """What the files call each category; files before 0.10 say it image by image."""

    def __init__(self, model: ModelFile) -> None:
        self._model = model
        self._names: dict[int, str] = {}

    def known(self, study: StoredStudy) -> None:
        for index, name in enumerate(study.categories):
            if name != str(index):
                self._enter(index, name, str(study.path))

    def learn_classes(self, file: DatasetFile) -> None:
        for index, name in enumerate(file.classes):
            self._enter(index, name, str(file.path))

    def learn(self, file: DatasetFile, block: ImageBlock) -> None:
        for row, (label, name) in enumerate(zip(block.labels, block.categories, strict=True)):
            if label != NO_LABEL and self._names.get(label) != name:
                where = f"{file.path}, image {block.first + row} at byte {block.offsets[row]},"
                self._enter(label, name, where)

    def names(self) -> tuple[str, ...]:
        """One for each unit of the classification layer, its number where no file says."""
        return checked_categories(
            [self._names.get(index, str(index)) for index in range(self._model.categories)]
        )

    def _enter(self, index: int, name: str, where: str) -> None:
        if self._names.setdefault(index, name) != name:
            raise DataError(
                f"{where} calls category {index} {name!r}, and earlier it was {self._names[index]!r}. Datasets of one "
                "study share their categories: import these files into studies of their own."
            )


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


def shortened(names: Sequence[str], limit: int, what: str, notes: list[str]) -> list[str]:
    """The names within the limits of another tool: of at most `limit` characters, none twice; `notes` tell of changes.

    A name that has to give way is cut and numbered: "~2" is the second that begins so.
    """
    written: list[str] = []
    fitting = {name.casefold() for name in names if len(name) <= limit}
    for name in names:
        taken = {other.casefold() for other in written} | (fitting if len(name) > limit else set())
        short, number = name[:limit], 1
        while short.casefold() in taken:
            number += 1
            short = name[: limit - len(f"~{number}")] + f"~{number}"
        if short != name:
            notes.append(
                f"{what} {name!r} is written as {short!r}: Deephys takes {limit} characters, and no name twice."
            )
        written.append(short)
    return written
