"""`shiftscope compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from shiftscope.cli.asked.options import Csv
from shiftscope.cli.asked.study_address import StudyAddress
from shiftscope.cli.printed.write_csv import write_csv
from shiftscope.errors import BadRequest


def compare(
    *studies: StudyAddress,
    layer: str | None = None,
    dataset: str | None = None,
    rule: str = "abs_mean",
    smoothing: Literal["clip", "jeffreys", "none"] = "clip",
    eps: float = 1e-8,
    own_scales: bool = False,
    out: Annotated[Path | None, Parameter(alias="-o")] = None,
    csv: Csv = None,
) -> None:
    """Compare checkpoints by the significant paths of a map: one study each, the first being the yardstick.

    Parameters
    ----------
    studies
        Folders of studies, in the order of training.
    layer
        A linear map by the name of its module, or of the recorded layer that enters it; the one into the logits where
        not given.
    dataset
        Shown; the first study's reference where not given.
    rule
        When a path counts: abs_mean reproduces the published tables, printed is the formula in the paper.
    smoothing
        What is done with frequencies of 0 and 1.
    eps
        Frequencies are clipped to [eps, 1 - eps].
    own_scales
        Colour each matrix of the page by a scale of its own.
    out
        Folder for a page with charts and matrices.
    """
    from shiftscope.cli.asked.checked_csv import checked_csv
    from shiftscope.explain.paths.comparison import compare as compared
    from shiftscope.explain.paths.comparison import refuse_few
    from shiftscope.study import open_study
    from shiftscope.views.paths.comparison import comparison_page
    from shiftscope.web.report.one_page import write_page
    from shiftscope.web.report.report import refuse_taken

    checked_csv(csv)
    if out is not None:
        refuse_taken(out)
    refuse_few(len(studies))
    opened = [open_study(study) for study in studies]
    found = compared(
        [study.name for study in opened],
        [study.paths(layer, rule=rule, smoothing=smoothing, eps=eps) for study in opened],
    )
    shown = dataset or opened[0].reference
    if shown not in found.datasets:
        raise BadRequest(
            f"no dataset {shown!r} in all of these studies; they share {', '.join(found.datasets) or 'none'}."
        )
    if csv:
        write_csv(found.table(), csv)
    else:
        table = found.table()
        columns = ["checkpoint", "accuracy", "mean_kl", "floor", "mean_entropy", "ratio"]
        chosen = table[table["dataset"] == shown][columns]
        print(chosen.to_string(index=False, float_format="{:.4g}".format))
        for name in list(found.checkpoints)[1:]:
            print(f"{name}: {found.diagnosis(name, shown)}")
    if out is not None:
        page = comparison_page(found, shown, same_scale=not own_scales)
        print(f"Open {write_page(page, out, 'comparison')}")
