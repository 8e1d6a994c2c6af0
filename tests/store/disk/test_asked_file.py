"""Files that a person asks for by name."""

from __future__ import annotations

import os

import pytest

from shiftscope.errors import BadRequest
from shiftscope.store.disk.asked_file import refuse_no_folder, refuse_unwritable, write_asked_file


def test_text_and_bytes_are_written_over_what_was_there_and_nothing_is_left_beside(tmp_path):
    for content, held in (("a – b", "a – b".encode()), (b"\x00\xff", b"\x00\xff")):
        write_asked_file(tmp_path / "x", content)
        assert (tmp_path / "x").read_bytes() == held
        assert os.listdir(tmp_path) == ["x"]


def test_a_link_keeps_leading_to_the_file(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_asked_file(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "new"


@pytest.mark.skipif(os.name != "posix", reason="there is no pipe by a name")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_asked_file(tmp_path / "pipe", "through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no/such/x", "there is no folder '.*such'"),
        ("file/x", "there is no folder '.*file'"),
        ("folder", "it is a folder"),
        ("far", "there is no folder '.*gone'"),
        ("circle", "what is there may not be written"),
        ("x" * 300, "File name too long"),
    ],
)
def test_what_cannot_be_written_is_told_in_one_way(tmp_path, name, why):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "far").symlink_to(tmp_path / "gone" / "x")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(BadRequest, match=f"cannot write '.*': {why}."):
        write_asked_file(tmp_path / name, "x")
    assert sorted(os.listdir(tmp_path)) == ["circle", "far", "file", "folder"]


def test_a_folder_that_may_not_be_written_is_refused_before_anything_is_computed(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    for refuse in (refuse_unwritable, refuse_no_folder):
        with pytest.raises(BadRequest, match="nothing may be written into the folder"):
            refuse(tmp_path / "x")


def test_a_file_that_is_protected_stays(tmp_path, monkeypatch):
    (tmp_path / "x").write_text("before")
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "x" and real(path, mode))
    with pytest.raises(BadRequest, match="what is there may not be written"):
        write_asked_file(tmp_path / "x", "after")
    assert (tmp_path / "x").read_text() == "before"


def test_a_file_that_cannot_be_finished_leaves_the_one_before(tmp_path, monkeypatch):
    (tmp_path / "x").write_text("before")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadRequest, match="No space left on device"):
        write_asked_file(tmp_path / "x", "after")
    assert (tmp_path / "x").read_text() == "before"
    assert os.listdir(tmp_path) == ["x"]


def test_folders_that_are_missing_can_be_made_and_files_in_their_place_cannot(tmp_path):
    refuse_no_folder(tmp_path / "a" / "b")
    (tmp_path / "a").touch()
    with pytest.raises(BadRequest, match="a' is a file; give a folder"):
        refuse_no_folder(tmp_path / "a" / "b")
