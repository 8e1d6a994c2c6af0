"""Whether two sets of pictures were made ready for the model in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shiftscope.errors import DataError

TRANSFORM = "transform"  # the key under which a function stands in place of options


def refuse_other_preprocessing(
    source: Mapping[str, Any], reference: Mapping[str, Any], name: str, reference_name: str
) -> None:
    """Raise `DataError` where what two datasets say of themselves names another preprocessing.

    One that does not say is not compared. None counts as different from any. Mean, deviation and scale are compared by
    what they do together; sizes only where both are pictures, since values in an array have theirs.
    """
    here, there = _said(source), _said(reference)
    if here is None or there is None:
        return
    if TRANSFORM in here or TRANSFORM in there:
        _refuse_other_transform(here, there, name, reference_name)
        return
    sized = not (_values(source) or _values(reference))
    ours, theirs = _effect(here, sized=sized), _effect(there, sized=sized)
    differs = [key for key in ours if ours[key] != theirs[key]]
    if not differs:
        return
    raise DataError(
        f"{name!r} is preprocessed otherwise than {reference_name!r}, in {', '.join(differs)}: {in_words(here)} here, "
        f"{in_words(there)} there. Give it preprocess=ss.Preprocess({in_words(there, '')}); where both come to the "
        "same, or this is the shift itself, pass other_preprocessing=True."
    )


def _refuse_other_transform(
    here: Mapping[str, Any], there: Mapping[str, Any], name: str, reference_name: str
) -> None:
    """Transforms are the same where they give the same on a few pictures."""
    if here.get("digest") == there.get("digest"):
        return
    ours, theirs = (
        f"by the transform {said[TRANSFORM]}" if TRANSFORM in said else f"by Preprocess: {in_words(said)}"
        for said in (here, there)
    )
    if ours == theirs:
        theirs += ", which gave something else on the same pictures"
    raise DataError(
        f"{name!r} is preprocessed otherwise than {reference_name!r}: {ours} here, {theirs} there. Give both the same; "
        "where both come to the same, or this is the shift itself, pass other_preprocessing=True."
    )


def _said(source: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The options, none where there is no preprocessing; None where a dataset does not say."""
    if "preprocess" not in source:
        return None
    said = source["preprocess"] or {}
    return said if isinstance(said, Mapping) else None


def _values(source: Mapping[str, Any]) -> bool:
    return str(source.get("type", "")).startswith("float")


def _effect(said: Mapping[str, Any], *, sized: bool) -> dict[str, Any]:
    """What is done, so that two ways to write the same are equal."""
    scale = said.get("scale") or 1.0
    mean, std = (_per_channel(said.get(name), default) for name, default in (("mean", 0.0), ("std", 1.0)))
    resized = said.get("resize") is not None
    size = {
        "resize": said.get("resize"),
        "crop": said.get("crop"),
        "interpolation": said.get("interpolation", "bilinear") if resized else None,
    }
    return {
        **(size if sized else {}),
        "mean": [round(value / scale, 6) for value in mean],
        "std": [round(value / scale, 6) for value in std],
        "channels": said.get("channels", "rgb") == "bgr",
    }


def _per_channel(value: Any, default: float) -> list[float]:
    values = [default] if value is None else value if isinstance(value, (list, tuple)) else [value]
    return [values[0]] if len(set(values)) == 1 else list(values)


def in_words(said: Mapping[str, Any], without: str = "none") -> str:
    """The options that are not the usual ones, as they are written in Python."""
    usual = {"scale": 1.0, "channels": "rgb", "interpolation": "bilinear"}
    told = {name: value for name, value in said.items() if value is not None and value != usual.get(name)}
    return ", ".join(f"{name}={value!r}" for name, value in told.items()) or without
