"""Who may ask the local server, and what its pages may load: nothing but themselves."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
import secrets
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shiftscope.errors import BadRequest
from shiftscope.web.html.addresses import below, way_up

METHODS = ("GET", "HEAD", "POST")
ANY_NAME = "*"
SHORTEST_TOKEN = (
    16  # characters; of 64 kinds that is 96 bits when drawn, and out of reach for guesses when chosen
)
ONWARD = "then"  # names the page to go on to, once the cookie is set
POLICY_VIOLATION = 1008  # websocket close code

_TOKEN = re.compile(r"[A-Za-z0-9_~.-]+")  # stands in paths, queries and cookies as it is
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:@/\s]+)(?::[0-9]{1,5})?")


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


STRANGER = "shiftscope.stranger"  # in the scope of who came in without the token, to what all pages share


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


class KnownRequests:
    """Lets through what can be meant for this server: pages and forms, asked for under one of its own names.

    The name that a page of another site asks under is its own, also when it made that name lead to this machine
    (DNS rebinding). The address at which a request came in is always right: no name leads elsewhere from there.

    Parameters
    ----------
    hosts
        Names and addresses, in any case; "*" is any.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self.app = app
        self.hosts = {host.casefold() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] != "http":
            await refuse_connection(scope, receive, send)
        elif scope["method"] not in METHODS:
            allowed = {"Allow": ", ".join(METHODS)}
            text = f"There is no {scope['method'][:20]} here, only {allowed['Allow']}.\n"
            await PlainTextResponse(text, status_code=405, headers=allowed)(scope, receive, send)
        elif not self._knows(scope):
            text = "This viewer does not answer under that name. To make it, start it with --allow-host and the name.\n"
            await PlainTextResponse(text, status_code=400)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        given = Request(scope).headers.getlist("host")
        name = host_name(given[0]) if len(given) == 1 else None
        if name is None:
            return False
        return bool(self.hosts & {ANY_NAME, name}) or _same_address(name, (scope.get("server") or ("",))[0])


async def refuse_connection(scope: Scope, receive: Receive, send: Send) -> None:
    """Close what is no HTTP request, such as a websocket, before it is open."""
    await receive()
    await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})


def host_name(host: str) -> str | None:
    """The name or address in a Host header without its port, in small letters; None where there is none."""
    match = _HOST.fullmatch(host)
    return match[1].strip("[]").removesuffix(".").casefold() if match else None


def _same_address(name: str, arrived_at: str) -> bool:
    """Whether `name` is the numeric address `arrived_at`, however it is written."""
    try:
        asked, own = ipaddress.ip_address(name), ipaddress.ip_address(arrived_at)
    except ValueError:
        return False
    return (getattr(asked, "ipv4_mapped", None) or asked) == (getattr(own, "ipv4_mapped", None) or own)


class TokenGate:
    """Lets in who brings the token once, in the address, and then a cookie that page scripts cannot read.

    Browsers send a cookie to every port of its host, and so to any program that listens on this machine. Therefore
    the pages stand under a folder whose name nobody else knows, and the cookie is for that folder: neither is told
    to another port, and an address that is passed on without its token opens nothing. Static files pass, so that the
    refusal has the look of a page.

    In a frame of another site's page browsers keep the cookie back. A secret of its own, `in_path`, may then be a
    part of every address, `/SECRET/layers/fc`. Pages link to one another relatively, so either folder stays in their
    addresses, with any proxy prefix before it.
    """

    def __init__(
        self,
        app: ASGIApp,
        token: str,
        refusal: Callable[[Request], Response],
        in_path: str = "",
        ticket: Ticket | None = None,
    ) -> None:
        self.app = app
        self.token = token
        self.folder = folder_of(token)
        self.refusal = refusal
        self.in_path = in_path
        self.ticket = ticket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await refuse_connection(scope, receive, send)
            return
        if self.in_path and (prefix := _up_to(self.in_path, scope["path"])) is not None:
            await self.app({**scope, "root_path": prefix}, receive, send)
            return
        prefix = _up_to(self.folder, scope["path"])
        inside = scope if prefix is None else {**scope, "root_path": prefix}
        request = Request(inside)
        if self._lets_in(request.query_params.get("token", "")):
            await self._welcome(request, in_folder=prefix is not None)(scope, receive, send)
        elif prefix is not None and self._brings_cookie(request):
            await self.app(inside, receive, send)
        elif _is_static(request):
            await self.app({**inside, STRANGER: True}, receive, send)
        else:
            await self.refusal(request)(scope, receive, send)

    def _welcome(self, request: Request, *, in_folder: bool) -> Response:
        """Sent on to the folder's own address, where the cookie is set; and from there to the page asked for.

        A cookie is for the folder of the address that sets it, unless it says otherwise; only the browser knows what
        a proxy has put before that.
        """
        raw_path = request.scope["raw_path"].decode("ascii")
        rest = [(name, text) for name, text in request.query_params.multi_items() if name != "token"]
        page = below(raw_path, request.scope.get("root_path", ""))
        if in_folder and not page:
            onward = dict(rest).get(ONWARD)
            welcome = RedirectResponse(f"./{_with(onward or '', [] if onward else rest)}", status_code=303)
            welcome.set_cookie(self._cookie, self.token, path=None, httponly=True, samesite="strict")
            return welcome
        overview = raw_path.endswith("/")  # under whatever prefix
        onward = _with("" if overview else page, rest)
        way = "./" if overview else way_up(raw_path, request.scope.get("root_path", ""))
        place = f"{way}{'' if in_folder else f'{self.folder}/'}"
        sent = [("token", self.token), *([(ONWARD, onward)] if onward else [])]
        return RedirectResponse(_with(place, sent), status_code=303)

    @property
    def _cookie(self) -> str:
        return f"shiftscope-{self.folder}"

    def _brings_cookie(self, request: Request) -> bool:
        return _same(request.cookies.get(self._cookie, ""), self.token)

    def _lets_in(self, text: str) -> bool:
        return _same(text, self.token) or (self.ticket is not None and self.ticket.takes(text))


@lru_cache(maxsize=8)
def folder_of(token: str) -> str:
    """Name of the folder that pages stand under: the same for the same token, and slow to guess a token by."""
    digest = hashlib.pbkdf2_hmac("sha256", token.encode(), b"shiftscope's pages", 100_000, 12)
    return base64.urlsafe_b64encode(digest).decode()


def _up_to(secret: str, path: str) -> str | None:
    """The path up to the folder of this name, itself included; None where it is in no such folder."""
    parts = path.split("/")[:-1]
    for position, part in enumerate(parts):
        if _same(part, secret):
            return "/".join(parts[: position + 1])
    return None


def _with(address: str, query: Sequence[tuple[str, str]]) -> str:
    return f"{address}?{urlencode(query)}" if query else address


def _same(text: str, secret: str) -> bool:
    return secrets.compare_digest(text.encode("utf-8", "replace"), secret.encode())


class Ticket:
    """Stands for the token once: a browser is started with it, and other users see what programs are started with."""

    def __init__(self) -> None:
        self.text = secrets.token_urlsafe(16)
        self._unused = threading.Lock()

    def takes(self, text: str) -> bool:
        """Whether `text` is the ticket, the first time."""
        return _same(text, self.text) and self._unused.acquire(blocking=False)


def check_token(token: str) -> str:
    """`token` itself; `BadRequest` where it can be guessed or does not fit into an address."""
    if len(token) < SHORTEST_TOKEN or len(set(token)) < SHORTEST_TOKEN // 2 or not _TOKEN.fullmatch(token):
        raise BadRequest(
            f"the token has {len(token)} characters; it needs at least {SHORTEST_TOKEN}, at least half of them "
            "different, of A-Z, a-z, 0-9 and _~.- only. Left out, a good one is made."
        )
    return token


def check_own_page(request: Request) -> None:
    """Raise `BadRequest` unless the browser says that one of our own pages sent this.

    Browsers say where a form comes from in Sec-Fetch-Site, older ones in Origin alone; no page can change either.
    """
    sites, origins = request.headers.getlist("sec-fetch-site"), request.headers.getlist("origin")
    host = request.headers.get("host", "")
    senders = [origin.partition("://")[2] for origin in origins]
    if sites:
        # Our pages send no referrer, and so "null" for their origin. The port is vouched for; proxies may leave it out.
        told = [host_name(sender) for sender in senders if sender or origins != ["null"]]
        own = sites == ["same-origin"] and told in ([], [host_name(host)])
    else:
        own = senders == [host]
    if not own:
        raise BadRequest("only a page of this viewer can save something in the study.")


def _is_static(request: Request) -> bool:
    path: str = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return path.startswith("/static/")
