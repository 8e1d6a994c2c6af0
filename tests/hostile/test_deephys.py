"""Files of Deephys that are well-formed and mean something else; `tests/interop/deephys` breaks their bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from .mutations import damaged_json

REAL = Path(__file__).parents[1] / "interop" / "data" / "deephys"
PAIRS = [("now.model", "odd.test"), ("toy_net_v2.model", "older.test"), ("oldest_net.model", "oldest.test")]


def changed(content: bytes, random) -> bytes:
    """Another value in a place of the file; what CBOR cannot write stays."""
    try:
        return cbor2.dumps(damaged_json(cbor2.loads(content), random))
    except (cbor2.CBOREncodeError, UnicodeEncodeError, OverflowError, TypeError):
        return content


@pytest.mark.parametrize(("model", "test"), PAIRS)
def test_another_value_in_any_place_is_refused_or_read(model, test, tmp_path, watched, cases):
    files = [tmp_path / model, tmp_path / test]
    whole = [(REAL / file.name).read_bytes() for file in files]
    healthy = [str(REAL / PAIRS[0][0]), str(REAL / PAIRS[0][1])]

    @cases(25)
    @given(st.randoms(use_true_random=False))
    def tried(random):
        which = random.randint(0, 1)
        for place, file in enumerate(files):
            file.write_bytes(changed(whole[place], random) if place == which else whole[place])
        watched("deephys", *healthy).refused("deephys", *map(str, files), str(tmp_path / "into"))
        assert not (tmp_path / "into" / ".." / "outside").resolve().exists()
        shutil.rmtree(tmp_path / "into", ignore_errors=True)

    tried()
