"""Another name for a dataset."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.layout import refuse_dataset_name
from shiftscope.store.manifest import Manifest
from shiftscope.store.stored_study import StoredStudy


def rename(study: StoredStudy, dataset: str, name: str) -> None:
    """Call a dataset `name` from now on; nothing of it is recorded, derived or computed again.

    Its files stay where they are: `study.json`, written once, says what the dataset is called. What is said of it, its
    results and its codes of derived layers go with it.

    Raises
    ------
    NotInStudy
        No such dataset.
    BadRequest
        The name is taken or cannot be a dataset's, or the study was opened to be read only.
    StudyBusy
        The dataset is being recorded.
    """
    study.refuse_read_only("renamed in")
    study.reread()
    study.refuse_absent(dataset)
    if name == dataset:
        return

    def renamed(manifest: Manifest) -> Manifest:
        study.refuse_absent(dataset)
        refuse_dataset_name(name, [other for other in manifest.datasets if other != dataset])
        if name in manifest.datasets:
            raise BadRequest(f"there is a dataset {name!r} already; choose another name, or remove it first.")
        if name in manifest.folders or name in study.unfinished():
            raise BadRequest(
                f"a recording of {name!r} was begun, or not wholly removed; finish or remove it first."
            )
        return manifest.renamed(dataset, name)

    with write_errors(study.path), study.place_of(dataset).lock():
        study.update(renamed)
    study.forget()
