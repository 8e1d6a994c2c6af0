"""What pages have asked of the model at hand."""

from __future__ import annotations

from datetime import UTC, datetime

from shiftscope.jobs import Job
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.jobs.sentences import NO_MODEL, jobs_in_words
from shiftscope.views.page.panels import Cell, Code, Column, Computation, Link, Message, Page, Panel, Table
from shiftscope.views.page.view import view
from shiftscope.views.page.viewed_study import jobs_of
from shiftscope.views.parts.view_command import view_command

NONE = (
    "No job has finished yet. What the model can compute is offered where it is shown: on the page of a unit, its "
    "pictures under “What it looks like” and its maps under “Where it looks”."
)


@view("/jobs")
def jobs(study: StoredStudy) -> Page:
    """Jobs under way with their progress, then the others, the newest first."""
    trail = [Link(study.name, "")]
    asked = jobs_of(study)
    if asked is None:
        return Page(
            "Jobs", [Code("With a model it starts so", view_command(study))], trail, sentence=NO_MODEL
        )
    found = asked.all()
    trouble = [Message("The model", asked.trouble, for_now=True)] if asked.trouble else []
    under_way: list[Panel] = [_under_way(job) for job in found if job.under_way]
    over = [job for job in found if not job.under_way]
    return Page(
        "Jobs",
        [*trouble, *under_way, _table(over)],
        trail,
        sentence=jobs_in_words([job.state for job in found]),
    )


def _under_way(job: Job) -> Panel:
    return Computation(job.title, "", job.kind, job.parameters, "jobs", job=job)


def _table(over: list[Job]) -> Table:
    columns = [
        Column("job"),
        Column("state"),
        Column("seconds", "From its beginning to its end.", numeric=True),
        Column("asked", "In UTC."),
        Column("message", "Why it failed."),
    ]
    rows = [
        [
            Cell(job.title, job.page),
            Cell(job.state),
            Cell(f"{job.seconds:.1f}" if job.seconds else "–", value=job.seconds),
            Cell(datetime.fromtimestamp(job.asked, UTC).isoformat(sep=" ", timespec="seconds")[:19]),
            Cell(job.message),
        ]
        for job in over
    ]
    return Table("Finished", columns, rows, empty=NONE)
