"""Kept results: what decides whether one is read, what is damaged, what replaces what."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import numpy as np
import pytest

from shiftscope.errors import StudyDamaged
from shiftscope.store import results
from shiftscope.store.disk.object_path import study_path
from shiftscope.store.disk.self_digest import with_own_digest
from shiftscope.store.results import (
    RESULT,
    Result,
    ResultKey,
    is_kept,
    kept_results,
    read_result,
    remove_result,
    why_stale,
    write_result,
)

NUMBERS = np.arange(3.0)


@pytest.fixture
def key(recorded):
    return ResultKey.of(
        recorded,
        "trial",
        "hidden",
        ["field", "lab"],
        versions={"a": 1, "b": 1},
        settings={"eps": 0.5},
        seed=3,
    )


@pytest.fixture
def kept(recorded, key):
    """A result of two parts, written."""
    result = Result(key, {"a": {"x": NUMBERS, "y": NUMBERS.astype(np.float32)}, "b": {"x": NUMBERS + 1}})
    write_result(recorded.path, result)
    return result


def test_what_is_kept_is_read_part_by_part(recorded, key, kept):
    read = read_result(recorded.path, key)
    assert {part: set(arrays) for part, arrays in read.parts.items()} == {"a": {"x", "y"}, "b": {"x"}}
    np.testing.assert_array_equal(read.parts["b"]["x"], [1, 2, 3])
    assert read.parts["a"]["y"].dtype == np.float32


def test_nothing_is_kept_before_it_is_written(recorded, key):
    assert read_result(recorded.path, key) is None


def test_a_new_version_of_one_part_leaves_the_others_fresh(recorded, key, kept):
    newer = replace(key, versions={"a": 2, "b": 1})
    assert set(read_result(recorded.path, newer).parts) == {"b"}
    assert read_result(recorded.path, replace(key, versions={"a": 2, "b": 2})) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"settings": {"eps": 0.25}},
        {"seed": 4},
        {"split": "halves"},
        {"ground": {"weights of head": "1"}},
        {"recordings": {"field": "other", "lab": "other"}},
    ],
)
def test_a_result_of_anything_else_is_not_read(recorded, key, kept, changed):
    assert read_result(recorded.path, replace(key, **changed)) is None


def test_settings_that_may_be_any_are_not_compared_and_are_told(recorded, key, kept):
    asked = replace(key, settings={"eps": 0.25}, seed=4)
    assert read_result(recorded.path, asked, any_of=["eps", "seed"]).key == key
    assert read_result(recorded.path, asked, any_of=["eps"]) is None


def test_a_setting_may_bear_the_name_of_something_else_that_decides(recorded, key, kept):
    told = {"settings": "of what was found", "split": 1}
    write_result(recorded.path, Result(replace(key, settings={"eps": 0.5, **told}), {"a": {"x": NUMBERS}}))
    assert read_result(recorded.path, key, any_of=list(told)) is not None
    assert read_result(recorded.path, replace(key, settings={"eps": 0.25}), any_of=list(told)) is None
    assert read_result(recorded.path, replace(key, split="halves"), any_of=list(told)) is None


def test_a_variant_is_kept_beside_the_usual_one(recorded, key, kept):
    write_result(recorded.path, Result(replace(key, variant="other rule"), {"a": {"x": NUMBERS * 2}}))
    assert read_result(recorded.path, key).parts["a"]["x"][2] == 2
    assert read_result(recorded.path, replace(key, variant="other rule")).parts["a"]["x"][2] == 4


def test_what_replaces_a_result_leaves_nothing_of_it(recorded, key, kept):
    write_result(recorded.path, Result(replace(key, seed=4), {"a": {"x": NUMBERS + 5}}))
    assert read_result(recorded.path, key) is None
    assert len(list(key.place(recorded.path).iterdir())) == 2  # the description and one file of arrays


def test_on_an_object_store_too_what_is_replaced_leaves_no_arrays(key):
    pytest.importorskip("obstore", reason="the package obstore is not installed")
    study = study_path(f"memory://{uuid.uuid4().hex}/one.study")
    other = replace(key, variant="other rule")
    for number in range(3):
        for each in (key, other):
            write_result(study, Result(each, {"a": {"x": NUMBERS + number}, "b": {"x": NUMBERS}}))
    for each in (key, other):
        assert read_result(study, each).parts["a"]["x"].tolist() == [2, 3, 4]
        names = sorted(path.name for path in each.place(study).iterdir())
        assert [name.partition("-")[0] for name in names] == ["arrays", RESULT]


@pytest.mark.parametrize("damage", ["described", "arrays", "no object", "elsewhere"])
def test_a_damaged_result_is_named_with_what_to_do(recorded, key, kept, damage):
    folder = key.place(recorded.path)
    (arrays,) = folder.glob("*.safetensors")
    told = json.loads((folder / RESULT).read_text())
    if damage == "described":
        (folder / RESULT).write_text(json.dumps({**told, "seed": 5}))
    elif damage == "arrays":
        content = bytearray(arrays.read_bytes())
        content[-1] ^= 1
        arrays.write_bytes(content)
    elif damage == "no object":
        (folder / RESULT).write_text("[]")
    else:
        (folder / RESULT).write_text(json.dumps({**told, "files": {"../x": "0"}, "digest": None}))
    with pytest.raises(StudyDamaged, match=r"Remove the folder|holds list"):
        read_result(recorded.path, key)
    (entry,) = kept_results(recorded.path)
    assert bool(entry.damage) == (damage != "arrays")  # whose bytes `verify` compares


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"arrays-0123456789ab.safetensors": "0", "arrays-ba9876543210.safetensors": "0"},
        {"": "0"},
        {"..": "0"},
        {"../arrays-0123456789ab.safetensors": "0"},
        {"arrays-\0.safetensors": "0"},
        {"arrays-0123456789ab.safetensors": 0},
        {"result.json": "0"},
        ["arrays-0123456789ab.safetensors"],
    ],
)
def test_a_forged_result_that_names_anything_but_one_file_of_arrays_is_damaged(recorded, key, kept, files):
    """With a digest of itself that is right, as a stranger can write it."""
    path = key.place(recorded.path) / RESULT
    path.write_text(json.dumps(with_own_digest({**json.loads(path.read_text()), "files": files})))
    with pytest.raises(StudyDamaged, match="Remove the folder"):
        read_result(recorded.path, key)
    (entry,) = kept_results(recorded.path)
    assert "Remove the folder" in entry.damage
    assert not is_kept(recorded.path, key)


def test_a_folder_in_place_of_the_arrays_is_damaged(recorded, key, kept):
    (arrays,) = key.place(recorded.path).glob("*.safetensors")
    arrays.unlink()
    arrays.mkdir()
    with pytest.raises(StudyDamaged, match="cannot be read"):
        read_result(recorded.path, key)


def test_arrays_that_are_gone_are_computed_again(recorded, key, kept):
    for file in key.place(recorded.path).glob("*.safetensors"):
        file.unlink()
    assert read_result(recorded.path, key) is None


def test_the_list_tells_what_is_kept_and_why_it_is_stale(recorded, made, key, kept):
    (entry,) = kept_results(recorded.path)
    assert entry.key == key
    assert entry.size == sum(path.stat().st_size for path in entry.folder.iterdir())
    assert why_stale(recorded, entry.key, {"a": 1, "b": 1}) == ""
    assert why_stale(recorded, entry.key, {"a": 1, "b": 2}) == "computed by an earlier version of b"
    recorded.record(made(seed=5), "field", overwrite=True, progress=False)
    assert why_stale(recorded, entry.key, {"a": 1, "b": 1}) == "field recorded again"


@pytest.mark.parametrize("before", ["read_json", "_key_in", "_made"])
def test_a_result_that_is_removed_while_the_list_is_made_is_not_in_it(
    recorded, key, kept, monkeypatch, before
):
    other = replace(key, variant="other rule")
    write_result(recorded.path, Result(other, {"a": {"x": NUMBERS}, "b": {"x": NUMBERS}}))
    step = getattr(results, before)

    def removed(*given):
        remove_result(key.place(recorded.path))
        return step(*given)

    monkeypatch.setattr(results, before, removed)
    order = [entry.key.variant for entry in kept_results(recorded.path)]
    assert order == ["other rule"]
    assert read_result(recorded.path, key) is None


def test_results_of_one_kind_are_listed_without_reading_others(recorded, key, kept):
    other = replace(key, kind="other")
    write_result(recorded.path, Result(other, {"a": {"x": NUMBERS}, "b": {"x": NUMBERS}}))
    (key.place(recorded.path) / RESULT).write_text("[]")
    assert [(entry.key, entry.damage) for entry in kept_results(recorded.path, "other")] == [(other, "")]


def test_a_result_that_is_replaced_while_the_list_is_made_is_in_it(recorded, key, kept, monkeypatch):
    folder, made = key.place(recorded.path), results._made
    (arrays,) = folder.glob("*.safetensors")
    monkeypatch.setattr(results, "_made", lambda file: [made(file), arrays.unlink()][0])
    (entry,) = kept_results(recorded.path)
    assert (entry.key, entry.damage) == (key, "")
    assert entry.size == (folder / RESULT).stat().st_size


def test_a_folder_that_is_being_deleted_holds_no_result(recorded, key, kept):
    folder = key.place(recorded.path)
    folder.rename(folder.with_name(f".{folder.name}.01234567.gone"))
    assert list(kept_results(recorded.path)) == []


def test_a_link_out_of_the_study_is_not_followed(recorded, key, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (recorded.path / "explanations").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StudyDamaged, match="leads out"):
        write_result(recorded.path, Result(key, {"a": {"x": NUMBERS}}))


def test_a_result_has_the_same_bytes_in_whatever_order_its_parts_were_found(recorded, tmp_path):
    written = []
    for versions in ({"a": 1, "b": 2}, {"b": 2, "a": 1}):
        key = ResultKey.of(recorded, "scores", "hidden", ["field", "lab"], versions=versions)
        parts = {part: {"value": np.arange(3.0)} for part in versions}
        write_result(recorded.path, Result(key, parts))
        written.append({path.name: path.read_bytes() for path in key.place(recorded.path).iterdir()})
    assert written[0] == written[1]
