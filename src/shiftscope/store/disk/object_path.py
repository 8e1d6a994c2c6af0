"""Addresses on an object store, with what a study's code uses of `pathlib.Path`."""

from __future__ import annotations

import fnmatch
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal, TypeGuard, TypeVar, cast

from shiftscope.checked_text import checked_text
from shiftscope.errors import BadRequest
from shiftscope.store.disk.object_store import asked, connected

SCHEMES = ("s3", "gs", "az", "memory")  # the last one lasts as long as the process, for trying
AT_ONCE = 16  # requests
DELETED_AT_ONCE = 1000  # as many as S3 takes

_ADDRESS = re.compile(r"(?P<root>[a-z0-9]+://[^/]+)/*(?P<key>.*)", re.DOTALL)
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class ObjectStatus:
    """What a study's code asks `stat` for."""

    st_size: int  # bytes
    st_mtime_ns: int


@dataclass(frozen=True, order=True)
class ObjectPath:
    """One name on an object store: of an object, or of all the objects below it, which make a folder.

    Folders need not be made, an object is whole or not there, and nothing can be renamed. What a store refuses is a
    `StoreError`, what is not there a `FileNotFoundError`.
    """

    root: str  # "s3://bucket"
    key: PurePosixPath
    _folder: bool | None = field(default=None, compare=False, repr=False)  # where a listing told

    @classmethod
    def parse(cls, address: str) -> ObjectPath:
        found = _ADDRESS.fullmatch(address)
        key = PurePosixPath(found["key"]) if found else PurePosixPath()
        if not found or ".." in key.parts or not key.parts:
            raise BadRequest(
                f"{address!r} is no place for a study on an object store; one is s3://bucket/name.study."
            )
        return cls(found["root"], key)

    def __str__(self) -> str:
        return f"{self.root}/{self.key}"

    def __fspath__(self) -> str:
        raise BadRequest(
            f"{self} is on an object store, and this needs a folder of this machine: copy it first."
        )

    def __truediv__(self, name: str | PurePosixPath) -> ObjectPath:
        return ObjectPath(self.root, self.key / name)

    def joinpath(self, *names: str) -> ObjectPath:
        return ObjectPath(self.root, self.key.joinpath(*names))

    @property
    def parent(self) -> ObjectPath:
        return ObjectPath(self.root, self.key.parent)

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def stem(self) -> str:
        return self.key.stem

    @property
    def suffix(self) -> str:
        return self.key.suffix

    def with_name(self, name: str) -> ObjectPath:
        return ObjectPath(self.root, self.key.with_name(name))

    def relative_to(self, other: ObjectPath) -> PurePosixPath:
        return self.key.relative_to(other.key)

    def is_relative_to(self, other: ObjectPath) -> bool:
        return self.root == other.root and self.key.is_relative_to(other.key)

    def as_posix(self) -> str:
        return str(self)

    def absolute(self) -> ObjectPath:
        return self

    def resolve(self) -> ObjectPath:
        return self

    def exists(self) -> bool:
        return self.is_file() or self.is_dir()

    def is_file(self) -> bool:
        if self._folder is None:
            try:
                self.stat()
            except FileNotFoundError:
                return False
        return not self._folder

    def is_dir(self) -> bool:
        return any(True for _ in self.iterdir()) if self._folder is None else self._folder

    def stat(self) -> ObjectStatus:
        with self._asked():
            told = connected(self.root).head(str(self.key))
        return ObjectStatus(told["size"], int(told["last_modified"].timestamp() * 1e9))

    def iterdir(self) -> Iterator[ObjectPath]:
        with self._asked():
            told = connected(self.root).list_with_delimiter(f"{self.key}/")
        folders, files = told["common_prefixes"], (entry["path"] for entry in told["objects"])
        for folder, names in ((True, folders), (False, files)):
            yield from (ObjectPath(self.root, PurePosixPath(name), folder) for name in names)

    def below(self) -> list[ObjectPath]:
        """All objects in the folder and its folders."""
        return [ObjectPath(self.root, PurePosixPath(name), False) for name in self.versions()]

    def versions(self) -> dict[str, str]:
        """Those of all objects below, by their whole keys."""
        with self._asked():
            entries = connected(self.root).list(f"{self.key}/").collect()
        return {entry["path"]: str(entry["e_tag"]) for entry in entries}

    def glob(self, pattern: str) -> Iterator[ObjectPath]:
        """By patterns like *.safetensors, and */recording.json with a plain name at the end."""
        first, _, rest = pattern.partition("/")
        found = (inner for inner in self.iterdir() if fnmatch.fnmatchcase(inner.name, first))
        if not rest:
            return found
        return (inner / rest for inner in found if inner.is_dir() and (inner / rest).is_file())

    def rglob(self, pattern: str) -> Iterator[ObjectPath]:
        """Objects, without the folders that their names make."""
        return (inner for inner in self.below() if fnmatch.fnmatchcase(inner.name, pattern))

    def open(self, mode: Literal["rb"] = "rb", buffering: int = -1) -> IO[bytes]:
        """The whole object in memory; `read_part` reads less of a large one."""
        if mode != "rb":
            raise BadRequest(f"{self} can be opened for reading; what writes it is `written_aside`.")
        return io.BytesIO(self.read_bytes())

    def read_bytes(self) -> bytes:
        with self._asked():
            return bytes(connected(self.root).get(str(self.key)).bytes())

    def read_part(self, start: int, count: int) -> tuple[bytes, int]:
        """`count` bytes from `start` on, or as many as there are, and the size of the whole; in one request."""
        store, key = connected(self.root), str(self.key)
        with self._asked():
            if count:
                try:
                    found = store.get(key, options={"range": (start, start + count)})
                    return bytes(found.bytes()), found.meta["size"]
                except Exception:  # of another kind for each store where the object ends before `start`
                    if store.head(key)["size"] > start:
                        raise
            return b"", store.head(key)["size"]

    def read_text(self, encoding: str = "utf-8") -> str:
        return self.read_bytes().decode(encoding)

    def put(self, content: bytes | memoryview, *, over: str | None = None) -> bool:
        """Write the object, whole or not at all.

        Parameters
        ----------
        over
            The version that is to be replaced, "" for none. False is given where there is another one.
        """
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        mode: Any = "overwrite" if over is None else {"e_tag": over} if over else "create"
        with self._asked():
            try:
                connected(self.root).put(str(self.key), content, mode=mode)
            except (AlreadyExistsError, PreconditionError):
                if over is None:
                    raise
                return False
        return True

    def version(self) -> str:
        """Of the object's content, "" where there is no object."""
        try:
            with self._asked():
                return str(connected(self.root).head(str(self.key))["e_tag"])
        except FileNotFoundError:
            return ""

    def unlink(self, missing_ok: bool = False) -> None:
        if not missing_ok:
            self.stat()
        _deleted([self])

    def remove(self, first: Callable[[str], bool]) -> None:
        """All objects of the folder, before the others those whose names are told to go `first`."""
        objects = self.below()
        _deleted([each for each in objects if first(each.name)])
        _deleted([each for each in objects if not first(each.name)])

    def _asked(self) -> Any:
        connected(self.root)  # says what is missing where obstore is
        return asked(self.root, str(self))


def study_path(place: str | Path | ObjectPath) -> Path:
    """Where a study is: a folder, or an address such as s3://bucket/name.study on an object store.

    An `ObjectPath` is given out as a `Path`, since it has what a study's code uses of one; `on_store` tells them apart.

    Raises
    ------
    BadRequest
        An address of a kind that is not known, or without a name behind the bucket.
    DataError
        A path that is no text, of which no page could say the study's name.
    """
    checked_text(str(place), "the path of a study,")
    if isinstance(place, ObjectPath):
        return cast("Path", place)
    scheme, separator, _ = str(place).partition("://") if isinstance(place, str) else ("", "", "")
    if not separator:
        return Path(place)
    if scheme not in SCHEMES:
        raise BadRequest(
            f"{place!r} cannot hold a study: addresses begin with {', '.join(f'{each}://' for each in SCHEMES[:-1])}."
        )
    return cast("Path", ObjectPath.parse(str(place)))


def on_store(path: object) -> TypeGuard[ObjectPath]:
    return isinstance(path, ObjectPath)


def many(function: Callable[[Given], Made], things: Iterable[Given]) -> list[Made]:
    """Of each thing, some at once: a request waits most of its time."""
    with ThreadPoolExecutor(AT_ONCE) as requests:
        return list(requests.map(function, things))


def read_many(paths: Iterable[ObjectPath]) -> Mapping[ObjectPath, bytes]:
    paths = list(paths)
    return dict(zip(paths, many(ObjectPath.read_bytes, paths), strict=True))


def put_many(contents: Mapping[ObjectPath, bytes]) -> None:
    many(lambda item: item[0].put(item[1]), contents.items())


def _deleted(paths: list[ObjectPath]) -> None:
    for start in range(0, len(paths), DELETED_AT_ONCE):
        some = paths[start : start + DELETED_AT_ONCE]
        with some[0]._asked():
            connected(some[0].root).delete([str(path.key) for path in some])
