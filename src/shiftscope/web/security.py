"""Who may ask the local server, and what its pages may load: nothing but themselves."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def headers(framed_by: Sequence[str] = ()) -> dict[str, str]:
    """What every response carries; `framed_by` are the origins whose pages may show ours in a frame."""
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors " + (" ".join(framed_by) or "'none'"),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


class SafeHeaders:
    """Puts the headers above on every response that passes."""

    def __init__(self, app: ASGIApp, framed_by: Sequence[str] = ()) -> None:
        self.app = app
        self.headers = headers(framed_by)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_safely)


class TokenGate:
    """Lets in who brings the token once, in the address, and then a cookie that page scripts cannot read.

    The cookie's name holds the port, because browsers share cookies between the ports of a host and
    several viewers may be open. Static files pass, so that the refusal has the look of a page.

    In a frame of another site's page browsers keep the cookie back. With `in_path` the token may instead be a
    part of every address, `/TOKEN/layers/fc`, with any proxy prefix before it: pages link to one another
    relatively, so it stays there.
    """

    def __init__(
        self, app: ASGIApp, token: str, refusal: Callable[[Request], Response], in_path: bool = False
    ) -> None:
        self.app = app
        self.token = token
        self.refusal = refusal
        self.in_path = in_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if (prefix := self._up_to_token(scope["path"])) is not None:
            await self.app({**scope, "root_path": prefix}, receive, send)
            return
        cookie = f"shiftscope-{request.scope['server'][1]}"
        if self._is_token(request.query_params.get("token", "")):
            welcome = RedirectResponse(_without_token(request), status_code=303)
            welcome.set_cookie(cookie, self.token, httponly=True, samesite="strict")
            await welcome(scope, receive, send)
        elif self._is_token(request.cookies.get(cookie, "")) or _is_static(request):
            await self.app(scope, receive, send)
        else:
            await self.refusal(request)(scope, receive, send)

    def _up_to_token(self, path: str) -> str | None:
        parts = path.split("/")[:-1] if self.in_path else []
        for position, part in enumerate(parts):
            if self._is_token(part):
                return "/".join(parts[: position + 1])
        return None

    def _is_token(self, text: str) -> bool:
        return secrets.compare_digest(text.encode(), self.token.encode())


def _is_static(request: Request) -> bool:
    path: str = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return path.startswith("/static/")


def _without_token(request: Request) -> str:
    """The address asked for, relative to itself, so that it holds behind a proxy prefix."""
    rest = urlencode([(name, text) for name, text in request.query_params.multi_items() if name != "token"])
    last = request.scope["raw_path"].decode("ascii").rpartition("/")[2]
    return f"./{last}" + (f"?{rest}" if rest else "")
