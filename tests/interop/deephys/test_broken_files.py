"""Real files cut short, with bits flipped, and made up: only our own errors, in bounded time and memory."""

import shutil
import time
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shiftscope.errors import FileDamaged, ShiftscopeError
from shiftscope.interop.deephys.dataset_file import read_dataset_file
from shiftscope.interop.deephys.import_deephys import import_deephys
from shiftscope.interop.deephys.model_file import read_model_file
from tests.conftest import mostly_slow

from .conftest import REAL, VERSIONS

PAIRS = [(REAL / model, REAL / tests[-1]) for model, tests in VERSIONS.values()]
MEMORY = 4e6  # bytes; the files themselves are a few thousand
SECONDS = 2.0


@pytest.fixture(scope="module")
def spare(tmp_path_factory):
    return tmp_path_factory.mktemp("broken")


def read_all(model, test):
    for _ in read_dataset_file(test, read_model_file(model)).images():
        pass


def read_broken(spare, model, test):
    """Read files of these bytes; whether they were refused."""
    (spare / "x.model").write_bytes(model)
    (spare / "x.test").write_bytes(test)
    tracemalloc.start()
    began = time.process_time()
    try:
        read_all(spare / "x.model", spare / "x.test")
        refused = False
    except ShiftscopeError:
        refused = True
    finally:
        taken = time.process_time() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < MEMORY
    assert taken < SECONDS
    return refused


@pytest.mark.parametrize("every", mostly_slow([7, 1]))
@pytest.mark.parametrize(("model", "test"), PAIRS)
def test_a_file_that_is_cut_short_anywhere_is_refused(spare, model, test, every):
    """At each byte in the slow lane; otherwise at the first and the last hundred, and at some between."""
    whole_model, whole_test = model.read_bytes(), test.read_bytes()
    assert not read_broken(spare, whole_model, whole_test)
    assert all(read_broken(spare, whole_model[:end], whole_test) for end in ends(whole_model, every))
    assert all(read_broken(spare, whole_model, whole_test[:end]) for end in ends(whole_test, 3 * every))


def ends(content, every):
    """Places at which to cut."""
    size = len(content)
    return sorted({*range(0, size, every), *range(min(100, size)), *range(max(0, size - 100), size)})


@pytest.mark.parametrize(("model", "test"), mostly_slow(PAIRS))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    flips=st.lists(st.tuples(st.integers(0), st.integers(0, 7)), min_size=1, max_size=4), which=st.booleans()
)
def test_flipped_bits_are_refused_or_read_as_other_numbers(spare, model, test, flips, which):
    contents = [bytearray(model.read_bytes()), bytearray(test.read_bytes())]
    for place, bit in flips:
        contents[which][place % len(contents[which])] ^= 1 << bit
    read_broken(spare, *map(bytes, contents))


@pytest.mark.parametrize(("model", "test"), mostly_slow(PAIRS))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0), put=st.binary(min_size=1, max_size=12), cut=st.integers(0, 12))
def test_foreign_bytes_anywhere_are_refused_or_read_as_other_numbers(spare, model, test, place, put, cut):
    content = test.read_bytes()
    at = place % len(content)
    read_broken(spare, model.read_bytes(), content[:at] + put + content[at + cut :])


@given(content=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_random_bytes_are_refused(spare, content):
    assert read_broken(spare, content, b"")
    assert read_broken(spare, PAIRS[0][0].read_bytes(), content)


LENGTHS = [b"\x9b" + b"\xff" * 8, b"\x9a" + b"\xff" * 4, b"\x9f", b"\x5b" + b"\x7f" * 8, b"\xdb" * 9]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_that_claims_the_world_takes_no_memory_wherever_it_stands(spare, length):
    model, test = PAIRS[0]
    content = test.read_bytes()
    for at in range(0, len(content), 29):
        read_broken(spare, model.read_bytes(), content[:at] + length + content[at + len(length) :])


def test_thousands_of_lists_inside_one_another_do_not_exhaust_the_stack(spare, written):
    files = written()
    content = files.test.read_bytes()
    at = content.index(b"\x68features") + 9
    assert read_broken(spare, files.model.read_bytes(), content[:at] + b"\x81" * 5000 + content[at:])


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0), bit=st.integers(0, 7))
def test_an_import_of_a_damaged_file_makes_a_study_or_leaves_nothing(spare, place, bit):
    model, test = PAIRS[0]
    content = bytearray(test.read_bytes())
    content[place % len(content)] ^= 1 << bit
    (spare / "x.test").write_bytes(content)
    into = spare / "x.study"
    shutil.rmtree(into, ignore_errors=True)
    try:
        assert len(import_deephys(model, [spare / "x.test"], into)) == 1
    except ShiftscopeError:
        assert not into.exists()


def test_a_file_that_breaks_off_says_where_and_the_study_keeps_what_it_had(tmp_path, imported):
    model, test = PAIRS[0]
    study = imported("0.14.1")
    before = study.manifest
    content = test.read_bytes()
    (tmp_path / "short.test").write_bytes(content[:-10].replace(b"odd/of", b"end_of"))
    with pytest.raises(FileDamaged, match=r"short.test, byte \d+: found .* bytes left in the file, expected"):
        import_deephys(model, [tmp_path / "short.test"], study.path)
    assert study.reread() == before
    assert not study.unfinished()
    assert not list(study.path.glob("end*"))
