"""The demonstration: a small net learns coloured digits, and the colours change.

The Deephys experiment on the handwritten digits that come with scikit-learn. Colour predicts the digit while the
net learns, so it learns colour as much as shape; permuted, arbitrary and darker colours show which units did, and hues
turned step by step from which angle on.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from shiftscope.datasets.sample import Dataset
from shiftscope.datasets.stimuli.digits import coloured_digits
from shiftscope.flow.scores import score_all
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.progress import bar
from shiftscope.store.disk.asked_file import refuse_no_folder
from shiftscope.store.disk.atomic import written_aside
from shiftscope.store.manifest import refuse_taken
from shiftscope.study import Study

PALETTES = ("coloured", "permuted", "arbitrary", "drifted")
LAYERS = ("block2", "hidden")
TURNED, STRENGTHS = "hue", (0.1, 0.25, 0.5)  # the colours of the training, from 18 to 90 degrees
REPAIRED = "arbitrary"  # the palette on which silencing a few units helps


class DigitNet(nn.Module):
    """The network of the Deephys paper: two convolutions, a hidden layer of 50 units, ten digits; 22,340 parameters.

    References
    ----------
    Sarkar et al. (2023), Deephys, arXiv 2303.11912; architecture as in its notebooks, which end in log-probabilities.
    """

    def __init__(self) -> None:
        super().__init__()
        self.block1 = nn.Sequential(nn.Conv2d(3, 10, 5), nn.MaxPool2d(2), nn.ReLU())
        self.block2 = nn.Sequential(nn.Conv2d(10, 20, 5), nn.Dropout2d(), nn.MaxPool2d(2), nn.ReLU())
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(320, 50), nn.ReLU())
        self.dropout = nn.Dropout()
        self.output = nn.Linear(50, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(sample, 3, 28, 28) in [0, 1] to (sample, 10) logits."""
        maps = self.block2(self.block1(images))
        logits: torch.Tensor = self.output(self.dropout(self.hidden(maps)))
        return logits


def train(
    net: nn.Module,
    dataset: Dataset,
    *,
    epochs: int,
    seed: int = 0,
    batch_size: int = 64,
    optimizer: torch.optim.Optimizer | None = None,
    advance: Callable[[int], None] = lambda samples: None,
) -> None:
    """Minimise the negative log-likelihood, by Adam under a one-cycle learning rate unless `optimizer` is given."""
    inputs = torch.stack([dataset[i].input for i in range(len(dataset))])
    labels = torch.tensor([dataset[i].label for i in range(len(dataset))])
    generator = torch.Generator().manual_seed(seed)
    steps = epochs * -(-len(inputs) // batch_size)
    schedule = None
    if optimizer is None:
        optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
    net.train()
    for _ in range(epochs):
        order = torch.randperm(len(inputs), generator=generator)
        for batch in torch.split(order, batch_size):
            loss = nn.functional.cross_entropy(net(inputs[batch]), labels[batch])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            if schedule:
                schedule.step()
            advance(len(batch))


def make_study(path: Path, *, seed: int = 0, epochs: int = 30) -> Study:
    """Train the net, record it on the held-out digits in all four palettes and with colours turned step by step, count
    its paths and repair it for each palette.

    The same seed on the same machine gives the same study, so a study that is there is gone on with. The weights lie
    beside it, at `weights_of`.
    """
    refuse_taken(path)  # before the training, not after it
    refuse_no_folder(path)
    torch.manual_seed(seed)
    net, lessons = DigitNet(), coloured_digits("train", "coloured")
    with bar("training", 0, epochs * len(lessons)) as advance:
        train(net, lessons, epochs=epochs, seed=seed, advance=advance)
    study = Study.create(path, net, [str(digit) for digit in range(10)], exist_ok=True)
    with written_aside(weights_of(path)) as file:
        file.write(save(net.state_dict()))
    for palette in PALETTES:
        study.record(f"digits:{palette}", palette, layers=LAYERS, reference=palette == "coloured")
    study.sweep(f"digits:{study.reference}", TURNED, strengths=STRENGTHS)
    study.paths()
    score_all(study, progress=bar)
    for palette in PALETTES:
        if palette != study.reference:
            study.repair(palette, progress=False)
    study.dose(TURNED)
    return study


def weights_of(path: Path) -> Path:
    """The file of the net's weights, beside the study's folder."""
    return path.with_name(f"{path.name.removesuffix('.study')}.safetensors")


def repair_in_words(study: Study, address: str) -> str:
    """What repairing the net for one of the palettes gives, and the page that shows it, in one sentence."""
    found = study.repair(REPAIRED, progress=False)
    gain = found.held_out[REPAIRED]
    low, high = (100 * end for end in gain.interval)
    if not found.units or low <= 0:
        return f"No units were found whose silence surely helps {REPAIRED}; the search: {address}"
    return (
        f"Silencing {len(found.units)} of {study.layers[found.layer].units} units gives {REPAIRED} "
        f"{100 * gain.difference:.1f} points back, {low:+.1f} to {high:+.1f} on digits that were not searched: "
        f"{address}"
    )


def results(study: Study, layer: str) -> list[list[str]]:
    """One row for each dataset: accuracy, the mean over the units of each score of the paper, and how many lack one.

    Of the activation ratio the median: one unit all but silent on the reference makes any mean.
    """
    rows = []
    for name in study:
        accuracy = outcomes(study[name].samples, len(study.categories)).accuracy
        row = [name, f"{100 * accuracy:.1f} %"]
        if name == study.reference:
            row += ["–"] * (len(_OVER_UNITS) + 1)
        else:
            scores = study.scores(layer, dataset=name)[list(_OVER_UNITS)]
            row += [f"{getattr(scores[score], how)():.3f}" for score, how in _OVER_UNITS.items()]
            row.append(f"{scores.isna().any(axis=1).sum()} of {len(scores)}")
        rows.append(row)
    return rows


_OVER_UNITS = {"activation_ratio": "median", "novelty": "mean", "spurious": "mean"}
RESULT_COLUMNS = (
    "dataset",
    "accuracy",
    *(f"{how} {score.replace('_', ' ')}" for score, how in _OVER_UNITS.items()),
    "units undefined",
)
