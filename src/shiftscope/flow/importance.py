"""Which features of a derived layer decide which category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.flow.steps.opened import opened
from shiftscope.progress import Progress
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.importance.importance import Importance
    from shiftscope.explain.importance.set_importance import SetImportance
    from shiftscope.recording.live_study import LiveStudy

SAMPLES = {"gradient_x_code": 20, "sobol": 4}  # of each category
BATCH = 256


def _versions() -> dict[str, int]:
    from shiftscope.explain.importance.stored_importances import VERSIONS

    return VERSIONS


result_kind("importances", _versions)


def importance(
    study: StoredStudy,
    layer: str,
    *,
    method: str | None = None,
    samples: int | None = None,
    designs: int = 256,
    seed: int = 0,
    batch_size: int = BATCH,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    live: LiveStudy | None = None,
    progress: bool | Progress = True,
) -> Importance:
    """How much each feature of a derived layer counts for each category, on each dataset; stored in the study.

    For a category it is the mean, over the samples that are classified as it, of what a feature adds to its logit.
    Reported are the half of the reference that no dictionary is fitted on, and of a shifted set what does not stand
    under an id of the other half. Where the model gives probabilities or their logarithms, a logit is measured over the
    mean of all, as these say nothing of it alone; "exact" reads the head itself.

    Parameters
    ----------
    layer
        A derived layer, as "hidden~nmf32".
    method
        "exact", through the linear head that the layer behind it feeds: needs no model, and is taken where not given
        and where it can be. "gradient_x_code", by the model, for any layer. "sobol": Sobol total indices of masks on
        the codes, `designs` x (features + 1) passes a sample.
    samples
        Of each category, for the methods that run the model: 20, or 4 for "sobol", where not given.
    designs
        Rows of each of Sobol's designs: a power of 2. 64 for a quick look.
    model, data
        As for `live`; all datasets that can be opened again where none is given.
    live
        The study with both at hand, in place of `model` and `data`.

    Raises
    ------
    NotInStudy
        No such layer, or codes that are still to be computed.
    BadRequest
        A layer that was recorded, no such method, or no model for a method that runs it.
    LayerError, ModelError
        A layer of which the model holds nothing that can be changed, or behind which there is no gradient.
    """
    from shiftscope.explain.fit_under_shift.states import states_of
    from shiftscope.explain.importance.importance import EXACT, METHODS, Importance

    name = study.layer(layer).name
    if name not in study.derived:
        raise BadRequest(f"{name!r} was recorded, so it has units and no features. Derive a layer from it.")
    fed = study.derived[name].behind in study.heads
    asked = method or (EXACT if fed else "gradient_x_code")
    if asked not in METHODS:
        raise BadRequest(f"method={method!r}; there are {', '.join(METHODS)}.")
    if asked == EXACT:
        if not fed:
            raise BadRequest(
                f"{study.derived[name].behind!r} does not feed the linear head of this study. Take "
                'method="gradient_x_code", with the model: model=net, or --model on the command line.'
            )
        sets = _through_head(study, name, progress)
    else:
        if live is None:
            from shiftscope.recording.live_study import LiveStudy

            live = opened(study, model, data, LiveStudy)
        settings = _settings(asked, samples, designs)
        sets = _through_model(live, name, asked, settings, seed, batch_size, list(data or ()), progress)
    states = states_of(study, name, sets)
    return Importance(name, asked, study.reference, study.categories, sets, states)


def _settings(method: str, samples: int | None, designs: int) -> dict[str, int]:
    from shiftscope.explain.importance.importance import SOBOL
    from shiftscope.typed import as_whole_number

    number = SAMPLES[method] if samples is None else as_whole_number(samples)
    if number is None or number < 1:
        raise BadRequest(f"samples={samples!r}; at least one of each category.")
    if method != SOBOL:
        return {"samples": number}
    rows = as_whole_number(designs)
    if rows is None or rows < 2 or rows & (rows - 1):
        raise BadRequest(f"designs={designs!r}; a power of 2, from 2 on.")
    return {"samples": number, "designs": rows}


def _through_head(study: StoredStudy, layer: str, progress: bool | Progress) -> dict[str, SetImportance]:
    from shiftscope.explain.fit_under_shift.sets import reported_of
    from shiftscope.explain.importance.importance import EXACT
    from shiftscope.explain.importance.stored_importances import read_importance, write_importance
    from shiftscope.explain.importance.through_head import importance_through_head
    from shiftscope.progress import shown

    behind, sets = study.derived[layer].behind, {}
    with shown(progress)(f"importance of {layer}", 0, len(study), counted="datasets") as advance:
        for dataset in study:
            found = read_importance(study, layer, dataset, EXACT, {})
            if found is None:
                atoms, head = study.learned(layer)["components_"], study.heads[behind]
                reported = reported_of(study, dataset, layer)
                found = importance_through_head(reported, atoms, head, len(study.categories))
                write_importance(study, layer, dataset, EXACT, {}, 0, found)
            sets[dataset] = found
            advance(1)
    return sets


def _through_model(
    live: LiveStudy,
    layer: str,
    method: str,
    settings: dict[str, int],
    seed: int,
    batch_size: int,
    asked: list[str],
    progress: bool | Progress,
) -> dict[str, SetImportance]:
    import numpy as np

    from shiftscope.explain.fit_under_shift.sets import of_each_category, reported_of
    from shiftscope.explain.importance.importance import GRADIENT
    from shiftscope.explain.importance.set_importance import of_samples
    from shiftscope.explain.importance.stored_importances import read_importance, write_importance
    from shiftscope.explain.importance.through_model import gradients_times_codes, sobol_total_indices
    from shiftscope.explain.interventions.changeable import changeable
    from shiftscope.progress import shown, tell

    study = live.study
    changeable(study, layer)
    live.refuse_changed_model()  # what it answers is stored
    names = asked or live.at_hand()
    if progress is True:
        tell("left out", [str(error) for error in live.left_out.values()])
    sets = {name: read_importance(study, layer, name, method, settings, seed) for name in names}
    missing = {
        name: of_each_category(reported_of(study, name, layer), settings["samples"])
        for name in names
        if sets[name] is None
    }
    total = sum(map(len, missing.values()))
    if progress is True and missing and method != GRADIENT:
        passes = total * settings["designs"] * (study.derived[layer].units + 1)
        tell(layer, [f"{passes:,} passes of the layers behind it and before it, over {total} samples"])
    with shown(progress)(f"importance of {layer}", 0, total) as advance:
        for name, positions in missing.items():
            if method == GRADIENT:
                found = gradients_times_codes(
                    live, layer, name, positions, batch_size=batch_size, advance=advance
                )
            else:
                found = sobol_total_indices(
                    live,
                    layer,
                    name,
                    positions,
                    designs=settings["designs"],
                    seed=seed,
                    batch_size=batch_size,
                    advance=advance,
                )
            predictions = study[name].samples.predictions[positions]
            of_set = of_samples(
                found,
                predictions,
                len(study.categories),
                np.random.default_rng(seed),
                signed=method == GRADIENT,
            )
            write_importance(study, layer, name, method, settings, seed, of_set)
            sets[name] = of_set
    return {name: found for name, found in sets.items() if found}
