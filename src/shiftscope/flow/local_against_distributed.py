"""The most active feature of each sample removed, against its most active unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shiftscope.errors import BadRequest
from shiftscope.flow.steps.opened import opened
from shiftscope.progress import Progress
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.explain.local_against_distributed.local_against_distributed import LocalAgainstDistributed
    from shiftscope.explain.local_against_distributed.removals import Removals
    from shiftscope.recording.live_study import LiveStudy


def _versions() -> dict[str, int]:
    from shiftscope.explain.local_against_distributed.stored_removals import VERSIONS

    return VERSIONS


result_kind("removals", _versions)


def local_against_distributed(
    study: StoredStudy,
    layers: str | Sequence[str] | None = None,
    *,
    samples: int = 500,
    seed: int = 0,
    batch_size: int = 64,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    live: LiveStudy | None = None,
    progress: bool | Progress = True,
) -> LocalAgainstDistributed:
    """Remove each sample's most active feature, or its most active unit, and see how far the answer falls; stored.

    A feature is removed at all places of the layer behind it: its code there times its atom is subtracted, and where
    the layer has no negative responses none comes of it. A unit is set to zero. Beside both stands a random direction
    of the feature's size. Reported are the held-out half of the reference, and of a shifted set what does not stand
    under an id of the other half. Where the model gives probabilities or their logarithms, the logit is measured over
    the mean of all, as these say nothing of it alone.

    Parameters
    ----------
    layers
        Derived layers; all of the study where not given.
    samples
        Of each dataset, at most.
    seed
        Of the random directions.
    model, data
        As for `live`; all datasets that can be opened again where none is given.
    live
        The study with both at hand, in place of `model` and `data`.

    Raises
    ------
    NotInStudy
        No such layer, or codes that are still to be computed.
    BadRequest
        A layer that was recorded, no derived layer, or no model.
    LayerError
        A layer of which the model holds nothing that can be changed.

    References
    ----------
    Colin et al. (2024), Local vs distributed representations: What is the right basis for interpretability?
    arXiv:2411.03993.
    """
    from shiftscope.explain.fit_under_shift.states import states_of
    from shiftscope.explain.interventions.changeable import changeable
    from shiftscope.explain.local_against_distributed.live import removals
    from shiftscope.explain.local_against_distributed.local_against_distributed import LocalAgainstDistributed
    from shiftscope.explain.local_against_distributed.stored_removals import read_removals, write_removals
    from shiftscope.progress import shown, tell
    from shiftscope.recording.live_study import LiveStudy

    if samples < 1:
        raise BadRequest(f"samples={samples!r}; at least one.")
    names = _derived(study, layers)
    for name in names:
        changeable(study, name)
    if live is None:
        live = opened(study, model, data, LiveStudy)
    live.refuse_changed_model()  # what it answers is stored
    datasets = list(data) if data else live.at_hand()
    if progress is True:
        tell("left out", [str(error) for error in live.left_out.values()])
    settings = {"samples": samples}
    found: dict[str, dict[str, Removals]] = {name: {} for name in names}
    missing = []
    for name in names:
        for dataset in datasets:
            kept = read_removals(study, name, dataset, settings, seed)
            if kept is None:
                missing.append((name, dataset, _positions(study, name, dataset, samples)))
            else:
                found[name][dataset] = kept
    total = sum(len(positions) for _, _, positions in missing)
    with shown(progress)("removing", 0, total) as advance:
        for name, dataset, positions in missing:
            lost = removals(live, name, dataset, positions, seed=seed, batch_size=batch_size, advance=advance)
            write_removals(study, name, dataset, settings, seed, lost)
            found[name][dataset] = lost
    ordered = {name: {each: sets[each] for each in datasets} for name, sets in found.items()}
    states = {name: states_of(study, name, sets) for name, sets in ordered.items()}
    return LocalAgainstDistributed(study.reference, ordered, states)


def _derived(study: StoredStudy, layers: str | Sequence[str] | None) -> list[str]:
    """Names, in the order of the layers that they are derived from."""
    asked = list(study.derived) if layers is None else [layers] if isinstance(layers, str) else list(layers)
    names = list(dict.fromkeys(study.layer(each).name for each in asked))
    for name in names:
        if name not in study.derived:
            raise BadRequest(
                f"{name!r} was recorded, so it has units and no features. Derive a layer from it."
            )
    if not names:
        raise BadRequest("no derived layer: study.derive makes one, as the features are its units.")
    depth = list(study.recorded_layers)
    return sorted(names, key=lambda name: depth.index(study.derived[name].behind))


def _positions(study: StoredStudy, layer: str, dataset: str, most: int) -> list[int]:
    from shiftscope.explain.fit_under_shift.sets import at_most, reported_of

    return at_most(reported_of(study, dataset, layer), most)
