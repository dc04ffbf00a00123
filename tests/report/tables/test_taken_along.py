"""A folder that goes with the repaired copy: whole or not at all, and nothing left of a call that was killed."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spongecalc.report.tables.taken_along import _take_folder
from spongecalc.whole_file import UnreadableError, part_of


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / "house"
    (folder / "pictures").mkdir(parents=True)
    (folder / "template.toml").write_text("name = 1")
    (folder / "pictures" / "sign.svg").write_text("<svg/>")
    (folder / "pictures" / "link.svg").symlink_to("sign.svg")
    return folder


def held(folder: Path) -> dict[str, str]:
    files = (p for p in folder.rglob("*") if not p.is_dir())
    return {
        p.relative_to(folder).as_posix(): str(p.readlink()) if p.is_symlink() else p.read_text() for p in files
    }


def test_a_folder_comes_over_an_older_one_and_what_was_added_stays(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy" / "house"
    _take_folder(source, target)
    assert held(target) == held(source)
    (target / "own.txt").write_text("mine")
    (source / "template.toml").write_text("name = 2")
    _take_folder(source, target)
    assert held(target) == {**held(source), "own.txt": "mine"}


def test_what_a_killed_call_left_of_a_folder_is_removed(source: Path, tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    target = tmp_path / "copy" / "house"
    part = part_of(target)
    left = part.with_name(part.name.replace(f"-{os.getpid()}-", f"-{ended.pid}-"))
    (left / "pictures").mkdir(parents=True)
    (left / "pictures" / "sign.svg").write_text("half")
    _take_folder(source, target)
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("there", [False, True])
def test_a_file_of_the_folder_that_cannot_be_read_is_named(
    source: Path, tmp_path: Path, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, bad = tmp_path / "copy" / "house", source / "pictures" / "sign.svg"
    if there:
        _take_folder(source, target)
    before = held(target)
    copyfile = shutil.copyfile

    def refuses(file: Path, place: Path, **more: bool) -> object:
        if Path(file) == bad:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))
        return copyfile(file, place, **more)

    monkeypatch.setattr(shutil, "copyfile", refuses)
    with pytest.raises(UnreadableError) as failed:
        _take_folder(source, target)
    assert (failed.value.errno, failed.value.filename) == (errno.EACCES, str(bad))
    assert held(target) == before
    assert target.exists() == there
