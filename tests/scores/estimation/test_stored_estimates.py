"""Estimates kept in the study: found again, computed again when stale, computed once for many."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from safetensors.numpy import load_file

from shiftscope.errors import NotInStudy
from shiftscope.flow.scores import score_all
from shiftscope.scores.estimation import stored_estimates as module
from shiftscope.scores.estimation.shared_cache import SharedCache
from shiftscope.scores.estimation.stored_estimates import estimates_place, stored_estimates
from shiftscope.scores.score import UnitScore, unit_scores
from shiftscope.store.results import RESULT
from shiftscope.store.stored_study import StoredStudy


@pytest.fixture
def study(recorded, monkeypatch):
    """A recorded study whose estimates nothing holds in memory."""
    monkeypatch.setattr(module, "_kept", SharedCache(8))
    return StoredStudy(recorded.path)


@pytest.fixture
def computed(monkeypatch):
    """Datasets whose estimates were computed."""
    calls, whole = [], module.estimate_units

    def counted(shifted, *given, **options):
        calls.extend(shifted)
        time.sleep(0.05)  # long enough for other threads to ask too
        return whole(shifted, *given, **options)

    monkeypatch.setattr(module, "estimate_units", counted)
    return calls


def forget(monkeypatch):
    monkeypatch.setattr(module, "_kept", SharedCache(8))


def arrays_of(study):
    """The file that holds the numbers of `field`."""
    (file,) = estimates_place(study, "field", "lab", "hidden").glob("*.safetensors")
    return file


def ask(study, dataset="field", layer="hidden"):
    return stored_estimates(study, dataset, study.reference, layer)


def test_what_was_kept_is_what_was_computed(study, computed, monkeypatch):
    first = ask(study)
    forget(monkeypatch)
    again = ask(study)
    assert len(computed) == 1
    assert again.keys() == first.keys() == set(unit_scores)
    for name, estimate in first.items():
        for part in module.NUMBERS:
            before, after = getattr(estimate, part), getattr(again[name], part)
            assert (before is None) == (after is None)
            if before is not None:
                np.testing.assert_array_equal(before, after)


def test_the_file_is_plain_safetensors(study):
    found, kept = ask(study), load_file(arrays_of(study))
    np.testing.assert_array_equal(kept["shift_auroc/value"], found["shift_auroc"].value)
    parts = {name.removeprefix("shift_auroc/") for name in kept if name.startswith("shift_auroc/")}
    assert parts == {"value", "low", "high", "p", "q"}
    assert "novelty/p" not in kept


def test_a_page_that_asks_again_reads_nothing(study, computed):
    assert ask(study) is ask(study)
    assert len(computed) == 1


def test_all_that_pages_show_first_is_computed_ahead_once(study, computed, monkeypatch):
    told = []

    @contextmanager
    def progress(name, done, total, counted):
        told.append((total, counted))
        yield lambda units: told.append(units)

    score_all(study, progress=progress)
    pairs = len(list(study)) * len(study.layers)
    assert len(computed) == pairs
    assert told[0] == (sum(told[1:]), "units")
    for name in study:
        for layer in study.layers:
            stored_estimates(study, name, study.reference, layer)
    score_all(study)
    assert len(computed) == pairs
    forget(monkeypatch)
    arrays_of(study).unlink()
    (estimates_place(study, "field", "lab", "hidden") / RESULT).write_bytes(b"no result")
    score_all(study, progress=progress)
    assert told[-1] == study.layer("hidden").units


def test_a_changed_bit_of_what_was_kept_is_noticed_and_it_is_computed_again(study, computed, monkeypatch):
    first = ask(study)["novelty"].value
    path = arrays_of(study)
    whole = path.read_bytes()
    place = whole.index(np.float64(first[3]).tobytes())
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    forget(monkeypatch)
    np.testing.assert_array_equal(ask(study)["novelty"].value, first)
    assert len(computed) == 2
    assert path.read_bytes() == whole


def test_each_layer_dataset_and_reference_has_its_own(study, computed):
    ask(study, layer="conv")
    ask(study, layer="hidden")
    stored_estimates(study, "lab", "field", "hidden")
    stored_estimates(study, "lab", "lab", "hidden")
    assert len(computed) == 4
    assert len(list((study.path / "explanations" / "scores").rglob(RESULT))) == 4


def test_many_threads_wait_for_one(study, computed):
    start = threading.Barrier(8)

    def late(_):
        start.wait()
        return ask(study)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(late, range(8)))
    assert len(computed) == 1
    assert all(one is found[0] for one in found)


def test_another_recording_under_the_name_is_computed_again(recorded, made, net, computed, monkeypatch):
    monkeypatch.setattr(module, "_kept", SharedCache(8))
    before = ask(recorded)["novelty"].value
    recorded.record(made(seed=7), "field", overwrite=True, progress=False)
    after = ask(recorded)["novelty"].value
    assert len(computed) == 2
    assert not np.array_equal(before, after, equal_nan=True)


@pytest.mark.parametrize(
    "setting", ["RESAMPLES", "SEED", "LEVEL", "ESTIMATION", "NORMAL_FROM", "RANK_TOLERANCE", "SPLITS"]
)
def test_other_settings_are_computed_again(study, computed, monkeypatch, setting):
    ask(study)
    monkeypatch.setattr(module, setting, 7)
    ask(study)
    assert len(computed) == 2


def test_a_new_score_and_one_of_a_new_version_are_computed_and_no_other(study, monkeypatch):
    def brightness(shifted, reference):
        """How bright."""
        return shifted

    def the_same(shifted, reference):
        """How bright, in other words."""
        return shifted

    asked, whole = [], module.estimate_units

    def noted(*given, scores, **options):
        asked.append(scores)
        return whole(*given, scores=scores, **options)

    monkeypatch.setattr(module, "estimate_units", noted)
    novelty = ask(study)["novelty"].value
    for version, compute in ((1, brightness), (1, the_same), (2, the_same)):
        score = UnitScore(
            "brightness", "maxima", "ratio", 1.0, (-np.inf, np.inf), version, compute, "brightness", "more"
        )
        monkeypatch.setitem(unit_scores._entries, "brightness", score)
        forget(monkeypatch)
        found = ask(study)
        assert np.isfinite(found["brightness"].value).all()
        np.testing.assert_array_equal(found["novelty"].value, novelty)
    assert asked[1:] == [{"brightness"}, {"brightness"}]  # new, and of a new version; not for other words


@pytest.mark.parametrize("content", [b"", b"PAR1 nothing like it", None])
def test_a_damaged_file_is_computed_again(study, computed, monkeypatch, content):
    first = ask(study)
    path = arrays_of(study)
    path.write_bytes(path.read_bytes()[:-200] if content is None else content)
    forget(monkeypatch)
    np.testing.assert_array_equal(ask(study)["novelty"].value, first["novelty"].value)
    assert len(computed) == 2


def test_where_nothing_can_be_written_nothing_is_kept(study, computed, monkeypatch):
    (study.path / "explanations").write_text("in the way")
    assert np.isfinite(ask(study)["shift_auroc"].value).all()
    forget(monkeypatch)
    ask(study)
    assert len(computed) == 2


def test_a_full_disk_leaves_no_half_of_a_file(study, monkeypatch):
    def full(*given, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert np.isfinite(ask(study)["shift_auroc"].value).all()
    assert not [path for path in (study.path / "explanations").rglob("*") if path.is_file()]


def test_what_the_study_does_not_hold_is_refused(study):
    with pytest.raises(NotInStudy, match="no dataset 'fild' in this study; closest: 'field'"):
        stored_estimates(study, "fild", "lab", "hidden")
    with pytest.raises(NotInStudy, match="no layer 'hiden' in this study; closest: 'hidden'"):
        stored_estimates(study, "field", "lab", "hiden")


def test_reading_what_is_kept_imports_neither_scipy_nor_pandas(study):
    import subprocess
    import sys

    ask(study)
    code = (
        "import sys\n"
        "from shiftscope.scores.estimation.stored_estimates import stored_estimates\n"
        "from shiftscope.store.stored_study import StoredStudy\n"
        f"stored_estimates(StoredStudy({str(study.path)!r}), 'field', 'lab', 'hidden')\n"
        "print(*{'scipy.stats', 'pandas', 'torch', 'zarr'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_scores_of_a_set_recorded_anew_are_computed_anew(new_study, made):
    """Also where what changed is not in the fingerprint, which looks at a part of a large set."""
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], progress=False)
    data = made(seed=1)
    study.record(data, "field", progress=False)
    before = stored_estimates(study, "field", "lab", "hidden")["wasserstein"].value
    changed = made(seed=1)
    changed.inputs = changed.inputs * 2
    assert changed.fingerprint() == data.fingerprint()
    version = study["field"].version
    study.record(changed, "other", progress=False)
    (study.path / "field").rename(study.path / "gone")
    study.record(changed, "field", overwrite=True, progress=False)
    after = stored_estimates(study, "field", "lab", "hidden")["wasserstein"].value
    other = stored_estimates(study, "other", "lab", "hidden")["wasserstein"].value
    assert not np.array_equal(before, after, equal_nan=True)
    np.testing.assert_array_equal(after, other)
    assert study["field"].version != version
