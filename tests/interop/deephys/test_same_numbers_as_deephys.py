"""On the real files our numbers are those of Deephys' formulas, written out here over the files as cbor2 reads them.

Sarkar et al. (2023), Deephys, arXiv 2303.11912; the formulas are those of its app.
"""

import numpy as np
import pytest

from shiftscope.outcomes.outcomes import having, mistaken, outcomes
from shiftscope.scores.activation_ratio import activation_ratio
from shiftscope.statistics.shares import over_reference_maximum, softmax
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.top_samples import TopSamples

from .conftest import REAL, VERSIONS, decoded

PAIRS = [("0.14.1", 0, 1), ("0.14.1", 0, 2), ("0.9.2", 0, 1), ("0.5.4", 0, 1), ("0.14.1", 1, 0)]
LAYER = "linear1"


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}, {VERSIONS[pair[0]][1][pair[2]]}")
def pair(request, imported):
    """The normaliser and another dataset: recordings of ours, and the files as another reader sees them."""
    version, reference, other = request.param
    study = imported(version)
    model, tests = VERSIONS[version]
    names = list(study.manifest.datasets)
    return [(study[names[i]], decoded(REAL / model, REAL / tests[i])) for i in (reference, other)]


def test_maxima_and_the_activation_ratio(pair):
    maxima = [recording.summary(LAYER, Maxima).largest for recording, _ in pair]
    expected = [raw.layers[LAYER].astype(np.float32).max(axis=0) for _, raw in pair]
    np.testing.assert_array_equal(maxima, expected)
    for ours, n in zip(activation_ratio(maxima[1], maxima[0]), range(7), strict=True):
        # Deephys divides by a maximum of zero too; here there is nothing to measure.
        value = float(expected[1][n]) / float(expected[0][n]) if expected[0][n] > 0 else np.nan
        np.testing.assert_equal(ours, value)


def test_the_normalised_activation_of_one_image_and_of_a_set(pair):
    (reference, raw_reference), (recording, raw) = pair
    maximum = reference.summary(LAYER, Maxima).largest
    largest = [max(float(np.float32(a)) for a in column) for column in raw_reference.layers[LAYER].T]
    for i in range(len(raw.labels)):
        shares = over_reference_maximum(recording.sample_responses(LAYER, i), maximum)
        for n, share in enumerate(shares):
            expected = float(np.float32(raw.layers[LAYER][i, n])) / largest[n] if largest[n] > 0 else np.nan
            np.testing.assert_allclose(share, expected, rtol=1e-12)
    sums = recording.summary(LAYER, CategorySums)
    shares = over_reference_maximum(sums.means(), maximum)
    for c in range(4):
        chosen = [
            float(np.float32(raw.layers[LAYER][i, 0])) for i in range(len(raw.labels)) if raw.labels[i] == c
        ]
        expected = sum(chosen) / len(chosen) / largest[0] if chosen else np.nan
        np.testing.assert_allclose(shares[c, 0], expected, rtol=1e-12)


def test_top_images(pair):
    for recording, raw in pair:
        top = recording.summary(LAYER, TopSamples)
        for n in range(7):
            ours = [
                (float(a), int(i))
                for a, i in zip(top.response[:, n], top.position[:, n], strict=True)
                if i >= 0 and a != 0
            ]
            # Deephys drops zeros and leaves ties open; ours go to the earlier image.
            every = [
                (float(a), i) for i, a in enumerate(raw.layers[LAYER][:, n].astype(np.float32)) if a != 0
            ]
            assert ours == sorted(every, key=lambda pair: (-pair[0], pair[1]))[:100]


def test_top_categories(pair):
    for recording, raw in pair:
        means = recording.summary(LAYER, CategorySums).means()
        for n in range(7):
            expected = {}
            for c in sorted({int(label) for label in raw.labels if label >= 0}):
                responses = [
                    float(np.float32(a))
                    for a, label in zip(raw.layers[LAYER][:, n], raw.labels, strict=True)
                    if label == c
                ]
                expected[c] = sum(responses) / len(responses)
            best = sorted(expected, key=lambda c: (-expected[c], c))[:5]
            ours = sorted(np.flatnonzero(~np.isnan(means[:, n])), key=lambda c: (-means[c, n], c))[:5]
            assert ours == best
            np.testing.assert_allclose(means[best, n], [expected[c] for c in best], rtol=1e-12)


def test_predictions_and_their_values(pair):
    for recording, raw in pair:
        for i, logits in enumerate(raw.logits.astype(np.float64)):
            assert recording.samples.predictions[i] == max(range(4), key=lambda c: logits[c])
            weights = [
                float(np.exp(z - max(logits))) for z in logits
            ]  # the app subtracts nothing, and overflows
            ours = softmax(recording.logits(i))
            np.testing.assert_allclose(ours, np.array(weights) / sum(weights), rtol=1e-4, atol=1e-12)


def confident_first(images, confidence):
    return sorted(images, key=lambda image: (-confidence[image], image))


def test_accuracy_false_positives_false_negatives_and_confusions(pair):
    for recording, raw in pair:
        samples, labels = recording.samples, raw.labels
        predictions = np.argmax(raw.logits, axis=1)
        confidence = np.array([softmax(logits).max() for logits in raw.logits], np.float32)
        recall = outcomes(samples, 4).recall()
        for a in range(4):
            truly = [i for i in range(len(labels)) if labels[i] == a]
            right = [i for i in truly if predictions[i] == a]
            np.testing.assert_equal(recall[a], len(right) / len(truly) if truly else np.nan)
            false_positives = [
                i for i in range(len(labels)) if predictions[i] == a and labels[i] not in (a, -1)
            ]
            assert list(mistaken(samples, prediction=a)) == confident_first(false_positives, confidence)
            false_negatives = [i for i in truly if predictions[i] != a]
            assert list(mistaken(samples, label=a)) == confident_first(false_negatives, confidence)
            for b in range(4):
                pair_of = [i for i in truly if predictions[i] == b]
                assert list(having(samples, label=a, prediction=b)) == confident_first(pair_of, confidence)
                assert outcomes(samples, 4).confusions[a, b] == len(pair_of)
