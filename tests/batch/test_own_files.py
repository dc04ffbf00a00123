"""Only what spongecalc wrote, and nobody changed, is removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spongecalc.batch.own_files import (
    RECORD,
    NotOursError,
    note_written,
    own_files,
    refuse_files_of_others,
    remove_left_over,
)
from spongecalc.batch.unchanged import STATE
from spongecalc.gate import stored
from spongecalc.whole_file import IrregularError


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
    record = own_files(tmp_path)
    assert [record.edited(p) for p in (ours, changed, theirs)] == [False, True, False]
    assert [record.is_own(p) for p in (ours, changed, theirs)] == [True, False, False]
    assert remove_left_over(tmp_path, [ours, changed, theirs, gone]) == [ours]
    assert sorted(p.name for p in ours.parent.iterdir()) == ["b.svg", "c.svg", "d.svg"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 3}', b"\xff\xfe", b"[" * 100_000, None])
def test_a_damaged_record_makes_nothing_ours(tmp_path: Path, content: bytes | None) -> None:
    """Without a content: one that can be read, but for one digit of a digest."""
    path = tmp_path / "a"
    path.write_text("x")
    assert not own_files(tmp_path).is_there
    note_written(tmp_path, [path])
    assert own_files(tmp_path).is_there
    place = tmp_path / STATE / RECORD
    if content is None:
        whole = place.read_bytes()
        content = whole[:-6] + bytes([whole[-6] ^ 1]) + whole[-5:]
    place.write_bytes(content)
    assert own_files(tmp_path).is_damaged
    assert not own_files(tmp_path).is_own(path)
    assert remove_left_over(tmp_path, [path]) == []
    note_written(tmp_path, [path])
    assert not own_files(tmp_path).is_damaged
    assert remove_left_over(tmp_path, [path]) == [path]
    note_written(tmp_path, [])
    assert own_files(tmp_path).digests == {}
    assert not own_files(tmp_path).is_damaged


def test_the_record_is_read_once_for_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was read for each: in a county of 2,000 models four million lines."""
    files = [tmp_path / f"{n}.inp" for n in range(50)]
    for path in files:
        path.write_text("x")
    note_written(tmp_path, files)
    read: list[Path] = []
    sealed = stored.sealed

    def counted(path: Path) -> object:
        read.append(path)
        return sealed(path)

    monkeypatch.setattr(stored, "sealed", counted)
    assert remove_left_over(tmp_path, files) == files
    assert len(read) == 1


def test_the_record_stays_out_of_version_control(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    note_written(tmp_path, [path])
    assert (tmp_path / STATE / ".gitignore").read_bytes() == b"*\n"


@pytest.mark.parametrize(
    ("name", "content", "is_ours"),
    [
        ("a.csv", b"my own words", False),
        ("a.csv", b"", False),
        ("a.csv", b"community_id,item,length_m\n", False),  # no byte order mark: ours have one
        ("a.csv", b"\xef\xbb\xbfcommunity_id,item,length_m\nA,pipe,3.00\n", True),
        ("a.csv", b"\xef\xbb\xbfcommunity_id,item,before,after\r\n", True),  # of other scenarios
        ("a.csv", b"\xef\xbb\xbfcommunity_id,my remark\n", False),
        ("a.gpkg", b"my own words", False),
        ("a.gpkg", b"SQLite format 3\0...", True),
        ("a.pdf", b"my own words", False),
        ("a.pdf", b"%PDF-1.7", True),
    ],
)
@pytest.mark.parametrize("record", ["none", "damaged", "of others", "named"])
def test_only_what_is_ours_is_written_over(
    tmp_path: Path, name: str, content: bytes, is_ours: bool, record: str
) -> None:
    path, other = tmp_path / name, tmp_path / "other"
    path.write_bytes(content)
    other.write_bytes(b"x")
    if record != "none":
        note_written(tmp_path, [path if record == "named" else other])
    if record == "damaged":
        (tmp_path / STATE / RECORD).write_bytes(b"[")
    places = [tmp_path / "new.csv", path]
    lines = dict.fromkeys(places, b"\xef\xbb\xbfcommunity_id,item,length_m\n")
    if is_ours or record == "named":
        refuse_files_of_others(tmp_path, places, lines)
    else:
        with pytest.raises(NotOursError) as refused:
            refuse_files_of_others(tmp_path, places, lines)
        assert refused.value.filename == str(path)
    assert path.read_bytes() == content


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_none_of_ours_and_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")
    note_written(tmp_path, [path])
    path.unlink()
    os.mkfifo(path)
    record = own_files(tmp_path)
    assert not record.is_own(path)
    assert not record.edited(path)
    assert remove_left_over(tmp_path, [path]) == []
    other = tmp_path / "b.csv"
    os.mkfifo(other)
    with pytest.raises(IrregularError):
        refuse_files_of_others(tmp_path, [other], {})
    assert path.is_fifo()
