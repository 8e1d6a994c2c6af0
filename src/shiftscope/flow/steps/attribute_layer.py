"""Numbers of the maps of every unit of a layer, in the reference and the shifted datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, StudyNotWritable
from shiftscope.flow.steps.opened import opened
from shiftscope.progress import Progress
from shiftscope.scores.estimation.stored_map_numbers import (
    KIND,
    ON_MASK,
    PART,
    VERSION,
    MapNumbers,
    map_numbers_key,
    on_mask_of,
    read_map_numbers,
    write_map_numbers,
)
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.result_kinds import result_kind
from shiftscope.store.results import ResultKey, remove_result
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.twins import twins_between

if TYPE_CHECKING:
    import pandas as pd
    from torch import nn

    from shiftscope.recording.live_study import LiveStudy

SAMPLES = 200  # of each dataset
GRADIENTS = {"saliency": "wam_saliency", "smoothgrad": "wam_smoothgrad"}  # which are what these decompose

result_kind(KIND, lambda: {PART: VERSION})


@dataclass(frozen=True)
class LayerQuestion:
    """What is computed of every unit of a layer, in the same way in each dataset."""

    layer: str
    method: str
    options: Mapping[str, Any]
    samples: int
    seed: int


@dataclass(frozen=True)
class _Share:
    """One dataset's part of it."""

    dataset: str
    positions: list[int]
    key: ResultKey
    masks: Mapping[str, tuple[str, list[int]]]  # by the number's name: whose masks, and the positions there


def attribute_layer(
    study: StoredStudy,
    question: LayerQuestion,
    *,
    dataset: str | None = None,
    dry_run: bool = False,
    rows: int | None = None,
    model: nn.Module | None = None,
    data: Mapping[str, Any] | None = None,
    live: LiveStudy | None = None,
    progress: bool | Progress = True,
) -> pd.DataFrame:
    """Compute and keep numbers of the maps of every unit, which scores then read; goes on where it stopped.

    Returns
    -------
    DataFrame
        A row for each dataset, the reference first: dataset; samples; pairs, of twins with the reference, NaN without;
        kept, how many of them keep their prediction, with `kept_share` and its 95 % Wilson interval `low` and `high`,
        and changed, how many do not, which stand apart in `study.scores`; `attrs["kept"]` says the same in words;
        state: "kept", "computed", in a dry run "to compute", or "left out" where its data are not at hand.
    """
    from shiftscope.explain.attribution.attribution import attributions as methods
    from shiftscope.explain.attribution.numbers.layer_numbers import price_of_layer
    from shiftscope.progress import shown, tell
    from shiftscope.recording.live_study import LiveStudy

    reference = study.reference
    names = [name for name in study if name == reference or dataset in (None, name)]
    names.sort(key=lambda name: name != reference)
    shares = _shares(study, question, names, ())
    missing = [share for share in shares if not _is_kept(study, share)]
    if missing:  # no dataset is opened before
        if live is None:
            live = opened(study, model, data, LiveStudy)
        shares = _shares(study, question, names, _with_masks(live, names))
        missing = [share for share in shares if not _is_kept(study, share)]
    states = dict.fromkeys([share.dataset for share in missing], "left out")
    if missing and live is not None:
        there = live.at_hand()
        if progress is True:
            tell("left out", [str(live.left_out[name]) for name in states if name in live.left_out])
        for name in (reference, dataset):
            if name in states and name in live.left_out:
                raise live.left_out[name]
        missing = [share for share in missing if share.dataset in there]
        states |= dict.fromkeys([share.dataset for share in missing], "to compute" if dry_run else "computed")
        method = methods[question.method]
        price = price_of_layer(
            live,
            method,
            question.layer,
            {share.dataset: share.positions for share in missing},
            question.options,
        )
        if progress is True or dry_run:
            tell(f"{question.method} of every unit of {question.layer}", [price.in_words()])
        if not dry_run:
            _compute(study, live, question, missing, rows, shown(progress))
    return _table(study, shares, states)


def _compute(
    study: StoredStudy,
    live: LiveStudy,
    question: LayerQuestion,
    missing: Sequence[_Share],
    rows: int | None,
    show: Progress,
) -> None:
    from shiftscope.explain.attribution.numbers.layer_numbers import check_layer

    if not study.keeps_results():
        raise StudyNotWritable(f"{study.path} cannot be written to, and the numbers are kept in it.")
    live.refuse_changed_model()
    for share in missing:
        check_layer(live, question.layer, share.dataset, share.positions)
    for place, share in enumerate(missing, 1):
        named = f"{question.layer} of {share.dataset} ({place} of {len(missing)})"
        _compute_share(study, live, question, share, named, rows, show)


def _is_kept(study: StoredStudy, share: _Share) -> bool:
    """With the masks that are known now, or more."""
    kept = read_map_numbers(study, share.key, any_of=("masks",))
    return kept is not None and set(share.masks) <= set(kept.settings.get("masks", ()))


def layer_question(
    study: StoredStudy, layer: str | None, method: str, samples: object, seed: int, options: dict[str, Any]
) -> LayerQuestion:
    """Raises `BadRequest` for a method whose maps are no gradients, and samples that are no number."""
    from shiftscope.explain.attribution.attribution import attributions as methods
    from shiftscope.explain.attribution.study_maps import with_all_options
    from shiftscope.typed import as_whole_number

    if layer is None:
        raise BadRequest("numbers of every unit are those of a layer; name it.")
    if not isinstance(method, str):
        raise BadRequest("a study keeps numbers of methods by name.")
    chosen = methods[GRADIENTS.get(method, method)]
    if not chosen.wavelets:
        known = ", ".join([*GRADIENTS, *(name for name, each in methods.items() if each.wavelets)])
        raise BadRequest(f"shares of scales are those of gradients, and {method} gives none: take {known}.")
    count = SAMPLES if samples == "top" else as_whole_number(samples)
    if count is None or count < 1:
        raise BadRequest(f"samples={samples!r}; of every unit give how many samples of each dataset.")
    return LayerQuestion(study.layer(layer).name, chosen.name, with_all_options(chosen, options), count, seed)


def _with_masks(live: LiveStudy, names: Sequence[str]) -> list[str]:
    """Those at hand that know the masks of their cues."""
    from shiftscope.explain.attribution.numbers.layer_numbers import masks_of

    return [name for name in live.at_hand() if name in names and masks_of(live, name)]


def _shares(
    study: StoredStudy, question: LayerQuestion, names: Sequence[str], masked: Sequence[str]
) -> list[_Share]:
    """Which samples of each dataset: the same originals everywhere, where sets are twins of the reference."""
    reference, *shifted = names
    pairs = {name: twins_between(study, name, reference) for name in shifted}
    times = np.zeros(study[reference].plan.samples, np.int64)
    for each in pairs.values():
        if each is not None:
            times[np.unique(each.theirs)] += 1
    chosen = _drawn(study, reference, question, -times)
    found = []
    of_masks: dict[str, tuple[str, list[int]]] = {}
    for name in shifted:
        twins = pairs[name]
        positions = chosen_there = None
        if twins is not None:
            there = np.isin(twins.theirs, chosen)
            _, first = np.unique(twins.originals[there], return_index=True)
            positions = sorted(twins.ours[there][first].tolist())
            at = dict(
                zip(twins.theirs[there][first].tolist(), twins.ours[there][first].tolist(), strict=True)
            )
            chosen_there = [at.get(position, -1) for position in chosen]
        if not positions:
            positions, chosen_there = _drawn(study, name, question), None
        masks = {ON_MASK: (name, positions)} if name in masked else {}
        if name in masked and chosen_there is not None:
            of_masks[on_mask_of(study.manifest.recorded_as(name))] = (name, chosen_there)
        found.append(_share(study, question, name, positions, masks))
    own = {ON_MASK: (reference, chosen)} if reference in masked else {}
    return [_share(study, question, reference, chosen, own | of_masks), *found]


def _share(
    study: StoredStudy,
    question: LayerQuestion,
    dataset: str,
    positions: list[int],
    masks: Mapping[str, tuple[str, list[int]]],
) -> _Share:
    settings = {
        "method": question.method,
        "options": dict(question.options),
        "asked": question.samples,
        "chosen": blake2b(np.array(positions, np.int64).tobytes(), digest_size=8).hexdigest(),
        "masks": sorted(masks),
    }
    key = map_numbers_key(study, question.layer, dataset, settings, seed=question.seed)
    return _Share(dataset, positions, key, masks)


def _drawn(
    study: StoredStudy, dataset: str, question: LayerQuestion, order: npt.NDArray[np.int64] | None = None
) -> list[int]:
    """Positions of so many samples, rising, by digests of their ids; those first that have the lowest `order`."""
    samples = study[dataset].samples
    ids = samples.column("id").to_pylist()
    digests = [blake2b(f"{question.seed}:{name}".encode(), digest_size=8).digest() for name in ids]
    first = np.zeros(len(ids), np.int64) if order is None else order
    shown = np.flatnonzero(samples.predictions >= 0).tolist()  # a skipped sample has none
    return sorted(sorted(shown, key=lambda place: (first[place], digests[place]))[: question.samples])


def _compute_share(
    study: StoredStudy,
    live: LiveStudy,
    question: LayerQuestion,
    share: _Share,
    named: str,
    rows: int | None,
    show: Progress,
) -> None:
    """A block of samples is kept as soon as it is done, and all of them are joined in the end."""
    from shiftscope.explain.attribution.attribution import attributions as methods
    from shiftscope.explain.attribution.numbers.layer_numbers import (
        AT_ONCE,
        masks_of,
        numbers_of_block,
        stacked_masks,
    )

    units = study.layer(question.layer).units
    blocks = [share.positions[start : start + AT_ONCE] for start in range(0, len(share.positions), AT_ONCE)]
    keys = [
        map_numbers_key(
            study,
            question.layer,
            share.dataset,
            share.key.settings,
            seed=question.seed,
            variant=f"block {place} of {len(blocks)}",
        )
        for place in range(len(blocks))
    ]
    kept = [read_map_numbers(study, key) for key in keys]
    done = sum(len(each.positions) for each in kept if each)
    size = live.inputs(share.dataset, share.positions[:1]).shape[2:]
    masks = {name: (masks_of(live, other), places) for name, (other, places) in share.masks.items()}
    found: list[MapNumbers] = []
    total = len(share.positions) * units
    with show(named, done * units, total, counted="maps") as advance, write_errors(study.path):
        for place, (positions, key, before) in enumerate(zip(blocks, keys, kept, strict=True)):
            if before is None:
                own = slice(place * AT_ONCE, place * AT_ONCE + len(positions))
                numbers = numbers_of_block(
                    live,
                    methods[question.method],
                    question.layer,
                    share.dataset,
                    positions,
                    options=question.options,
                    seed=question.seed,
                    rows=rows,
                    masks={
                        name: stacked_masks(mask, places[own], size)
                        for name, (mask, places) in masks.items()
                        if mask is not None
                    },
                    advance=advance,
                )
                before = MapNumbers(np.array(positions, np.int64), numbers, key.settings, question.seed)
                write_map_numbers(study, key, before)
            found.append(before)
        whole = {name: np.concatenate([each.numbers[name] for each in found]) for name in found[0].numbers}
        every = np.array(share.positions, np.int64)
        write_map_numbers(study, share.key, MapNumbers(every, whole, share.key.settings, question.seed))
    for key in keys:
        remove_result(key.place(study.path))


def _table(study: StoredStudy, shares: Sequence[_Share], states: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    from shiftscope.scores.estimation.estimate_maps import paired_rows
    from shiftscope.statistics.compared import kept_share

    reference = shares[0]
    rows, told = [], {}
    for share in shares:
        row: dict[str, Any] = {"dataset": share.dataset, "samples": len(share.positions)}
        pairs = (
            paired_rows(
                study,
                share.dataset,
                np.array(share.positions),
                reference.dataset,
                np.array(reference.positions),
            )
            if share is not reference
            else None
        )
        if pairs is not None:
            ours, theirs = (
                study[each.dataset].samples.predictions[each.positions] for each in (share, reference)
            )
            kept = kept_share(theirs[pairs[1]], ours[pairs[0]])
            share_kept = kept.kept / kept.pairs if kept.pairs else np.nan
            row |= {"pairs": kept.pairs, "kept": kept.kept, "kept_share": share_kept}
            row |= {"low": kept.low, "high": kept.high, "changed": kept.changed}
            told[share.dataset] = kept.in_words()
        rows.append({**row, "state": states.get(share.dataset, "kept")})
    columns = ["dataset", "samples", "pairs", "kept", "kept_share", "low", "high", "changed", "state"]
    table = pd.DataFrame(rows, columns=columns)
    table.attrs["kept"] = told
    return table
