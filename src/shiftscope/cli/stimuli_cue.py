"""`shiftscope stimuli cue`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter


def stimuli_cue(
    *,
    data: str,
    kind: str,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    association: float = 0.9,
    opacity: float = 1.0,
    seed: int = 0,
    held_out: str | None = None,
    resize: int | None = None,
    crop: int | None = None,
    channels: Literal["rgb", "gray"] = "rgb",
    leak_check: bool = True,
) -> None:
    """Plant a cue that tells the label and write five sets of pictures; the same command goes on where it stopped.

    Parameters
    ----------
    data
        Labelled images, as `record` takes them.
    kind
        patch, frame, tint or watermark.
    output
        Folder for the sets associated, aligned, conflict, neutral and cue_only, each with its pictures (PNG),
        images.csv and a manifest with masks.
    association
        How tightly the cue is tied to the label, from 0, not at all, to 1.
    opacity
        How well it is seen, from 0 to 1.
    seed
        Another one deals the cues otherwise.
    held_out
        Data for all sets but the first; half of the samples where not given.
    resize
        Shorter side of an image, in pixels.
    crop
        Side of the central square that is kept, in pixels.
    channels
        Colours or gray.
    leak_check
        Print what a simple model reads of the label, and from where.
    """
    from shiftscope.datasets.pictures.preprocess import Preprocess
    from shiftscope.datasets.source import as_dataset
    from shiftscope.datasets.stimuli.cues.cue_sets import cue
    from shiftscope.interop.picture_sets.write_set import write_set
    from shiftscope.progress import bar

    asked = resize is not None or crop is not None or channels != "rgb"
    preprocess = Preprocess(resize=resize, crop=crop, channels=channels) if asked else None
    other = None if held_out is None else as_dataset(held_out, preprocess=preprocess)
    sets = cue(as_dataset(data, preprocess=preprocess), kind, association, opacity, seed, other)
    print(sets if leak_check else repr(sets))
    for name, dataset in sets.sets.items():
        written = write_set(dataset, output / name, name=name, progress=bar)
        rest = "" if written == len(dataset) else ", the others were there"
        print(f"{output / name}: {written:,} pictures written{rest}.")
    print(f"\nTo record them; ids tell which pictures are the same without and with a cue:\n{_next(output)}")


def _next(output: Path) -> str:
    """The commands that record the sets with their twins."""
    import shlex

    from shiftscope.interop.picture_sets.write_set import TABLE

    parts = {"neutral": "--layers LAYER --reference", "aligned": "--twins id", "conflict": "--twins id"}
    return "\n".join(
        f"shiftscope record own.study --model MODEL --data {shlex.quote(f'csv:{output / name / TABLE}')} --name {name} "
        f"{options}"
        for name, options in parts.items()
    )
