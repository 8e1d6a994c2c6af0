"""Pages that were drawn a short while ago, as they went over the wire."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from shiftscope.web.server import assets

MOST_BYTES = 32_000_000  # some hundred to a thousand pages
KEPT_SECONDS = 60.0  # a view of one's own may show what no file of the study tells


@dataclass(frozen=True)
class KeptPage:
    """A page's HTML, compressed; `tag` is of its content, so the same page drawn again has the same."""

    compressed: bytes
    tag: str

    @classmethod
    def of(cls, html: str) -> KeptPage:
        content = html.encode("utf-8", "replace")
        digest = hashlib.blake2b(content, digest_size=12).hexdigest()
        return cls(gzip.compress(content, compresslevel=2, mtime=0), f'W/"{digest}"')

    def response(self, request: Request) -> Response:
        """The page, or that the browser has it already."""
        headers = {"Cache-Control": assets.ALWAYS_ASK, "ETag": self.tag}
        known = request.headers.get("if-none-match", "")
        if self.tag in (tag.strip() for tag in known.split(",")):
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(gzip.decompress(self.compressed), media_type="text/html", headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(self.compressed, media_type="text/html", headers=headers)


class KeptPages:
    """The pages last asked for, by key, together at most `most_bytes` and each for `seconds`.

    Whoever comes first after that time is given none, and draws it; others get the old one until then.
    """

    def __init__(
        self,
        most_bytes: int = MOST_BYTES,
        seconds: float = KEPT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most_bytes = most_bytes
        self.seconds = seconds
        self.clock = clock
        self._pages: OrderedDict[Hashable, tuple[float, KeptPage]] = OrderedDict()
        self._bytes = 0
        self._guard = threading.Lock()

    def get(self, key: Hashable) -> KeptPage | None:
        with self._guard:
            kept = self._pages.get(key)
            if kept is None:
                return None
            self._pages.move_to_end(key)
            if self.clock() - kept[0] > self.seconds:
                self._pages[key] = self.clock(), kept[1]
                return None
            return kept[1]

    def keep(self, key: Hashable, page: KeptPage) -> None:
        with self._guard:
            self._drop(key)
            self._pages[key] = self.clock(), page
            self._bytes += len(page.compressed)
            while self._bytes > self.most_bytes:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: Hashable) -> None:
        if key in self._pages:
            self._bytes -= len(self._pages.pop(key)[1].compressed)
