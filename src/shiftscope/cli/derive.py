"""`shiftscope derive`."""

from __future__ import annotations

from shiftscope.cli.study_address import StudyAddress


def derive(
    study: StudyAddress,
    /,
    *,
    layer: str,
    kind: str,
    size: int,
    name: str | None = None,
    seed: int = 0,
    workers: int | None = None,
    scheduler: str | None = None,
    overwrite: bool = False,
) -> None:
    """Compute a layer from a recorded one, for every dataset of a study; the same command goes on where it stopped.

    Parameters
    ----------
    study
        Folder of the study, or its address on an object store, as s3://bucket/x.study.
    layer
        Recorded layer that it is computed from.
    kind
        How: pca.
    size
        Number of features.
    name
        Of the new layer; LAYER~KINDSIZE where not given.
    seed
        Of what is chosen at random while it is fitted.
    workers
        Compute with so many processes of this machine.
    scheduler
        Compute on the workers of this Dask scheduler: tcp://HOST:PORT.
    overwrite
        Replace a derived layer of this name.
    """
    from shiftscope.cli.cluster import cluster
    from shiftscope.counted import counted
    from shiftscope.flow.scores import score_all
    from shiftscope.progress import bar
    from shiftscope.study import open_study

    opened = open_study(study)
    with cluster(workers, scheduler, None) as engine:
        made = opened.derive(layer, kind, size=size, name=name, seed=seed, engine=engine, overwrite=overwrite)
    score_all(opened, progress=bar)
    rows = opened.derived[made.name].rows
    print(
        f"{made.name}: {counted(made.units, 'feature')}, fitted on {counted(rows, 'sample')} of {opened.reference}. "
        f"Look at them with: shiftscope view {study}"
    )
