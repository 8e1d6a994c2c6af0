"""One set of samples in each dataset, next to one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shiftscope.outcomes.outcomes import Positions
from shiftscope.views.page.panels import Columns, ImageStrip, Link, Panel, Picture
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.pictures.pictures import pictures, role

FEW = 24  # images of a set at first
MANY = 600  # at most on one page
GROWTH = 4  # how many times as many "more" shows


def image_sets(
    selection: Selection,
    title: str,
    positions: Mapping[str, Positions],
    images: int,
    more: Callable[[int], str],
    *,
    drawn: Callable[[Picture], Picture] = lambda picture: picture,
    empty: str = "No such sample in any dataset.",
) -> Panel:
    """A strip for each dataset that has such samples; those without are named in the title, and take no room.

    Parameters
    ----------
    positions
        By dataset, in the order of the page.
    images
        How many to show of each.
    more
        From a number of images to the address of the same page with as many.
    drawn
        From the picture of a sample to what is shown of it.
    empty
        What is said where no dataset has any.
    """
    shown = max(1, min(images, MANY))
    some = [name for name in positions if len(positions[name])]
    none = [name for name in positions if name not in some]
    if not some:
        return ImageStrip(title, [], empty=empty)
    strips = []
    for name in some:
        found, first = len(positions[name]), positions[name][:shown].tolist()
        strips.append(
            ImageStrip(
                name,
                [drawn(picture) for picture in pictures(selection, selection.study[name], first)],
                role(selection, name),
                note=f"{count(min(found, shown))} of {count(found)}, the most confident prediction first",
                more=Link("more", more(min(shown * GROWTH, MANY))) if shown < min(found, MANY) else None,
            )
        )
    return Columns(f"{title}; none in {', '.join(none)}" if none else title, strips)
