"""`shiftscope view`."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from importlib import import_module
from threading import Timer
from typing import Annotated

from cyclopts import Parameter

from shiftscope.cli.asked.options import Device, RecordedStudy, Weights

STARTED_AFTER = 3.0  # seconds


def view(
    study: RecordedStudy,
    /,
    *,
    port: int | None = None,
    browser: bool = True,
    host: str = "127.0.0.1",
    allow_host: Sequence[str] = (),
    token: Annotated[str | None, Parameter(env_var="SHIFTSCOPE_TOKEN")] = None,
    read_only: bool = False,
    model: str | None = None,
    weights: Weights = None,
    data: list[str] | None = None,
    device: Device = None,
) -> None:
    """Walk through a study in the browser.

    Parameters
    ----------
    port
        Port on this machine to serve at; the first free one from 8421 where not given.
    browser
        Open the browser.
    host
        Address to listen at; with 0.0.0.0 other machines reach it, unencrypted.
    allow_host
        A further name that visitors may ask under, such as a proxy's; repeat for several.
    token
        What visitors must bring, at least 16 characters; a fresh one is made where not given. Other users of this
        machine see the options of a command, but not its environment.
    read_only
        Save no note and store no score in the study.
    model
        Compute what pages ask for with this model, in a process of its own: package.module:callable, timm:NAME,
        hf:NAME, or a .pt2 file of torch.export.
    data
        Datasets to show to it as NAME=SOURCE, by their names in the study; those that lie where they were recorded
        from may be left out.
    """
    gc.disable()  # nothing of what is imported now is garbage: looking for it takes a twentieth of the start
    try:
        from shiftscope.cli.asked.at_hand import data_at_hand
        from shiftscope.flow.scores import score_all
        from shiftscope.progress import bar
        from shiftscope.store.stored_study import StoredStudy
        from shiftscope.web.server.server import serve

        opened = StoredStudy(study, read_only=read_only)
        if model is None or read_only:  # else pages offer to have them computed
            score_all(opened, progress=bar)
        later = Timer(STARTED_AFTER, _settle)
        later.daemon = True
        later.start()
        try:
            serve(
                opened,
                port=port,
                host=host,
                allow_hosts=allow_host,
                open_browser=browser,
                token=token,
                read_only=read_only,
                model=model,
                weights=weights,
                data=data_at_hand(data),
                device=device,
            )
        finally:
            later.cancel()
    finally:
        gc.enable()


def _settle() -> None:
    """What the first page need not wait for: SciPy, which pages that compare means use, and collecting garbage."""
    import_module("scipy.special")
    gc.freeze()  # what was imported is not to be looked at again while pages are drawn
    gc.enable()
