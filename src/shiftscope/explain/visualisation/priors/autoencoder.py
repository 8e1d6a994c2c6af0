"""A convolutional autoencoder."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as functional
from torch import nn

from shiftscope.explain.visualisation.climb.views import resized
from shiftscope.explain.visualisation.prior import prior_named
from shiftscope.typed import whole_number

CODE = 128  # entries
WIDTHS = 16, 32, 64, 64  # channels, from the pictures inwards
BATCH = 32
LEARNING_RATE = 4e-3
LEAST = 100  # steps of training; with 30 it gives pictures of digits back no better than their mean does
WARMED = 0.1  # of the steps, in which the rate rises
BLURRED = 0.1  # noise over the codes in training, so that neighbouring codes make similar pictures
MIDDLE = 0.5  # of the pictures' range
SIDE = 3.0  # of the box, in deviations to both sides


class ConvAEPrior(nn.Module):
    """Pictures that a decoder of four layers makes of codes, each at most three deviations from the mean."""

    middle: torch.Tensor
    deviation: torch.Tensor
    low: torch.Tensor
    high: torch.Tensor

    def __init__(self, shape: tuple[int, int, int]) -> None:
        super().__init__()
        channels, rows, columns = shape
        self.shape = shape
        self.inner = -(-rows // 16), -(-columns // 16)
        cells = self.inner[0] * self.inner[1]
        inwards, outwards = (channels, *WIDTHS), (*WIDTHS[::-1], channels)
        self.down = nn.ModuleList(
            nn.Conv2d(one, other, 3, stride=2, padding=1) for one, other in pairwise(inwards)
        )
        self.into = nn.Linear(WIDTHS[-1] * cells, CODE)
        self.out = nn.Linear(CODE, WIDTHS[-1] * cells)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(one, other, 4, stride=2, padding=1) for one, other in pairwise(outwards)
        )
        self.register_buffer("middle", torch.zeros(CODE))
        self.register_buffer("deviation", torch.ones(CODE))
        self.register_buffer("low", torch.full((CODE,), -SIDE))
        self.register_buffer("high", torch.full((CODE,), SIDE))

    def encoded(self, pictures: torch.Tensor) -> torch.Tensor:
        """(picture, code) before they are standardised."""
        shown = functional.pad(pictures, self._missing(), mode="replicate") - MIDDLE
        for layer in self.down:
            shown = functional.leaky_relu(layer(shown), 0.1)
        found: torch.Tensor = self.into(shown.flatten(1))
        return found

    def decoded(self, codes: torch.Tensor) -> torch.Tensor:
        """(picture, channel, row, column) of codes that are not standardised."""
        made = self.out(codes).reshape(len(codes), WIDTHS[-1], *self.inner)
        for layer in self.up:
            made = layer(functional.leaky_relu(made, 0.1))
        pictures: torch.Tensor = made[..., : self.shape[1], : self.shape[2]] + MIDDLE
        return pictures

    def codes(self, pictures: torch.Tensor) -> torch.Tensor:
        """(picture, code) of (picture, channel, row, column)."""
        shown = torch.stack([resized(picture, (self.shape[1], self.shape[2])) for picture in pictures])
        return (self.encoded(shown.to(self.middle)) - self.middle) / self.deviation

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        return self.decoded(self.middle + self.deviation * codes.to(self.middle))

    def _missing(self) -> tuple[int, int, int, int]:
        """Columns and rows on each side that make the pictures' sides multiples of 16."""
        return 0, 16 * self.inner[1] - self.shape[2], 0, 16 * self.inner[0] - self.shape[1]


@prior_named("autoencoder")
def autoencoder(
    pictures: torch.Tensor, *, steps: int = 1500, advance: Callable[[int], None] = lambda steps: None
) -> ConvAEPrior:
    """Trained on pictures (sample, channel, row, column) to give them back from 128 numbers, half a minute on a CPU for
    those of 32 pixels; the same prior for the same pictures and steps. Raises `BadRequest` for fewer than 100 steps."""
    whole_number("prior_steps", steps, LEAST)
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):  # layers draw weights when they are made
        found = ConvAEPrior((pictures.shape[1], pictures.shape[2], pictures.shape[3]))
    for layer in found.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, a=0.1, generator=generator)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
    optimiser = torch.optim.Adam(found.parameters(), lr=LEARNING_RATE)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps, pct_start=WARMED)
    with torch.inference_mode(False), torch.enable_grad():
        for _ in range(steps):
            shown = pictures[torch.randint(len(pictures), (BATCH,), generator=generator)]
            codes = found.encoded(shown)
            codes = codes + BLURRED * codes.detach().std(0) * torch.randn(codes.shape, generator=generator)
            loss = functional.mse_loss(found.decoded(codes), shown)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            rate.step()
            advance(1)
    with torch.no_grad():
        codes = torch.cat([found.encoded(some) for some in torch.split(pictures, 256)])
        found.middle.copy_(codes.mean(0))
        found.deviation.copy_(codes.std(0).clamp(min=1e-6))
    return found.requires_grad_(False).eval()
