"""What of one image drives a unit, scale by scale: of coefficients that the study keeps beside its maps."""

from __future__ import annotations

from dataclasses import replace

from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.explain.attribution.wavelets.one_sample import (
    mosaic_shares,
    of_sample,
    sufficient_picture,
)
from shiftscope.explain.attribution.wavelets.wavelet_attribution import WaveletAttribution
from shiftscope.views.page.panels import (
    ImageStrip,
    Picture,
    PictureMap,
    Pixels,
    Role,
    Span,
    StripGroup,
    StripGroups,
)
from shiftscope.views.parts.number_text import percent, whole_percent
from shiftscope.views.parts.pictures import pictures, role
from shiftscope.views.unit.chosen_maps import chosen_maps
from shiftscope.views.unit.scale_shares import scale_name
from shiftscope.views.unit.shown_unit import ShownUnit

SCALES = "scales"  # key of the fold that they stand in
KEPT = 0.02, 0.1, 1.0  # shares of the coefficients that pictures are made of
ONLY = "only what matters: made of the coefficients that count most"
MOSAIC = "mosaic of the coefficients, the coarsest upper left"
NOTE = (
    "mosaic: on the right of what is coarser horizontal detail, below it vertical, at the corner diagonal; each block "
    "in a scale of its own"
)


def image_address(found: Attributions, row: int) -> str:
    """How an image is asked for, as lab:17; empty where its coefficients are not kept."""
    if found.coefficients is None or row >= len(found.coefficients.values[0]) or not found.of_pictures:
        return ""
    return f"{found.question.dataset}:{found.positions[row]}"


def wavelets(unit: ShownUnit) -> StripGroups | None:
    """Of the image asked for; None where none is, or its coefficients are not kept."""
    chosen = _chosen(unit)
    if chosen is None:
        return None
    found, row = chosen
    name, position = found.question.dataset, int(found.positions[row])
    assert found.coefficients is not None
    own = of_sample(found.coefficients, row)
    (image,) = pictures(unit.selection, unit.study[name], [position])
    plain = replace(image, verdict=None, drawn=True)
    colour = role(unit.selection, name)
    mosaic = replace(plain, map=PictureMap(mosaic_shares(own), colour), alt="mosaic of the coefficients")
    strips = [
        ImageStrip("image", [image], colour),
        ImageStrip("attribution by scale, one scale of colours", _by_scale(own, plain, colour), colour),
    ]
    if own.of_inputs is not None:
        strips.append(ImageStrip(ONLY, _sufficient(own, plain), colour))
    groups = [
        StripGroup([Span(f"{name}, image {position}", "strong", image.page)], strips),
        StripGroup("", [ImageStrip(MOSAIC, [mosaic], colour, large=True)]),
    ]
    return StripGroups("One image, scale by scale", groups, NOTE, captioned=True)


def _by_scale(own: WaveletAttribution, plain: Picture, colour: Role) -> list[Picture]:
    """Maps of the levels, from the finest detail."""
    levels = [own.to_pixels(level)[0] for level in range(own.level + 1)]
    end = max(float(each.max()) for each in levels) or 1.0
    names = [scale_name(level, own.level) for level in range(own.level + 1)]
    return [
        replace(
            plain,
            map=PictureMap(each / end, colour),
            alt=f"attribution to detail of {name}",
            caption=f"{name}: {percent(float(share))}",
        )
        for each, name, share in zip(levels, names, own.scale_share[0], strict=True)
    ]


def _sufficient(own: WaveletAttribution, plain: Picture) -> list[Picture]:
    return [
        replace(
            plain,
            map=Pixels(sufficient_picture(own, keep)),
            alt=f"made of {whole_percent(keep)} of the coefficients",
            caption=f"{whole_percent(keep)} of them" if keep < 1 else "all of them",
        )
        for keep in KEPT
    ]


def _chosen(unit: ShownUnit) -> tuple[Attributions, int] | None:
    if not unit.image:
        return None
    for found in chosen_maps(unit):
        for row in range(len(found.positions)):
            if image_address(found, row) == unit.image and not (found.silent | found.refused)[row]:
                return found, row
    return None
