"""`shiftscope record`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from shiftscope.errors import BadRequest, ShiftscopeError

if TYPE_CHECKING:
    from torch import nn


def record(
    study: Path,
    /,
    *,
    model: str,
    data: str,
    name: str,
    weights: Path | None = None,
    layers: list[str] | None = None,
    paths: list[str] | None = None,
    reference: bool = False,
    categories: Path | None = None,
    resize: int | None = None,
    crop: int | None = None,
    mean: list[float] | None = None,
    std: list[float] | None = None,
    scale: float = 1.0,
    channels: Literal["rgb", "bgr", "gray"] = "rgb",
    stored_as: Literal["float16", "float32"] = "float16",
    keep: Literal["responses", "summaries"] = "responses",
    batch_size: int = 64,
    loader_workers: int = 0,
    device: str | None = None,
    on_error: Literal["raise", "skip"] = "raise",
    check_range: bool = True,
    overwrite: bool = False,
) -> None:
    """Record a model's responses to a dataset into a study; the same command goes on where it stopped.

    Parameters
    ----------
    study
        Folder of the study; made when it is not there.
    model
        package.module:callable, timm:NAME, hf:NAME, or a .pt2 file of torch.export.
    data
        What to show: imagefolder:FOLDER, csv:FILE, parquet:FILE, npz:FILE, jpegpack:FILE, idx:FOLDER,
        digits:PALETTE, or a path.
    name
        Of the dataset in the study.
    weights
        State dict to load: .safetensors, .pt or .pth.
    layers
        Names or globs of layers, name:pool for another pooling. Needed for the first dataset of a study.
    paths
        Names or globs of linear maps and convolutions whose paths are to be counted; named with the layers. The
        map into the logits needs no naming.
    reference
        Compare the other datasets with this one.
    categories
        Text file with one category name a line, in the order of the logits.
    resize
        Shorter side of an image, in pixels.
    crop
        Side of the central square that the model sees, in pixels.
    mean
        Subtracted: one number, or one for each channel.
    std
        Divided by: one number, or one for each channel.
    scale
        Largest input value before mean and std: 1 or 255.
    channels
        Order of the input's channels.
    stored_as
        Type of the stored responses.
    keep
        All responses with their summaries, or summaries alone.
    batch_size
        Samples in one forward pass.
    loader_workers
        Processes that read images for the model.
    device
        Where the model runs: cpu, cuda, mps.
    on_error
        Stop at a sample that cannot be read, or count it and leave a gap.
    check_range
        Refuse inputs whose range is of another order than the first dataset's.
    overwrite
        Replace a dataset of this name.
    """
    from shiftscope.datasets.preprocess import Preprocess
    from shiftscope.flow import score_all
    from shiftscope.progress import bar
    from shiftscope.recording.load_model import load_model
    from shiftscope.scores.outcomes import outcomes
    from shiftscope.store.atomic import remove_folder
    from shiftscope.study import Study

    net = load_model(model, weights)
    existed = study.exists()
    opened = Study.create(study, net, _names(categories), exist_ok=True)
    asked = (
        any(option is not None for option in (resize, crop, mean, std)) or scale != 1.0 or channels != "rgb"
    )
    preprocess = Preprocess(
        resize=resize,
        crop=crop,
        mean=_one_or_all(mean),
        std=_one_or_all(std),
        scale=scale,
        channels=channels,
    )
    try:
        recording = opened.record(
            data,
            name,
            model=_on(net, device),
            layers=layers,
            paths=paths or (),
            reference=reference,
            preprocess=preprocess if asked else None,
            stored_as=stored_as,
            keep=keep,
            batch_size=batch_size,
            loader_workers=loader_workers,
            on_error=on_error,
            check_range=check_range,
            overwrite=overwrite,
        )
    except ShiftscopeError:
        if not existed and not opened.unfinished():
            remove_folder(study)  # nothing was recorded, so nothing is left
        raise
    score_all(opened, progress=bar)
    result = outcomes(recording.samples, len(opened.categories))
    told = f", {100 * result.accuracy:.1f} % told right" if result.labelled else ""
    skipped = f", {recording.samples.skipped} skipped" if recording.samples.skipped else ""
    print(
        f"{name}: {len(recording.samples)} samples{told}{skipped}. Look at them with: shiftscope view {study}"
    )


def _on(net: nn.Module, device: str | None) -> nn.Module:
    try:
        return net.to(device) if device else net
    except (RuntimeError, AssertionError) as error:
        raise BadRequest(
            f"the model cannot go to the device {device!r}: {str(error).splitlines()[0]}"
        ) from error


def _one_or_all(values: list[float] | None) -> float | tuple[float, ...] | None:
    if values is None:
        return None
    return values[0] if len(values) == 1 else tuple(values)


def _names(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        return tuple(line.strip() for line in file.read_text("utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"cannot read category names from {str(file)!r}: {error}.") from error
