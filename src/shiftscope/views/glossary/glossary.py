"""Every score in a picture, and every word."""

from __future__ import annotations

from shiftscope.scores.score import UnitScore, unit_scores
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.glossary.toys import toy
from shiftscope.views.glossary.words import WORDS
from shiftscope.views.page.panels import Entry, Glossary, Link, Page
from shiftscope.views.page.view import view
from shiftscope.views.parts.number_text import number


@view("glossary")
def glossary(study: StoredStudy) -> Page:
    """The scores of the registry, then the words of every page."""
    words = [Entry(word, word.replace(" ", "-"), means) for word, means in WORDS]
    scores = [entry(score) for score in unit_scores.values()]
    return Page(
        title="Glossary",
        sentence="Every score in a picture",
        lede=f"{len(scores)} scores, one number a unit each, then {len(words)} words. Each picture is one unit of a "
        "made-up example; the number below it is computed from what is drawn.",
        panels=[Glossary("Scores", scores), Glossary("Words", words)],
        trail=[Link(study.name, "")],
    )


def entry(score: UnitScore) -> Entry:
    """A score in words, and in the picture of what it reads."""
    reads = "Two datasets, compared." if score.compares else "One dataset, described."
    facts = [("High", f"{score.high}."), ("Measured in", f"{score.measured_in}. {reads}")]
    if score.null is not None and score.compares:
        facts.append(("No change", f"{number(score.null)}."))
    facts.append(("Name", f"{score.name}, in filters, tables and commands."))
    if score.source:
        facts.append(("Source", score.source))
    return Entry(score.title, score.name, score.help, facts, toy(score))
