"""ResNet-20 from its weights alone, against the example's net and against the published numbers."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from shiftscope.study import Study


@pytest.fixture(scope="module")
def resnet(example):
    return example("cifar10_resnet20")


def forward(weights, images):
    """(sample, 10) logits by the README of the data: convolutions, batch norms and shortcuts written out."""
    w = {name: torch.from_numpy(np.asarray(weights[name])) for name in weights.files}

    def normed(x, name):
        shape = (1, -1, 1, 1)
        mean, variance = w[f"{name}.running_mean"].view(shape), w[f"{name}.running_var"].view(shape)
        return (x - mean) / torch.sqrt(variance + 1e-5) * w[f"{name}.weight"].view(shape) + w[
            f"{name}.bias"
        ].view(shape)

    x = images.astype(np.float32).transpose(0, 3, 1, 2) / 255
    mean, std = (
        np.array(v, np.float32).reshape(1, 3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    )
    x = torch.from_numpy((x - mean) / std)
    x = F.relu(normed(F.conv2d(x, w["conv1.weight"], padding=1), "bn1"))
    for stage in (1, 2, 3):
        for block in (0, 1, 2):
            at, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
            y = F.relu(normed(F.conv2d(x, w[f"{at}.conv1.weight"], stride=stride, padding=1), f"{at}.bn1"))
            y = normed(F.conv2d(y, w[f"{at}.conv2.weight"], padding=1), f"{at}.bn2")
            if stride == 2:  # every second pixel, the channels in the middle of as many zeros
                wide = torch.zeros_like(y)
                wide[:, x.shape[1] // 2 : x.shape[1] // 2 + x.shape[1]] = x[:, :, ::2, ::2]
                x = wide
            x = F.relu(y + x)
    return x.mean((2, 3)) @ w["linear.weight"].T + w["linear.bias"]


def test_the_net_has_the_parameters_of_the_paper(resnet):
    assert sum(p.numel() for p in resnet.ResNet20().parameters()) == 269_722


def test_the_recorded_answers_are_those_of_a_plain_forward_pass(resnet, shared_data, tmp_path):
    """All 1,400 photographs; 67.93 % of them are classified right according to the README of the data."""
    with np.load(shared_data / "cifar10_like_tinyimagenet.npz") as pack:
        images, labels = pack["image"], pack["label"]
    with np.load(shared_data / "resnet20_cifar10_jpeg.npz") as weights, torch.no_grad():
        logits = forward(weights, images[::7])
    net = resnet.pretrained(shared_data)
    study = Study.create(tmp_path / "r.study", net, resnet.CATEGORIES)
    recording = study.record(
        f"npz:{shared_data / 'cifar10_like_tinyimagenet.npz'}",
        "tiny imagenet",
        layers=resnet.LAYERS,
        preprocess=resnet.NORMALISED,
        progress=False,
    )
    predictions = recording.samples.predictions
    np.testing.assert_array_equal(recording.samples.labels, labels)
    np.testing.assert_array_equal(predictions[::7], logits.argmax(1).numpy())
    assert int((predictions[::7] == labels[::7]).sum()) == int(
        (logits.argmax(1).numpy() == labels[::7]).sum()
    )
    stored = np.stack([recording.logits(p) for p in range(0, 1400, 7)])
    np.testing.assert_allclose(stored, logits.numpy(), atol=0.03)  # half precision
    assert 100 * (predictions == labels).mean() == pytest.approx(67.93, abs=0.2)
    assert [layer.units for layer in study.layers.values()] == [16, 32, 64]


def test_twins_are_the_same_pictures_with_and_without_jpeg(resnet, shared_data):
    lossless, jpeg = resnet.jpeg_twins(shared_data)
    assert len(lossless) == len(jpeg) == 4000
    assert list(lossless.ids) == list(jpeg.ids)
    np.testing.assert_array_equal(lossless.labels, jpeg.labels)
    for position in (0, 1234, 3999):
        one, other = (np.asarray(data[position].picture).astype(float) for data in (lossless, jpeg))
        assert 0 < np.abs(one - other).mean() < 15
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.9
