"""How far apart two categories are in each dataset, how mixed, and how far each one moved."""

from __future__ import annotations

from shiftscope.counted import counted
from shiftscope.views.page.panels import Columns, Fact, Facts
from shiftscope.views.page.section import section
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.parts.pictures import role
from shiftscope.views.paths.shown_path_pair import ShownPathPair


@section(ShownPathPair, place=10)
def pair_cards(pair: ShownPathPair) -> Columns:
    """A card for each dataset that is counted."""
    chosen, first, second = pair.chosen, pair.first, pair.second
    selection, names, cards = pair.selection, chosen.names(), []
    for name, found in chosen.statistics.items():
        told = []
        if first != second:
            for a, b in ((first, second), (second, first)):
                infinite = int(found.infinite[a, b])
                told.append(
                    Fact(
                        f"{names[a]} from {names[b]}",
                        number(float(found.kl[a, b])),
                        f"KL({names[a]} || {names[b]}), nats, mean over all paths and all samples.",
                        note=f"{counted(infinite, 'path', count)} infinite" if infinite else "",
                    )
                )
        for category in dict.fromkeys((first, second)):
            told.append(
                Fact(
                    f"entropy of {names[category]}",
                    number(float(found.separation.entropy[category])),
                    "Nats, mean over paths; at most ln 2 = 0.693.",
                    note=counted(int(found.separation.samples[category]), "sample", count),
                )
            )
        if found.from_reference is not None:
            for category in dict.fromkeys((first, second)):
                told.append(
                    Fact(
                        f"{names[category]} moved",
                        number(float(found.from_reference[category, category])),
                        f"KL({selection.baseline} || {name}) of the category, nats.",
                        chosen.pair(category, category, focus=name),
                    )
                )
        cards.append(Facts(name, told, role(selection, name), selection.dataset(name)))
    return Columns("", cards)
