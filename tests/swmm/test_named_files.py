"""Files that an input file names: which of them are read and written, and where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spongecalc.swmm.named_files import NamedFile, found_file, may_replace, named_files, written_file

MODEL = r"""[OPTIONS]
TEMPDIR "C:\temp"
[RAINGAGES]
G1 INTENSITY 0:05 1 FILE "rain\a.dat" STA MM
G2 INTENSITY 0:05 1 TIMESERIES T
[TEMPERATURE]
FILE climate.dat 01/01/2026
[TIMESERIES]
T FILE t.dat
U 0:00 1
[LID_USAGE]
S P 1 100 10 0 0 0 lid.txt
S Q 1 100 10 0 0 0 * J1
[FILES]
USE RAINFALL r.rff
SAVE RUNOFF r.rof
USE HOTSTART a.hsf
SAVE HOTSTART b.hsf
SAVE RDII d.txt
USE INFLOWS i.txt
SAVE OUTFLOWS "out flows.txt"
[BACKDROP]
FILE map.png
"""


def one(name: str, use: str = "SAVE HOTSTART", encoding: str = "utf-8") -> NamedFile:
    (named,) = named_files(f'[FILES]\n{use} "{name}"\n'.encode(encoding))
    return named


def test_every_row_that_names_a_file_is_known() -> None:
    found = [(f.row.line, f.kind, f.use, f.name) for f in named_files(MODEL.encode())]
    assert found == [
        (2, "TEMPDIR", "scratch", "C:\\temp"),
        (4, "RAINGAGES", "read", "rain\\a.dat"),
        (7, "TEMPERATURE", "read", "climate.dat"),
        (9, "TIMESERIES", "read", "t.dat"),
        (12, "LID_USAGE", "write", "lid.txt"),
        (15, "RAINFALL", "read", "r.rff"),
        (16, "RUNOFF", "write", "r.rof"),
        (17, "HOTSTART", "read", "a.hsf"),
        (18, "HOTSTART", "write", "b.hsf"),
        (19, "RDII", "write", "d.txt"),
        (20, "INFLOWS", "read", "i.txt"),
        (21, "OUTFLOWS", "write", "out flows.txt"),
    ]


@pytest.mark.parametrize(
    ("name", "there", "beside"),
    [
        ("rain.dat", "rain.dat", False),
        ("RAIN.DAT", "rain.dat", False),
        (r"rain\2026.dat", "rain/2026.dat", False),
        (r"Rain\2026.DAT", "rain/2026.dat", False),
        (r"..\other\far.dat", "../other/far.dat", False),
        (r"D:\projects\rain.dat", "rain.dat", True),
        ("/nowhere/rain.dat", "rain.dat", True),
        ("雨量.dat", "雨量.dat", False),
        ("none.dat", None, False),
        ("rain", None, False),
    ],
)
def test_a_file_that_is_read_is_found(tmp_path: Path, name: str, there: str | None, beside: bool) -> None:
    home = tmp_path / "model"
    for file in ("rain.dat", "rain/2026.dat", "雨量.dat", "../other/far.dat"):
        (home / file).parent.mkdir(parents=True, exist_ok=True)
        (home / file).write_text("x", encoding="utf-8")
    for encoding in ("utf-8", "gbk"):
        path, elsewhere = found_file(home, one(name, "USE HOTSTART", encoding))
        assert (path.resolve() if path else None) == ((home / there).resolve() if there else None)
        assert elsewhere == beside


@pytest.mark.skipif(os.name == "nt", reason="file names of bytes")
def test_a_name_on_the_disk_may_be_in_gbk(tmp_path: Path) -> None:
    on_disk = os.fsencode(tmp_path) + b"/" + "雨量.dat".encode("gbk")
    Path(os.fsdecode(on_disk)).write_text("x", encoding="utf-8")
    path, beside = found_file(tmp_path, one("雨量.dat", "USE HOTSTART", "gbk"))
    assert path is not None
    assert os.fsencode(path) == on_disk
    assert not beside


@pytest.mark.skipif(os.name == "nt", reason="devices of POSIX")
def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "/dev/zero", "x" * 5000):
        assert found_file(tmp_path, one(name, "USE HOTSTART")) == (None, False)


@pytest.mark.parametrize(
    ("name", "anywhere", "there", "elsewhere"),
    [
        ("h.hsf", False, "model/h.hsf", False),
        (r"sub\h.hsf", False, "model/sub/h.hsf", False),
        ("sub/../h.hsf", False, "model/h.hsf", False),
        ("../h.hsf", False, "model/h.hsf", True),
        (r"..\..\h.hsf", False, "model/h.hsf", True),
        ("{home}/h.hsf", False, "model/h.hsf", False),
        ("{top}/h.hsf", False, "model/h.hsf", True),
        (r"C:\Users\h.hsf", False, "model/h.hsf", True),
        (r"\\server\share\h.hsf", False, "model/h.hsf", True),
        ("link/h.hsf", False, "model/h.hsf", True),
        ("../h.hsf", True, "h.hsf", False),
        ("{top}/h.hsf", True, "h.hsf", False),
        (r"C:\Users\h.hsf", True, "model/h.hsf", True),
        ("..", False, None, True),
        ("sub/..", False, None, True),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="paths of POSIX")
def test_a_file_that_is_written_stays_in_the_models_folder(
    tmp_path: Path, name: str, anywhere: bool, there: str | None, elsewhere: bool
) -> None:
    home = tmp_path / "model"
    (home / "sub").mkdir(parents=True)
    (home / "link").symlink_to(tmp_path)
    named = one(name.format(home=home.resolve(), top=tmp_path.resolve()))
    expected = (tmp_path / there).resolve() if there else None
    assert written_file(home, named, anywhere=anywhere) == (expected, elsewhere)


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_a_link_beside_the_model_that_leads_out_is_not_written_through(tmp_path: Path) -> None:
    home = tmp_path / "model"
    home.mkdir()
    (home / "h.hsf").symlink_to(tmp_path / "precious")
    assert written_file(home, one("h.hsf"), anywhere=False) == (None, True)


def test_only_files_of_swmms_own_are_replaced(tmp_path: Path) -> None:
    model, foreign, own = tmp_path / "m.inp", tmp_path / "survey.xlsx", tmp_path / "h.hsf"
    model.write_bytes(b"SWMM5 as a title")
    foreign.write_bytes(b"PK")
    own.write_bytes(b"SWMM5-HOTSTART4")
    assert may_replace(own, model)
    assert may_replace(tmp_path / "new", model)
    assert not any(may_replace(path, model) for path in (model, foreign, tmp_path))


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_pipe_is_not_opened_to_see_whether_it_may_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "out")
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it would wait for ever"))
    assert not may_replace(tmp_path / "out", tmp_path / "m.inp")
