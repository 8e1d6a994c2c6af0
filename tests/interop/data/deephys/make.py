"""Make the small files of this folder again, each with the Deephys package that it is named after.

    uv pip install --no-deps --target DIR deephys==0.14.1      (and 0.9.2, 0.5.4; both import torch)
    PYTHONPATH=DIR python make.py 0.14.1               (needs numpy, cbor2 and tqdm)

The numbers are seeded. Pixels are k/255 in float32, which the package stores as k.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
CLASSES = ["cat", "Bär 🐻", "лиса <b>&", "ΩΩ"]
HIDDEN = 7


def numbers(seed, images, rows, columns, channels=3):
    """Pixels, hidden responses with zeros and ties, logits on the scale where a plain softmax overflows, labels."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (images, channels, rows, columns)).astype(np.float32) / np.float32(255)
    hidden = np.maximum(rng.normal(size=(images, HIDDEN)), 0)
    hidden[:, 2] = 0
    hidden[:, 3] = np.round(hidden[:, 3])
    logits = rng.normal(size=(images, len(CLASSES))) * 60
    labels = [int(label) for label in rng.integers(0, len(CLASSES), images)]
    return pixels, hidden, logits, labels


def now(deephys):
    """0.14.1: three datasets of one model, float32, float64, and one with features and without some labels."""
    layers = {"linear1": HIDDEN, "output": len(CLASSES)}
    model = deephys.model(name="toy_net", layers=layers, classification_layer="output")
    model.save(HERE / "now.model")
    for name, seed, dtype, shape in (("lab", 0, "float32", (6, 5)), ("field", 1, "float64", (30, 2))):
        pixels, hidden, logits, labels = numbers(seed, 30, *shape)
        activity = {"linear1": hidden, "output": logits}
        deephys.dataset_activity(name, CLASSES, activity, model, pixels, labels, dtype).save(
            HERE / f"{name}.test"
        )
    pixels, hidden, logits, labels = numbers(2, 9, 4, 4)
    labels[3] = labels[7] = -1
    activity = {"linear1": hidden, "output": logits}
    odd = deephys.dataset_activity("odd/of Ω", CLASSES, activity, model, pixels, labels)
    for image in odd.images[::2]:
        image.features = {"light <i>": "dämmrig 🌒", "number": str(image.imageID)}
    odd.save(HERE / "odd.test")


def before(deephys):
    """0.9.2: a suffix, no classes in the file, and a layer that has the name every reader looks for."""
    units = {"linear1": HIDDEN, "classification": len(CLASSES)}
    layers = [deephys.Layer(name, [deephys.Neuron()] * count) for name, count in units.items()]
    model = deephys.Model("toy_net", "v2", layers)
    model.save()
    for name, seed, dtype in (("older", 3, "float32"), ("older64", 4, "float64")):
        pixels, hidden, logits, labels = numbers(seed, 12, 3, 4)
        deephys.import_test_data(name, CLASSES, [hidden, logits], model, pixels, labels, dtype).save()


def long_before(deephys):
    """0.5.4: five keys an image, and a grey image of one channel that no later version writes."""
    import torch

    units = {"classification": len(CLASSES), "linear1": HIDDEN}
    layers = [deephys.Layer(name, [deephys.Neuron()] * count) for name, count in units.items()]
    model = deephys.Model("oldest_net", None, layers)
    model.save()
    for name, seed, channels in (("oldest", 5, 3), ("oldest_grey", 6, 1)):
        pixels, hidden, logits, labels = numbers(seed, 12, 3, 4, channels)
        dataset = list(zip(torch.from_numpy(pixels), labels, strict=True))
        state = [torch.from_numpy(logits), torch.from_numpy(hidden)]
        deephys.import_torch_dataset(name, dataset, CLASSES, state, model).save()


if __name__ == "__main__":
    import os

    from deephys import deephys

    os.chdir(HERE)
    {"0.14.1": now, "0.9.2": before, "0.5.4": long_before}[sys.argv[1]](deephys)
