"""Maps of one image, of its prediction, its label or a unit; and of the same image in another dataset."""

from __future__ import annotations

from collections.abc import Iterator

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import BadRequest
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked_maps import check_method, low_pass_in_words, low_pass_of, sanity_in_words
from shiftscope.web.jobs.kind import Live, job

OWN = "prediction", "label"  # of the image; anything else is a unit's address


def _title(
    *,
    dataset: str,
    position: int,
    other: str,
    there: int,
    of: str,
    method: str,
    low_pass: str = "",
    sanity: bool = False,
) -> str:
    beside = f" and of image {there} of {other}" if other else ""
    maps = f"{method}{low_pass_in_words(low_pass)} of the {of} of image {position} of {dataset}{beside}"
    return maps + sanity_in_words(sanity)


def _check(
    study: StoredStudy,
    *,
    dataset: str,
    position: int,
    other: str,
    there: int,
    of: str,
    method: str,
    low_pass: str = "",
    sanity: bool = False,
) -> None:
    check_method(method)
    low_pass_of(low_pass)
    for _ in _asked(study, [(dataset, position), *([(other, there)] if other else [])], of):
        pass


@job("attribute_image", _title, _check)
def attribute_image(
    live: Live,
    progress: Progress,
    *,
    dataset: str,
    position: int,
    other: str,
    there: int,
    of: str,
    method: str,
    low_pass: str = "",
    sanity: bool = False,
) -> None:
    """As `shiftscope attribute` does with the image named; what is kept already is not computed again.

    Parameters
    ----------
    other, there
        The same image in another dataset; empty and any number for none.
    of
        "prediction", "label", or the address of a unit, as hidden:12.
    sanity
        Draw the weights of a copy again, and say whether the maps depend on them.
    """
    places = [(dataset, position), *([(other, there)] if other else [])]
    for name, place, layer, unit in _asked(live.study, places, of):
        live.attribute(
            layer,
            unit,
            method=method,
            dataset=name,
            samples=[place],
            low_pass=low_pass_of(low_pass),
            sanity=sanity,
            progress=progress,
        )


def _asked(
    study: StoredStudy, places: list[tuple[str, int]], of: str
) -> Iterator[tuple[str, int, str | None, int]]:
    """Dataset, position, layer and unit of each map; the layer None for the logit of a category.

    Raises
    ------
    BadRequest
        No such thing to ask for, or an image without it.
    NotInStudy
        No such dataset, image, layer or unit.
    """
    of = of.strip()
    for name, position in places:
        samples = study[name].samples
        seen = samples[samples.check(position)]
        if of in OWN:
            category = seen.prediction if of == OWN[0] else seen.label
            if category == NO_LABEL:
                raise BadRequest(f"image {position} of {name} has no {of}.")
            yield name, position, None, category
        else:
            layer, colon, unit = of.rpartition(":")
            if not colon or not (unit.isascii() and unit.isdecimal()):
                raise BadRequest(
                    f"{of!r}; give prediction, label, or a unit's address as {list(study.layers)[-1]}:3."
                )
            yield name, position, study.layer(layer).name, study.layer(layer).check(int(unit))
