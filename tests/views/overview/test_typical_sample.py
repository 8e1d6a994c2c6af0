import numpy as np

from shiftscope.outcomes.outcomes import right_and_wrong
from shiftscope.views.overview.typical_sample import typical_sample


def test_the_typical_sample_is_the_median_by_confidence_of_those_classified_right(explored):
    for name, category in (("lab", None), ("field", None), ("lab", 2)):
        samples = explored.study[name].samples
        right = [
            s
            for s in np.flatnonzero(right_and_wrong(samples)[0]).tolist()
            if category is None or explored[name].labels[s] == category
        ]
        right.sort(key=lambda s: explored[name].confidences[s])
        assert typical_sample(samples, category) == right[len(right) // 2]


def test_without_labels_it_is_one_of_all_and_of_no_sample_there_is_none(unlabelled, explored):
    samples = unlabelled.study["field"].samples
    shown = sorted(range(len(samples)), key=lambda s: samples.confidences[s])
    assert typical_sample(samples) == shown[len(shown) // 2]
    assert typical_sample(explored.study["lab"].samples, 4) is None  # no sample is labelled e
