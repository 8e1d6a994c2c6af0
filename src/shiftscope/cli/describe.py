"""`shiftscope describe`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.cli.asked.options import RecordedStudy

if TYPE_CHECKING:
    from shiftscope.store.description import Description


def describe(
    study: RecordedStudy,
    dataset: str | None = None,
    /,
    *,
    about: str | None = None,
    groups: list[str] | None = None,
) -> None:
    """Say what a study or a dataset is and which groups a dataset belongs to, and print what is said.

    Of a study to which nothing is added, what is said of its datasets is printed too.

    Parameters
    ----------
    dataset
        Its name; the study itself where not given.
    about
        Text for a person; an empty one takes it away.
    groups
        VARIABLE=VALUE, as corruption=noise severity=3: text names a group, a number orders its members. Variables that
        are not named stay; VARIABLE= takes one away.
    """
    from shiftscope.cli.group_values import group_values
    from shiftscope.flow.describe import describe as describe_dataset
    from shiftscope.store.stored_study import StoredStudy

    opened = StoredStudy(study)
    told = describe_dataset(opened, dataset, about=about, groups=group_values(groups))
    sets = opened.datasets if dataset is None and about is None else []
    described = [_in_words(name, said) for name in sets if (said := opened.description(name))]
    if told or not described:
        print(_in_words(dataset or str(study), told))
    for line in described:
        print(line)


def _in_words(name: str, told: Description) -> str:
    grouped = ", ".join(f"{variable} {value}" for variable, value in told.groups.items())
    return f"{name}: {told.about or 'nothing is said about it'}{grouped and f' ({grouped})'}"
