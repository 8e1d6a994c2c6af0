"""Run the tutorials as their reader would, each in a kernel of its own: `python checks/tutorials.py FOLDER`.

The kernel is that of the environment whose Python runs this file. Cells work in FOLDER, where the notebooks are left
with what they drew. The first cell that fails ends the run with its traceback and status 1.
"""

from __future__ import annotations

import argparse
import resource
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

TUTORIALS = sorted((Path(__file__).parents[1] / "docs" / "tutorials").glob("*.ipynb"))
LIMIT_SECONDS = 300  # of one cell, and of the start, where tests run beside it
NO_PORT = Config({"KernelManager": {"transport": "ipc"}})


def processor_seconds() -> float:
    """Of all kernels that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path, help="folder to work in")
    folder = options.parse_args().folder
    for path in TUTORIALS:
        before = processor_seconds()
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(
            notebook,
            timeout=LIMIT_SECONDS,
            startup_timeout=LIMIT_SECONDS,
            kernel_name="python3",
            config=NO_PORT,
            resources={"metadata": {"path": str(folder)}},
        ).execute()
        nbformat.write(notebook, folder / path.name)
        print(
            f"{path.name}: {len(notebook.cells)} cells, {processor_seconds() - before:.1f} s of processor time"
        )


if __name__ == "__main__":
    main()
