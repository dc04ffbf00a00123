"""A model of unknown origin runs as a copy: what it reads is found, and what it writes stays beside it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from spongecalc.batch.foreign_runs import ForeignRun, run_foreign_model
from spongecalc.swmm.engine import run_inp

COURTYARD = (Path(__file__).parents[1] / "swmm" / "models" / "courtyard_lps.inp").read_text(encoding="utf-8")
RAIN = "".join(
    f"STA 2026 6 1 0 {minute} {depth}\n" for minute, depth in ((0, 2.0), (5, 4.0), (10, 6.0), (15, 1.0))
)


def courtyard(*changes: tuple[str, str]) -> str:
    text = COURTYARD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def with_files(rows: str) -> str:
    return courtyard(("[REPORT]\n", f"[FILES]\n{rows}[REPORT]\n"))


def rain_of(name: str) -> str:
    gage = ("RG INTENSITY 0:05 1.0 TIMESERIES STORM", f'RG VOLUME 0:05 1.0 FILE "{name}" STA MM')
    return courtyard(gage)


def ran(folder: Path, text: str, *, encoding: str = "utf-8", anywhere: bool = False) -> ForeignRun:
    folder.mkdir(parents=True, exist_ok=True)
    model, scratch = folder / "model.inp", folder.parent / f"scratch of {folder.name}"
    model.write_text(text, encoding=encoding)
    scratch.mkdir()
    return run_foreign_model(model, scratch, anywhere=anywhere)


def everything_below(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix() for p in files if not p.parent.name.startswith("scratch")}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the process is in, where the engine writes some files whatever the model's folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_copy_gives_what_the_model_gives(tmp_path: Path) -> None:
    run = ran(tmp_path / "model", COURTYARD).result
    plain = run_inp(tmp_path / "model" / "model.inp", tmp_path / "plain")
    for frame in ("subcatchments", "nodes", "links", "outfalls", "storages"):
        assert getattr(run, frame).equals(getattr(plain, frame)), frame
    assert run.totals_m3 == plain.totals_m3
    assert run.flow_units == "LPS"
    assert everything_below(tmp_path / "model") == {"model.inp"}


SAVES = (
    ("OUTFLOWS", "{top}/absolute.txt", "absolute.txt"),
    ("HOTSTART", "../up.hsf", "up.hsf"),
    ("RUNOFF", r"..\..\windows.rof", "windows.rof"),
    ("HOTSTART", r"C:\Users\Public\drive.hsf", "drive.hsf"),
    ("OUTFLOWS", "beside.txt", "beside.txt"),
    ("HOTSTART", r"sub\below.hsf", "sub/below.hsf"),
)


@pytest.mark.parametrize(("kind", "name", "there"), SAVES)
def test_what_a_model_writes_stays_beside_it(tmp_path: Path, kind: str, name: str, there: str) -> None:
    (tmp_path / "model" / "sub").mkdir(parents=True)
    name = name.format(top=tmp_path.as_posix())
    run = ran(tmp_path / "model", with_files(f'SAVE {kind} "{name}"\n'))
    assert run.result.status == "done"
    assert everything_below(tmp_path) == {"model/model.inp", f"model/{there}"}
    assert (tmp_path / "model" / there).read_bytes().startswith(b"SWMM5")
    told = [(m.line, m.subject) for m in run.result.messages if m.key == "engine.run.file_written_beside"]
    outside = there not in ("beside.txt", "sub/below.hsf")
    assert told == ([(83, name)] if outside else [])
    assert [use.outcome for use in run.files] == ["written_beside" if outside else "written"]


@pytest.mark.skipif(os.name == "nt", reason="paths of POSIX")
def test_a_model_that_is_trusted_writes_where_it_says(tmp_path: Path) -> None:
    rows = f"SAVE OUTFLOWS {tmp_path.as_posix()}/absolute.txt\nSAVE HOTSTART ../up.hsf\n"
    run = ran(tmp_path / "model", with_files(rows), anywhere=True)
    assert everything_below(tmp_path) == {"model/model.inp", "absolute.txt", "up.hsf"}
    assert [use.outcome for use in run.files] == ["written", "written"]


def test_reports_of_lid_units_too_which_the_engine_writes_where_the_process_is(tmp_path: Path) -> None:
    row = "YARD PAVE 1 300 10 0 40 0"
    run = ran(tmp_path / "model", courtyard((row, f"{row} lid.txt")))
    assert run.result.status == "done"
    assert everything_below(tmp_path) == {"model/model.inp", "model/lid.txt"}


@pytest.mark.skipif(os.name == "nt", reason="the engine's temporary files on POSIX")
def test_temporary_files_stay_in_the_runs_own_folder(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    text = rain_of("rain.dat").replace("[OPTIONS]\n", f'[OPTIONS]\nTEMPDIR "{tmp_path / "precious"}"\n')
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "rain.dat").write_text(RAIN, encoding="ascii")
    run = ran(tmp_path / "model", text)
    assert run.result.status == "done"
    assert [use.outcome for use in run.files] == ["scratch", "read"]
    assert everything_below(tmp_path) == {"model/model.inp", "model/rain.dat"}


def test_a_users_file_and_the_model_are_not_written_over(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "survey.xlsx").write_bytes(b"PK: years of work")
    (model / "old.txt").write_bytes(b"SWMM5 Interface File")
    text = with_files("SAVE OUTFLOWS survey.xlsx\nSAVE HOTSTART model.inp\nSAVE RUNOFF old.txt\n")
    run = ran(model, text)
    assert [use.outcome for use in run.files] == ["not_written", "not_written", "written"]
    assert (model / "survey.xlsx").read_bytes() == b"PK: years of work"
    assert (model / "model.inp").read_text(encoding="utf-8") == text
    assert (model / "old.txt").read_bytes().startswith(b"SWMM5-RUNOFF")
    told = [m for m in run.result.messages if m.key == "engine.run.file_not_written"]
    assert [(m.line, m.subject) for m in told] == [(83, "survey.xlsx"), (84, "model.inp")]


def test_two_rows_for_one_file_write_one(tmp_path: Path) -> None:
    run = ran(tmp_path / "model", with_files("SAVE OUTFLOWS a.txt\nSAVE HOTSTART ../a.txt\n"))
    assert [use.outcome for use in run.files] == ["written", "not_written"]
    assert (tmp_path / "model" / "a.txt").read_bytes().startswith(b"SWMM5 Interface")


def test_a_run_that_fails_writes_nothing(tmp_path: Path) -> None:
    text = with_files("SAVE HOTSTART h.hsf\n").replace("C1 J1 J2 30", "C1 J1 J2 -30")
    run = ran(tmp_path / "model", text)
    assert run.result.status == "failed"
    assert [use.outcome for use in run.files] == ["not_written"]
    assert everything_below(tmp_path) == {"model/model.inp"}


def test_a_hot_start_goes_from_run_to_run(tmp_path: Path) -> None:
    ran(tmp_path / "model", with_files("SAVE HOTSTART state.hsf\n"))
    (tmp_path / "scratch of model").rename(tmp_path / "scratch of the first")
    run = ran(tmp_path / "model", with_files("USE HOTSTART state.hsf\nSAVE HOTSTART state.hsf\n"))
    assert run.result.status == "done"
    assert [use.outcome for use in run.files] == ["read", "written"]


@pytest.mark.parametrize(
    ("name", "file", "outcome"),
    [
        ("rain.dat", "model/rain.dat", "read"),
        (r"rain\june.dat", "model/rain/june.dat", "read"),
        (r"..\shared\june.dat", "shared/june.dat", "read"),
        (r"D:\projects\june.dat", "model/JUNE.dat", "read_beside"),
        ("雨量.dat", "model/雨量.dat", "read"),
        (r"降雨\雨量.dat", "model/降雨/雨量.dat", "read"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_rain_is_found_where_it_lies(tmp_path: Path, name: str, file: str, outcome: str, encoding: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(RAIN, encoding="ascii")
    run = ran(tmp_path / "model", rain_of(name), encoding=encoding)
    assert run.result.status == "done", run.result.messages
    assert run.result.subcatchments["rainfall_mm"].tolist() == pytest.approx([13.0] * 3)
    (use,) = run.files
    assert (use.outcome, use.path and use.path.resolve()) == (outcome, path.resolve())
    told = [(m.line, m.subject) for m in run.result.messages if m.key == "engine.run.file_read_beside"]
    assert told == ([(22, name)] if outcome == "read_beside" else [])


def test_a_file_that_is_missing_is_told_by_its_name_and_line(tmp_path: Path) -> None:
    run = ran(tmp_path / "model", rain_of(r"D:\gone\rain.dat"))
    (message,) = run.result.messages
    assert (message.key, message.line, message.section) == ("engine.error.317", 22, "RAINGAGES")
    assert message.subject == r"D:\gone\rain.dat"
    assert message.engine_text == r"ERROR 317: cannot open rainfall data file D:\gone\rain.dat."
    assert message.line_text == r'RG VOLUME 0:05 1.0 FILE "D:\gone\rain.dat" STA MM'


def test_an_error_in_a_row_that_names_a_file_shows_the_models_row(tmp_path: Path) -> None:
    run = ran(tmp_path / "model", with_files("KEEP HOTSTART h.hsf\n"))
    (message,) = run.result.messages
    assert (message.key, message.line, message.line_text) == ("engine.error.205", 83, "KEEP HOTSTART h.hsf")


def test_a_time_limit_ends_a_run_and_tells_how_far_it_got(tmp_path: Path) -> None:
    """A century in steps of two seconds takes hours."""
    model, scratch = tmp_path / "long.inp", tmp_path / "scratch"
    model.write_text(courtyard(("END_DATE 06/01/2026", "END_DATE 06/01/2126")), encoding="utf-8")
    scratch.mkdir()
    told: list[tuple[str, int, int, str]] = []
    run = run_foreign_model(
        model,
        scratch,
        time_limit_s=3.0,
        tell=lambda step, done, total, note="": told.append((step, done, total, note)),
    )
    (message,) = run.result.messages
    values = dict(message.values)
    assert (run.result.status, message.key, message.subject) == ("failed", "engine.run.time_limit_at", "long.inp")
    assert values["seconds"] == "3"
    assert 0 < float(values["done_h"]) < float(values["whole_h"]) == pytest.approx(876576 + 6)
    assert told
    assert {(step, total) for step, _, total, _ in told} == {("run", 100)}
    assert told[-1][3].endswith("/ 876582.0 h")


def test_steps_that_are_watched_are_the_steps_of_a_plain_run(tmp_path: Path) -> None:
    model = tmp_path / "m.inp"
    for name in ("courtyard_lps", "valley_cms", "block_cfs"):
        text = (Path(__file__).parents[1] / "swmm" / "models" / f"{name}.inp").read_text(encoding="utf-8")
        model.write_text(text, encoding="utf-8")
        plain = run_inp(model, tmp_path / "plain")
        seen = run_inp(model, tmp_path / "seen", how_far=tmp_path / "far")
        assert replace(seen, seconds=0.0).to_document() == replace(plain, seconds=0.0).to_document()
        assert (tmp_path / "far").is_file()
