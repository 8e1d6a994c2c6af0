"""Where in its samples a unit reads what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from shiftscope.errors import BadRequest
from shiftscope.flow.asked_unit import asked_category, asked_number, asked_positions, asked_unit
from shiftscope.flow.attribute_layer import attribute_layer, layer_question
from shiftscope.flow.opened import opened
from shiftscope.progress import Progress
from shiftscope.store.layout import LOGITS
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.attribution.attributions import AttributionQuestion, Attributions
    from shiftscope.explain.attribution.price import Price
    from shiftscope.model.target import Target
    from shiftscope.recording.live_study import LiveStudy


def _versions() -> dict[str, int]:
    from shiftscope.explain.attribution.stored_attributions import VERSIONS

    return VERSIONS


result_kind("attributions", _versions)


def attribute(
    study: StoredStudy,
    layer: str | Target | None,
    unit: int | str | None = None,
    *,
    method: str = "saliency",
    dataset: str | None = None,
    samples: str | int | Sequence[int | str] = "top",
    keep: Literal["maps", "shares"] = "maps",
    low_pass: float | None = None,
    baselines: float | str | None = None,
    seed: int = 0,
    faithful: bool = True,
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
        Or one target in place of both: an address as "layer4:17", `ss.Neuron`, `ss.Channel`, `ss.Feature`, `ss.Logit`.
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
        Cutoff in cycles per image: what is finer is taken out of the map, channels summed before.
    baselines
        A number, or "blur" for the sample itself, blurred; zero where not given.
    faithful
        Compute the faithfulness of maps of pictures too, coarsely, beside controls; see `docs/attribution.md`.
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
        Or of every unit a DataFrame: a row for each dataset, with how many pairs of twins keep their prediction.

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
    from shiftscope.explain.attribution.stored_attributions import read_attributions, write_attributions
    from shiftscope.progress import shown, tell

    question = _question(study, layer, unit, method, dataset, low_pass, baselines, seed, options)
    positions = asked_positions(study[question.dataset], question.layer, question.unit, samples)
    kept = read_attributions(study, question, positions)
    if kept and kept.is_whole(faithful=faithful):
        return kept
    from shiftscope.explain.attribution.live import attributions_of
    from shiftscope.recording.live_study import LiveStudy

    if live is None:
        live = opened(study, model, data, LiveStudy)
    live.refuse_changed_model()  # what it answers is stored

    def priced(price: Price) -> None:
        if progress is True:
            tell(question.in_words, [price.in_words()])

    with shown(progress)(question.in_words, 0, len(positions)) as advance:
        found = attributions_of(
            live,
            question,
            positions,
            faithful=faithful,
            rows=internal_batch_size,
            priced=priced,
            advance=advance,
        )
    write_attributions(study, found)
    return found


def attributions(
    study: StoredStudy,
    layer: str | None,
    unit: int | str | None = None,
    *,
    method: str | None = None,
    dataset: str | None = None,
) -> list[Attributions]:
    """The maps that the study keeps of a layer's units, or of one; read without the model, stale ones left out.

    Parameters
    ----------
    layer, unit
        As for `attribute`: None for logits. Every unit where none is given.
    method, dataset
        Only those of this one.

    Raises
    ------
    NotInStudy
        No such layer, unit or dataset.
    """
    from shiftscope.explain.attribution.stored_attributions import listed_attributions

    named = study[dataset].name if dataset else None
    if layer is None:
        number = None if unit is None else asked_category(study, unit)
    else:
        number = None if unit is None else study.layer(layer).check(asked_number(unit))
    return [
        found
        for found in listed_attributions(study, LOGITS if layer is None else layer, number)
        if method in (None, found.question.method) and named in (None, found.question.dataset)
    ]


def _question(
    study: StoredStudy,
    layer: str | Target | None,
    unit: int | str | None,
    method: str,
    dataset: str | None,
    low_pass: float | None,
    baselines: float | str | None,
    seed: int,
    options: dict[str, Any],
) -> AttributionQuestion:
    from shiftscope.explain.attribution.attribution import attributions as methods
    from shiftscope.explain.attribution.attributions import AttributionQuestion
    from shiftscope.explain.attribution.live import with_all_options

    if not isinstance(method, str):
        raise BadRequest(
            "a study keeps maps of methods by name; give an object with .attribute to ss.attribute."
        )
    place, number, pool = asked_unit(study, layer, unit)
    if low_pass is not None and (isinstance(low_pass, bool) or not isinstance(low_pass, (int, float))):
        raise BadRequest(f"low_pass={low_pass!r}; give a number of cycles per image.")
    if not isinstance(baselines, (int, float, type(None))) and baselines != "blur":
        raise BadRequest(f'baselines={baselines!r}; give a number, or "blur".')
    every = with_all_options(methods[method], options)
    return AttributionQuestion(
        study[dataset or study.reference].name,
        place,
        number,
        method,
        every,
        None if low_pass is None else float(low_pass),
        baselines,
        pool,
        seed,
    )
