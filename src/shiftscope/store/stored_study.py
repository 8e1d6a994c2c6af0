"""A study on disk: its manifest and its recordings."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, NotInStudy, StudyDamaged, closest
from shiftscope.model.linear_map import LinearMap, further_head
from shiftscope.model.recorded_layer import RecordedLayer, layer_named
from shiftscope.store.dataset_groups import DatasetGroup, dataset_groups
from shiftscope.store.derived_layer import DerivedLayer, read_derived, read_learned
from shiftscope.store.description import Description
from shiftscope.store.disk.atomic import (
    Checksums,
    has_checksum,
    version_of,
)
from shiftscope.store.disk.locks import held
from shiftscope.store.disk.object_path import study_path
from shiftscope.store.formats.linear_map_file import read_map, write_map
from shiftscope.store.layout import ANSWERS, HEAD, MAPS, folder_name
from shiftscope.store.places import RecordingPlace, StudyPlace
from shiftscope.store.stored_recording import Recording

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.model.known_answers import KnownAnswers
from shiftscope.store.manifest import Manifest, _read_manifest, write_manifest


class StoredStudy(Mapping[str, Recording]):
    """A mapping from dataset names to recordings, the reference first.

    With `read_only` no note is saved and no score kept, so that looking at the study leaves its folder as it is.
    """

    model: nn.Module | None = None  # the one at hand, once it was given; the study holds what it answered

    def __init__(self, path: str | Path, *, read_only: bool = False) -> None:
        given = study_path(path)
        self.manifest = _read_manifest(given)
        self.path = given.absolute()  # to be found from another working folder too
        self.place = StudyPlace(self.path)
        self.read_only = read_only
        self.damage: Mapping[str, StudyDamaged] = {}  # of the datasets that are left out
        self._recordings: dict[str, Recording] = {}

    @cached_property
    def name(self) -> str:
        return self.path.resolve().name.removesuffix(".study")

    @property
    def categories(self) -> tuple[str, ...]:
        return self.manifest.categories

    @property
    def about(self) -> str:
        """What is said of the study; empty where nothing is."""
        return self.manifest.about

    def description(self, dataset: str) -> Description:
        """What is said of a dataset, and the groups it belongs to; raises `NotInStudy` where there is none."""
        self.refuse_absent(dataset)
        return self.manifest.described.get(dataset, Description())

    @property
    def groups(self) -> list[DatasetGroup]:
        """Datasets that belong together; those outside of all groups are `ungrouped`."""
        return dataset_groups({name: self.description(name).groups for name in self})

    @property
    def ungrouped(self) -> list[str]:
        """Datasets that no variable groups, the reference first."""
        return [name for name in self if not self.description(name).groups]

    @property
    def layers(self) -> dict[str, RecordedLayer]:
        """Recorded layers by name, in the order asked for; then the derived ones that every dataset has."""
        return self.recorded_layers | self._finished

    @property
    def recorded_layers(self) -> dict[str, RecordedLayer]:
        return {layer.name: layer for layer in self.manifest.layers}

    @cached_property
    def derived(self) -> dict[str, DerivedLayer]:
        """Layers that are computed from recorded ones; those whose folders are gone are not there."""
        found = (self._described(name) for name in self.manifest.derived)
        return {each.name: each for each in found if each and each.behind in self.recorded_layers}

    def _described(self, name: str) -> DerivedLayer | None:
        """None where the folder is gone, or does not say what it holds, which `verify` tells."""
        try:
            return read_derived(self.place, name)
        except StudyDamaged:
            return None

    def learned(self, layer: str) -> dict[str, npt.NDArray[Any]]:
        """What was learned for a derived layer, by name; raises `StudyDamaged` where it is not what was written."""
        derived = self.derived[layer]
        return read_learned(self.place, derived, self.recorded_layers[derived.behind].units)

    def without_codes(self, layer: str) -> list[str]:
        """Datasets of which a derived layer's codes are still to be computed; damaged ones are another matter."""
        return [name for name in self if not self._has_codes(name, layer)]

    def _has_codes(self, dataset: str, layer: str) -> bool:
        try:
            return layer in self[dataset].derived
        except StudyDamaged:
            return True

    @cached_property
    def _finished(self) -> dict[str, RecordedLayer]:
        return {name: each.layer for name, each in self.derived.items() if not self.without_codes(name)}

    @property
    def reference(self) -> str:
        """Name of the dataset whose responses the others are compared with; empty when nothing is recorded."""
        named, whole = self.manifest.reference, self._whole()
        return named if named in whole else next(iter(whole), "")

    @property
    def datasets(self) -> list[str]:
        """Names of the finished recordings, the reference first."""
        return list(self)

    def __contains__(self, dataset: object) -> bool:
        return dataset in self._whole()

    def __getitem__(self, dataset: str) -> Recording:
        if dataset in self.damage:
            raise StudyDamaged(str(self.damage[dataset]), dataset)
        self.refuse_absent(dataset)
        if dataset not in self._recordings:
            try:
                opened = self._opened(dataset)
            except StudyDamaged as error:
                error.dataset = dataset
                raise
            self._recordings[dataset] = opened
            return opened  # another thread may have it read again just now
        return self._recordings.get(dataset) or self._opened(dataset)

    def refuse_absent(self, dataset: str) -> None:
        """Raise `NotInStudy` where no such dataset is recorded."""
        if not self.manifest.datasets:
            begun = " and ".join(map(repr, self.unfinished()))
            told = f" The recording of {begun} was begun, and the same command goes on." if begun else ""
            raise NotInStudy(f"no dataset is recorded in {self.path} yet.{told}")
        if dataset not in self.manifest.datasets:
            raise NotInStudy(
                f"no dataset {dataset!r} in this study; closest: {closest(dataset, self.manifest.datasets)}. "
                f"Recorded are {', '.join(self.manifest.datasets)}."
            )

    def _opened(self, dataset: str) -> Recording:
        place = self.place_of(dataset)
        if not place.description.exists() and dataset not in _read_manifest(self.path).datasets:
            raise StudyDamaged(
                f"{dataset!r} was removed after this study was opened: read_again() sees what there is."
            )
        recording = Recording(place)
        if recording.plan.dataset != place.recorded_as:
            raise StudyDamaged(
                f"{recording.folder} holds a recording of {recording.plan.dataset!r}, and should hold one of "
                f"{place.recorded_as!r}. Give each folder its own name again."
            )
        if recording.plan.categories != len(self.categories):
            raise StudyDamaged(
                f"{self.place.manifest} names {len(self.categories)} categories, and {dataset!r} was recorded "
                f"with {recording.plan.categories}. Record it again with overwrite=True."
            )
        if recording.recorded != self.recorded_layers:
            raise StudyDamaged(
                f"{self.place.manifest} names the layers {list(self.recorded_layers)}, and {dataset!r} was recorded "
                f"at others: {list(recording.recorded)}, or read otherwise. Record it again with overwrite=True."
            )
        codes = {name: self._codes(derived, recording) for name, derived in self.derived.items()}
        recording.derived = {name: found for name, found in codes.items() if found}
        return recording

    def _codes(self, derived: DerivedLayer, recording: Recording) -> Recording | None:
        """A dataset's codes of a derived layer; None where they are not whole, or of something else."""
        place = recording.place.of_derived(derived.name)
        if not place.description.exists():
            return None
        try:
            codes = Recording(place)
        except StudyDamaged:
            return None  # they are derived again
        is_its = codes.plan.fingerprint == derived.fingerprint(recording.digest)
        fits = list(codes.plan.layers) == [derived.layer] and codes.plan.samples == recording.plan.samples
        return codes if codes.complete and is_its and fits else None

    def place_of(self, dataset: str) -> RecordingPlace:
        """Where a dataset's recording is, or would be."""
        return RecordingPlace.found(self.path, dataset, self.manifest.folder(dataset))

    def __iter__(self) -> Iterator[str]:
        reference = self.reference
        return iter(sorted(self._whole(), key=lambda name: name != reference))

    def __len__(self) -> int:
        return len(self._whole())

    def _whole(self) -> tuple[str, ...]:
        return tuple(name for name in self.manifest.datasets if name not in self.damage)

    def without(self, damage: StudyDamaged) -> Self:
        """This study less the dataset that `damage` is of; asking for that one raises it."""
        rest = copy(self)
        rest.damage = {**self.damage, damage.dataset: damage}
        return rest

    def layer(self, name: str) -> RecordedLayer:
        if name in self.derived and (missing := self.without_codes(name)):
            raise NotInStudy(
                f"{name!r} is derived, and its codes of {' and '.join(map(repr, missing))} are missing. What derived "
                "it goes on where responses were stored."
            )
        return layer_named(name, self.layers)

    def check_category(self, index: int) -> int:
        """`index` itself; raises `NotInStudy` where there is no such category."""
        if not 0 <= index < len(self.categories):
            last = len(self.categories) - 1
            raise NotInStudy(f"no category {index}; there are {len(self.categories)}, from 0 to {last}.")
        return index

    @cached_property
    def head(self) -> LinearMap | None:
        """The linear map into the logits, if there is one, from the first recorded layer that feeds it."""
        return self._read_map(self.place.head)

    @cached_property
    def heads(self) -> dict[str, LinearMap]:
        """The linear map into the logits from each recorded layer that feeds it, by layer, that of `head` first."""
        first = self.head
        if first is None:
            return {}
        others = (
            _map_file(further_head(first.name, layer))
            for layer in self.recorded_layers
            if layer != first.layer
        )
        found = [self._read_map(self.place.file(file)) for file in others if file in self.manifest.sha256]
        recorded = {each.layer: each for each in [first, *found] if each}
        for name in self._finished:
            pool = self.recorded_layers[self.derived[name].behind].pool
            if self.derived[name].positions and pool != "mean":
                continue  # what is pooled of codes is no code of what is pooled
            if behind := recorded.get(self.derived[name].behind):
                with suppress(StudyDamaged):  # of what was learned, which `verify` tells
                    recorded[name] = self._through_atoms(name, behind)
        return recorded

    def _through_atoms(self, layer: str, head: LinearMap) -> LinearMap:
        """The map into the logits from the codes of a derived layer; what the codes leave of the responses is apart."""
        learned = self.learned(layer)
        weight = (head.weight @ learned["components_"].T).astype(np.float32)
        bias = (head.bias_or_zeros + head.weight @ learned["mean_"]).astype(np.float32)
        return LinearMap(further_head(head.name, layer), layer, weight, bias, alone=False)

    def head_file(self, layer: str) -> Path:
        """Where the linear map from `layer` into the logits is, or would be."""
        found = self.heads.get(self.derived[layer].behind if layer in self.derived else layer)
        if found is None or found is self.head:
            return self.place.head
        return self.place.file(_map_file(found.name))

    @cached_property
    def maps(self) -> dict[str, LinearMap]:
        """Linear maps by the names of their modules, those that `paths=` asked for and the head.

        Of further layers that feed the logits the name is "MODULE from LAYER".
        """
        found = [self._read_map(file) for file in self.place.maps()]
        derived = [each for layer, each in self.heads.items() if layer in self.derived]
        return {each.name: each for each in [*found, self.head, *derived] if each}

    def _read_map(self, path: Path) -> LinearMap | None:
        linear = read_map(path)
        if linear is None:
            return None
        layer = self.recorded_layers.get(linear.layer)
        if layer and linear.weight.shape[1] != layer.units:
            raise StudyDamaged(
                f"{path} takes {linear.weight.shape[1]} inputs, and {linear.layer!r} has {layer.units} units."
            )
        return linear

    def writable(self) -> bool:
        """Whether a file can be made in the study's folder; tried with one that has no name or is gone at once.

        Not on an object store, where notes cannot be saved.
        """
        if self.place.on_store:
            return False
        try:
            with tempfile.TemporaryFile(dir=self.path):
                return True
        except OSError:
            return False

    def keeps_results(self) -> bool:
        """Whether what is computed can be kept in it: it was opened to be written, and its folder can be."""
        return not self.read_only and (self.place.on_store or self.writable())

    def refuse_read_only(self, done: str) -> None:
        """Raise `BadRequest` where the study was opened to be looked at; `done` says what nobody may do to it."""
        if self.read_only:
            raise BadRequest(
                f"{self.path} was opened to be read only, so nothing is {done} it. Open it without read_only."
            )

    def unfinished(self) -> list[str]:
        """Datasets whose recording stopped midway; the same command finishes them."""
        begun = {self._meant(recorded) for recorded in self.place.begun()} - set(self.manifest.datasets)
        return sorted(begun | {name for name in self.manifest.datasets if not self._is_complete(name)})

    def _meant(self, recorded: str) -> str:
        """The dataset whose files are kept under a name, where that is the name of another one that was renamed."""
        names = [*self.manifest.folders, re.sub(r" \(\d+\)$", "", recorded)]
        return next((name for name in names if self.manifest.recorded_as(name) == recorded), recorded)

    def _is_complete(self, dataset: str) -> bool:
        """False where repairing has left shards to be recorded again; what is damaged is another matter."""
        try:
            return self[dataset].complete
        except StudyDamaged:
            return True

    def reread(self, *, as_written: bool = False) -> Manifest:
        """The manifest as it is on disk now; with `as_written` one that was changed since is refused."""
        self.manifest = _read_manifest(self.path, as_written=as_written)
        self._forget_derived()
        return self.manifest

    def read_again(self) -> None:
        """See what other processes have written since."""
        self.reread()
        self.forget()

    def refuse_changed(self) -> None:
        """Raise `StudyDamaged` where the manifest on disk is not what was written."""
        _read_manifest(self.path, as_written=True)

    def update(self, change: Callable[[Manifest], Manifest]) -> None:
        """Write a changed manifest; what other processes wrote meanwhile is kept."""
        with held(self.path, "study") as alone:
            if alone:
                self.place.sweep()
            written = False
            while not written:
                version = version_of(self.place.manifest)
                written = self.save(change(self.reread(as_written=True)), version)

    def save(self, manifest: Manifest, over: str | None = None) -> bool:
        """False where the manifest on an object store is no longer the version `over`."""
        if not write_manifest(self.path, manifest, over):
            return False
        self.manifest = manifest
        self._recordings.clear()
        self._forget_derived()
        return True

    def save_head(self, head: LinearMap) -> dict[str, str]:
        """Write it; the file's name and checksum, for the manifest."""
        return self._save_map(HEAD, head)

    def save_map(self, linear: LinearMap) -> dict[str, str]:
        return self._save_map(_map_file(linear.name), linear)

    def known_answers(self) -> KnownAnswers | None:
        """Inputs of the first dataset with what the model answered; None where they are not kept, or lost."""
        from shiftscope.store.formats.known_answers_file import read_known_answers

        file, digest = self.place.answers, self.manifest.sha256.get(ANSWERS)
        return read_known_answers(file) if digest and has_checksum(file, digest) else None

    def save_known_answers(self, known: KnownAnswers) -> dict[str, str]:
        """Write them; the file's name and checksum, for the manifest."""
        from shiftscope.store.formats.known_answers_file import write_known_answers

        sums: Checksums = {}
        write_known_answers(self.place.answers, known, sums)
        return {ANSWERS: sums[self.place.answers]}

    def lost_files(self) -> set[str]:
        """Files of linear maps, and of the model's answers, that are not what the manifest says."""
        return {
            name
            for name, digest in self.manifest.sha256.items()
            if not has_checksum(self.place.file(name), digest)
        }

    def forget(self) -> None:
        """Read everything again from now on."""
        self._recordings.clear()
        self._forget_maps()
        self._forget_derived()

    def _save_map(self, name: str, linear: LinearMap) -> dict[str, str]:
        sums: Checksums = {}
        write_map(self.place.file(name), linear, sums)
        self._forget_maps()
        return {name: sums[self.place.file(name)]}

    def _forget_derived(self) -> None:
        for known in ("derived", "_finished", "heads"):
            self.__dict__.pop(known, None)

    def _forget_maps(self) -> None:
        for known in ("head", "heads", "maps"):
            self.__dict__.pop(known, None)


def _map_file(module: str) -> str:
    return f"{MAPS}/{folder_name(module)}.safetensors"
