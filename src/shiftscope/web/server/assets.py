"""The style sheet, scripts and icon that every page uses."""

from __future__ import annotations

import hashlib
from functools import cache
from os import PathLike
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parents[1] / "static"
FOREVER = "private, max-age=31536000, immutable"
ALWAYS_ASK = "private, no-cache"


@cache
def version() -> str:
    """Digest of all static files: a changed file has a new address, so old ones may be cached for good."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Assets(StaticFiles):
    """The static files; those asked for by their present version are cached for good."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str | PathLike[str], scope: Scope) -> Response:
        response = await super().get_response(str(path), scope)
        current = f"v={version()}".encode() in scope["query_string"].split(b"&")
        response.headers["Cache-Control"] = FOREVER if current else ALWAYS_ASK
        return response
