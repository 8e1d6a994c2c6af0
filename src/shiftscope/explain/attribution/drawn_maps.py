"""Maps as pictures, in a notebook and on axes of matplotlib."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from shiftscope.errors import BadRequest

if TYPE_CHECKING:
    from shiftscope.explain.attribution.attributions import Attributions, FloatArray

SHOWN = 12  # maps in a notebook


def on_axes(found: Attributions, ax: Any = None) -> Any:
    """Maps of pictures side by side; raises `BadRequest` where axes are to be made and matplotlib is not installed."""
    if ax is None:
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise BadRequest("drawing takes matplotlib: pip install 'shiftscope[figures]'.") from error
        _, ax = pyplot.subplots(figsize=(1.5 * len(found.maps), 2))
    columns = found.maps.shape[2]
    gap = max(1, columns // 16)
    row = np.full((found.maps.shape[1], len(found.maps) * (columns + gap) - gap), np.nan)
    for place, each in enumerate(found.maps):
        row[:, place * (columns + gap) : place * (columns + gap) + columns] = each
    ax.imshow(row, cmap="Blues", vmin=0, vmax=found.largest)
    ax.set_title(found.question.in_words)
    ax.set_xticks(
        [place * (columns + gap) + columns / 2 for place in range(len(found.maps))],
        [str(name) for name in found.ids],
        rotation=45,
        ha="right",
    )
    ax.set_yticks([])
    return ax


def as_html(found: Attributions) -> str:
    """What is to be known of the maps, and pictures of the first."""
    told = f"<p>{escape(found.in_words())}</p>"
    if not found.of_pictures:
        return told
    drawn = "".join(
        f'<figure style="display:inline-block;margin:4px"><img width="96" style="image-rendering:pixelated;'
        f'border:1px solid #ccc" alt="{escape(str(name))}" src="data:image/png;base64,'
        f'{b64encode(picture).decode()}"><figcaption>{escape(str(name))}<br>{value:.3g}</figcaption></figure>'
        for picture, name, value in zip(found.pictures()[:SHOWN], found.ids, found.values, strict=False)
    )
    return f"{told}<div>{drawn}</div>"


def png(share: FloatArray) -> bytes:
    """(row, column) from 0, white, to 1, dark blue; what is not finite is grey."""
    from io import BytesIO

    from PIL import Image

    weight = np.clip(np.nan_to_num(share), 0, 1)[..., None]
    colours = 255 + weight * (np.array([8, 48, 107]) - 255)
    colours[~np.isfinite(share)] = 128
    file = BytesIO()
    Image.fromarray(colours.round().astype(np.uint8)).save(file, "PNG")
    return file.getvalue()
