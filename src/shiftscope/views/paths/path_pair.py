"""Two categories by their significant paths: which units, outputs and paths tell one from the other."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.paths.counting.rules import DEFAULT
from shiftscope.explain.paths.measures.frequencies import EPS, Smoothing
from shiftscope.statistics.ranked import ranked
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Link, Page
from shiftscope.views.page.section import panels_of
from shiftscope.views.page.selection import Selection, Sets
from shiftscope.views.page.view import view
from shiftscope.views.parts.sets.worst_set import worst_set
from shiftscope.views.paths.path_choice import AT, PathChoice
from shiftscope.views.paths.sentences import separated_in_words
from shiftscope.views.paths.shown_path_pair import ShownPathPair


@view(f"{AT}/{{first}}/{{second}}")
def path_pair(
    study: StoredStudy,
    first: int,
    second: int,
    *,
    map: str | None = None,
    rule: str = DEFAULT,
    smoothing: Smoothing = "clip",
    eps: float = EPS,
    baseline: str | None = None,
    focus: str | None = None,
    layer: str | None = None,
    sets: Sets = None,
) -> Page:
    """KL(first || second) in the focus, and what adds most to it; of a category with itself, how it moved."""
    selection = Selection.at(study, layer, baseline, focus, sets)
    same = first == second
    worst = worst_set(selection)
    selection = selection.focused_on(worst)
    if same and selection.focus == selection.baseline:  # a category is compared with itself under a shift
        selection = replace(selection, focus=worst)
    chosen = PathChoice.at(selection, path_pair, map, rule, smoothing, eps)
    names = chosen.names()
    for category in (first, second):
        if not 0 <= category < len(names):
            raise NotInStudy(
                f"no category {category}; from 0 to {len(names) - 1}, the last meaning all together."
            )
    if same and selection.focus == selection.baseline:
        raise BadRequest("a category's paths do not differ from themselves, and there is no shifted dataset.")
    at = chosen.address(f"{AT}/{first}/{second}")
    shown = ShownPathPair(chosen, at, first, second)
    one, other = shown.labels
    told_apart = not same and max(first, second) < len(study.categories)
    confusion = Link(f"confusion {names[first]} → {names[second]}", selection.confusion(first, second))
    return Page(
        f"{one} against {other}" if same else f"{one} from {other}",
        panels_of(shown),
        [Link(study.name, selection.overview()), Link("Significant paths", chosen.address(AT)())],
        choices=chosen.choices(at),
        subtitle=f"Paths of {chosen.linear.name}; a path is significant where {chosen.settings.rule.formula}; "
        f"{chosen.settings.frequencies.in_words()}.",
        next=None if same else Link(f"{names[second]} from {names[first]}", chosen.pair(second, first)),
        related=[confusion] if told_apart else [],
        sentence=_sentence(shown),
    )


def _sentence(pair: ShownPathPair) -> str:
    """The unit whose paths add most to the divergence; empty where there is nothing to compare."""
    if pair.lacking:
        return ""
    layer, found = pair.chosen.linear.layer, pair.terms
    most = int(ranked(found.by_column)[0])
    share = pair.share(float(found.by_column[most]))
    unit = "the bias" if most == pair.chosen.linear.weight.shape[1] else f"unit {most} of {layer}"
    return separated_in_words(pair.labels, pair.selection.focus, found.kl, unit, share, same=pair.same)
