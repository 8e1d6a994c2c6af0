"""Samples as pictures that lead to their pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from shiftscope.arrays import NO_LABEL
from shiftscope.store.recording import Recording
from shiftscope.store.samples import StoredSample
from shiftscope.store.study_files import StudyFiles
from shiftscope.summaries.top_samples import TopSamples
from shiftscope.views.look import Look
from shiftscope.views.numbers import count, number
from shiftscope.views.panels import Picture, Role, Verdict


def role(look: Look, dataset: str) -> Role:
    return "reference" if dataset == look.reference else "shifted"


def category_name(study: StudyFiles, category: int) -> str:
    return study.categories[category] if category != NO_LABEL else "no label"


def verdict(sample: StoredSample) -> Verdict | None:
    return None if sample.correct is None else "right" if sample.correct else "wrong"


def in_words(study: StudyFiles, sample: StoredSample) -> str:
    """Label and prediction of a sample, as one phrase."""
    if sample.problem:
        return "skipped"
    predicted = f"predicted {category_name(study, sample.prediction)}"
    return predicted if sample.label == NO_LABEL else f"{category_name(study, sample.label)}, {predicted}"


def pictures(
    study: StudyFiles,
    look: Look,
    recording: Recording,
    positions: Iterable[int],
    captions: Mapping[int, str] | None = None,
) -> list[Picture]:
    """The samples at `positions`, in that order."""
    shown = []
    for position in map(int, positions):
        sample = recording.samples[position]
        shown.append(
            Picture(
                dataset=recording.name,
                position=position,
                alt=in_words(study, sample),
                page=look.sample(recording.name, position),
                caption=(captions or {}).get(position, ""),
                verdict=verdict(sample),
            )
        )
    return shown


def shown_of(found: int, shown: int) -> str:
    """What a strip of confident mistakes shows, in words; nothing for an empty one."""
    return f"{min(found, shown)} of {count(found)}, the most confident prediction first" if found else ""


def strongest(
    study: StudyFiles, look: Look, recording: Recording, layer: str, unit: int, how_many: int
) -> Sequence[Picture]:
    """Samples with the largest responses of one unit, strongest first; those it is silent on are left out."""
    top = recording.summary(layer, TopSamples)
    positions, responses = top.position[:how_many, unit], top.response[:how_many, unit]
    moving = {
        int(p): number(float(r)) for p, r in zip(positions, responses, strict=True) if p >= 0 and r != 0
    }
    return pictures(study, look, recording, moving, moving)
