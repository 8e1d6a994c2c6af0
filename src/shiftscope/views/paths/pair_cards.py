"""How far apart two categories are in each dataset, how mixed, and how far each one moved."""

from __future__ import annotations

from shiftscope.counted import counted
from shiftscope.views.page.panels import Columns, Fact, Facts, Fold
from shiftscope.views.page.section import section
from shiftscope.views.parts.in_a_row import in_a_row
from shiftscope.views.parts.number_text import count, number
from shiftscope.views.parts.pictures.pictures import role
from shiftscope.views.paths.shown_path_pair import ShownPathPair

NAMED = 4  # sets in the heading


@section(ShownPathPair, place=50)
def pair_cards(pair: ShownPathPair) -> Fold:
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
    return Fold("In every set", _says(pair), [Columns("", cards)], "every-set")


def _says(pair: ShownPathPair) -> str:
    """The divergence that the page is about, in the sets that have it, the largest first."""
    statistics, names = pair.chosen.statistics, pair.chosen.names()
    if pair.same:
        moved = {
            name: float(found.from_reference[pair.first, pair.first])
            for name, found in statistics.items()
            if found.from_reference is not None
        }
        about = f"{names[pair.first]} moved by, nats"
    else:
        moved = {name: float(found.kl[pair.first, pair.second]) for name, found in statistics.items()}
        about = f"{names[pair.first]} from {names[pair.second]}, nats"
    farthest = sorted((name for name in moved if moved[name] == moved[name]), key=lambda name: -moved[name])
    return f"{about}: {in_a_row([f'{number(moved[name])} in {name}' for name in farthest], NAMED)}"
