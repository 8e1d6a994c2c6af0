"""How long something takes and how far it is, in words."""

from __future__ import annotations

from shiftscope.jobs import Job


def duration(seconds: float) -> str:
    if seconds < 1.5:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def progress_text(job: Job) -> str:
    """How far a job is, or what became of it."""
    if job.state == "waiting":
        return "waiting"
    if not job.under_way:
        return job.state
    if job.cancelling:
        return "being cancelled"
    return f"{job.done:,} of {job.total:,}" if job.total else "begun"
