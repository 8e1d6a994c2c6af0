"""The last layer of each stage, where nobody names layers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.model.survey.stage_layers import stage_layers


class Block(nn.Module):
    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.head = nn.Linear(8, 3)  # registered first, run last by `Staged`
        self.conv = nn.Conv2d(channels, channels, 3, stride=stride, padding=1)
        self.relu = nn.ReLU()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.relu(self.relu(self.conv(images)))


class Staged(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.stem = nn.Conv2d(3, 4, 1)
        self.one = nn.Sequential(Block(4, 1), Block(4, 1))
        self.two = nn.Sequential(Block(4, 2), Block(4, 1))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flat = nn.Flatten()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.fc(self.flat(self.pool(self.two(self.one(self.stem(images))))))


def test_each_size_of_map_gives_its_last_layer_and_the_logits_none() -> None:
    # 8 x 8 up to `one`, 4 x 4 to `two`, then one number a unit; `fc` gives the logits.
    assert stage_layers(Staged(), torch.zeros(2, 3, 8, 8)) == ["one", "two", "flat"]


def test_of_a_perceptron_the_last_hidden_layer() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 3))
    assert stage_layers(net, torch.zeros(2, 3, 2, 2)) == ["2"]


def test_nothing_but_logits_is_an_error() -> None:
    net = nn.Sequential()
    net.add_module("head", nn.Linear(4, 3))
    with pytest.raises(LayerError, match="finds no layer before the logits"):
        stage_layers(net, torch.zeros(2, 4))
