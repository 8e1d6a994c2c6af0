"""Where in its samples a unit reads what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from shiftscope.errors import BadRequest
from shiftscope.flow.steps.attribute_layer import attribute_layer, layer_question
from shiftscope.flow.steps.attribute_units import HowMaps, attribute_units
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.model.target import Target
    from shiftscope.recording.live_study import LiveStudy


def attribute(
    study: StoredStudy,
    layer: str | Target | None,
    unit: int | str | Sequence[int | str] | None = None,
    *,
    method: str = "saliency",
    dataset: str | None = None,
    samples: str | int | Sequence[int | str] = "top",
    keep: Literal["maps", "shares"] = "maps",
    low_pass: float | Literal["fitted"] | None = None,
    baselines: float | str | None = None,
    seed: int = 0,
    faithful: bool = True,
    sanity: bool = False,
    dry_run: bool = False,
    internal_batch_size: int | None = None,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    live: LiveStudy | None = None,
    progress: bool | Progress = True,
    **options: Any,
) -> Any:
    """Maps of a unit over some samples of a dataset, kept in the study and found again without the model.

    Before the first map the unit's response is computed again and compared with the stored one.

    With "all" for the unit and `keep="shares"` the maps of every unit of a layer are computed over the same samples of
    the reference and of every shifted dataset, or of the one named, and reduced to numbers, which scores such as
    `scale_level` then read. They are written a few samples at a time; the same call goes on where it stopped.

    Parameters
    ----------
    layer, unit
        A recorded or derived layer and the number of its unit; None and a category, by number or name, for a logit.
        Several units of a layer may be given as a list; over samples by position or id they share forward passes. Or
        one target in place of both: an address as "layer4:17", `ss.Neuron`, `ss.Channel`, `ss.Feature`, `ss.Logit`.
    method
        Its name: "saliency", "gradient_x_input", "integrated_gradients", "smoothgrad", "occlusion", "rise",
        "grad_cam", "wam" and its like; see `docs/attribution.md`.
    dataset
        The reference where not given.
    samples
        "top" for the 12 that the unit responds to most, another number of them, or positions or ids. Of every unit
        how many of each dataset, 200 where not given: twins of one another where there are, drawn by their ids.
    keep
        "maps", or of every unit "shares": of attribution by scale and orientation, with other numbers of each map.
    low_pass
        Cutoff in cycles per image: what is finer is taken out of the map, channels summed before. "fitted" for the one
        that makes maps of the reference's fit half the most faithful; what F gains on its held-out half and on the
        dataset stands beside the maps.
    baselines
        A number, "blur" for the sample itself, blurred, or "reference_mean" for the mean input of the reference's fit
        half; zero where not given.
    faithful
        Compute the faithfulness of maps of pictures too, coarsely, beside controls; see `docs/attribution.md`.
    sanity
        Randomise the weights of a copy, module after module, and say whether the maps depend on them.
    dry_run
        Of every unit: compute nothing, tell the price, and say what would be computed.
    internal_batch_size
        Points of one forward pass, on which memory depends; what fits into the free memory where not given.
    model, data
        As for `live`; not needed for what is kept.
    live
        The study with both at hand, in place of `model` and `data`.
    **options
        Of the method, and of the wavelet transform of "wam" and its like.

    Returns
    -------
    Attributions
        Of several units a list of them. Of every unit a DataFrame: a row for each dataset, with how many pairs of
        twins keep their prediction.

    Raises
    ------
    NotInStudy
        No such layer, unit, category, dataset or sample.
    BadRequest
        No such method or option, or no model.
    StudyNotWritable
        Numbers of every unit of a study that is only read.
    StudyMismatch
        The unit does not respond as it did when it was recorded.
    LayerError, ModelError
        As `ss.attribute`.
    """
    if unit == "all" or keep != "maps":
        if unit != "all" or keep != "shares":
            raise BadRequest('numbers of every unit take both, unit "all" and keep="shares".')
        if low_pass is not None or baselines is not None or not isinstance(layer, (str, type(None))):
            raise BadRequest(
                "numbers of every unit are those of a layer's whole maps: no low_pass, no baselines."
            )
        return attribute_layer(
            study,
            layer_question(study, layer, method, samples, seed, options),
            dataset=None if dataset is None else study[dataset].name,
            dry_run=dry_run,
            rows=internal_batch_size,
            model=model,
            data=data,
            live=live,
            progress=progress,
        )
    if dry_run:
        raise BadRequest('dry_run is for numbers of every unit: unit "all" and keep="shares".')
    several = isinstance(unit, Sequence) and not isinstance(unit, str)
    units: list[Any] = list(unit) if several else [unit]  # type: ignore[arg-type]
    if not units:
        raise BadRequest("no units are given.")
    how = HowMaps(
        method,
        study[dataset or study.reference].name,
        samples,
        low_pass,
        baselines,
        seed,
        faithful,
        sanity,
        internal_batch_size,
        options,
    )
    found = attribute_units(study, layer, units, how, model=model, data=data, live=live, progress=progress)
    return found if several else found[0]
