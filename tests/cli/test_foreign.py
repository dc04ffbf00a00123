"""``spongecalc run`` of a file from elsewhere: what is wrong with it is told with line, cause and remedy."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from spongecalc.cli.app import app
from spongecalc.language import LANGUAGES, text

COURTYARD = (Path(__file__).parents[1] / "swmm" / "models" / "courtyard_lps.inp").read_text(encoding="utf-8")
END = "[REPORT]\n"


@dataclass(frozen=True)
class Broken:
    """A broken file: what makes it of the sound one, the message, and what the line begins with ("" for none)."""

    make: Callable[[str], str | bytes]
    key: str
    line: str = ""


def edit(*changes: tuple[str, str]) -> Callable[[str], str]:
    def make(sound: str) -> str:
        for old, new in changes:
            assert old in sound
            sound = sound.replace(old, new, 1)
        return sound

    return make


def added(rows: str) -> Callable[[str], str]:
    return edit((END, rows + END))


def zipped(sound: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("model.inp", sound)
    return packed.getvalue()


STORAGE = "T1 9.9 1.5 0.2 FUNCTIONAL 0 0 20 0 0"
BROKEN = {
    # No input file at all.
    "empty": Broken(lambda _: b"", "run.file_empty"),
    "picture": Broken(lambda _: bytes(range(256)) * 8, "run.file_not_text"),
    "letter": Broken(lambda _: "To whom it may concern\n", "run.no_sections"),
    "zip": Broken(zipped, "run.file_zipped"),
    "utf-16": Broken(lambda sound: sound.encode("utf-16"), "run.file_utf16"),
    "byte order mark": Broken(
        lambda sound: b"\xef\xbb\xbf" + sound[sound.index("[OPTIONS]") :].encode(), "run.byte_order_mark"
    ),
    "carriage returns": Broken(lambda sound: sound.replace("\n", "\r"), "run.line_ends"),
    "epanet": Broken(
        lambda _: "[TITLE]\nTown\n[JUNCTIONS]\nJ1 10\n[PIPES]\nP1 J1 J2 100 300 100\n", "run.epanet"
    ),
    "options alone": Broken(lambda sound: sound[: sound.index("[RAINGAGES]")], "run.nothing_to_run"),
    # Dates.
    "no dates": Broken(
        edit(("START_DATE 06/01/2026\n", ""), ("END_DATE 06/01/2026\n", ""), ("06:00", "00:00")), "run.no_dates"
    ),
    "no start": Broken(edit(("START_DATE 06/01/2026\n", "")), "run.no_start_date", "END_DATE"),
    "no end": Broken(edit(("END_DATE 06/01/2026\n", "")), "run.no_end_date", "START_DATE"),
    "ends before it starts": Broken(edit(("START_DATE 06", "START_DATE 07")), "error.191", "END_DATE"),
    "iso date": Broken(edit(("START_DATE 06/01/2026", "START_DATE 2026-06-01")), "error.213", "START_DATE"),
    "30 February": Broken(edit(("START_DATE 06/01", "START_DATE 02/30")), "error.213", "START_DATE"),
    "a thousand years": Broken(edit(("END_DATE 06/01/2026", "END_DATE 06/01/3026")), "run.endless", "END_DATE"),
    # Options.
    "units": Broken(edit(("FLOW_UNITS LPS", "FLOW_UNITS M3/H")), "error.205", "FLOW_UNITS"),
    "routing": Broken(edit(("DYNWAVE", "FULL_DYNAMIC")), "error.205", "FLOW_ROUTING"),
    "unknown option": Broken(edit(("THREADS", "THREDS")), "error.205", "THREDS"),
    "step of nought": Broken(edit(("ROUTING_STEP 2", "ROUTING_STEP 0")), "error.211", "ROUTING_STEP"),
    "no report step": Broken(edit(("REPORT_STEP 00:01", "REPORT_STEP 00:00")), "error.211", "REPORT_STEP"),
    # Rows.
    "unknown section": Broken(edit(("[XSECTIONS]", "[CROSS]")), "error.205", "[CROSS]"),
    "too few items": Broken(edit(("C1 J1 J2 30 0.013 10 9.8", "C1 J1")), "error.203", "C1 J1"),
    "file cut off": Broken(lambda s: s[: s.index("C2 J2 O1 30") + 8], "error.203", "C2 J2 O1"),
    "line too long": Broken(edit(("C1 J1 J2", f"C1 J1 {' ' * 1100} J2")), "error.201", "C1 J1"),
    "decimal comma": Broken(edit(("O1 9.5", "O1 9,5")), "error.211", "O1 9,5"),
    "unit in a number": Broken(edit(("C2 CIRCULAR 0.20", "C2 CIRCULAR 200mm")), "error.211", "C2 CIRCULAR"),
    "nan": Broken(edit(("YARD RG J1 0.10", "YARD RG J1 nan")), "run.not_a_number", "YARD RG"),
    "nan in rain": Broken(edit(("STORM 0:30 150", "STORM 0:30 NaN")), "run.not_a_number", "STORM 0:30"),
    "infinite": Broken(edit(("J1 10 1.0", "J1 1e999 1.0")), "run.not_a_number", "J1 1e999"),
    "node twice": Broken(edit(("J2 9.8 1.2", "J1 9.8 1.2")), "error.207", "J1 9.8"),
    "subcatchment twice": Broken(edit(("ROOF RG", "YARD RG")), "error.207", "YARD RG J1 0.05"),
    "unknown node": Broken(edit(("C2 J2 O1", "C2 J9 O1")), "error.209", "C2 J9"),
    "unknown gage": Broken(edit(("YARD RG", "YARD G2")), "error.209", "YARD G2"),
    "unknown outlet": Broken(edit(("YARD RG J1", "YARD RG J8")), "error.209", "YARD RG J8"),
    "unknown series": Broken(edit(("TIMESERIES STORM", "TIMESERIES STURM")), "error.209", "RG INTENSITY"),
    "unknown shape": Broken(edit(("C2 CIRCULAR", "C2 ROUND")), "error.205", "C2 ROUND"),
    "unknown LID": Broken(edit(("YARD PAVE", "YARD PAFE")), "error.209", "YARD PAFE"),
    "unknown pattern": Broken(edit(("FLOW 0.3", "FLOW 0.3 DAY")), "error.209", "J1 FLOW"),
    "form of rain": Broken(edit(("RG INTENSITY", "RG INTENSE")), "error.205", "RG INTENSE"),
    "tide without curve": Broken(edit(("9.5 FREE", "9.5 TIDAL")), "error.203", "O1 9.5"),
    "formula": Broken(added("[TREATMENT]\nJ1 RAIN C = ((\n"), "error.233", "J1 RAIN"),
    "rule": Broken(
        added("[CONTROLS]\nRULE R1\nIF NODE J1 DEPTH > 1\nTHEN PUMP P9 STATUS = ON\n"), "error.209", "THEN PUMP"
    ),
    "Horton": Broken(edit(("YARD 50 2 4", "YARD 2 50 4")), "error.235", "YARD 2 50"),
    # Objects.
    "no section of a pipe": Broken(edit(("C2 CIRCULAR 0.20 0 0 0 1\n", "")), "error.117", "C2 J2 O1"),
    "negative length": Broken(edit(("C1 J1 J2 30", "C1 J1 J2 -30")), "error.111", "C1 J1 J2"),
    "no roughness": Broken(edit(("C1 J1 J2 30 0.013", "C1 J1 J2 30 0")), "error.113", "C1 J1 J2"),
    "negative area": Broken(edit(("YARD RG J1 0.10", "YARD RG J1 -0.10")), "error.211", "YARD RG"),
    "negative depth": Broken(edit(("J1 10 1.0", "J1 10 -1.0")), "error.211", "J1 10"),
    "no diameter": Broken(edit(("C2 CIRCULAR 0.20", "C2 CIRCULAR 0")), "error.211", "C2 CIRCULAR"),
    "water above the rim": Broken(edit(("J2 9.8 1.2 0", "J2 9.8 1.2 5")), "error.138", "J2 9.8"),
    "two pipes to an outfall": Broken(edit(("C3 T1 J2", "C3 T1 O1")), "error.141", "O1 9.5"),
    "pipes in a circle": Broken(
        edit(("DYNWAVE", "KINWAVE"), ("C3 T1 J2 10 0.013 9.9 9.8", "C3 J2 J1 10 0.013 9.8 9.8")),
        "error.131",
        "C3 J2 J1",
    ),
    "LID over its ground": Broken(edit(("PAVE 1 300", "PAVE 1 3000")), "error.187", "YARD PAVE 1"),
    "curve out of order": Broken(
        lambda s: added("[CURVES]\nK STORAGE 0 20\nK 2 30\nK 1 40\n")(
            edit((STORAGE, "T1 9.9 1.5 0.2 TABULAR K 0 0"))(s)
        ),
        "error.171",
        "K 1 40",
    ),
    "rain out of order": Broken(edit(("STORM 0:45", "STORM 0:15")), "error.173", "STORM 0:15"),
    "aquifer": Broken(added("[AQUIFERS]\nA 0.5 0.6 0.7 5 10 15 0.35 14 0.002 0 3.5 0.3\n"), "error.109", "A 0.5"),
    # Files.
    "no rain file": Broken(edit(("TIMESERIES STORM", 'FILE "rain.dat" S1 MM')), "error.317", "RG INTENSITY"),
    "no hot start": Broken(added("[FILES]\nUSE HOTSTART h.hsf\n"), "error.331", "USE HOTSTART"),
    "use of files": Broken(added("[FILES]\nKEEP HOTSTART h.hsf\n"), "error.205", "KEEP HOTSTART"),
}


def called(*words: str | Path, width: str = "900") -> Result:
    return CliRunner().invoke(app, ["run", *map(str, words)], env={"COLUMNS": width})


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_with_line_cause_and_remedy(tmp_path: Path, name: str) -> None:
    broken = BROKEN[name]
    content = broken.make(COURTYARD)
    data = content if isinstance(content, bytes) else content.encode()
    model = tmp_path / "model.inp"
    model.write_bytes(data)
    for lang in LANGUAGES:
        answer = called(model, "--lang", lang, "--json")
        assert answer.exit_code == 3
        assert answer.exception is None or isinstance(answer.exception, SystemExit)
        told = json.loads(answer.stdout)["errors"]
        meaning, action = (text(f"engine.{broken.key}.{part}", lang) for part in ("meaning", "action"))
        (sentence,) = [s for s in told if opening(meaning) in s and opening(action) in s]
        assert sentence.startswith("model.inp: ")
        assert "engine." not in sentence
        assert "{" not in sentence
        if broken.line:
            number = next(
                n for n, line in enumerate(data.decode().split("\n"), 1) if line.startswith(broken.line)
            )
            place = text("engine.place.line", lang, line=number, section="@", text="@").partition("@")[0]
            assert place in sentence


def opening(words: str) -> str:
    """A text up to its first field, or all of it; of one that begins with a field what follows it."""
    before, field, after = words.partition("{")
    return before if before or not field else after.partition("}")[2].partition("{")[0]


def test_there_are_at_least_forty_of_them() -> None:
    assert len(BROKEN) >= 40
    assert len({broken.make(COURTYARD) for broken in BROKEN.values()}) == len(BROKEN)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_quiet_prints_sentences_with_lines_and_not_keys(tmp_path: Path, lang: str) -> None:
    model = tmp_path / "model.inp"
    model.write_text(COURTYARD.replace("C1 J1 J2", "C1 J1 JX").replace("O1 9.5", "O1 9,5"), encoding="utf-8")
    answer = called(model, "--quiet", "--lang", lang)
    assert answer.exit_code == 3
    assert answer.stdout == ""
    assert "engine." not in answer.stderr
    first, second = answer.stderr.splitlines()
    assert "ERROR 211: invalid number 9,5" in first
    assert "63" in first
    assert text("engine.error.209.action", lang) in second
    assert "66" in second
    model.write_text(COURTYARD, encoding="utf-8")
    assert called(model, "--quiet", "--lang", lang).output == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path, lang: str) -> None:
    folder = tmp_path / "folder.inp"
    folder.mkdir()
    answer = called(folder, "--quiet", "--lang", lang)
    assert answer.exit_code == 3
    assert text("engine.run.file_unreadable.action", lang) in answer.stderr
    answer = called(tmp_path / "gone.inp", "--quiet", "--lang", lang)
    assert answer.exit_code == 2
    assert text("engine.run.file_missing.meaning", lang) in answer.stderr


@pytest.mark.parametrize("name", ["model.txt", "model.INP", "model.inp.bak", "model"])
def test_a_model_is_one_whatever_its_ending(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(COURTYARD, encoding="utf-8")
    answer = called(tmp_path / name, "--json")
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["status"] == "done"


def test_another_file_is_not_called_a_project(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("buy pipes\n", encoding="utf-8")
    answer = called(tmp_path / "notes.txt", "--quiet", "--lang", "en")
    assert answer.exit_code == 3
    assert text("engine.run.no_sections.meaning", "en") in answer.stderr
    assert "spongecalc.toml" not in answer.output


STEADY = """[OPTIONS]
FLOW_UNITS CMS
FLOW_ROUTING STEADY
START_DATE 01/01/2026
END_DATE 01/01/2026
END_TIME 00:30:00
ROUTING_STEP 10
[JUNCTIONS]
J1 100 2
[OUTFALLS]
O1 99 FREE
[CONDUITS]
C1 J1 O1 200 0.013 0 0
[XSECTIONS]
C1 CIRCULAR 0.6 0 0 0
[INFLOWS]
J1 FLOW "" FLOW 1 1 0.1
"""


def test_steady_flow_balances(tmp_path: Path) -> None:
    """100 l/s for half an hour, less half of the first step of 10 s, in which they grow from nought: 179.5 m3."""
    model = tmp_path / "model.inp"
    model.write_text(STEADY, encoding="utf-8")
    sections = json.loads(called(model, "--json", "--lang", "en").stdout)["sections"]
    (rows,) = [s["rows"] for s in sections if s["title"] == text("engine.title.routing", "en")]
    routing = {term: volume_m3 for term, _, volume_m3 in rows}
    assert routing["External inflow"] == routing["Outflow at outfalls"] == pytest.approx(179.5, abs=0.05)
    assert routing["Difference"] == 0.0
    assert "Final water in the network" not in routing


def test_files_and_balances_of_the_report_are_shown(tmp_path: Path) -> None:
    model = tmp_path / "model.inp"
    model.write_text(COURTYARD.replace(END, f"[FILES]\nSAVE HOTSTART ../h.hsf\n{END}"), encoding="utf-8")
    answer = called(model, "--lang", "en")
    assert answer.exit_code == 0
    for words in (
        "Files that the model names",
        "../h.hsf",
        "written beside the model",
        "Pollutants on the ground",
    ):
        assert words in answer.output
    answer = called(model, "--lang", "en", "--json", "--allow-writing")
    (files,) = [s["rows"] for s in json.loads(answer.stdout)["sections"] if s["title"].startswith("Files")]
    kept = model.parent.parent / "h.hsf"
    assert files == [[83, "HOTSTART", "../h.hsf", "written", str(kept.resolve())]]
    kept.unlink()


def test_a_time_limit_is_a_number_of_seconds_and_for_a_model(tmp_path: Path) -> None:
    model = tmp_path / "model.inp"
    model.write_text(COURTYARD, encoding="utf-8")
    for given in ("soon", "0", "-1", "nan"):
        answer = called(model, "--time-limit", given, "--lang", "en")
        assert answer.exit_code == 2
        assert f"Invalid value for --time-limit: {given} is not a number of seconds above 0." in answer.output
    assert called(model, "--time-limit", "60").exit_code == 0
    for option in (("--time-limit", "60"), ("--allow-writing",)):
        answer = called(tmp_path, *option, "--lang", "en")
        assert answer.exit_code == 2
        assert "simulation.time_limit" in answer.output


def test_a_run_beyond_its_time_limit_tells_how_far_it_got(tmp_path: Path) -> None:
    model = tmp_path / "model.inp"
    model.write_text(COURTYARD.replace("END_DATE 06/01/2026", "END_DATE 06/01/2126"), encoding="utf-8")
    answer = called(model, "--time-limit", "3", "--lang", "en", "--quiet")
    assert answer.exit_code == 3
    assert "of 876582.00 h were simulated" in answer.stderr
