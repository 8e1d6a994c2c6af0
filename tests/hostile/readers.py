"""What a person does with a file from a stranger, each a function of paths; run by `worker.py` in a process of its own.

Each reads all that can be read and gives the messages with which something was refused; any other exception is a
finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from shiftscope.errors import ShiftscopeError

Thunk = Callable[[], Any]


def refusals(parts: Iterator[Thunk]) -> list[str]:
    """Call each part; the messages of those that were refused. Naming the parts may be refused as well."""
    messages = []
    while True:
        try:
            part = next(parts, None)
            if part is None:
                return messages
            part()
        except ShiftscopeError as error:
            messages.append(str(error))


def study(path: str, in_full: bool = True) -> list[str]:
    """Everything of a study that Python reads; what it computes as well, if `in_full`."""
    from shiftscope.study import Study

    opened: list[Study] = []
    return refusals(iter([lambda: opened.append(Study(path))])) + [
        message for one in opened for message in refusals(_study_parts(one, in_full))
    ]


def verified(path: str) -> list[str]:
    """What `shiftscope verify` and `shiftscope verify --repair` find and do."""
    from shiftscope.flow.verify import verify
    from shiftscope.study import Study

    return refusals(iter([lambda: verify(Study(path)), lambda: verify(Study(path), repair=True)]))


def _study_parts(opened: Any, in_full: bool) -> Iterator[Thunk]:
    from shiftscope.store.notes import all_notes, all_tags, search_notes, unit_notes

    yield opened.__repr__
    yield opened.unfinished
    yield lambda: opened.head
    yield lambda: opened.maps
    yield lambda: (all_notes(opened), all_tags(opened), search_notes(opened, "a"), opened.notes())
    for name in opened.layers:
        yield lambda name=name: unit_notes(opened, name)
        if in_full:
            yield lambda name=name: opened.scores(name)
    for name in opened.datasets:
        recordings: list[Any] = []
        yield lambda name=name, into=recordings: into.append(opened[name])
        for recording in recordings:
            yield from _recording_parts(recording)
    if in_full:
        yield lambda: opened.paths(progress=False)
    for what in ("samples", "confusions", "categories", "units"):
        yield lambda what=what: opened.to_pandas(what)


def _recording_parts(recording: Any) -> Iterator[Thunk]:
    from shiftscope.summaries.summary import summaries

    yield recording.__repr__
    yield lambda: recording.version
    yield lambda: (recording.samples.labels, recording.samples.predictions, recording.samples.confidences)
    yield lambda: (recording.samples.pictured, recording.samples.skipped)
    for name in ("id", "source", "metadata", "problem"):
        yield lambda name=name: recording.samples.column(name).to_pylist()
    for position in sorted({0, recording.plan.samples // 2, recording.plan.samples - 1}):
        yield lambda position=position: recording.samples[position]
        yield lambda position=position: recording.thumbnail(position)
        yield lambda position=position: recording.logits(position)
    yield recording.logits_of
    for layer in recording.layers:
        yield lambda layer=layer: recording.responses(layer)
        yield lambda layer=layer: recording.sample_responses(layer, 0)
        yield lambda layer=layer: recording.unit_responses(layer, recording.layer(layer).units - 1)
        for kind in summaries.values():
            yield lambda layer=layer, kind=kind: recording.summary(layer, kind)


PAGES = (
    "",
    "layers/hidden",
    "layers/hidden?focus=field",
    "layers/hidden/units/0",
    "layers/conv%20input/units/5",
    "datasets/lab",
    "datasets/field",
    "datasets/field/samples/17",
    "categories/0",
    "confusions/0/1",
    "paths",
    "search?q=a",
    "names",
    "thumbnails/field/3",
    "pictures/lab?at=1,2,3",
)


def pages(path: str) -> list[str]:
    """The viewer's pages; an accident among them is raised, as Starlette's client does."""
    from starlette.testclient import TestClient

    from shiftscope.study import Study
    from shiftscope.web.server.application import application

    try:
        opened = Study(path)
    except ShiftscopeError as error:
        return [str(error)]
    client = TestClient(application(opened, token=None), base_url="http://127.0.0.1:8421")
    messages = []
    for address in PAGES:
        answer = client.get(f"/{address}", follow_redirects=False)
        if answer.status_code >= 400:
            assert "Traceback" not in answer.text, address
            messages.append(f"{answer.status_code} {address}: {answer.text}")
    return messages


def deephys(model: str, test: str, into: str = "") -> list[str]:
    """Two files of Deephys, read through, and imported as a study which is then read."""
    from shiftscope.interop.deephys.dataset_file import read_dataset_file
    from shiftscope.interop.deephys.import_deephys import import_deephys
    from shiftscope.interop.deephys.model_file import read_model_file

    def read() -> None:
        for _ in read_dataset_file(Path(test), read_model_file(Path(model))).images():
            pass

    def imported() -> None:
        made = import_deephys(model, [test], into)
        assert study(into, in_full=False) == [], "the study just made is refused"
        assert len(made)

    return refusals(iter([read, *([imported] if into else [])]))


def data(text: str, options: dict[str, Any] | None = None) -> list[str]:
    """A dataset by its text: what it says of itself, and some samples."""
    from shiftscope.datasets.pictures.preprocess import Preprocess
    from shiftscope.datasets.source import as_dataset

    opened: list[Any] = []
    preprocess = Preprocess(**options) if options else None
    messages = refusals(iter([lambda: opened.append(as_dataset(text, preprocess=preprocess))]))
    return messages + [message for one in opened for message in refusals(_dataset_parts(one))]


def _dataset_parts(opened: Any) -> Iterator[Thunk]:
    yield opened.describe
    yield opened.fingerprint
    for position in sorted({0, len(opened) // 2, len(opened) - 1}):
        yield lambda position=position: _shown(opened[position])


def _shown(sample: Any) -> None:
    from shiftscope.datasets.pictures.thumbnails import encode_thumbnail

    if sample.picture is not None:
        encode_thumbnail(sample.picture)
