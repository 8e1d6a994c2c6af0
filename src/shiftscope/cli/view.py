"""`shiftscope view`."""

from __future__ import annotations

import gc
from importlib import import_module
from pathlib import Path
from threading import Timer

STARTED_AFTER = 3.0  # seconds


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
    gc.disable()  # nothing of what is imported now is garbage: looking for it takes a twentieth of the start
    try:
        from shiftscope.flow import score_all
        from shiftscope.progress import bar
        from shiftscope.store.study_files import StudyFiles
        from shiftscope.web.server import serve

        opened = StudyFiles(study)
        score_all(opened, progress=bar)
        later = Timer(STARTED_AFTER, _settle)
        later.daemon = True
        later.start()
        try:
            serve(opened, port=port, open_browser=browser)
        finally:
            later.cancel()
    finally:
        gc.enable()


def _settle() -> None:
    """What the first page need not wait for: SciPy, which pages that compare means use, and collecting garbage."""
    import_module("scipy.special")
    gc.freeze()  # what was imported is not to be looked at again while pages are drawn
    gc.enable()
