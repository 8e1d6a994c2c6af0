"""A study as a web application: one route for each view, and the pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from shiftscope.errors import BadRequest, NotInStudy, ShiftscopeError, StudyDamaged
from shiftscope.views.panels import Link, Page
from shiftscope.views.view import View
from shiftscope.views.view import views as all_views
from shiftscope.web import assets
from shiftscope.web.addresses import Served, way_up
from shiftscope.web.arguments import chosen, options, pattern
from shiftscope.web.html import render
from shiftscope.web.search import find, found
from shiftscope.web.security import HEADERS, SafeHeaders, TokenGate
from shiftscope.web.surroundings import Named, Surroundings, surroundings

LOCAL = ("127.0.0.1", "localhost")  # foreign names are refused: DNS rebinding
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})

Frame: TypeAlias = Callable[["ShownStudy"], Surroundings]


class ShownDataset(Protocol):
    """What the pages need of one dataset of a study."""

    @property
    def version(self) -> str:
        """Changes when any thumbnail does."""
        ...

    def thumbnail(self, position: int) -> tuple[bytes, str]:
        """The picture of one sample and its media type; `NotInStudy` where there is none."""
        ...


class ShownStudy(Named, Protocol):
    """What the application needs of a study; the views need more."""

    def __getitem__(self, dataset: str) -> ShownDataset: ...


def application(
    study: ShownStudy,
    *,
    token: str | None,
    frame: Frame = surroundings,
    views: Mapping[str, View] | None = None,
    hosts: Sequence[str] = LOCAL,
) -> Starlette:
    """The pages of a study as an ASGI application.

    Parameters
    ----------
    study
        Read by the views; nothing is written to it.
    token
        What a visitor must bring once; None lets in everybody who reaches the server.
    frame
        What stands around every page.
    views
        Pages to serve, all that are registered unless given.
    hosts
        Names under which the server may be addressed; a proxy that passes its own name on needs it here.
    """
    shown = _Shown(study, frame)
    zipped = [Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)]
    routes: list[BaseRoute] = [
        Mount("/static", assets.Assets(), middleware=zipped),
        Route("/search", shown.search, middleware=zipped),
        Route("/names", shown.names, middleware=zipped),
        Route("/thumbnails/{dataset:path}/{position:position}", shown.thumbnail),
    ]
    routes += [
        Route(pattern(view.address, view.draw), shown.page(view), middleware=zipped)
        for view in _most_particular_first((all_views if views is None else views).values())
    ]
    middleware = [Middleware(SafeHeaders), Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))]
    if token is not None:
        middleware.append(Middleware(TokenGate, token=token, refusal=shown.refusal))
    app = Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={
            HTTPException: shown.http_failure,
            ShiftscopeError: shown.failure,
            Exception: shown.accident,
        },
    )
    app.router.redirect_slashes = False  # its redirects name the host, which is wrong behind a proxy
    return app


def _most_particular_first(views: Iterable[View]) -> list[View]:
    """Addresses with more fixed parts first: a layer's name may hold slashes, and would swallow them."""

    def particularity(view: View) -> tuple[int, int]:
        parts = view.address.strip("/").split("/")
        return sum("{" not in part for part in parts), len(parts)

    return sorted(views, key=particularity, reverse=True)


class _Shown:
    """The answers to requests for one study."""

    def __init__(self, study: ShownStudy, frame: Frame) -> None:
        self.study = study
        self.frame = frame

    def page(self, view: View) -> Callable[[Request], Response]:
        kinds = options(view.draw)

        def answer(request: Request) -> Response:
            page = view.draw(self.study, **request.path_params, **chosen(request.query_params, kinds))
            return self._drawn(request, page, self.frame(self.study))

        return answer

    def thumbnail(self, request: Request) -> Response:
        dataset = self.study[request.path_params["dataset"]]
        data, media_type = dataset.thumbnail(request.path_params["position"])
        if media_type not in PICTURES:
            allowed = ", ".join(sorted(PICTURES))
            raise StudyDamaged(f"a thumbnail of type {media_type!r}; there can be {allowed}.")
        current = request.query_params.get("v") == dataset.version
        cached = assets.FOREVER if current else assets.ALWAYS_ASK
        return Response(data, media_type=media_type, headers={"Cache-Control": cached})

    def search(self, request: Request) -> Response:
        query = chosen(request.query_params, {"q": str}).get("q", "")
        around = self.frame(self.study)
        links = find(query, around)
        if len(links) == 1:
            return RedirectResponse(f"./{links[0].page}", status_code=303)
        return self._drawn(request, found(query, links), around)

    def names(self, request: Request) -> Response:
        """All names that can be searched for, to complete what a person types."""
        around = self.frame(self.study)
        links = [*around.layers, *around.datasets, *around.categories]
        headers = {"Cache-Control": assets.ALWAYS_ASK}
        return JSONResponse([link.text for link in links], headers=headers)

    def refusal(self, request: Request) -> Response:
        page = Page(
            "A token is needed",
            [],
            subtitle="Open the address that shiftscope printed when it started; it ends in ?token=…. "
            "If you just did, from a page of another program, go on to the overview.",
            trail=[Link("Overview", "")],
        )
        return self._drawn(request, page, Surroundings("shiftscope"), status=403)

    def failure(self, request: Request, error: Exception) -> Response:
        if isinstance(error, NotInStudy):
            return self._apology(request, 404, "Not in this study", str(error))
        if isinstance(error, BadRequest):
            return self._apology(request, 400, "This address cannot be read", str(error))
        return self._apology(request, 500, "This page cannot be drawn", str(error))

    def http_failure(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return self._apology(request, 404, "Not in this study", "No page has this address.")
        response = self._apology(request, error.status_code, error.detail, "Pages can only be read.")
        response.headers.update(error.headers or {})
        return response

    def accident(self, request: Request, error: Exception) -> Response:
        message = f"{type(error).__name__} in shiftscope; the terminal it was started from shows where."
        response = self._apology(request, 500, "This page cannot be drawn", message)
        response.headers.update(HEADERS)  # Starlette answers accidents outside of every middleware
        return response

    def _apology(self, request: Request, status: int, title: str, message: str) -> Response:
        page = Page(title, [], subtitle=message, trail=[Link("Overview", "")])
        try:
            around = self.frame(self.study)
        except Exception:  # the study itself may be what failed
            around = Surroundings("shiftscope")
        return self._drawn(request, page, around, status=status)

    def _drawn(self, request: Request, page: Page, around: Surroundings, status: int = 200) -> Response:
        raw_path = request.scope["raw_path"].decode("ascii")
        served = Served(
            root=way_up(raw_path, request.scope.get("root_path", "")),
            version=lambda dataset: self.study[dataset].version,
            assets=assets.version(),
        )
        headers = {"Cache-Control": assets.ALWAYS_ASK}
        return HTMLResponse(render(page, around, served), status_code=status, headers=headers)
