"""A study as a web application: one route for each view, and the pictures."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from shiftscope.errors import BadRequest, NotInStudy, ShiftscopeError, StudyBusy
from shiftscope.explain.visualisation.stored_pictures import picture_png
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Computation, Link, Message, Page, Panel, inner_panels
from shiftscope.views.page.section import Missing
from shiftscope.views.page.view import Action, View
from shiftscope.views.page.view import actions as all_actions
from shiftscope.views.page.view import views as all_views
from shiftscope.views.page.viewed_study import ViewedStudy
from shiftscope.web.html.addresses import Served, below, way_up
from shiftscope.web.html.html import render
from shiftscope.web.html.navigation import Navigation, StudyIndex, navigation
from shiftscope.web.html.picture_content import check_picture, data_uri
from shiftscope.web.jobs.job_queue import JobQueue
from shiftscope.web.server import assets
from shiftscope.web.server.arguments import chosen, options, pattern, positions, several
from shiftscope.web.server.asked_jobs import AskedJobs
from shiftscope.web.server.damage_notice import without_damage
from shiftscope.web.server.downloads import downloaded, shared
from shiftscope.web.server.forms import fields_of, refuse_lacking
from shiftscope.web.server.kept_pages import KeptPage, KeptPages
from shiftscope.web.server.news import News
from shiftscope.web.server.page_at import most_particular_first
from shiftscope.web.server.save_rate import SaveRate
from shiftscope.web.server.search import find, found
from shiftscope.web.server.security import (
    STRANGER,
    KnownRequests,
    SafeHeaders,
    Ticket,
    TokenGate,
    headers,
)
from shiftscope.web.server.study_version import StudyVersion

LOCAL = ("127.0.0.1", "localhost")  # foreign names are refused: DNS rebinding

# Many threads that draw take turns with the one that answers, 5 ms each, so kept pages would wait for them all.
DRAWN_AT_ONCE = 4
SAVED_PER_SECOND, SAVED_AT_ONCE = 1.0, 30  # forms, of all visitors together
TITLES = {429: "Not saved"}  # of refusals, by status; others say what Starlette calls them
DOWNLOAD = {"download": Literal["csv", "parquet", "file", "html"], "table": int}


class ShownDataset(Protocol):
    """What the pages need of one dataset of a study."""

    @property
    def version(self) -> str:
        """Changes when any thumbnail does."""
        ...

    def thumbnail(self, position: int) -> tuple[bytes, str]:
        """The picture of one sample and its media type; `NotInStudy` where there is none."""
        ...


class ShownStudy(StudyIndex, Protocol):
    """What the application needs of a study; the views need more."""

    def __getitem__(self, dataset: str) -> ShownDataset: ...


def application(
    study: ShownStudy,
    *,
    token: str | None,
    views: Mapping[str, View] | None = None,
    actions: Mapping[str, Action] | None = None,
    hosts: Sequence[str] = LOCAL,
    framed_by: Sequence[str] = (),
    framed_at: str = "",
    read_only: bool = False,
    pace: SaveRate | None = None,
    ticket: Ticket | None = None,
    jobs: JobQueue | None = None,
) -> Starlette:
    """The pages of a study as an ASGI application.

    Parameters
    ----------
    study
        Read by the views, written to by the actions.
    token
        What a visitor must bring once; None lets in everybody who reaches the server.
    views
        Pages to serve, all that are registered unless given.
    actions
        What forms do, all that are registered unless given.
    hosts
        Names under which the server may be addressed; a proxy that passes its own name on needs it here.
    framed_by
        Origins whose pages may show these in a frame.
    framed_at
        A secret that stands for the token where it is a folder in the address, as in such a frame.
    read_only
        Draw no forms and take none.
    pace
        How often forms are taken; one a second, thirty in a row, unless given.
    ticket
        Taken once in the token's place.
    jobs
        What has the model compute what pages ask for; none where nothing may be saved.
    """
    jobs = None if read_only else jobs
    if jobs and isinstance(study, StoredStudy):
        study = ViewedStudy(study.path, jobs)
    shown = _Shown(
        study, framed_by, saves=not read_only, pace=pace or SaveRate(SAVED_PER_SECOND, SAVED_AT_ONCE)
    )
    # Level 5 takes three times as long for a layer's 440 kB, and makes a twelfth less of them.
    zipped = [Middleware(GZipMiddleware, minimum_size=1000, compresslevel=2)]
    routes: list[BaseRoute] = [
        Mount("/static", assets.Assets(), middleware=zipped),
        Route("/search", shown.search, middleware=zipped),
        Route("/names", shown.names, middleware=zipped),
        Route("/thumbnails/{dataset:path}/{position:position}", shown.thumbnail),
        Route("/pictures/{dataset:path}", shown.pictures),
        Route("/drawn/{code}/{side}", shown.drawn),
    ]
    routes += [
        Route(pattern(view.address, view.draw), shown.page(view), middleware=zipped)
        for view in most_particular_first((all_views if views is None else views).values())
    ]
    routes += [
        Route(pattern(action.address, action.act), shown.act(action), methods=["POST"])
        for action in ({} if read_only else all_actions if actions is None else actions).values()
    ]
    if jobs:
        routes = [*AskedJobs(study, jobs, shown.pace, shown.refused).routes(), *routes]
    middleware = [
        Middleware(SafeHeaders, framed_by=framed_by),
        Middleware(KnownRequests, hosts=list(hosts)),
    ]
    if token is not None:
        gate = Middleware(TokenGate, token=token, refusal=shown.refusal, in_path=framed_at, ticket=ticket)
        middleware.append(gate)
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


class _Shown:
    """The answers to requests for one study."""

    def __init__(self, study: ShownStudy, framed_by: Sequence[str], *, saves: bool, pace: SaveRate) -> None:
        self.study = study
        self.framed_by = framed_by
        self.saves = saves
        self.pace = pace
        self.version = StudyVersion(study)
        self.news = News(study)
        self.kept = KeptPages()
        self.drawing = ThreadPoolExecutor(DRAWN_AT_ONCE, thread_name_prefix="drawing")
        self.under_way: dict[Hashable, Future[KeptPage | Response]] = {}

    def page(self, view: View) -> Callable[[Request], Awaitable[Response]]:
        kinds = options(view.draw)

        def draw(request: Request) -> KeptPage | Response:
            asked = {**request.path_params, **chosen(request.query_params, kinds)}
            wanted = chosen(request.query_params, DOWNLOAD)
            if wanted.get("download") == "html":
                return shared(view.draw(self.study, **asked), self.study)
            if "download" in wanted:  # a table cannot say that a dataset was left out of it
                return downloaded(view.draw(self.study, **asked), wanted.get("table", 0), wanted["download"])
            page, whole = without_damage(self.study, lambda study: _page(view, study, asked))
            if not view.address.strip("/"):
                page = dataclasses.replace(page, panels=[*self.news.panels(), *page.panels])
            drawn = KeptPage.of(self._html(request, page, navigation(self.study)))
            lasts = whole and not any(map(_for_now, page.panels))
            return (
                drawn if lasts else drawn.response(request)
            )  # damage may be repaired, which no version tells

        return self._keeping(draw)

    def _keeping(
        self, draw: Callable[[Request], KeptPage | Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Answer with a page of the same address and study, drawn before or for whoever asked just now."""

        async def answer(request: Request) -> Response:
            scope, version = request.scope, self.version.now()
            key = (scope["raw_path"], scope.get("root_path", ""), scope["query_string"], version)
            if version and (kept := self.kept.get(key)):
                return kept.response(request)
            shared = self.under_way.get(key) if version else None
            drawing = shared or self.drawing.submit(draw, request)
            if version and not shared:
                self.under_way[key] = drawing
                drawing.add_done_callback(lambda _: self.under_way.pop(key, None))
            found = await asyncio.shield(asyncio.wrap_future(drawing))
            if shared and isinstance(
                found, Response
            ):  # is changed on its way out, so each request has its own
                found = await asyncio.wrap_future(self.drawing.submit(draw, request))
            if isinstance(found, Response):
                return found
            if version:
                self.kept.keep(key, found)
            return found.response(request)

        return answer

    def act(self, action: Action) -> Callable[[Request], Awaitable[Response]]:
        kinds = options(action.act)

        async def answer(request: Request) -> Response:
            fields = await fields_of(request, self.pace)
            sent = {
                name: fields.getlist(name) if several(kind) else fields[name]
                for name, kind in kinds.items()
                if name in fields
            }
            refuse_lacking(action.act, sent)
            instead = await run_in_threadpool(action.act, self.study, **request.path_params, **sent)
            if instead:
                return self._drawn(request, instead, navigation(self.study), status=409)
            last = request.scope["raw_path"].decode("ascii").rpartition("/")[2]
            query = request.url.query
            return RedirectResponse(f"./{last}" + (f"?{query}" if query else ""), status_code=303)

        return answer

    def thumbnail(self, request: Request) -> Response:
        dataset = self.study[request.path_params["dataset"]]
        data, media_type = dataset.thumbnail(request.path_params["position"])
        check_picture(media_type)
        return Response(data, media_type=media_type, headers=_cached(request, dataset))

    def pictures(self, request: Request) -> Response:
        """Many thumbnails of a dataset at once, `?at=3,17,4`: a line for each, its picture as a data address."""
        dataset, lines = self.study[request.path_params["dataset"]], []
        for position in positions(request.query_params.get("at", "")):
            data, media_type = dataset.thumbnail(position)
            check_picture(media_type)
            lines.append(data_uri(data, media_type))
        return PlainTextResponse("\n".join(lines), headers=_cached(request, dataset))

    def drawn(self, request: Request) -> Response:
        """A picture that is kept for a unit; its address says what it rests on, so it is the same for good."""
        if not isinstance(self.study, StoredStudy):
            raise NotInStudy("no pictures of units are kept here.")
        data = picture_png(self.study, request.path_params["code"], request.path_params["side"])
        return Response(data, media_type="image/png", headers={"Cache-Control": assets.FOREVER})

    async def search(self, request: Request) -> Response:
        def draw(request: Request) -> KeptPage | Response:
            query = chosen(request.query_params, {"q": str}).get("q", "")
            around = navigation(self.study)
            links = find(query, around)
            if len(links) == 1:
                return RedirectResponse(f"./{links[0].page}", status_code=303)
            return KeptPage.of(self._html(request, found(query, links), around))

        return await self._keeping(draw)(request)

    def names(self, request: Request) -> Response:
        """All names that can be searched for, to complete what a person types."""
        around = navigation(self.study)
        links = [*around.layers, *around.datasets, *around.categories]
        headers = {"Cache-Control": assets.ALWAYS_ASK}
        return JSONResponse([*(link.text for link in links), *around.score_names], headers=headers)

    def refusal(self, request: Request) -> Response:
        page = Page(
            "A token is needed",
            [],
            subtitle="Open the address that shiftscope printed when it started; it ends in ?token=…, which may be "
            "put behind this address as well. If you just did, from a page of another program, go on to the overview.",
            trail=[Link("Overview", "")],
        )
        return self._drawn(request, page, Navigation("shiftscope"), status=403)

    def refused(self, request: Request, page: Page) -> Response:
        """A page in answer to a form that is refused."""
        return self._drawn(request, page, navigation(self.study), status=400)

    def failure(self, request: Request, error: Exception) -> Response:
        if gone := self._gone():
            return self._apology(request, 404, "This study is no longer there", gone)
        if isinstance(error, NotInStudy):
            return self._apology(request, 404, "Not in this study", str(error))
        if isinstance(error, BadRequest):
            return self._apology(request, 400, "This address cannot be read", str(error))
        if isinstance(error, StudyBusy):
            return self._apology(request, 503, "In use by another process", str(error))
        return self._apology(request, 500, "This page cannot be drawn", str(error))

    def http_failure(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return self._apology(
                request,
                404,
                "Not in this study",
                "No page has this address. The search above finds units, categories, sets and scores.",
            )
        title, message = TITLES.get(error.status_code, error.detail), error.detail
        if error.status_code == 405:
            message = (
                "Pages can only be read." if self.saves else "This viewer only reads: nothing can be saved."
            )
        response = self._apology(request, error.status_code, title, message)
        response.headers.update(error.headers or {})
        return response

    def accident(self, request: Request, error: Exception) -> Response:
        message = f"{type(error).__name__} in shiftscope; the terminal it was started from shows where."
        response = (
            self._apology(request, 404, "This study is no longer there", gone)
            if (gone := self._gone())
            else self._apology(request, 500, "This page cannot be drawn", message)
        )
        # Starlette answers accidents outside of every middleware.
        response.headers.update(headers(self.framed_by))
        return response

    def _gone(self) -> str:
        """What became of a study that is not in its folder any more; empty where it is."""
        study = self.study
        if not isinstance(study, StoredStudy) or study.place.is_there():
            return ""
        return (
            f"{study.path} was deleted or moved while it was shown. Pages that were drawn before may still come. Put "
            "it back, or start the viewer where it is now."
        )

    def _apology(self, request: Request, status: int, title: str, message: str) -> Response:
        page = Page(title, [], subtitle=message, trail=[Link("Overview", "")])
        try:
            around = Navigation("shiftscope") if STRANGER in request.scope else navigation(self.study)
        except Exception:  # the study itself may be what failed
            around = Navigation("shiftscope")
        return self._drawn(request, page, around, status=status)

    def _drawn(self, request: Request, page: Page, around: Navigation, *, status: int) -> Response:
        headers = {"Cache-Control": assets.ALWAYS_ASK}
        return HTMLResponse(self._html(request, page, around), status_code=status, headers=headers)

    def _html(self, request: Request, page: Page, around: Navigation) -> str:
        raw_path, prefix = request.scope["raw_path"].decode("ascii"), request.scope.get("root_path", "")
        query = request.url.query
        served = Served(
            root=way_up(raw_path, prefix),
            here=below(raw_path, prefix) + (f"?{query}" if query else ""),
            version=lambda dataset: self.study[dataset].version,
            assets=assets.version(),
            query=request.query_params.multi_items(),
            saves=self.saves,
        )
        return render(page, around, served)


def _page(view: View, study: Any, asked: Mapping[str, Any]) -> Page:
    """As it is drawn; where all of it rests on what is missing, a page with the offer to compute that."""
    try:
        return view.draw(study, **asked)
    except Missing as missing:
        return Page(missing.offer.title, [missing.offer], trail=[Link("Overview", "")])


def _cached(request: Request, dataset: ShownDataset) -> dict[str, str]:
    """For good, where pictures were asked for by the dataset's present version."""
    current = request.query_params.get("v") == dataset.version
    return {"Cache-Control": assets.FOREVER if current else assets.ALWAYS_ASK}


def _for_now(panel: Panel) -> bool:
    """Whether a panel may be another one the next time, though nothing of the study has changed."""
    return (
        isinstance(panel, Computation)
        or (isinstance(panel, Message) and panel.for_now)
        or any(map(_for_now, inner_panels(panel)))
    )
