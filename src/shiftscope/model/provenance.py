"""Where responses came from: enough to refuse what does not belong together."""

from __future__ import annotations

import dataclasses
import hashlib
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from shiftscope.errors import DataError, StudyMismatch
from shiftscope.model.evaluation.evaluation import observed
from shiftscope.model.recorded_layer import RecordedLayer

SETTINGS = "settings"
WITHOUT_RATES = "without_rates_sha256"
DROPPING = ("DropPath", "StochasticDepth")  # how classes end that say their rate as p
_RATE = re.compile(r"(?:^|, *)\w*drop\w*=[-+.\deE]+(?=,|$)")
_RATE_ALONE = re.compile(r"(?:^|, *)(?:p|\w*drop\w*)=[-+.\deE]+(?=,|$)")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")  # of an object in memory


def describe_model(model: nn.Module) -> dict[str, Any]:
    """Class, number of parameters, and digests of weights and buffers and of the modules' types and settings, as JSON.

    Settings are what modules say of themselves when printed, as the slope of a LeakyReLU. Another version of torch may
    say them otherwise, so its number stands beside their digest. Those of dropout play no part in eval mode: there is a
    digest without the rates of all that drops at random, where modules say some.
    """
    with observed(model):  # eval mode may give other weights
        return _described(model)


def _described(model: nn.Module) -> dict[str, Any]:
    digest = hashlib.sha256()
    for name, tensor in model.state_dict().items():
        if not isinstance(tensor, torch.Tensor):
            continue
        digest.update(f"{name}|{tensor.dtype}|{tuple(tensor.shape)}|".encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    structure = (f"{name} {type(module).__name__}" for name, module in model.named_modules() if name)
    settings = [
        (name, type(module).__name__, _ADDRESS.sub("", module.extra_repr()))
        for name, module in model.named_modules()
        if not isinstance(module, _DropoutNd)
    ]
    said = _digest(f"{name} {text}" for name, _, text in settings)
    without = _digest(f"{name} {_without_rates(kind, text)}" for name, kind, text in settings)
    return {
        "class": f"{type(model).__module__}.{type(model).__qualname__}",
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "weights_sha256": digest.hexdigest(),
        "modules_sha256": _digest(structure),  # the same weights in other layers
        SETTINGS: {
            "torch": torch.__version__,
            "sha256": said,
            **({WITHOUT_RATES: without} if without != said else {}),
        },
    }


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _without_rates(kind: str, settings: str) -> str:
    """What a module says of itself, without the share that it drops at random while it is trained."""
    return (_RATE_ALONE if kind.endswith(DROPPING) else _RATE).sub("", settings).strip(", ")


def without_settings(described: Mapping[str, Any]) -> dict[str, Any]:
    """What decides a recording's content, whichever torch says it."""
    return {key: value for key, value in described.items() if key != SETTINGS}


@cache
def _installed() -> dict[str, str]:
    return {
        "shiftscope": version("shiftscope"),
        "torch": torch.__version__,
        "numpy": version("numpy"),
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    return dict(_installed())


@dataclass(frozen=True)
class InputRange:
    """Shape and range of the first inputs shown to the model, to notice other preprocessing later."""

    shape: tuple[int, ...]  # without the batch axis
    low: float
    high: float

    @classmethod
    def of(cls, inputs: torch.Tensor) -> InputRange:
        return cls(tuple(inputs.shape[1:]), float(inputs.min()), float(inputs.max()))

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> InputRange:
        return cls(tuple(entry["shape"]), entry["low"], entry["high"])

    def as_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    def refuse_unlike(
        self, reference: InputRange, name: str, reference_name: str, *, check_range: bool = True
    ) -> None:
        """Raise `DataError` where sizes differ or the ranges are of another order."""
        if self.shape != reference.shape:
            raise DataError(
                f"samples of {name!r} have shape {self.shape}, those of {reference_name!r} had {reference.shape}. "
                "Give the preprocessing (resize, crop, channels) that the model was recorded with."
            )
        if check_range and self._scaled_otherwise(reference):
            raise DataError(
                f"samples of {name!r} range from {self.low:.3g} to {self.high:.3g}, those of {reference_name!r} "
                f"from {reference.low:.3g} to {reference.high:.3g}: this looks like another scaling (0..1 against "
                "0..255, or normalised against not). Pass check_range=False if it is the shift itself."
            )

    def _scaled_otherwise(self, reference: InputRange) -> bool:
        span, usual = self.high - self.low, reference.high - reference.low
        if min(span, usual) <= 0:
            return False
        negative, usually_negative = (r.low < -0.1 * (r.high - r.low) for r in (self, reference))
        return max(span / usual, usual / span) > 8 or negative != usually_negative


def refuse_other_model(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise `StudyMismatch` naming what differs between the study's model and this one."""
    differs = [key for key in now if key != SETTINGS and recorded.get(key) != now[key]]
    if _set_otherwise(recorded.get(SETTINGS, {}), now.get(SETTINGS, {})):
        differs.append(SETTINGS)
    if not differs:
        return
    if differs == ["class"]:  # the same weights under another name compute the same
        return
    what = "; ".join(
        f"{key} {_short(recorded.get(key))} there, {_short(now.get(key))} here" for key in differs
    )
    raise StudyMismatch(
        f"this study was made by another model: {what}. {_weights_only(differs)}Responses of two models cannot share a "
        "study; create a new study for one that is another on purpose."
    )


def _weights_only(differs: Sequence[str]) -> str:
    return (
        "It has the same modules with other weights: were they loaded? "
        if differs == ["weights_sha256"]
        else ""
    )


def _set_otherwise(there: Mapping[str, Any], here: Mapping[str, Any]) -> bool:
    """Whether the same torch says other settings, rates of dropout aside; where these are not told apart, any."""
    if there.get("torch") != here.get("torch") or there.get("sha256") == here.get("sha256"):
        return False
    return bool(there.get(WITHOUT_RATES, there.get("sha256")) != here.get(WITHOUT_RATES, here.get("sha256")))


def refuse_other_layers(recorded: Sequence[RecordedLayer], now: Sequence[RecordedLayer]) -> None:
    """Raise `StudyMismatch` naming the layers that differ."""
    there, here = ({layer.name: layer for layer in layers} for layers in (recorded, now))
    differs = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    if differs:
        raise StudyMismatch(
            f"this study records the layers {list(there)}; asked were {list(here)}, which differ in {differs}. "
            "All datasets of a study are recorded at the same layers with the same pooling: leave layers out, "
            "or create a new study."
        )


def _short(value: object) -> str:
    value = value["sha256"] if isinstance(value, Mapping) else value
    return value[:12] + "…" if isinstance(value, str) and len(value) == 64 else str(value)
