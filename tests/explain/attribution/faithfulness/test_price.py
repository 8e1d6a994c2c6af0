from __future__ import annotations

import torch
from torch import nn

from shiftscope.explain.attribution.faithfulness.comparison import compare
from shiftscope.explain.attribution.faithfulness.curves import curves
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.features import Groups
from shiftscope.explain.attribution.faithfulness.mu_fidelity import subset_drops
from shiftscope.explain.attribution.faithfulness.price import (
    compare_price,
    curves_price,
    randomised_weights_price,
    subset_drops_price,
)
from shiftscope.explain.attribution.faithfulness.randomised import cascade, randomised_weights

INPUTS = torch.randn(5, 1, 6, 6, generator=torch.Generator().manual_seed(0))


class Counting(nn.Module):
    shown = 0

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(32, 3))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        Counting.shown += len(inputs)
        return self.inner(inputs)


def counted(action: object) -> int:
    Counting.shown = 0
    action()  # type: ignore[operator]
    return Counting.shown


def test_prices_are_what_the_model_is_shown():
    model, features = Counting().eval(), Groups((1, 6, 6))

    def all_units() -> Explained:
        return Explained(model, INPUTS)

    scores = torch.rand(5, 3, 36)
    assert counted(lambda: curves(all_units(), scores, features, 0 * INPUTS, steps=4)) == (
        curves_price(5, 36, steps=4, units=3).forward
    )
    explained = all_units()
    assert counted(lambda: subset_drops(explained, features, 0 * INPUTS, subsets=7)) == (
        subset_drops_price(5, subsets=7, units=3).forward
    )

    def compared() -> None:
        one = Explained(model, INPUTS, column=torch.tensor([0, 1, 2, 0, 1]))
        maps = {"a": INPUTS, "b": -INPUTS}
        compare(one, maps, randomised={"a": INPUTS}, subsets=7, draws=2, steps=5)

    price = compare_price(5, 36, methods=2, randomised=1, steps=5, subsets=7, draws=2)
    assert counted(compared) == price.forward
    assert price.backward == 5


def test_the_price_of_randomised_weights_is_what_the_model_is_shown():
    model = Counting()

    def attribute(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
        asked = inputs.clone().requires_grad_()
        return torch.autograd.grad(model(asked).sum(), asked)[0]

    modules = len(cascade(model, INPUTS))
    price = randomised_weights_price(5, modules, forward=1, backward=1, reference=5, seeds=2, other=True)
    assert (
        counted(lambda: randomised_weights(model, INPUTS, attribute, seeds=2, other=model)) == price.forward
    )
    assert price.backward == (2 + 2 * modules) * 5
