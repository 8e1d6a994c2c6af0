"""`shiftscope view`."""

from __future__ import annotations

from pathlib import Path


def view(study: Path, /, *, port: int | None = None, browser: bool = True) -> None:
    """Walk through a study in the browser.

    Parameters
    ----------
    study
        Folder of the study.
    port
        Port on this machine to serve at; the first free one from 8421 where not given.
    browser
        Open the browser.
    """
    from shiftscope.flow import score_all
    from shiftscope.progress import bar
    from shiftscope.store.study_files import StudyFiles
    from shiftscope.web.server import serve

    opened = StudyFiles(study)
    score_all(opened, progress=bar)
    serve(opened, port=port, open_browser=browser)
