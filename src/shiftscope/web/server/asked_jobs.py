"""Requests to compute something with the model at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from shiftscope.errors import BadRequest, LayerError, NotInStudy, ShiftscopeError
from shiftscope.views.page.panels import Computation, Link, Message, Page, Panel, inner_panels
from shiftscope.web.html.durations import progress_text
from shiftscope.web.jobs.job_queue import JobQueue
from shiftscope.web.jobs.kind import job_kinds
from shiftscope.web.server.arguments import chosen, options
from shiftscope.web.server.forms import fields_of, inside, refuse_lacking
from shiftscope.web.server.page_at import page_at
from shiftscope.web.server.save_rate import SaveRate

LONGEST = 10_000  # characters of a parameter
ORIGIN = "The page that it was sent from"  # in place of its title, where that is not known
SAFE = "/?&=,+%~@!$'()*;:-._"  # of an address that goes into a header


class AskedJobs:
    """What is answered about jobs; `refused` draws a page in answer to a form that is refused."""

    def __init__(
        self, study: Any, jobs: JobQueue, pace: SaveRate, refused: Callable[[Request, Page], Response]
    ) -> None:
        self._study, self._jobs, self._pace, self._refused = study, jobs, pace, refused

    def routes(self) -> list[Route]:
        return [
            Route("/jobs", self.submit, methods=["POST"]),
            Route("/jobs/{number:position}/cancel", self.cancel, methods=["POST"]),
            Route("/jobs/{number:position}", self.state),
        ]

    async def submit(self, request: Request) -> Response:
        """Queue a job with the parameters of a form, and go back to the page that it came from.

        Where they are refused, the form is shown again with what was sent and why.
        """
        fields = await fields_of(request, self._pace)
        kind = fields.get("job", "")  # "kind" may be a parameter
        asked_job, page = job_kinds[kind], inside(fields.get("page", ""))
        try:
            given = _parameters(asked_job, fields)
            await run_in_threadpool(asked_job(**given).check, self._study)
        except (BadRequest, NotInStudy, LayerError) as error:
            again = await run_in_threadpool(self._again, fields, page, str(error))
            return self._refused(request, again)
        try:
            self._jobs.submit(kind, given, page)
        except BadRequest as error:
            return self._refused(request, _sent_from(Page(ORIGIN, []), page, str(error)))
        return _back("./", page)

    def _again(self, fields: QueryParams, page: str, why: str) -> Page:
        """The form that was sent, as it stands on its page; where that has none, only why."""
        sent = dict(fields)
        try:
            whole = page_at(self._study, page)
        except ShiftscopeError:
            whole = Page(ORIGIN, [])
        forms = (
            replace(
                form,
                page=page,
                job=None,
                refused=why,
                fields=[replace(each, value=sent.get(each.name, "")) for each in form.fields],
            )
            for form in _computations(whole.panels)
            if form.kind == sent["job"] and form.parameters.items() <= sent.items()
        )
        return _sent_from(whole, page, why, next(forms, None))

    async def cancel(self, request: Request) -> Response:
        fields = await fields_of(request, self._pace)
        page = inside(fields.get("page", "jobs"))
        self._jobs.cancel(request.path_params["number"])
        return _back("../../", page)

    def state(self, request: Request) -> Response:
        """How far a job is, for the page that shows it."""
        job = self._jobs.job(request.path_params["number"])
        told = {
            "state": job.state,
            "done": job.done,
            "total": job.total,
            "told": progress_text(job),
            "message": job.message,
        }
        return JSONResponse(told, headers={"Cache-Control": "no-store"})


def _parameters(asked: Callable[..., object], fields: QueryParams) -> dict[str, Any]:
    """Those of a kind of job, in their own types; raises `BadRequest` where one lacks or cannot be read."""
    kinds = options(asked)
    if long := [name for name in kinds if len(fields.get(name, "")) > LONGEST]:
        raise BadRequest(f"{long[0]!r} holds more than {LONGEST:,} characters.")
    given = chosen(fields, kinds)
    refuse_lacking(asked, given)
    return given


def _sent_from(whole: Page, page: str, why: str, form: Panel | None = None) -> Page:
    panel = form or Message("What was asked for is not computed", why)
    trail = whole.trail or [Link("Overview", "")]
    return Page("Nothing is computed", [panel], trail=[*trail, Link(whole.title, page)])


def _computations(panels: Iterable[Panel]) -> Iterator[Computation]:
    for panel in panels:
        yield from _computations(inner_panels(panel))
        if isinstance(panel, Computation):
            yield panel


def _back(way_up: str, page: str) -> Response:
    return RedirectResponse(way_up + quote(page, safe=SAFE), status_code=303)
