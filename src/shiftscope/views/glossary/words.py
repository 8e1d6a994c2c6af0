"""The words of every page, one for one thing."""

from __future__ import annotations

WORDS = (
    ("study", "One model, several datasets, everything known about them: a directory."),
    (
        "dataset",
        "A named, ordered set of samples shown to the model; one is the reference, the others are shifted.",
    ),
    ("reference", "The dataset as in training (in distribution), with which the study compares the others."),
    (
        "group",
        "Datasets that belong together, with the variable that orders them: corruption noise, severity 1 to 5.",
    ),
    ("twin", "The sample of another dataset made from the same original."),
    ("recording", "One model's responses to one dataset, inside a study."),
    ("sample", "One input with an id, a label or none, metadata and a thumbnail."),
    ("layer", "A named place in the model whose output is recorded, or a derived layer computed from one."),
    ("unit", "One column of a layer: a neuron, a channel after pooling, a dimension of tokens, a feature."),
    ("response", "Activation of one unit to one sample, after the layer's nonlinearity and pooling."),
    (
        "summary",
        "Statistic of one pass over responses that merges: counts, sums, maxima, top samples, histograms.",
    ),
    ("score", "One number for each unit, with its interval."),
    (
        "interval",
        "Of 95 %: made in this way, it holds the true number for about 95 of 100 such datasets. From resampled samples "
        "for scores, Wilson's for shares, Newcombe's for their differences.",
    ),
    (
        "q",
        "False discovery share: how many of the units that differ at least as surely do so by chance "
        "(Benjamini-Hochberg).",
    ),
    ("floor", "What sampling alone makes of a score, without any shift."),
    (
        "flat",
        "Of a unit: it does not separate the categories in the baseline, so that their order means nothing.",
    ),
    ("probe", "A unit, direction or logit as a differentiable function of the input."),
    ("result", "What a slower question answered, stored in the study with its settings."),
    ("category", "A class of the classifier; the label is the true one, the prediction the model's."),
    ("confusion", "Samples labelled a and classified b, in this direction."),
    (
        "focus",
        "The dataset that selects and orders what a page shows; by default the one that loses most accuracy.",
    ),
    ("baseline", "The dataset that the focus is compared with, by whose maximum responses are measured."),
    (
        "breaks",
        "A set breaks the model where it takes half or more of the accuracy above chance.",
    ),
    (
        "hurts",
        "Accuracy surely falls, by two points or more, and by less than what breaks the model.",
    ),
    (
        "barely touches",
        "A set barely touches the model where accuracy moves by less than two points, or no more than chance allows: "
        "Newcombe's interval of the loss holds 0.",
    ),
    ("helps", "Accuracy surely rises, by two points or more."),
    ("argues for", "A unit argues for a category to whose logit it adds, more than to the others."),
    ("path", "One product of weight and activation, w a, of a linear map."),
)
