"""``spongecalc rain``: what a series was read as, what it lost, and a refusal with its line to write."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.small_project import SmallProject
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.cli.exit_codes import DATA_ERRORS, DONE

HOURLY = "日期,时间,降水量(0.1mm)\n" + "".join(
    f"2019-06-{d:02d},{h + 1:02d}:00,{50 if h == 3 else 0}\n" for d in range(1, 11) for h in range(24)
)


def said(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> tuple[int, str]:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "300")
    result = CliRunner().invoke(app, ["rain", *options])
    assert not isinstance(result.exception, Exception), result.exception
    return result.exit_code, result.output


def test_a_file_beside_the_project_is_read_and_told(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_project().folder
    (folder / "r.csv").write_text(HOURLY, encoding="gb18030")
    code, output = said(folder, monkeypatch, "--series", "r.csv", "--lang", "en")
    assert code == DONE
    # the first day begins at 01:00, so that it is not whole
    assert "9 days above 2 mm, the largest 5.0 mm" in output
    assert "times 日期 + 时间; rain 降水量(0.1mm); unit 0.1mm; rain of each step" in output


@pytest.mark.parametrize(
    ("days", "words"),
    [
        # 5 and 1 mm by turns, 3 x 365.25 mm a year: of a wet season, a year, one and a half, and nearly ten.
        (183, "551 mm in all, not over whole years;"),
        (365, "1098 mm a year;"),
        (547, "1643 mm in all, not over whole years;"),
        (3634, "1096 mm a year;"),
    ],
)
def test_the_rain_of_half_a_year_is_not_doubled_to_one_of_a_year(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch, days: int, words: str
) -> None:
    folder = small_project().folder
    dates = pd.date_range("2010-04-01", periods=days).strftime("%Y-%m-%d")
    rain = "time,rain_mm\n" + "".join(f"{date},{5 - 4 * (n % 2)}.0\n" for n, date in enumerate(dates))
    (folder / "r.csv").write_text(rain, encoding="utf-8")
    code, output = said(folder, monkeypatch, "--series", "r.csv", "--lang", "en")
    assert code == DONE
    assert words in output


def test_one_wet_day_has_its_capture(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a single day of 25.4 mm, h mm hold h / 25.4: 50 % are 12.7 mm, 80 % 20.3 mm."""
    folder = small_project().folder
    rain = "time,rain_mm\n2024-06-01,0.0\n2024-06-02,25.4\n2024-06-03,0.0\n2024-06-04,0.0\n"
    (folder / "r.csv").write_text(rain, encoding="utf-8")
    code, output = said(folder, monkeypatch, "--series", "r.csv", "--lang", "en")
    assert code == DONE
    assert "1 day above 2 mm, the largest 25.4 mm" in output
    (row,) = [line for line in output.splitlines() if line.startswith("│ r.csv")]
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert (cells[1], cells[5]) == ("12.7", "20.3")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("time,rain_mm\n2001-06-01 00:00,1\n2001-06-01 01:00,2\n", "no capture ratio"),
        ("time,rain_mm\n2001-06-01 00:00,1\n2001-06-01 01:00,-2\n", "no capture ratio"),
        ("time,rain_mm\n2001-06-01 00:00,1\n2001-06-01 01:00,2\n9999-06-01 00:00,1\n", "2001 - 9999"),
    ],
)
def test_a_series_that_gives_no_curve_is_told_by_every_command_that_reads_it(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch, content: str, words: str
) -> None:
    """A few hours of rain ended check, sponge and rain in a traceback, a wrong year filled the memory."""
    folder = small_project().folder
    (folder / "r.csv").write_text(content, encoding="utf-8")
    code, output = said(folder, monkeypatch, "--series", "r.csv", "--lang", "en")
    assert code == DATA_ERRORS
    assert words in output
    toml = folder / "spongecalc.toml"
    own = toml.read_text(encoding="utf-8").replace("[sponge]\n", '[sponge]\nseries = "r.csv"\n')
    toml.write_text(own, encoding="utf-8")
    for command in ("rain", "check", "sponge"):
        result = CliRunner().invoke(app, [command, "--lang", "en"])
        assert not isinstance(result.exception, Exception), (command, result.exception)
        assert words in " ".join(result.output.split()), command


def test_a_refused_file_ends_the_command_with_the_line_to_write(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_project().folder
    (folder / "r.csv").write_text(HOURLY.replace("降水量(0.1mm)", "雨量").replace(",50", ",5"), encoding="utf-8")
    (folder / "u.csv").write_text("time,rain\n01/02/2019,5\n02/02/2019,6\n03/02/2019,7\n", encoding="utf-8")
    line = '[sponge] series = { file = "u.csv", dates = "day_first" }'
    for language, words in (("en", "day and month either way round"), ("zh", "日与月可前可后")):
        code, output = said(folder, monkeypatch, "--series", "u.csv", "--lang", language)
        assert code == DATA_ERRORS
        assert words in output
        assert line in output
    toml = folder / "spongecalc.toml"
    series = '[sponge]\nseries = { file = "u.csv", dates = "day_first" }\n'
    toml.write_text(toml.read_text(encoding="utf-8").replace("[sponge]\n", series), encoding="utf-8")
    for options in (("--series", "u.csv"), ()):
        code, output = said(folder, monkeypatch, *options, "--json")
        assert code == DONE
        document = json.loads(output)
        assert document["series"]["step_min"] == 1440
        assert not document["series"]["generated"]
    toml.write_text(toml.read_text(encoding="utf-8").replace('"day_first"', '"month_first"'), encoding="utf-8")
    code, output = said(folder, monkeypatch, "--json")
    # by months apart: no series of days
    assert code == DATA_ERRORS
    assert json.loads(output)["refused"]["rule"] == "step_long"


def test_lost_readings_are_said(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_project().folder
    (folder / "r.csv").write_text(
        HOURLY.replace("2019-06-03,04:00,50", "2019-06-03,04:00,32766"), encoding="utf-8"
    )
    code, output = said(folder, monkeypatch, "--series", "r.csv", "--lang", "en")
    assert code == DONE
    assert "1 of 240 steps have no reading (0.42 %, first 2019-06-03 04:00); 1 day is not whole" in output
    assert "1 reading with a code or word for missing (first 2019-06-03 04:00) taken as missing" in output
