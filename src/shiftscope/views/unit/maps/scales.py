"""At which scales a unit reads its images, and where its maps lie, in baseline and focus."""

from __future__ import annotations

from shiftscope.explain.attribution.numbers.map_means import map_means
from shiftscope.percent import percent
from shiftscope.views.page.panels import Fold
from shiftscope.views.page.section import section
from shiftscope.views.unit.maps.chosen_maps import chosen_maps
from shiftscope.views.unit.maps.cutoff import cutoff_lines
from shiftscope.views.unit.maps.scale_shares import Scales, place_table, scale_table, scales_of
from shiftscope.views.unit.maps.spectra import spectra_lines
from shiftscope.views.unit.maps.wavelets import SCALES, wavelets
from shiftscope.views.unit.maps.where_in_words import scale_in_words
from shiftscope.views.unit.shown_unit import ShownUnit

TITLE = "At which scales it reads"


@section(ShownUnit, place=39)
def scales(unit: ShownUnit) -> Fold | None:
    """Of one image where it is asked for, of the layer's numbers of all units or of the maps that are shown."""
    sets = unit.selection.baseline, unit.selection.focus
    found = scales_of(unit, chosen_maps(unit))
    every = (
        wavelets(unit),
        scale_table(found, sets) if found else None,
        place_table(unit.moved_maps, sets) if unit.moved_maps else None,
        spectra_lines(unit),
        cutoff_lines(unit),
    )
    panels = [panel for panel in every if panel]
    return Fold(TITLE, _says(unit, found), panels, SCALES) if panels else None


def _says(unit: ShownUnit, found: Scales | None) -> str:
    """The scale that moved most, or that it reads most where none surely moved; without scales how fine maps are."""
    if found is None:
        whole = (each for each in chosen_maps(unit) if each.question.low_pass is None and each.of_pictures)
        shares = ((each.question.dataset, map_means(each).high_frequency_share) for each in whole)
        fine = ", ".join(f"{percent(share)} in {name}" for name, share in shares)
        return f"high frequencies are {fine} of its maps" if fine else "where its maps lie"
    if found.surely is False:
        return f"most of all {scale_in_words(found.largest)}; no scale surely changed"
    return scale_in_words(found.moved)
