"""A set made again from its manifest, and compared with what it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shiftscope.counted import counted
from shiftscope.datasets.reopened import again, recorded_preprocess
from shiftscope.datasets.sample import Dataset
from shiftscope.datasets.source import as_dataset
from shiftscope.datasets.stimuli.cues.cued import CUE
from shiftscope.errors import DataError, LabelError
from shiftscope.progress import Progress, silent
from shiftscope.shard import SHIFTS, Made
from shiftscope.store.formats.made import donor_of, read_made
from shiftscope.store.formats.picture_manifest import read_picture_manifest, reader_versions
from shiftscope.store.layout import MADE

SHOWN = 3  # ids in a verdict


@dataclass
class Rebuilt:
    """How the pictures are that were made again; ids in the order of the set."""

    dataset: Dataset
    then: Mapping[str, str]  # versions by program
    same: int = 0  # bit for bit
    decoded: list[str] = field(default_factory=list)  # whose source differs
    changed: list[str] = field(default_factory=list)  # whose source is the same, and which differ
    lent: list[str] = field(default_factory=list)  # that take from another sample than they did
    missing: list[str] = field(default_factory=list)  # not there, or not readable
    added: int = 0  # not in the manifest

    @property
    def is_same(self) -> bool:
        return not (self.decoded or self.changed or self.lent or self.missing)

    def in_words(self) -> list[str]:
        """A verdict each, with a count and the first ids."""
        lines = [f"same: {counted(self.same, 'picture', '{:,}'.format)}, bit for bit."]
        for told, ids, programs in (
            ("the pictures were decoded differently here", self.decoded, ("libjpeg", "pillow")),
            ("the generator changed", self.changed, ("shiftscope", "numpy", "scipy")),
            ("take from another sample than they did", self.lent, ()),
            ("samples missing", self.missing, ()),
        ):
            if ids:
                lines.append(
                    f"{told}: {len(ids):,}, first {', '.join(ids[:SHOWN])}.{self._versions(programs)}"
                )
        if self.added:
            lines.append(f"not in the manifest: {counted(self.added, 'sample', '{:,}'.format)}.")
        return lines

    def _versions(self, programs: Sequence[str]) -> str:
        here = reader_versions()
        told = (f"{each} {self.then.get(each, 'unknown')} then, {here[each]} here" for each in programs)
        return f" {'; '.join(told)}." if programs else ""


def rebuild_set(manifest: Path, data: Any, *, progress: Progress = silent) -> Rebuilt:
    """Make a set again from `manifest.json` and the data that it was made of, and compare each picture.

    A sample gets the cue that the manifest tells, so that one that is missing changes no other.

    Raises
    ------
    DataError
        The manifest cannot be read, or one of its shifts was made by another version.
    """
    told = read_picture_manifest(manifest)
    rows = dict(read_made(manifest.parent / MADE))
    dataset = _made_again(told, rows, data)
    rebuilt = Rebuilt(dataset, told["versions"])
    left = {id_ for id_, made in rows.items() if made is not None}
    taken = {}
    with progress("rebuild", 0, len(dataset)) as advance:
        for place in range(len(dataset)):
            advance(1)
            try:
                sample = dataset[place]
            except LabelError:
                raise
            except DataError:
                continue
            if sample.id not in rows:
                rebuilt.added += 1
            before = rows.get(sample.id)
            if before is not None and sample.made is not None:
                left.discard(sample.id)
                taken[sample.id] = donor_of(before)
                _compare(sample.id, before, sample.made, rebuilt)
    rebuilt.missing = [id_ for id_ in rows if id_ in left]
    decoded = set(rebuilt.decoded)  # a picture that changed since its lender's did
    rebuilt.decoded += [id_ for id_ in rebuilt.changed if taken[id_] in decoded]
    rebuilt.changed = [id_ for id_ in rebuilt.changed if taken[id_] not in decoded]
    return rebuilt


def _compare(id_: str, before: Made, now: Made, rebuilt: Rebuilt) -> None:
    if now.source_sha256 != before.source_sha256:
        rebuilt.decoded.append(id_)
    elif now.sha256 == before.sha256:
        rebuilt.same += 1
    elif donor_of(now) != donor_of(before):
        rebuilt.lent.append(id_)
    else:
        rebuilt.changed.append(id_)


def _made_again(told: Mapping[str, Any], rows: Mapping[str, Made | None], data: Any) -> Dataset:
    generators = told["generators"]
    cues = [each for each in generators if isinstance(each, Mapping) and each.get("name") == CUE]
    categories = cues[0].get("categories") if cues else None
    described = {**told["source"]["description"], SHIFTS: generators}
    preprocess = recorded_preprocess(described) if isinstance(data, str) else None
    dataset = as_dataset(data, preprocess=preprocess, categories=categories)
    planted = {id_: made.cue if made else None for id_, made in rows.items()} if len(cues) == 1 else None
    release = str(told["versions"].get("shiftscope", ""))
    for generator in generators:
        dataset = again(dataset, generator, cues=planted, release=release)
    return dataset
