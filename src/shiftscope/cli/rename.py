"""`shiftscope rename`."""

from __future__ import annotations

from shiftscope.cli.asked.study_address import StudyAddress


def rename(study: StudyAddress, dataset: str, name: str, /) -> None:
    """Give a dataset another name; nothing of it is recorded or computed again.

    Parameters
    ----------
    study
        Folder of the study, or its address on an object store, as s3://bucket/x.study.
    dataset
        Its name until now.
    name
        Its name from now on.
    """
    from shiftscope.flow.rename import rename as rename_dataset
    from shiftscope.store.stored_study import StoredStudy

    rename_dataset(StoredStudy(study), dataset, name)
    print(f"{dataset} is now called {name}.")
