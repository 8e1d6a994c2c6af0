"""Requests to compute something with the model at hand."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from shiftscope.errors import BadRequest
from shiftscope.web.html.durations import progress_text
from shiftscope.web.jobs.job_queue import JobQueue
from shiftscope.web.jobs.kind import job_kinds
from shiftscope.web.server.arguments import chosen, options
from shiftscope.web.server.forms import fields_of, inside, refuse_lacking
from shiftscope.web.server.save_rate import SaveRate

LONGEST = 10_000  # characters of a parameter
SAFE = "/?&=,+%~@!$'()*;:-._"  # of an address that goes into a header


class AskedJobs:
    """What is answered about jobs."""

    def __init__(self, jobs: JobQueue, pace: SaveRate) -> None:
        self._jobs, self._pace = jobs, pace

    def routes(self) -> list[Route]:
        return [
            Route("/jobs", self.submit, methods=["POST"]),
            Route("/jobs/{number:position}/cancel", self.cancel, methods=["POST"]),
            Route("/jobs/{number:position}", self.state),
        ]

    async def submit(self, request: Request) -> Response:
        """Queue a job with the parameters of a form, and go back to the page that it came from."""
        fields = await fields_of(request, self._pace)
        kind = fields.get("job", "")  # "kind" may be a parameter
        run = job_kinds[kind].run
        kinds = options(run)
        if long := [name for name in kinds if len(fields.get(name, "")) > LONGEST]:
            raise BadRequest(f"{long[0]!r} holds more than {LONGEST:,} characters.")
        given = chosen(fields, kinds)
        refuse_lacking(run, given)
        page = inside(fields.get("page", ""))
        self._jobs.submit(kind, given, page)
        return _back("./", page)

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


def _back(way_up: str, page: str) -> Response:
    return RedirectResponse(way_up + quote(page, safe=SAFE), status_code=303)
