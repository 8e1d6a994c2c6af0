"""The first page: what the shift did, in one look."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.scores.score import UnitScore, unit_scores
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Choice, Link, Message, Page
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import view
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.unit_scores import title


@view("")
def overview(
    study: StoredStudy,
    *,
    layer: str | None = None,
    baseline: str | None = None,
    focus: str | None = None,
    score: str | None = None,
) -> Page:
    """What each shift did: accuracy, the layers and units that changed, the categories and confusions to blame.

    Parameters
    ----------
    focus
        A shifted dataset: the tables hold what happened in it rather than under any shift.
    score
        Of the shift profile and of the most shifted units.
    """
    if not study.datasets:
        return Page(study.name, [Message("Nothing is recorded yet", _how_to_begin(study))])
    selection = Selection.at(study, layer, baseline, focus)
    at = PageAddress(selection, "", overview, {"score": score})
    shown = ShownOverview(selection, at, _score(selection, score))
    model = study.manifest.model
    # Other tools do not tell how many.
    size = f", {count(model['parameters'])} parameters" if "parameters" in model else ""
    unfinished = study.unfinished()
    started = f" Not finished: {', '.join(unfinished)}; record again to go on." if unfinished else ""
    return Page(
        title=study.name,
        subtitle=f"{str(model['class']).removeprefix('__main__.')}{size}.{started}",
        panels=panels_of(shown),
        choices=[*selection.choices(at.path, **at.asked()), *_score_choice(shown)],
    )


def _how_to_begin(study: StoredStudy) -> str:
    begun = (
        f" {', '.join(study.unfinished())}: begun; the same command goes on." if study.unfinished() else ""
    )
    return (
        f"Show a dataset to the model: study.record(...) in Python, or shiftscope record {study.path}.{begun}"
    )


def _comparing() -> dict[str, UnitScore]:
    return {name: score for name, score in unit_scores.items() if score.compares}


def _score(selection: Selection, asked: str | None) -> UnitScore:
    """The score asked for; by default one that no direction of change cancels, if single responses are there."""
    kept = all(recording.keeps_responses for recording in selection.study.values())
    known, name = _comparing(), asked or ("wasserstein" if kept else "novelty")
    if name not in known:
        raise BadRequest(f"no score {name!r} compares two datasets; there are {', '.join(known)}.")
    return known[name]


def _score_choice(shown: ShownOverview) -> list[Choice]:
    if not shown.shifts:
        return []
    links = [Link(title(name), shown.at(score=name), score.help) for name, score in _comparing().items()]
    help = "Of the chart by layer and of the most shifted units."
    return [Choice("Score", links, title(shown.score.name), help)]
