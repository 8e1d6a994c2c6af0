"""`shiftscope reorder`."""

from __future__ import annotations

from shiftscope.cli.asked.options import RecordedStudy


def reorder(study: RecordedStudy, /, *datasets: str) -> None:
    """Show the datasets of a study in another order, and print it; the reference stands first.

    Parameters
    ----------
    datasets
        Names, first to last; those that are not named follow in the order they had.
    """
    from shiftscope.flow.reorder import reorder as reorder_datasets
    from shiftscope.store.stored_study import StoredStudy

    print("\n".join(reorder_datasets(StoredStudy(study), datasets)))
