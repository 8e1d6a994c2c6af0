"""SqueezeNet from its weights alone, against the example's net."""

import csv

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from shiftscope.study import Study


@pytest.fixture(scope="module")
def cue(example):
    return example("cue_conflict")


def thousand_scores(weights, inputs):
    """(sample, 1000) scores by the README of the data."""
    w = {name: torch.from_numpy(np.asarray(weights[name])) for name in weights.files}

    def conv(x, name, **how):
        return F.conv2d(x, w[f"{name}.weight"], w[f"{name}.bias"], **how)

    def fire(x, number):
        squeezed = F.relu(conv(x, f"fire{number}.squeeze"))
        wide = (conv(squeezed, f"fire{number}.expand1"), conv(squeezed, f"fire{number}.expand3", padding=1))
        return F.relu(torch.cat(wide, dim=1))

    def pool(x):
        return F.max_pool2d(x, 3, stride=2, ceil_mode=True)

    x = pool(F.relu(conv(inputs, "conv1", stride=2)))
    x = pool(fire(fire(fire(x, 2), 3), 4))
    x = pool(fire(fire(fire(fire(x, 5), 6), 7), 8))
    return F.relu(conv(fire(x, 9), "conv_final", padding=1)).mean((2, 3))


def prepared(image):
    """Shorter side 256, centre 227, blue green red, 0 to 255 minus the means."""
    rows, columns = image.height, image.width
    scale = 256 / min(rows, columns)
    size = (round(columns * scale), round(rows * scale))
    if size != image.size:
        image = image.resize(size, Image.Resampling.BILINEAR)
    left, top = (image.width - 227) // 2, (image.height - 227) // 2
    pixels = np.asarray(image.convert("RGB").crop((left, top, left + 227, top + 227)), np.float32)
    return torch.from_numpy(
        (pixels[:, :, ::-1] - np.array([104, 117, 123], np.float32)).transpose(2, 0, 1).copy()
    )


def sixteen(scores, groups):
    probabilities = torch.softmax(scores, 1).numpy()
    return np.stack([probabilities[:, classes].sum(axis=1) for classes in groups.values()], axis=1)


def test_the_groups_share_no_class(cue):
    classes = [index for indices in cue.GROUPS.values() for index in indices]
    assert len(cue.GROUPS) == 16
    assert len(classes) == len(set(classes))
    assert all(0 <= index < 1000 for index in classes)


def test_recorded_answers_to_drawings_are_those_of_a_plain_forward_pass(cue, shared_data, tmp_path):
    drawings = cue.drawings(shared_data / "edges.npz")
    with np.load(shared_data / "edges.npz") as pack:
        chosen = np.arange(0, 160, 8)
        images, labels = pack["image"][chosen], pack["label"][chosen]
        names = pack["categories"].tolist()
    assert tuple(names) == cue.CATEGORIES
    inputs = torch.stack([prepared(Image.fromarray(image)) for image in images])
    for position, given in zip(chosen.tolist(), inputs, strict=True):
        assert float((drawings[position].input - given).abs().max()) <= 2  # levels, by the way of resizing
    with np.load(shared_data / "squeezenet10_imagenet.npz") as weights, torch.no_grad():
        expected = sixteen(thousand_scores(weights, inputs), cue.GROUPS)
    study = Study.create(tmp_path / "s.study", cue.pretrained(shared_data), cue.CATEGORIES)
    part = cue.ArrayData(images, labels, categories=cue.CATEGORIES, preprocess=cue.CAFFE)
    recording = study.record(part, "edges", layers=cue.LAYERS, progress=False)
    right = recording.samples.predictions == labels
    assert right.sum() == (expected.argmax(1) == labels).sum()
    logits = np.stack([recording.logits(p) for p in range(len(images))])
    np.testing.assert_allclose(np.exp(logits), expected, atol=5e-3)
    assert [layer.units for layer in study.layers.values()] == [256, 512, 1000]


def test_photographs_of_none_of_the_categories_have_no_label(cue, shared_data):
    photographs = cue.photographs(shared_data / "imagenet_samples")
    with (shared_data / "imagenet_samples" / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(photographs) == len(rows) == 300
    unlabelled = 0
    for position in range(0, 300, 30):
        sample, number = photographs[position], int(rows[position]["class_index"])
        group = [place for place, classes in enumerate(cue.GROUPS.values()) if number in classes]
        assert sample.label == (group[0] if group else -1)
        assert sample.id == rows[position]["file"]
        assert tuple(sample.input.shape) == (3, 227, 227)
        unlabelled += not group
    assert unlabelled > 0


def test_photographs_are_told_as_by_a_plain_forward_pass(cue, shared_data):
    photographs = cue.photographs(shared_data / "imagenet_samples")
    chosen = [photographs[position] for position in range(0, 300, 15)]
    net = cue.pretrained(shared_data).eval()
    with np.load(shared_data / "squeezenet10_imagenet.npz") as weights, torch.no_grad():
        inputs = torch.stack([sample.input for sample in chosen])
        scores = thousand_scores(weights, inputs)
        answers = net(inputs)
    np.testing.assert_allclose(np.exp(answers.numpy()), sixteen(scores, cue.GROUPS), atol=1e-5)
    classes = [int(sample.metadata["class_index"]) for sample in chosen]
    right = int((scores.argmax(1).numpy() == classes).sum())
    assert 8 <= right <= 17  # 62 % of all 300 according to the README of the data
