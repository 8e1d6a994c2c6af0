"""A ladder: the same data under a shift at several strengths, recorded as one group."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from shiftscope.engine.choose import chosen
from shiftscope.engine.engine import Engine
from shiftscope.errors import BadRequest, StudyMismatch
from shiftscope.flow.describe import describe
from shiftscope.flow.steps.record_dataset import record_dataset
from shiftscope.progress import Progress
from shiftscope.store.layout import refuse_dataset_name
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import pandas as pd
    from distributed import Client
    from torch import nn

    from shiftscope.datasets.pictures.preprocess import Preprocess
    from shiftscope.datasets.sample import Dataset
    from shiftscope.model.survey.layer import Layer
    from shiftscope.recording.stream import OnError
    from shiftscope.shard import Keep, StoredAs
    from shiftscope.store.description import GroupValue

State = Literal["kept", "to record", "recorded"]


@dataclass(frozen=True)
class Rung:
    """One dataset of a ladder; the source itself has no shift and strength 0."""

    dataset: str
    samples: Dataset
    fingerprint: str
    state: State = "to record"
    shift: str = ""
    seed: int = 0
    strength: float = 0.0

    @property
    def groups(self) -> Mapping[str, GroupValue] | None:
        """None of the source, which all ladders share."""
        if not self.shift:
            return None
        seed = {"seed": str(self.seed)} if self.seed else {}  # text: it tells ladders apart
        return {"shift": self.shift, **seed, "strength": self.strength}


def sweep(
    study: StoredStudy,
    data: Any,
    shift: str | Sequence[str],
    *,
    strengths: Sequence[float],
    name: str = "unshifted",
    layers: Sequence[Layer | str] | Literal["auto"] | None = None,
    model: nn.Module | None = None,
    preprocess: Preprocess | None = None,
    labels: Any = None,
    keep: Keep = "responses",
    stored_as: StoredAs = "auto",
    batch_size: int = 64,
    loader_workers: int = 0,
    engine: Engine | Client | None = None,
    shard_samples: int | None = None,
    on_error: OnError = "raise",
    check_range: bool = True,
    other_preprocessing: bool = False,
    overwrite: bool = False,
    dry_run: bool = False,
    progress: bool | Progress = True,
) -> pd.DataFrame:
    """Record `data` under a shift at rising strengths, a dataset for each; goes on where it stopped.

    The datasets are named "gaussian_noise-0.2" and grouped by the variables `shift` and `strength`; those of a seed
    other than 0 are "gaussian_noise-0.2 seed 1". What is there of the same data, shift, version, strength and seed is
    kept. Every picture has the same noise, angle or order at all strengths, only more of it.

    Parameters
    ----------
    data
        The source, in any form that `record` takes. It is strength 0 of every ladder, and recorded once.
    shift
        Names of shifts, as "gaussian_noise", or "NAME:SEED": a ladder each.
    strengths
        At least two above 0 and up to 1, in rising order.
    name
        Of the source, where the study has it under no other.
    layers
        As `record` takes them; needed where nothing is recorded yet, and the source then is the reference.
    keep
        "responses" and their summaries, or only "summaries", which take less room and give no intervals.
    overwrite
        Replace rungs of this name that were made otherwise; the others are kept all the same.
    dry_run
        Record nothing and say what would be.

    The other parameters are those of `record`.

    Returns
    -------
    DataFrame
        A row for each dataset, the source first: dataset, shift, seed, strength; samples; state: "kept", "recorded",
        or in a dry run "to record"; bytes that it takes at most, 0 for what is kept; seconds that reading, shifting
        and the model take by those of the first images, without writing; NaN unless it is a dry run.

    Raises
    ------
    BadRequest
        No such shift, strengths that make no ladder, or a name that is no dataset's.
    DataError
        The pictures are none that the shift takes.
    StudyMismatch
        A rung's name is taken by another version of the shift or by other data, and not `overwrite`.
    """
    from shiftscope.progress import shown, tell
    from shiftscope.recording.as_given import as_given
    from shiftscope.recording.stream import PassOptions

    study.model = study.model if model is None else model
    if study.model is None:
        raise BadRequest("an opened study does not hold the model: pass sweep(..., model=net) once.")
    study.reread()
    source, told = as_given(
        study, data, name, preprocess=preprocess, labels=labels, other_preprocessing=other_preprocessing
    )
    rungs = ladders(study, source, shift, strengths, name=name, overwrite=overwrite)
    if dry_run:
        return _table(rungs, _costs(study, study.model, rungs, layers, keep, stored_as, batch_size))
    engine = chosen(engine)
    show = shown(progress)
    if progress is True and engine.rank in (None, 0):
        tell(rungs[0].dataset, [*source.describe().get("told", ()), *told])
    for place, rung in enumerate(rungs, 1):
        if rung.state == "kept":
            _enter_group(study, rung)
            continue
        record_dataset(
            study,
            study.model,
            rung.samples,
            rung.dataset,
            layers=layers,
            stored_as=stored_as,
            keep=keep,
            options=PassOptions(batch_size=batch_size, loader_workers=loader_workers, on_error=on_error),
            engine=engine,
            shard_samples=shard_samples,
            check_range=check_range,
            other_preprocessing=other_preprocessing,
            overwrite=overwrite,
            groups=rung.groups,
            progress=_numbered(show, place, len(rungs)),
        )
    done = [rung if rung.state == "kept" else dataclasses.replace(rung, state="recorded") for rung in rungs]
    return _table(done, {})


def ladders(
    study: StoredStudy,
    source: Dataset,
    shift: str | Sequence[str],
    strengths: Sequence[float],
    *,
    name: str,
    overwrite: bool,
) -> list[Rung]:
    """The source and every rung of every ladder, each kept or to be recorded; raises as `sweep`."""
    from shiftscope.datasets.shifts.shift_kind import shift_kinds
    from shiftscope.datasets.shifts.shift_text import checked_strengths, parsed_ladder, several
    from shiftscope.datasets.shifts.shifted import Shifted, shifted_fingerprint

    asked = [parsed_ladder(text) for text in several(shift)]
    if not asked or len(set(asked)) < len(asked):
        raise BadRequest("name at least one shift, and each once.")
    for kind, _ in asked:
        shift_kinds[kind]  # raises for one that is not there
    above = checked_strengths(strengths)
    own = source.fingerprint()
    rungs = [_source(study, source, own, name, overwrite=overwrite)]
    for kind, seed in asked:
        for strength in above:
            named = f"{kind}-{_shortest(strength)}{f' seed {seed}' if seed else ''}"
            digest = shifted_fingerprint(own, kind, strength, seed)
            rung = Rung(
                named, Shifted(source, kind, strength, seed), digest, shift=kind, seed=seed, strength=strength
            )
            rungs.append(_found(study, rung) or _new(study, rung, rungs, overwrite=overwrite))
    _refuse_one_name_twice([rung.dataset for rung in rungs])
    return rungs


def _refuse_one_name_twice(names: Sequence[str]) -> None:
    """Raises `BadRequest`, since the one dataset would take the place of the other."""
    for place, name in enumerate(names):
        if name in names[:place]:
            raise BadRequest(
                f"{name!r} would name two datasets of the ladder. name=... gives the source another name, and "
                "`rename` a dataset that is recorded."
            )


def _source(study: StoredStudy, source: Dataset, fingerprint: str, name: str, *, overwrite: bool) -> Rung:
    """The source under the name that the study has it by, whatever that is."""
    for recorded in study:
        if _is_whole(study[recorded], fingerprint):
            return Rung(recorded, source, fingerprint, "kept")
    return _new(study, Rung(name, source, fingerprint), [], overwrite=overwrite)


def _found(study: StoredStudy, rung: Rung) -> Rung | None:
    """The rung as the study has it, also under another name in the same group; None where it is not there."""
    for recorded in study:
        belongs = recorded == rung.dataset or study.description(recorded).groups == rung.groups
        if belongs and _is_whole(study[recorded], rung.fingerprint):
            return dataclasses.replace(rung, dataset=recorded, state="kept")
    return None


def _is_whole(recording: Recording, fingerprint: str) -> bool:
    return recording.complete and recording.plan.fingerprint == fingerprint


def _new(study: StoredStudy, rung: Rung, beside: Sequence[Rung], *, overwrite: bool) -> Rung:
    """The rung itself; raises `StudyMismatch` where its name is taken by something else."""
    refuse_dataset_name(rung.dataset, [*study.datasets, *(each.dataset for each in beside)])
    taken = _recorded(study, rung.dataset)
    if taken is None or taken.plan.fingerprint == rung.fingerprint or overwrite:
        return rung
    if not rung.shift:
        raise StudyMismatch(
            f"{rung.dataset!r} is a recording of other data. name=... gives the source another name, and "
            "overwrite=True replaces that recording."
        )
    then, now = _version(taken), rung.samples.describe()["shifts"][-1]["version"]
    if then is not None and then != now:
        raise StudyMismatch(
            f"{rung.dataset} was recorded with version {then}, this is {now}; overwrite=True records it again."
        )
    raise StudyMismatch(
        f"{rung.dataset!r} was recorded from other data or in another way; overwrite=True records it again, and "
        "`rename` keeps it under another name."
    )


def _enter_group(study: StoredStudy, rung: Rung) -> None:
    """Also a recording that somebody made by hand under the rung's name belongs to its ladder."""
    if rung.groups and not rung.groups.items() <= study.description(rung.dataset).groups.items():
        describe(study, rung.dataset, groups=rung.groups)


def _recorded(study: StoredStudy, dataset: str) -> Recording | None:
    """A recording of this name, also one that was only begun."""
    place = study.place_of(dataset)
    return Recording(place) if place.description.exists() else None


def _version(recording: Recording) -> object:
    shifts = recording.plan.source.get("shifts")
    last = shifts[-1] if isinstance(shifts, list) and shifts else None
    return last.get("version") if isinstance(last, Mapping) else None


def _shortest(strength: float) -> str:
    """ "0.2", "1", with all digits where six do not say it."""
    short = f"{strength:g}"
    return short if float(short) == strength else repr(strength)


def _numbered(progress: Progress, place: int, of: int) -> Progress:
    def numbered(name: str, done: int, total: int, counted: str = "samples") -> AbstractContextManager[Any]:
        return progress(f"{name} ({place} of {of})", done, total, counted=counted)

    return numbered


def _costs(
    study: StoredStudy,
    model: nn.Module,
    rungs: Sequence[Rung],
    layers: Sequence[Layer | str] | Literal["auto"] | None,
    keep: Keep,
    stored_as: StoredAs,
    batch_size: int,
) -> dict[str, tuple[int, float]]:
    """Bytes at most and seconds of what is to be recorded, by dataset; refuses what `record` would."""
    from shiftscope.recording.preparation import Request, layers_asked, prepare
    from shiftscope.recording.timing import forward_seconds, reading_seconds
    from shiftscope.recording.twin_search import TwinsAsked
    from shiftscope.store.layout import SHARD_SAMPLES

    missing = [rung for rung in rungs if rung.state == "to record"]
    if not missing:
        return {}
    first = missing[0]
    asked = Request(
        name=first.dataset,
        layers=layers_asked(layers),
        paths=(),
        stored_as=stored_as,
        batch_size=batch_size,
        keep=keep,
        outputs="auto",
        output=None,
        check_range=True,
        shard_samples=min(SHARD_SAMPLES, max(1, len(first.samples))),
        other_preprocessing=True,
        overwrite=False,
        twins=TwinsAsked(False),
    )
    size = prepare(study, model, first.samples, asked).plan.bytes_needed()
    strongest = {(rung.shift, rung.seed): rung for rung in missing}
    forward = forward_seconds(first.samples, model, batch_size)
    each = {key: forward + reading_seconds(rung.samples) for key, rung in strongest.items()}
    return {rung.dataset: (size, each[rung.shift, rung.seed] * len(rung.samples)) for rung in missing}


def _table(rungs: Sequence[Rung], costs: Mapping[str, tuple[int, float]]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for rung in rungs:
        size, seconds = costs.get(rung.dataset, (0, float("nan")))
        told = (rung.dataset, rung.shift, rung.seed, rung.strength, len(rung.samples), rung.state)
        rows.append((*told, size, seconds))
    columns = ("dataset", "shift", "seed", "strength", "samples", "state", "bytes", "seconds")
    return pd.DataFrame(rows, columns=list(columns))
