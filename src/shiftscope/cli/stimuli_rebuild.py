"""`shiftscope stimuli rebuild`."""

from __future__ import annotations

import sys
from pathlib import Path

from shiftscope.cli.asked.options import Output


def stimuli_rebuild(
    manifest: Path,
    /,
    *,
    data: str,
    output: Output = None,
) -> None:
    """Make a set of pictures again from its manifest and compare it; exit status 1 where something differs.

    Parameters
    ----------
    manifest
        manifest.json of a recording or beside written pictures.
    data
        What the set was made of, as `record` takes it.
    output
        Folder to write the pictures into.
    """
    from shiftscope.interop.picture_sets.rebuild_set import rebuild_set
    from shiftscope.interop.picture_sets.write_set import write_set
    from shiftscope.progress import bar

    rebuilt = rebuild_set(manifest, data, progress=bar)
    for line in rebuilt.in_words():
        print(line)
    if output is not None:
        print(f"{output}: {write_set(rebuilt.dataset, output, progress=bar):,} pictures written.")
    if not rebuilt.is_same:
        sys.exit(1)
