"""`shiftscope rename`."""

from __future__ import annotations

from shiftscope.cli.asked.options import RecordedStudy


def rename(study: RecordedStudy, dataset: str, name: str, /) -> None:
    """Give a dataset another name; nothing of it is recorded or computed again.

    Parameters
    ----------
    dataset
        Its name until now.
    name
        Its name from now on.
    """
    from shiftscope.flow.rename import rename as rename_dataset
    from shiftscope.store.stored_study import StoredStudy

    rename_dataset(StoredStudy(study), dataset, name)
    print(f"{dataset} is now called {name}.")
