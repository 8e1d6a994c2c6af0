"""The law of the tests: between halves of one dataset the share of false discoveries is at most the one asked for."""

import functools
import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

from shiftscope.scores import shift_auroc as module
from shiftscope.scores.blame import blame
from shiftscope.scores.rate_change import rate_change
from shiftscope.statistics.empirical_cdf import empirical_cdfs
from shiftscope.statistics.false_discoveries import false_discovery_shares
from tests.conftest import mostly_slow

SPLITS = 150


def shift_auroc(shifted, reference):
    return module.shift_auroc(shifted, reference, empirical_cdfs(shifted, reference))


ASKED = 0.05
# With nothing to discover every discovery is false, so the share of splits with any is the rate to keep. Of 150
# splits it is within two standard errors of 0.05 up to 0.086.
MOST = ASKED + 2 * np.sqrt(ASKED * (1 - ASKED) / SPLITS)


def discoveries(compute, responses):
    """(split, unit) whether a unit was called shifted between random halves of one dataset."""
    rng, half = np.random.default_rng(0), len(responses) // 2
    found = []
    for _ in range(SPLITS):
        order = rng.permutation(len(responses))
        q = false_discovery_shares(compute(responses[order[:half]], responses[order[half:]]).p)
        found.append(q < ASKED)
    return np.array(found)


@pytest.fixture(scope="module")
def made_up():
    """(sample, unit) skewed, sparse responses that go together, as units of one layer do."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(300, 8)) @ rng.normal(size=(8, 40))
    return np.maximum(features + rng.normal(-1, 1, features.shape), 0).astype(np.float32)


@pytest.fixture(scope="module")
def photographs():
    """(sample, unit) responses of the last layer of a ResNet-20 to 600 of CIFAR-10's images."""
    example = Path(__file__).parents[2] / "examples" / "cifar10_resnet20.py"
    spec = importlib.util.spec_from_file_location("example_of_responses", example)
    resnet = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(resnet)

    @functools.cache
    def respond(folder):
        net = resnet.pretrained(folder).eval()
        with np.load(folder / "cifar10_train_lossless4000.npz") as pack:
            images = pack["image"][::6]
        inputs = torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float32) / 255)
        spread = torch.tensor(resnet.NORMALISED.std).view(1, 3, 1, 1)
        inputs = (inputs - torch.tensor(resnet.NORMALISED.mean).view(1, 3, 1, 1)) / spread
        kept = []
        handle = net.layer3.register_forward_hook(lambda module, given, out: kept.append(out.mean((2, 3))))
        with torch.no_grad():
            for batch in torch.split(inputs, 100):
                net(batch)
        handle.remove()
        return torch.cat(kept).numpy()

    return respond


def halves_of_blame(wrong, right):
    """Which answers are wrong drawn by lot, and as few as they are in a good model."""
    few = len(wrong) // 4
    right = np.concatenate([wrong[few:], right])
    # As three categories are predicted, by turns.
    return blame(wrong[:few], right, (np.arange(few) % 3, np.arange(len(right)) % 3))


@pytest.mark.parametrize("compute", [shift_auroc, rate_change, halves_of_blame])
def test_made_up_responses_split_at_random_are_rarely_called_shifted(made_up, compute):
    found = discoveries(compute, made_up)
    assert found.mean() <= ASKED
    assert found.any(axis=1).mean() <= MOST


@pytest.mark.parametrize("compute", mostly_slow([shift_auroc, rate_change, halves_of_blame]))
def test_real_responses_split_at_random_are_rarely_called_shifted(photographs, shared_data, compute):
    found = discoveries(compute, photographs(shared_data))
    assert found.mean() <= ASKED
    assert found.any(axis=1).mean() <= MOST


def test_a_shift_is_found(made_up):
    half = len(made_up) // 2
    moved = made_up[:half] + np.where(np.arange(made_up.shape[1]) < 10, 2, 0)
    found = false_discovery_shares(shift_auroc(moved, made_up[half:]).p) < ASKED
    assert found[:10].all()
