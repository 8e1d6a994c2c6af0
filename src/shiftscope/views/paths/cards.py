"""How far apart the categories of each dataset are, and how mixed."""

from __future__ import annotations

from shiftscope.counted import counted
from shiftscope.explain.paths.path_statistics import Estimated
from shiftscope.outcomes.outcomes import outcomes
from shiftscope.views.page.panels import Columns, Fact, Facts
from shiftscope.views.page.section import section
from shiftscope.views.parts.number_text import count, interval, number, percent
from shiftscope.views.parts.pictures import role
from shiftscope.views.paths.shown_paths import ShownPaths


@section(ShownPaths, place=10)
def cards(paths: ShownPaths) -> Columns:
    """A card for each dataset that is counted."""
    return Columns("", [_card(paths, name) for name in paths.chosen.statistics])


def _card(paths: ShownPaths, name: str) -> Facts:
    found, selection = paths.chosen.statistics[name], paths.selection
    told = outcomes(selection.study[name].samples, len(selection.study.categories))
    infinite = int((found.infinite[:-1, :-1] > 0).sum())
    value = _estimate(
        "mean divergence",
        found.mean_kl,
        "KL between the path statistics of two categories, nats, mean over paths and over ordered pairs of categories. "
        "Larger: the categories use other paths. The interval is of resamples of the samples.",
        note=f"{counted(infinite, 'pair', count)} infinite" if infinite else "",
    )
    return Facts(
        name,
        [
            value,
            _estimate(
                "sampling floor",
                found.floor,
                "The mean divergence with labels shuffled within the dataset: what so few samples give by chance.",
            ),
            _estimate("above the floor", found.excess, "Mean divergence minus sampling floor, nats."),
            _estimate(
                "mean entropy",
                found.mean_entropy,
                "Entropy of a path within a category, nats, mean over paths and categories; at most ln 2 = 0.693. "
                "Larger: the samples of a category share fewer paths.",
            ),
            Fact(
                "density",
                percent(float(found.separation.density[-1])),
                "Mean share of samples in which a path is significant.",
            ),
            Fact(
                "accuracy",
                percent(told.accuracy),
                "Share of labelled samples classified right.",
                selection.dataset(name),
            ),
        ],
        role(selection, name),
        selection.dataset(name),
    )


def _estimate(name: str, one: Estimated, help: str, note: str = "") -> Fact:
    return Fact(
        name, number(one.value), help, note="; ".join(filter(None, [interval(one.low, one.high), note]))
    )
