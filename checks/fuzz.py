"""Read hostile files for as long as it is given: `python checks/fuzz.py READER --seconds 60`.

With atheris installed (a package for Linux, not among the project's own) its search is led by which branches the bytes
reach; else they are damaged at random, from the number given as `--seed`. Ends with status 1 and the file kept where
anything but one of our own errors comes of it. Not part of the tests.
"""

from __future__ import annotations

import argparse
import random as randoms
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS / "hostile")]

REAL = TESTS / "interop" / "data" / "deephys"
FOUND = Path("found.bin")

# The bytes that are tried become this file; the function reads it and returns what was refused.
Reader = Callable[[Path], list[str]]


def choices(folder: Path) -> dict[str, tuple[Reader, list[bytes]]]:
    """Readers by name, each with healthy contents to begin from."""
    import numpy as np
    import readers

    np.savez(folder / "seed.npz", x=np.arange(32, dtype=np.uint8).reshape(2, 4, 4), y=[0, 1])
    picture = np.arange(48, dtype=np.uint8)
    idx = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in (3, 4, 4)) + picture.tobytes()
    tests = [file.read_bytes() for file in sorted(REAL.glob("*.test"))]
    models = [file.read_bytes() for file in sorted(REAL.glob("*.model"))]
    return {
        "idx": (lambda file: readers.data(f"idx:{file}"), [idx]),
        "npz": (lambda file: readers.data(f"npz:{file}"), [(folder / "seed.npz").read_bytes()]),
        "csv": (lambda file: readers.data(f"csv:{file}"), [b"path,label,id\na.png,0,x\nb.png,1,y\n"]),
        "deephys-model": (lambda file: readers.deephys(str(file), str(REAL / "odd.test")), models),
        "deephys-test": (lambda file: readers.deephys(str(REAL / "now.model"), str(file)), tests),
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    with tempfile.TemporaryDirectory() as folder:
        try:
            import atheris
        except ImportError:
            atheris = None
        kinds = {}
        if atheris:
            with atheris.instrument_imports(include=["shiftscope"]):
                kinds = choices(Path(folder))
                for read, seeds in kinds.values():  # what is imported late is instrumented too
                    _written(Path(folder) / "healthy", seeds[0], read)
        else:
            kinds = choices(Path(folder))
        asked.add_argument("reader", choices=kinds)
        asked.add_argument("--seconds", type=int, default=60)
        asked.add_argument("--seed", type=int, default=0)
        given = asked.parse_args()
        read, seeds = kinds[given.reader]
        file, tried = Path(folder) / "tried", [0]

        def one(content: bytes) -> None:
            tried[0] += 1
            try:
                _written(file, content, read)
            except BaseException:
                FOUND.write_bytes(content)
                print(f"case {tried[0]}: see {FOUND}", flush=True)
                raise

        if atheris:
            corpus = Path(folder) / "corpus"
            corpus.mkdir()
            for number, seed in enumerate(seeds):
                (corpus / str(number)).write_bytes(seed)
            options = [
                f"-max_total_time={given.seconds}",
                "-timeout=5",
                "-rss_limit_mb=3000",
                f"-seed={given.seed}",
            ]
            atheris.Setup([sys.argv[0], *options, str(corpus)], one)
            atheris.Fuzz()
            return
        _by_chance(one, seeds, given.seconds, given.seed)
        print(f"{tried[0]} cases in {given.seconds} s, nothing found")


def _by_chance(one: Callable[[bytes], None], seeds: list[bytes], seconds: float, seed: int) -> None:
    from mutations import damaged_bytes

    random, end = randoms.Random(seed), time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        one(damaged_bytes(random.choice(seeds), random))
        assert time.monotonic() - began < 5, f"a case took {time.monotonic() - began:.1f} s"


def _written(file: Path, content: bytes, read: Reader) -> None:
    file.write_bytes(content)
    read(file)


if __name__ == "__main__":
    main()
