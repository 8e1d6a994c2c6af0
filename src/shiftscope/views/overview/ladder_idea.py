"""From which strength on ladders break or hurt the model, as a clause of the first page's sentence."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.outcomes.harm import Harm
from shiftscope.views.overview.set_rows import SetRow


def from_where_on(row: SetRow, harm: Harm) -> str | None:
    """ "hue from strength 0.25 on", "hue at strength 0.5" where not all after it do it too; None where no rung does."""
    places = [place for place, each in enumerate(row.sets) if each.harm == harm]
    if not places:
        return None
    first = places[0]
    value = row.value(first)
    where = value if row.name == row.variable else f"{row.variable} {value}"
    on = len(places) > 1 and places == list(range(first, len(row.sets)))
    return f"{row.name} from {where} on" if on else f"{row.name} at {where}"


def worst_of_ladders(rows: Sequence[SetRow]) -> dict[Harm, list[str]]:
    """Ladders by the worst that a rung of them does, where it breaks or hurts the model."""
    found: dict[Harm, list[str]] = {}
    for row in rows:
        worst: Harm = "hurts" if row.breaks is None else "breaks"
        if told := from_where_on(row, worst):
            found.setdefault(worst, []).append(told)
    return found
