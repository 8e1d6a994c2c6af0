"""Forms that pages send: from our own pages alone, of bounded length, not too many at once."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection
from urllib.parse import parse_qsl, unquote

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shiftscope.errors import BadRequest
from shiftscope.web.server.save_rate import SaveRate
from shiftscope.web.server.security import check_own_page

LONGEST_FORM = 100_000  # bytes
MOST_FIELDS = 1000  # a page of images, each of which may be chosen
LONGEST_ADDRESS = 20_000  # characters


async def fields_of(request: Request, pace: SaveRate) -> QueryParams:
    """The fields of a form.

    Raises
    ------
    HTTPException
        It comes from another page, or too many come at once.
    BadRequest
        It is too long, or not text.
    """
    check_own_page(request)
    if wait := pace.wait():
        raise HTTPException(
            429,
            "Too much is saved at once; what was sent is not saved. Wait a moment, go back and save again.",
            {"Retry-After": f"{math.ceil(wait)}"},
        )
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            raise BadRequest(f"the form holds more than {LONGEST_FORM} bytes.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except (UnicodeDecodeError, ValueError) as error:
        raise BadRequest("the form cannot be read: it must be sent as a web form in UTF-8.") from error
    return QueryParams(pairs)


def refuse_lacking(does: Callable[..., object], given: Collection[str]) -> None:
    """Raise `BadRequest` where a form has not sent what has no default in what it does."""
    parameters = inspect.signature(does).parameters.values()
    needed = {
        each.name for each in parameters if each.kind is each.KEYWORD_ONLY and each.default is each.empty
    }
    if lacking := needed - set(given):
        raise BadRequest(f"the form lacks {', '.join(sorted(lacking))}.")


def inside(page: str) -> str:
    """An address of this study, as a form sends along; raises `BadRequest` for one that leads elsewhere."""
    path = page.partition("?")[0]
    steps = unquote(path).split("/")  # browsers go up at %2e%2e too
    leads_out = page.startswith("/") or ".." in steps or ":" in path.partition("/")[0]
    if leads_out or not page.isprintable() or "\\" in page or len(page) > LONGEST_ADDRESS:
        raise BadRequest(f"{page[:80]!r} is no page of this study.")
    return page
