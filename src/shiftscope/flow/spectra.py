"""What a shift does to the spectra of images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shiftscope.explain.visualisation.picture_question import REFERENCE_PICTURES
from shiftscope.flow.steps.opened import opened
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.shifted_set import shifted_set
from shiftscope.store.stored_study import StoredStudy
from shiftscope.typed import ordered, whole_number

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.visualisation.spectra.shift_spectra import ShiftSpectra
    from shiftscope.recording.live_study import LiveStudy


def _versions() -> dict[str, int]:
    from shiftscope.explain.visualisation.spectra.stored_spectra import VERSIONS

    return VERSIONS


result_kind("spectra", _versions)


def spectra(
    study: StoredStudy,
    dataset: str,
    *,
    pictures: int = REFERENCE_PICTURES,
    range: tuple[float, float] | None = None,
    seed: int = 0,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    live: LiveStudy | None = None,
) -> ShiftSpectra:
    """How strong each frequency is in the images of a shifted dataset, over how strong it is in the reference; kept in
    the study and found again without the model. One Fourier transform an image.

    Its `templates` are the mean magnitudes of both, with which `ss.visualise(..., template=...)` draws.

    Parameters
    ----------
    dataset
        A shifted dataset.
    pictures
        Of each set, at most, of the half that is fitted on.
    range
        Lower and upper end of the inputs of datasets without preprocessing.
    seed
        Of the interval, over images that are drawn again; images of the same originals are drawn together.
    model, data
        As for `live`; not needed for what is kept.
    live
        The study with both at hand, in place of `model` and `data`.

    Raises
    ------
    NotInStudy
        No such dataset.
    BadRequest
        The reference itself, no model, or samples that are no pictures.
    """
    name = shifted_set(study, dataset)
    from shiftscope.explain.visualisation.spectra.stored_spectra import read_spectra, write_spectra

    settings: dict[str, Any] = {
        "pictures": whole_number("pictures", pictures, 1),
        "limits": None if range is None else ordered(range),
        "seed": whole_number("seed", seed),
    }
    if kept := read_spectra(study, name, **settings):
        return kept
    from shiftscope.explain.visualisation.spectra.live_spectra import spectra_of
    from shiftscope.recording.live_study import LiveStudy

    if live is None:
        live = opened(study, model, data, LiveStudy)
    found = spectra_of(live, name, **settings)
    write_spectra(study, found, **settings)
    return found
