"""Only what spongecalc wrote, and nobody changed, is removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.batch.own_files import RECORD, edited, has_record, is_own, note_written, remove_left_over
from spongecalc.batch.unchanged import STATE


def test_files_of_others_and_edited_ones_are_never_removed(tmp_path: Path) -> None:
    ours, changed, theirs, gone = (tmp_path / "profiles" / f"{n}.svg" for n in ("a", "b", "c", "d"))
    ours.parent.mkdir()
    for path in (ours, changed, theirs, gone):
        path.write_text(path.name)
    assert remove_left_over(tmp_path, [ours]) == []
    note_written(tmp_path, [ours, changed, gone])
    changed.write_text("edited")
    gone.unlink()
    gone.write_text("another one of this name")
    assert [edited(tmp_path, p) for p in (ours, changed, theirs)] == [False, True, False]
    assert [is_own(tmp_path, p) for p in (ours, changed, theirs)] == [True, False, False]
    assert remove_left_over(tmp_path, [ours, changed, theirs, gone]) == [ours]
    assert sorted(p.name for p in ours.parent.iterdir()) == ["b.svg", "c.svg", "d.svg"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 3}', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_record_makes_nothing_ours(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    note_written(tmp_path, [path])
    assert has_record(tmp_path)
    (tmp_path / STATE / RECORD).write_bytes(content)
    assert remove_left_over(tmp_path, [path]) == []
    note_written(tmp_path, [path])
    assert remove_left_over(tmp_path, [path]) == [path]


def test_the_record_stays_out_of_version_control(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    note_written(tmp_path, [path])
    assert (tmp_path / STATE / ".gitignore").read_bytes() == b"*\n"
