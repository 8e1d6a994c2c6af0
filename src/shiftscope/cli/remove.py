"""`shiftscope remove`."""

from __future__ import annotations

from shiftscope.cli.asked.options import RecordedStudy


def remove(study: RecordedStudy, dataset: str, /, *, reference: str | None = None) -> None:
    """Delete a dataset with all that was computed from it; the same command finishes what was stopped.

    Parameters
    ----------
    dataset
        Its name; one whose recording was only begun, too.
    reference
        The dataset that the others are compared with from now on; needed where the one removed is the reference.
    """
    from shiftscope.flow.remove import remove as remove_dataset
    from shiftscope.store.stored_study import StoredStudy

    opened = StoredStudy(study)
    remove_dataset(opened, dataset, reference=reference)
    print(f"{dataset} is removed. There are {', '.join(opened) or 'no datasets'}.")
