"""What Deephys' files call each category."""

from __future__ import annotations

from shiftscope.arrays import NO_LABEL
from shiftscope.category_names import checked_categories
from shiftscope.errors import DataError
from shiftscope.interop.deephys.dataset_file import DatasetFile
from shiftscope.interop.deephys.image_block import ImageBlock
from shiftscope.interop.deephys.model_file import ModelFile
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
