"""`shiftscope import deephys`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from shiftscope.cli.asked.study_address import StudyAddress
from shiftscope.cli.printed.print_chance import print_chance
from shiftscope.counted import counted


def import_deephys(
    model: Path,
    /,
    *tests: Path,
    out: Annotated[StudyAddress, Parameter(alias="-o")],
    reference: str | None = None,
    classification_layer: str | None = None,
    on_error: Literal["raise", "skip"] = "raise",
) -> None:
    """Make a study of files that were written for Deephys, of any of its versions.

    Parameters
    ----------
    model
        The .model file.
    tests
        The .test files, one for each dataset.
    out
        Folder of the study, or its address on an object store, as s3://bucket/x.study; made when it is not there.
    reference
        Compare the other datasets with this one, by its name or its file's; the first where not given.
    classification_layer
        Layer that gives the logits, for files of before 0.11, which do not say.
    on_error
        Stop at a response that is not finite, or count its image and leave a gap.
    """
    from shiftscope.flow.scores import score_all
    from shiftscope.interop.deephys.import_deephys import import_deephys
    from shiftscope.outcomes.outcomes import outcomes
    from shiftscope.progress import bar

    study = import_deephys(
        model,
        tests,
        out,
        reference=reference,
        classification_layer=classification_layer,
        on_error=on_error,
        progress=bar,
    )
    score_all(study, progress=bar)
    for name, recording in study.items():
        result = outcomes(recording.samples, len(study.categories))
        told = f", {100 * result.accuracy:.1f} % classified right" if result.labelled else ""
        skipped = f", {recording.samples.skipped} skipped" if recording.samples.skipped else ""
        print(f"{name}: {counted(len(recording.samples), 'sample')}{told}{skipped}.")
    print(f"Look at them with: shiftscope view {out}")
    print_chance(study)
