"""`shiftscope describe`."""

from __future__ import annotations

from shiftscope.cli.study_address import StudyAddress


def describe(
    study: StudyAddress,
    dataset: str | None = None,
    /,
    *,
    about: str | None = None,
    groups: list[str] | None = None,
) -> None:
    """Say what a study or a dataset is and which groups a dataset belongs to, and print what is said.

    Parameters
    ----------
    study
        Folder of the study, or its address on an object store, as s3://bucket/x.study.
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

    told = describe_dataset(StoredStudy(study), dataset, about=about, groups=group_values(groups))
    grouped = ", ".join(f"{variable} {value}" for variable, value in told.groups.items())
    print(f"{dataset or study}: {told.about or 'nothing is said about it'}{grouped and f' ({grouped})'}")
