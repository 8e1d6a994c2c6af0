"""A process that reads hostile files under a limit of memory; a line of JSON in, a line of JSON out."""

from __future__ import annotations

import json
import os
import sys
import traceback
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

MEMORY = 2**30  # bytes beyond what the process had after the last healthy file


def limit_memory(limited: bool) -> None:
    """On Linux; elsewhere the limit is not kept, or counts what is not used."""
    if sys.platform == "linux":
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY if limited else hard
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def main() -> None:
    import readers

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints does not get between the answers
    for line in sys.stdin:
        limited, reader, arguments = json.loads(line)
        if not limited:  # a healthy one: everything is imported then
            limit_memory(False)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answer = {"refused": getattr(readers, reader)(*arguments)}
        except BaseException as error:
            answer = {"accident": f"{error!r}\n{traceback.format_exc()}"}
        if not limited:
            limit_memory(True)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
