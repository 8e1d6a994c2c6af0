"""What a low-pass filter gains in networks with max pooling and with average pooling, on digits it was not fitted on.

    python examples/low_pass_pooling.py --seeds 3

Two networks of three convolutions, alike but for the pooling, are trained on scikit-learn's digits, 32 pixels wide. By
four methods maps of the predicted digit are made of 120 other digits; the cutoff with the largest mean F (insertion
less deletion of the digit's probability, 16 steps, filled with black) is kept, and what it gains is measured on 120
digits more. A line for each seed and method, then the mean of all with its 95 % interval, which draws digits again. The
question is that of Muzellec et al. (2024), arXiv 2307.09591; the networks are small ones of ours. Nothing is fetched.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

import shiftscope as ss
from shiftscope.explain.attribution.faithfulness.curves import curves
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.features import Groups
from shiftscope.explain.attribution.faithfulness.fills import filled
from shiftscope.explain.attribution.low_pass.low_pass import fitted_cutoff, low_passed
from shiftscope.statistics.resampled_means import mean_and_interval

TRAINED, OF_EACH = 1000, 120  # digits: to train on, and for the cutoff as for what it gains
METHODS = ("saliency", "smoothgrad", "gradient_x_input", "integrated_gradients")
POOLING = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}
BATCH = 32
STEPS = 16  # of deletion and insertion
RESAMPLES = 1000
Numbers = npt.NDArray[np.float64]
Measure = Callable[[npt.NDArray[np.floating]], Numbers]  # (digit, row, column) maps -> (digit,) F


def convolutions(pooling: type[nn.Module]) -> nn.Sequential:
    """Three convolutions, pooled after the first two, then the mean of each map and ten digits."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        pooling(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        pooling(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(64, 10),
    )


def digits(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images (digit, 1, 32, 32) from 0 to 1 and their labels, in an order of the seed's."""
    flat, labels = load_digits(return_X_y=True)
    small = torch.from_numpy(flat.astype(np.float32) / 16).reshape(-1, 1, 8, 8)
    order = torch.randperm(len(small), generator=torch.Generator().manual_seed(seed))
    return F.interpolate(small, size=32, mode="bilinear")[order], torch.from_numpy(labels)[order]


def trained(
    images: torch.Tensor, labels: torch.Tensor, pooling: type[nn.Module], epochs: int, seed: int
) -> nn.Module:
    torch.manual_seed(seed)
    net = convolutions(pooling)
    adam = torch.optim.Adam(net.parameters())
    rate = torch.optim.lr_scheduler.OneCycleLR(
        adam, 1e-2, epochs=epochs, steps_per_epoch=-(-len(images) // BATCH)
    )
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(BATCH):
            adam.zero_grad()
            F.cross_entropy(net(images[batch]), labels[batch]).backward()
            adam.step()
            rate.step()
    return net.eval()


def maps_and_f(net: nn.Module, images: torch.Tensor, method: str) -> tuple[npt.NDArray[np.floating], Measure]:
    """(digit, row, column) sizes of the map of each predicted digit, and what measures others of the same digits."""
    with torch.no_grad():
        predicted = net(images).argmax(1)
    maps = ss.attribute(net, images, predicted, method=method).abs().sum(1).numpy()
    explained = Explained(lambda points: net(points).softmax(1), images, column=predicted)
    features, empty = Groups(tuple(images.shape[1:])), filled(images, "zero")

    def measure(maps: npt.NDArray[np.floating]) -> Numbers:
        scores = features.scores(torch.from_numpy(np.ascontiguousarray(maps)))
        return curves(explained, scores, features, empty, steps=STEPS).faithfulness

    return maps, measure


def gain(
    net: nn.Module, fit: torch.Tensor, held_out: torch.Tensor, method: str
) -> tuple[float, Numbers, Numbers]:
    """The cutoff, (digit,) F of the held-out maps as they are, and what it gains."""
    cutoff = fitted_cutoff(*maps_and_f(net, fit, method)).cutoff
    maps, measure = maps_and_f(net, held_out, method)
    raw = measure(maps)
    return cutoff, raw, measure(np.abs(low_passed(maps, cutoff))) - raw


def interval(gains: Numbers) -> str:
    """Of (digit,) gains."""
    mean, low, high = mean_and_interval(gains, RESAMPLES, np.random.default_rng(0))
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--epochs", type=int, default=20)
    options.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    options.add_argument("--pooling", nargs="+", choices=POOLING, default=list(POOLING))
    given = options.parse_args()
    for name in given.pooling:
        pooling, every = POOLING[name], []
        for seed in range(given.seeds):
            images, labels = digits(seed)
            net = trained(images[:TRAINED], labels[:TRAINED], pooling, given.epochs, seed)
            fit, held_out = images[TRAINED:][:OF_EACH], images[TRAINED + OF_EACH :][:OF_EACH]
            with torch.no_grad():
                right = (net(images[TRAINED:]).argmax(1) == labels[TRAINED:]).float().mean()
            for method in given.methods:
                cutoff, raw, gains = gain(net, fit, held_out, method)
                every.append(gains)
                print(
                    f"{name:8} seed {seed} accuracy {right:.3f} {method:21} cutoff {cutoff:5.3g} F {raw.mean():.3f} "
                    f"gain {interval(gains)}",
                    flush=True,
                )
        print(f"{name:8} all: gain {interval(np.nanmean(every, axis=0))}", flush=True)


if __name__ == "__main__":
    main()
