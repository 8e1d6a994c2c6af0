"""A panel that offers to compute what is missing, where the viewer has the model at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shiftscope.jobs import Job, Jobs
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Computation, Field
from shiftscope.views.page.viewed_study import jobs_of


def computation(
    study: StoredStudy,
    title: str,
    text: str,
    *,
    kind: str,
    parameters: Mapping[str, object],
    page: str | None,
    size: int = 0,
    fields: Sequence[Field] = (),
    button: str = "Compute",
) -> Computation | None:
    """None where there is no model at hand.

    Parameters
    ----------
    kind, parameters
        Of the job; `fields` are further parameters, which a person writes.
    page
        Where what is computed is shown; None for the page that the panel stands on.
    size
        Samples or units that it passes over, as its progress counts them, by which the time is told.
    """
    jobs = jobs_of(study)
    if jobs is None:
        return None
    texts = {name: str(value) for name, value in parameters.items()}
    seconds = jobs.expected_seconds(kind, size) if size else None
    newest = _newest(jobs, kind, texts)
    return Computation(
        title, text, kind, texts, page, fields, button, seconds=seconds, job=newest, trouble=jobs.trouble
    )


def _newest(jobs: Jobs, kind: str, parameters: Mapping[str, str]) -> Job | None:
    """The newest job that agrees with what is not left to be written."""
    of_kind = (job for job in jobs.all() if job.kind == kind)
    return next((job for job in of_kind if parameters.items() <= job.parameters.items()), None)
