"""How faithful methods of attribution are for a ResNet-20 and a SqueezeNet, and whether they show a planted cue.

    python examples/attribution.py FOLDER
    python examples/attribution.py FOLDER --net squeezenet

FOLDER holds what `planted_cue.py`, beside this file, takes; for SqueezeNet what `cue_conflict.py` takes. First a
table of every method over some images: deletion, insertion, F and µ-Fidelity of the probability of the predicted
category, with random maps, edges and the plain gradient beside them, and whether the metrics agree. Then, for the
ResNet-20 alone, a patch is planted whose category is the label's: the mean share of each method's map on the patch, for
a softmax regression that learned with it and for the ResNet-20 that never saw one. An even map has the patch's share of
the area. The passes are printed first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from planted_cue import pictures, pretrained, softmax_regression
from torch import nn

import shiftscope as ss
from shiftscope.explain.attribution.attribution import attributions
from shiftscope.explain.attribution.faithfulness.comparison import Comparison, compare
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.price import compare_price
from shiftscope.explain.attribution.numbers.map_numbers import on_mask_share

METHODS = (
    "saliency",
    "gradient_x_input",
    "integrated_gradients",
    "smoothgrad",
    "occlusion",
    "rise",
    "grad_cam",
    "wam",
)
COARSE = {"steps": 16, "subsets": 64, "draws": 4}


def maps_of(net: nn.Module, inputs: torch.Tensor, method: str, masks: int) -> torch.Tensor:
    """(sample, row, column) sizes of the map of the predicted category, summed over channels."""
    options = {"rise": {"n": masks, "centred": True}}.get(method, {})
    with torch.no_grad():
        predicted = net(inputs).argmax(1)
    found = ss.attribute(net, inputs, predicted, method=method, **options)
    return torch.from_numpy(found.to_pixels()) if method == "wam" else found.abs().sum(1)


def faithful(net: nn.Module, inputs: torch.Tensor, masks: int) -> Comparison:
    with torch.no_grad():
        predicted = net(inputs).argmax(1)
    explained = Explained(lambda points: net(points).softmax(1), inputs, column=predicted)
    maps = {method: maps_of(net, inputs, method, masks) for method in METHODS}
    return compare(explained, maps, **COARSE)


def on_the_cue(
    models: dict[str, nn.Module], inputs: torch.Tensor, cue: np.ndarray, masks: int
) -> pd.DataFrame:
    """A row for each method, a column for each model; Grad-CAM is missing of a model without a map."""
    rows = {}
    for method in METHODS:
        rows[method] = {
            name: float(np.nanmean(on_mask_share(maps_of(net, inputs, method, masks).numpy(), cue)))
            for name, net in models.items()
            if method != "grad_cam" or any(isinstance(each, nn.Conv2d) for each in net.modules())
        }
    return pd.DataFrame(rows).T


def of_squeezenet(folder: Path, samples: int) -> tuple[nn.Module, torch.Tensor]:
    """The net and its inputs, the first photographs."""
    import cue_conflict

    net = cue_conflict.pretrained(folder).eval()
    shown = cue_conflict.photographs(folder / "imagenet_samples")
    return net, torch.stack([shown[place].input for place in range(samples)])


def show_faithful(net: nn.Module, inputs: torch.Tensor, masks: int) -> None:
    """Print the passes, the table and what the metrics agree on."""
    samples = len(inputs)
    each = [attributions[name].price(tuple(inputs.shape[1:])) for name in METHODS if name != "rise"]
    of_maps = samples * (sum(map(sum, each)) + masks)
    of_metrics = compare_price(samples, inputs[0, 0].numel(), methods=len(METHODS), **COARSE)
    print(f"{of_maps:,} passes for the maps, {of_metrics.forward:,} for the metrics", flush=True)
    found = faithful(net, inputs, masks)
    table = found.table().pivot_table(index="row", columns=["metric", "fill"], values="mean", sort=False)
    print(table.round(3).to_string())
    print(found.verdict)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, help="folder with the images and the weights")
    options.add_argument("--net", choices=("resnet20", "squeezenet"), default="resnet20")
    options.add_argument("--samples", type=int, help="images that maps are made of; 200, of SqueezeNet 32")
    options.add_argument("--masks", type=int, default=500, help="of RISE")
    given = options.parse_args()

    if given.net == "squeezenet":
        show_faithful(*of_squeezenet(given.folder, given.samples or 32), given.masks)
        return
    data, net = pictures(given.folder), pretrained(given.folder)
    samples = given.samples or 200
    show_faithful(net, torch.stack([data[place].input for place in range(samples)]), given.masks)

    cues = ss.stimuli.cue(data, "patch", association=1.0)
    learned = softmax_regression(cues)
    cued = torch.stack([cues.aligned[place].input for place in range(samples)])
    cue = np.stack([cues.aligned.mask(place) for place in range(samples)])
    print(f"the patch is {cue.mean():.3f} of the area")
    shares = on_the_cue({"regression with the cue": learned, "ResNet-20": net}, cued, cue, given.masks)
    print(shares.round(3).to_string())


if __name__ == "__main__":
    main()
