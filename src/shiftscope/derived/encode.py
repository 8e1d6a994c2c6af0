"""The codes of a dataset at a derived layer, computed where they are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shiftscope.engine.choose import chosen
from shiftscope.engine.engine import Engine
from shiftscope.errors import BadRequest
from shiftscope.progress import Progress, silent
from shiftscope.store.derived_layer import DerivedLayer
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from distributed import Client
    from torch import nn

    from shiftscope.datasets.sample import Dataset
    from shiftscope.derived.derivation import Derivation
    from shiftscope.derived.encoding import Encoding
    from shiftscope.derived.positions import PositionsEncoding
    from shiftscope.store.places import RecordingPlace
    from shiftscope.store.plan import Plan
    from shiftscope.store.stored_recording import Recording


@dataclass(frozen=True)
class PositionSource:
    """What a layer's positions are read from."""

    model: nn.Module
    dataset: Dataset
    batch_size: int


def encode(
    study: StoredStudy,
    derived: DerivedLayer,
    dataset: str,
    *,
    positions_from: PositionSource | None = None,
    engine: Engine | Client | None = None,
    progress: Progress = silent,
) -> None:
    """Compute what is missing of a dataset's codes of a derived layer.

    Parameters
    ----------
    positions_from
        The model and the data of this dataset, of which codes of positions are made.

    Raises
    ------
    BadRequest
        They are needed, and not here.
    StudyBusy
        Another process records the dataset, or computes codes of it.
    """
    from shiftscope.derived.derivation import made_again
    from shiftscope.derived.encoding import Encoding
    from shiftscope.store.plan import Plan
    from shiftscope.store.writing.writer import RecordingWriter

    behind, engine = study[dataset], chosen(engine)
    if derived.name in behind.derived:
        return
    if derived.positions and positions_from is None:
        raise BadRequest(
            f"codes of {derived.name!r} are made of positions: derive it again with positions, model and data."
        )
    fitted = made_again(derived.kind, derived.settings, study.learned(derived.name))
    plan = Plan(
        dataset=behind.place.recorded_as,
        samples=behind.plan.samples,
        layers=[derived.layer],
        categories=behind.plan.categories,
        stored_as="float32",
        keep="responses",
        probabilities=False,
        fingerprint=derived.fingerprint(behind.digest),
        source={"layer": derived.behind},
        model={},
        shard_samples=behind.plan.shard_samples,
        format=behind.plan.format,
    )
    place = behind.place.of_derived(derived.name)
    with place.lock(engine.rank):
        with place.files_lock():
            writer = RecordingWriter(place, plan, overwrite=True)
        work: Encoding | PositionsEncoding = Encoding(place, plan, derived.behind, fitted)
        if positions_from is not None and derived.positions:
            work = _of_positions(study, derived, behind, place, plan, fitted, positions_from)
        done = plan.samples - sum(map(work.samples_in, writer.unfinished()))
        with progress(f"{derived.name} of {dataset}", done, plan.samples) as advance:
            if not writer.complete:
                engine.run(work, advance)
        if engine.rank is None:
            place.sweep()
        with place.files_lock():
            RecordingWriter(place, plan).seal(study.categories)


def _of_positions(
    study: StoredStudy,
    derived: DerivedLayer,
    behind: Recording,
    place: RecordingPlace,
    plan: Plan,
    fitted: Derivation,
    positions_from: PositionSource,
) -> PositionsEncoding:
    from shiftscope.derived.positions import PositionsEncoding
    from shiftscope.model.evaluation.evaluation import unwrap
    from shiftscope.recording.stream import PassOptions

    return PositionsEncoding(
        place,
        plan,
        study.recorded_layers[derived.behind],
        fitted,
        unwrap(positions_from.model),
        positions_from.dataset,
        study.categories,
        behind.plan.answer,
        PassOptions(batch_size=positions_from.batch_size),
    )
