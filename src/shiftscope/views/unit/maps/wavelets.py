"""What of one image drives a unit, scale by scale: of coefficients that the study keeps beside its maps."""

from __future__ import annotations

import shlex
from dataclasses import replace

from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.explain.attribution.usual_passes import USUAL_PASSES
from shiftscope.explain.attribution.wavelets.one_sample import (
    mosaic_shares,
    of_sample,
    sufficient_picture,
)
from shiftscope.explain.attribution.wavelets.wavelet_attribution import WaveletAttribution
from shiftscope.percent import percent, whole_percent
from shiftscope.views.page.panels import (
    Code,
    ImageStrip,
    Message,
    Panel,
    Picture,
    PictureMap,
    Pixels,
    Role,
    Span,
    StripGroup,
    StripGroups,
)
from shiftscope.views.parts.computation import computation
from shiftscope.views.parts.maps.map_form import in_command
from shiftscope.views.parts.maps.maps import REFUSED, SILENT
from shiftscope.views.parts.pictures.pictures import pictures, role
from shiftscope.views.unit.maps.chosen_maps import chosen_maps
from shiftscope.views.unit.maps.scale_shares import scale_name
from shiftscope.views.unit.shown_unit import ShownUnit

ONE_IMAGE = "One image, scale by scale"
METHOD = "wam"  # which keeps them
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


def wavelets(unit: ShownUnit) -> Panel | None:
    """Of the image asked for; where its coefficients are not kept what computes them, and None where none is asked
    for."""
    if not unit.image:
        return None
    kept = _kept(unit)
    if kept is None:
        return _missing(unit)
    found, row = kept
    if (found.silent | found.refused)[row]:
        said = SILENT if found.silent[row] else REFUSED
        return Message(ONE_IMAGE, f"The map of {unit.image} is {said}.")
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
    return StripGroups(ONE_IMAGE, groups, NOTE, captioned=True)


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


def _kept(unit: ShownUnit) -> tuple[Attributions, int] | None:
    """Maps with the image's coefficients, and its row there; those that are shown before others."""
    for found in (*chosen_maps(unit), *unit.maps):
        for row in range(len(found.positions)):
            if image_address(found, row) == unit.image:
                return found, row
    return None


def _missing(unit: ShownUnit) -> Panel:
    """What computes the coefficients of the image, where it is one."""
    study = unit.study
    name, _, text = unit.image.rpartition(":")
    place = int(text) if text.isascii() and text.isdecimal() else -1
    if name not in unit.pair or not 0 <= place < len(study[name].samples):
        sets = " or ".join(unit.pair)
        return Message(
            ONE_IMAGE, f"{unit.image!r} is no image of {sets}; give a set and a number, as {unit.pair[0]}:3."
        )
    if not study[name].samples.pictured[place]:
        return Message(ONE_IMAGE, f"Image {place} of {name} cannot be shown.")
    lacks = f"No wavelet coefficients of image {place} of {name} are kept, which a map by {METHOD} has"
    offer = computation(
        study,
        ONE_IMAGE,
        f"{lacks}. {USUAL_PASSES[METHOD]} passes forward and backward.",
        kind="attribute_image",
        parameters={
            "dataset": name,
            "position": place,
            "other": "",
            "there": 0,
            "of": f"{unit.layer}:{unit.index}",
            "method": METHOD,
        },
        page=unit.at(),
    )
    words = ["shiftscope", "attribute", str(study.path), "--layer", unit.layer, "--unit", str(unit.index)]
    words += ["--method", METHOD, "--dataset", name, "--samples", *in_command(study[name].samples[place])]
    return offer or Code(f"{lacks}; this command computes them", f"{shlex.join(words)} --model ...")
