"""`shiftscope demo`."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from shiftscope.counted import counted

ENDS_WITHIN = 3.0  # seconds that a viewer is given to end by itself


def demo(
    *,
    out: Path = Path("demo.study"),
    port: int | None = None,
    browser: bool = True,
    view: bool = True,
    seed: int = 0,
) -> None:
    """Train a small net on coloured digits, record it under three shifts and one at three strengths, open the viewer.

    Parameters
    ----------
    out
        Folder for the study.
    port
        Port on this machine to serve at; the first free one from 8421 where not given.
    browser
        Open the browser; without it the viewer only prints its address.
    view
        Serve the viewer; without it the study is only made.
    seed
        Of the net's first weights and the order of training.
    """
    from rich.console import Console
    from rich.table import Table

    from shiftscope.store.manifest import refuse_taken

    refuse_taken(out)
    print("Training a small net on coloured digits, about half a minute, then recording it.", flush=True)
    from shiftscope.demo import (  # takes seconds, as torch does
        LAYERS,
        REPAIRED,
        RESULT_COLUMNS,
        make_study,
        repair_in_words,
        results,
        weights_of,
    )

    study = make_study(out, seed=seed)
    for layer in LAYERS:
        table = Table(*RESULT_COLUMNS, title=f"{counted(study.layers[layer].units, 'unit')} of {layer}")
        for row in results(study, layer):
            table.add_row(*row)
        Console().print(table)
    model, weights = [], weights_of(out)
    if weights.is_file():  # pages offer to compute with it what they lack
        model = ["--model", "shiftscope.demo:DigitNet", "--weights", str(weights)]
    again = " ".join(["shiftscope view", str(out), *model])
    _tell(f"The study is in {out}. Open it again with: {again}")
    page = f"repair?focus={REPAIRED}"
    if not view:
        _tell(repair_in_words(study, f"shiftscope repair {out} --dataset {REPAIRED}"))
        return
    from shiftscope.web.server.server import free_port

    port, token = free_port(port), os.environ.get("SHIFTSCOPE_TOKEN") or secrets.token_urlsafe(16)
    _tell(repair_in_words(study, f"http://127.0.0.1:{port}/{page}&token={quote(token)}"))
    options = [*model, "--port", str(port), *([] if browser else ["--no-browser"])]
    _run_viewer([sys.executable, "-m", "shiftscope", "view", str(out), *options], token)


def _tell(sentence: str) -> None:
    from rich.console import Console

    Console(highlight=False).print(sentence, soft_wrap=True, markup=False)


def _run_viewer(words: Sequence[str], token: str) -> None:
    """A process of its own, without the weight of torch; what ends this process ends it too."""
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        with subprocess.Popen(words, env={**os.environ, "SHIFTSCOPE_TOKEN": token}) as viewer:
            try:
                viewer.wait()
            except BaseException as end:
                if not isinstance(end, KeyboardInterrupt):  # a Ctrl-C has reached the viewer as well
                    viewer.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    viewer.wait(ENDS_WITHIN)
                viewer.kill()
                raise
    finally:
        signal.signal(signal.SIGTERM, before)
