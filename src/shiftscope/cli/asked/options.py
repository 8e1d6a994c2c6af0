"""What many commands ask for by the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from shiftscope.cli.asked.study_address import StudyAddress

RecordedStudy = Annotated[
    StudyAddress,
    Parameter(help="Folder of the study, or its address on an object store, as s3://bucket/x.study."),
]
Model = Annotated[
    str | None,
    Parameter(help="The model: package.module:callable, timm:NAME, hf:NAME, or a .pt2 file of torch.export."),
]
Weights = Annotated[Path | None, Parameter(help="State dict to load: .safetensors, .pt or .pth.")]
Data = Annotated[
    list[str] | None,
    Parameter(
        help="Datasets as NAME=SOURCE, by their names in the study; those that lie where they were recorded from may "
        "be left out."
    ),
]
DataOrAll = Annotated[
    list[str] | None,
    Parameter(
        help="Datasets to show to the model as NAME=SOURCE, by their names in the study; all that lie where they were "
        "recorded from where not given."
    ),
]
Device = Annotated[str | None, Parameter(help="Where the model runs: cpu, cuda, mps.")]
Output = Annotated[Path | None, Parameter(name=["--output", "-o"])]
Csv = Annotated[
    str | None,
    Parameter(allow_leading_hyphen=True, help="File to write the table to, or - for standard output."),
]
Placebo = Annotated[int | bool, Parameter(metavar="[N]")]
Json = Annotated[bool, Parameter(help="Print JSON.")]
