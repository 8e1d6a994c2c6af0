"""Every score and every word, explained."""

from dataclasses import replace

import numpy as np
import pytest

from shiftscope.scores.score import UnitScore, unit_scores
from shiftscope.views.glossary.glossary import glossary
from shiftscope.views.page.panels import Glossary
from shiftscope.web.html.sketches import sketch_svg
from tests.views.conftest import panel

# By hand, from the numbers that are drawn: means by category (0.9, 0.5, 0.2, 0.1) → (0.3, 0.45, 0.6, 0.1), and eight
# responses of each set.
BY_HAND = {
    "activation_ratio": 0.6 / 1.0,
    "blame": 6 / 4 - 0 / 4,
    "novelty": 0.9 - 0.6,
    "novelty_matched": 0.9 - 0.6,  # of means that were doubled before
    "profile_correlation": 1 - 6 * (4 + 4) / (4 * 15),  # ranks 4, 3, 2, 1 → 2, 3, 4, 1
    "spurious": 6 * (4 + 4) / (4 * 15),
    "rate_change": 7 / 8 - 5 / 8,
    "selectivity": (0.9 - 0.8 / 3) / (0.9 + 0.8 / 3),
    "profile_entropy": -sum(p * np.log2(p) for p in (0.9 / 1.7, 0.5 / 1.7, 0.2 / 1.7, 0.1 / 1.7)),
    # of 64 pairs, those in which the focus responds more, ties counted half
    "shift_auroc": sum(
        (a > b) + (a == b) / 2 for a in (0, 1, 2, 2, 3, 3, 4, 4) for b in (0, 0, 0, 1, 1, 2, 2, 3)
    )
    / 64,
    "scale_level": (0.2 + 2 * 0.3 + 3 * 0.4) - (0.3 + 2 * 0.2 + 3 * 0.1),
    # in the middle every scale has a quarter
    "scale_shift": np.sqrt(2 + sum(p * np.log2(p) for p in (0.4, 0.3, 0.2, 0.1))),
    "map_spread": (0.6 + 0.5 + 0.6 + 0.3) / 4 - (1.0 + 0.9 + 0.7) / 4,
    "wasserstein": (19 - 9) / 8 / np.std([0, 0, 0, 1, 1, 2, 2, 3]),  # sorted, each is at least as large
}


def entries(study, title="Scores"):
    return {entry.key: entry for entry in panel(glossary(study), Glossary, title).entries}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_score_s_number_is_that_of_its_picture(explored, name):
    entry = entries(explored.study)[name]
    assert entry.name == unit_scores[name].title
    assert float(entry.sketch.found.rpartition(": ")[2].replace("−", "-")) == pytest.approx(
        BY_HAND[name], abs=0.006
    )


def test_every_score_has_its_formula_in_words_what_high_means_and_a_picture(explored):
    found = entries(explored.study)
    assert list(found) == list(unit_scores)
    for name, entry in found.items():
        score, facts = unit_scores[name], dict(entry.facts)
        assert entry.text == score.help
        assert facts["High"] == f"{score.high}."
        assert score.high != "more of what its name says"
        assert entry.sketch is not None
        assert len(entry.sketch.names) == len(entry.sketch.after)
    assert "arXiv 2303.11912" in dict(found["novelty"].facts)["Source"]
    assert "Source" not in dict(found["rate_change"].facts)


def test_a_new_score_is_there_by_itself(explored, monkeypatch):
    def halved(shifted, reference):
        """Half of what novelty is, to be found by anybody who looks for it."""
        return (reference.max(axis=0) - shifted.max(axis=0)) / 2

    like = unit_scores["novelty"]
    new = UnitScore("halved", "profiles", "shares", 0.0, like.within, 1, halved, "halved", "more")
    monkeypatch.setitem(unit_scores._entries, "halved", new)
    entry = entries(explored.study)["halved"]
    assert (entry.text, entry.sketch.found) == (new.help, "halved: 0.150")
    monkeypatch.setitem(unit_scores._entries, "halved", replace(new, reads="something else"))
    assert entries(explored.study)["halved"].sketch is None  # its words still stand there


def test_words_stand_once_each(explored):
    words = entries(explored.study, "Words")
    assert {"focus", "baseline", "confusion", "unit", "score", "twin", "group"} <= set(words)
    assert len(words) == len(panel(glossary(explored.study), Glossary, "Words").entries)
    assert not set(words) & set(unit_scores)


def test_a_picture_has_a_bar_for_each_number_and_says_them(explored):
    drawn = sketch_svg(entries(explored.study)["novelty"].sketch)
    assert drawn.count("<rect") == 8
    assert drawn.count('class="c-ref ring"') == 4
    assert (
        "baseline: 0.9, 0.5, 0.2, 0.1; focus: 0.3, 0.45, 0.6, 0.1. lost peak response (novelty): 0.300"
        in drawn
    )
    alone = sketch_svg(entries(explored.study)["selectivity"].sketch)
    assert alone.count("<rect") == 4
    assert "baseline" not in alone


def test_names_are_escaped(explored):
    sketch = replace(entries(explored.study)["novelty"].sketch, names=("<b>", '"', "&", "'"))
    drawn = sketch_svg(sketch)
    assert "<b>" not in drawn
    assert "&lt;b&gt;" in drawn
