"""Modules that do something of their own when they run, change their mode or are looked at."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations, parametrize

UNITS = 6


class Around(nn.Module):
    """A model of pictures (sample, 3, 8, 8) with an unusual module before its head."""

    def __init__(self, odd: nn.Module, before: nn.Module | None = None) -> None:
        super().__init__()
        self.flat = before or nn.Flatten()
        self.body = nn.Linear(192, UNITS)
        self.odd = odd
        self.relu = nn.ReLU()
        self.head = nn.Linear(UNITS, 4)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.relu(self.odd(self.body(self.flat(inputs)))))
        return logits


class Odd(nn.Module):
    """A module of a function, which may keep what it likes in `self`."""

    def __init__(self, forward: Callable[[Any, torch.Tensor], torch.Tensor], **attributes: Any) -> None:
        super().__init__()
        self.of = forward
        for name, value in attributes.items():
            setattr(self, name, value)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.of(self, inputs)


class Adapted(nn.Linear):
    """Merged into its weights in eval mode, as LoRA's layers are."""

    def __init__(self) -> None:
        super().__init__(UNITS, UNITS)
        self.down, self.up = nn.Parameter(torch.randn(2, UNITS)), nn.Parameter(torch.randn(UNITS, 2))
        self.weight.requires_grad_(False)
        self.merged = False

    def train(self, mode: bool = True) -> Adapted:
        super().train(mode)
        if mode == self.merged:
            self.weight.data += (-1 if mode else 1) * (self.up @ self.down)
            self.merged = not mode
        return self

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        beside = 0 if self.merged else inputs @ self.down.T @ self.up.T
        return F.linear(inputs, self.weight, self.bias) + beside


class Merged(nn.Linear):
    """Another weight in eval mode: the parameter is replaced, and back."""

    def train(self, mode: bool = True) -> Merged:
        if mode != self.training:
            self.weight = nn.Parameter(self.weight.detach() * (0.5 if mode else 2))
        return super().train(mode)


class Frozen(nn.BatchNorm1d):
    """Stays in eval mode whatever is asked."""

    def train(self, mode: bool = True) -> Frozen:
        return super().train(False)


class NeverTrained(nn.Linear):
    def train(self, mode: bool = True) -> NeverTrained:
        if mode:
            raise RuntimeError("this teacher is not trained")
        return super().train(mode)


class NeverEvaluated(nn.Linear):
    def train(self, mode: bool = True) -> NeverEvaluated:
        if not mode:
            raise RuntimeError("this layer knows no eval mode")
        return super().train(mode)


class FlagOfItsOwn(nn.Linear):
    """`training` is a property, kept elsewhere."""

    @property
    def training(self) -> bool:  # type: ignore[override]
        return self.__dict__.get("state", {}).get("training", True)

    @training.setter
    def training(self, mode: bool) -> None:
        self.__dict__.setdefault("state", {})["training"] = mode


class Renormed(nn.Linear):
    """Bounds its weights when it runs, as nets for EEG do."""

    max_norm = 0.1

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.weight.data = torch.renorm(self.weight.data, 2, 0, self.max_norm)
        return super().forward(inputs)


class Told(torch.Tensor):
    """A subclass with a `__torch_function__` of its own."""

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, given: Any = (), named: Any = None) -> Any:
        return super().__torch_function__(function, types, given, named or {})


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(2, UNITS, batch_first=True)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.lstm.flatten_parameters()
        return self.lstm(inputs.reshape(len(inputs), 3, 2))[0][:, -1]


def _rotary(self: Any, inputs: torch.Tensor) -> torch.Tensor:
    if self.cos is None or self.cos.dtype != inputs.dtype:
        self.cos = torch.linspace(0, 1, UNITS, dtype=inputs.dtype).cos()
    return inputs * self.cos


def _cached(self: Any, inputs: torch.Tensor) -> torch.Tensor:
    if len(inputs) not in self.cache:
        self.cache[len(inputs)] = [self.scale * torch.ones(len(inputs), 1)]
    return inputs * self.cache[len(inputs)][0]


def _counting(self: Any, inputs: torch.Tensor) -> torch.Tensor:
    self.calls += 1
    self.seen.append(len(inputs))
    self.total += inputs.detach().sum()
    self.steps.add_(1)
    return inputs


def _lazy_map(self: Any, inputs: torch.Tensor) -> torch.Tensor:
    if not hasattr(self, "map"):
        self.map = nn.Linear(UNITS, UNITS)
    return self.map(inputs)


def _writing(self: Any, inputs: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        self.weight.mul_(0.9)
    return inputs * self.weight


def _nested(self: Any, inputs: torch.Tensor) -> torch.Tensor:
    ragged = torch.nested.nested_tensor(list(inputs.detach()[:, None]), layout=torch.jagged)
    return inputs + torch.nested.to_padded_tensor(ragged * 2, 0)[:, 0]


def _embedding(self: Any, inputs: torch.Tensor) -> torch.Tensor:
    return inputs + self.embedding((inputs.detach() > 0).long().sum(1))


def _buffers() -> nn.Module:
    odd = Odd(_counting, calls=0, seen=[], steps=torch.zeros(()))
    odd.register_buffer("total", torch.zeros(()))
    odd.register_buffer("hidden", torch.randn(3), persistent=False)
    return odd


def _hooked() -> nn.Module:
    odd = nn.Linear(UNITS, UNITS)
    odd.register_forward_hook(lambda module, given, output: output * 2)
    odd.register_forward_pre_hook(lambda module, given: (given[0] + 1,))
    odd.register_full_backward_hook(lambda module, into, out: None)
    return odd


def _once(odd: nn.Module) -> nn.Module:
    """A module that has run, so that what it makes at its first pass is there."""
    odd(torch.rand(2, UNITS))
    return odd


def _old(norm: str) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made: nn.Module = getattr(torch.nn.utils, norm)(nn.Linear(UNITS, UNITS))
    return made


def _quantised() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(UNITS, UNITS)), {nn.Linear})


def _half() -> nn.Module:
    return Around(nn.Linear(UNITS, UNITS)).to(torch.bfloat16)


def _channels_last() -> nn.Module:
    before = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.Flatten())
    return Around(nn.Identity(), before).to(memory_format=torch.channels_last)


def _tied() -> nn.Module:
    model = Around(nn.Linear(UNITS, UNITS))
    model.twin = nn.Linear(UNITS, UNITS)
    model.twin.weight = model.odd.weight
    return model


def _shared() -> nn.Module:
    model = Around(nn.Linear(UNITS, UNITS))
    model.again = model.odd
    return model


def _mixed() -> nn.Module:
    model = Around(nn.Sequential(Adapted(), nn.Dropout(0.5), nn.BatchNorm1d(UNITS)))
    model.eval()
    model.odd[0].train()
    model.odd[2].train()
    return model


def _with_gradients() -> nn.Module:
    model = Around(nn.Linear(UNITS, UNITS))
    model(torch.rand(3, 3, 8, 8)).square().sum().backward()
    model.body.weight.requires_grad_(False)
    return model


def _subclassed() -> nn.Module:
    odd = nn.Linear(UNITS, UNITS)
    odd.weight = nn.Parameter(odd.weight.detach().as_subclass(Told))
    odd.register_buffer("told", torch.ones(2).as_subclass(Told))
    return odd


def _parametrised() -> nn.Module:
    odd = nn.Linear(UNITS, UNITS)
    parametrize.register_parametrization(odd, "weight", Odd(lambda self, weight: weight.triu()))
    return odd


def _compiled() -> nn.Module:
    return torch.compile(nn.Sequential(nn.Linear(UNITS, UNITS), nn.Tanh()), backend="eager")


def _traced() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.trace(nn.Sequential(nn.Linear(UNITS, UNITS), nn.Tanh()), torch.rand(2, UNITS))


def _attention() -> nn.Module:
    return Odd(
        lambda self, inputs: self.attention(*[inputs[:, None]] * 3)[0][:, 0],
        attention=nn.MultiheadAttention(UNITS, 2, batch_first=True),
    )


def _square() -> nn.Linear:
    return nn.Linear(UNITS, UNITS)


def _around(odd: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    return lambda: Around(odd())


ZOO: dict[str, Callable[[], nn.Module]] = {
    "adapter merged by train()": _around(Adapted),
    "weight replaced by train()": _around(lambda: Merged(UNITS, UNITS)),
    "batch norm that stays in eval mode": _around(lambda: Frozen(UNITS)),
    "train() that raises in train mode": _around(lambda: NeverTrained(UNITS, UNITS)),
    "property in place of the flag": _around(lambda: FlagOfItsOwn(UNITS, UNITS)),
    "spectral norm, old": _around(lambda: _old("spectral_norm")),
    "spectral norm, old, that has run": _around(lambda: _once(_old("spectral_norm"))),
    "spectral norm, new": _around(lambda: parametrizations.spectral_norm(_square())),
    "weight norm, old": _around(lambda: _old("weight_norm")),
    "weight norm, old, that has run": _around(lambda: _once(_old("weight_norm"))),
    "weight norm, new": _around(lambda: parametrizations.weight_norm(_square())),
    "orthogonal": _around(lambda: parametrizations.orthogonal(_square())),
    "parametrised": _around(_parametrised),
    "rotary cache": _around(lambda: Odd(_rotary, cos=None)),
    "cache of caches made of weights": _around(
        lambda: Odd(_cached, cache={}, scale=nn.Parameter(torch.ones(())))
    ),
    "counters and buffers written in forward": _around(_buffers),
    "quantised": _around(_quantised),
    "shared module": _shared,
    "tied weights": _tied,
    "compiled inside": _around(_compiled),
    "TorchScript inside": _around(_traced),
    "batch norm in train mode": _around(lambda: nn.BatchNorm1d(UNITS)),
    "modules in mixed modes": _mixed,
    "nested tensors": _around(lambda: Odd(_nested)),
    "weights of a tensor subclass": _around(_subclassed),
    "bfloat16": _half,
    "channels last": _channels_last,
    "hooks of the user's own": _around(_hooked),
    "gradients, some weights frozen": _with_gradients,
    "functional dropout": _around(lambda: Odd(lambda self, inputs: F.dropout(inputs, 0.5, self.training))),
    "recurrent": _around(Recurrent),
    "attention": _around(_attention),
    "writes to its input": _around(
        lambda: nn.Sequential(Odd(lambda self, inputs: inputs.mul_(2)), nn.ELU(inplace=True))
    ),
    "first layer writes to its input": lambda: Around(
        nn.Identity(), nn.Sequential(Odd(lambda self, inputs: inputs.sub_(0.5)), nn.Flatten())
    ),
    "embedding of bounded norm": _around(
        lambda: Odd(_embedding, embedding=nn.Embedding(UNITS + 1, UNITS, max_norm=0.1))
    ),
    "weights bounded in forward": _around(lambda: Renormed(UNITS, UNITS)),
}

REFUSED: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "lazy": (
        _around(lambda: nn.LazyLinear(UNITS)),
        "weights are not made before its first forward pass: odd",
    ),
    "lazily made map": (
        _around(lambda: Odd(_lazy_map)),
        "weights odd.map.weight, odd.map.bias are made or replaced by",
    ),
    "weights written in forward": (
        _around(lambda: Odd(_writing, weight=nn.Parameter(torch.ones(UNITS)))),
        "writes to the model's own odd.weight in eval mode too",
    ),
    "train() that raises in eval mode": (
        _around(lambda: NeverEvaluated(UNITS, UNITS)),
        "cannot be put into eval mode.*RuntimeError: this layer knows no eval mode",
    ),
    "noise also in eval mode": (
        _around(lambda: Odd(lambda self, inputs: inputs + torch.rand_like(inputs))),
        "answers otherwise each time that it is shown the same inputs",
    ),
}


def made(make: Callable[[], nn.Module]) -> nn.Module:
    """Each time with the same weights."""
    torch.manual_seed(0)
    return make()


def state_of(model: nn.Module) -> dict[str, Any]:
    """All that can be seen of a model, to compare: bytes, flags, gradients, hooks, and what modules hold."""
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    told: dict[str, Any] = {f"bytes of {name}": _bytes(tensor) for name, tensor in tensors.items()}
    told |= {f"identity of {name}": (id(tensor), tensor.requires_grad) for name, tensor in tensors.items()}
    told |= {f"gradient of {name}": _bytes(weight.grad) for name, weight in model.named_parameters()}
    for name, module in model.named_modules():
        told[f"{name} is"] = type(module), module.training, module.extra_repr()
        for key, value in vars(module).items():
            told[f"{name}.{key}"] = _seen(value)
    return told


def _bytes(tensor: torch.Tensor | None) -> Any:
    if tensor is None or torch.nn.parameter.is_lazy(tensor):
        return None
    with torch._C.DisableTorchFunctionSubclass():
        plain = tensor.detach().as_subclass(torch.Tensor).contiguous()
        return plain.dtype, tensor.stride(), plain.flatten().view(torch.uint8).tolist()


def _seen(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return id(value), _bytes(value)
    if isinstance(value, dict):
        return {key: _seen(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_seen(each) for each in value]
    return value if isinstance(value, (bool, int, float, str, type(None))) else id(value)


def step_of(model: nn.Module, inputs: torch.Tensor) -> list[torch.Tensor]:
    """Loss and gradients of one step of training."""
    model.zero_grad()
    torch.manual_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's compiler
        loss = model(copy.deepcopy(inputs)).float().square().sum()
        loss.backward()
    return [loss.detach(), *(weight.grad for weight in model.parameters() if weight.grad is not None)]
