"""Rain files as offices and instruments write them: the same rain in every form, or the line to write."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from spongecalc.language import text
from spongecalc.project.rain_file_settings import RainFileSettings
from spongecalc.rainfall.rain_file_error import RainFileError
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.rainfall.read_series import read_series

DAYS = 40
BEGAN = dt.datetime(2019, 4, 1)
HOURS = [BEGAN + dt.timedelta(hours=k) for k in range(24 * DAYS)]
# Showers of three hours every eleven, in tenths of a millimetre; whole numbers, so that sums are exact.
TENTHS = [(k * 37) % 50 if k % 11 < 3 else 0 for k in range(24 * DAYS)]
TOTAL_MM = sum(TENTHS) / 10
LARGEST_DAY_MM = max(sum(TENTHS[24 * d : 24 * d + 24]) for d in range(DAYS)) / 10


def lines(heading: str, row: Callable[[dt.datetime, float], str]) -> str:
    return "\n".join([heading, *(row(t, v / 10) for t, v in zip(HOURS, TENTHS, strict=True))]) + "\n"


def written(folder: Path, content: str | bytes, name: str = "rain.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def stated(fault_line: str, pick: int = 0) -> RainFileSettings:
    """The settings of the line that a refusal asks to write."""
    line = fault_line.split(" | ")[pick]
    section, _, entry = line.partition("] ")
    document = tomllib.loads(f"{section}]\n{entry}\n")
    part = document[section.strip("[]")]
    return RainFileSettings.model_validate(next(iter((part[0] if isinstance(part, list) else part).values())))


def is_the_rain(series: RainSeries) -> bool:
    assert series.depth_mm.sum() == pytest.approx(TOTAL_MM)
    assert series.daily_mm().max() == pytest.approx(LARGEST_DAY_MM)
    assert series.step_min == 60
    assert series.depth_mm.loc["2019-04-01 02:00"] == pytest.approx(2.4)
    assert series.lost is None
    return True


def end_of_day_hour(t: dt.datetime) -> str:
    return f"{t - dt.timedelta(days=1):%Y-%m-%d} 24:00" if t.hour == 0 else f"{t:%Y-%m-%d %H:%M}"


def counter(reset_at: int | None = None) -> list[int]:
    found, total = [], 0
    for k, v in enumerate(TENTHS):
        total = v if k == reset_at else total + v
        found.append(total)
    return found


def twenty_four(heading: list[str], dry: str = "0") -> str:
    rows = [",".join(["日期", *heading])]
    for d in range(DAYS):
        day = TENTHS[24 * d : 24 * d + 24]
        rows.append(",".join([f"{HOURS[24 * d]:%Y-%m-%d}", *(f"{v / 10:g}" if v else dry for v in day)]))
    return "\n".join(rows) + "\n"


def day_counter() -> str:
    """A counter that is set back at every midnight."""
    rows, total = ["时间,日累计雨量"], 0
    for t, v in zip(HOURS, TENTHS, strict=True):
        total = v if t.hour == 0 else total + v
        rows.append(f"{t:%Y-%m-%d %H:%M},{total / 10:g}")
    return "\n".join(rows) + "\n"


SAME = {
    "plain": lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M:%S},{v}"),
    "ISO with T": lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%dT%H:%M},{v}"),
    "date and time": lines("date,time,rain_mm", lambda t, v: f"{t:%Y-%m-%d},{t:%H:%M},{v}"),
    "日期 时间": lines("日期,时间,降水量", lambda t, v: f"{t:%Y/%m/%d},{t:%H:%M:%S},{v}").encode("gbk"),
    "日期 时段": lines("日期,时段,雨量(mm)", lambda t, v: f"{t:%Y-%m-%d},{t:%H}-{t.hour + 1:02d},{v}"),
    "dates of merged cells": lines(
        "站名,日期,时间,雨量",
        lambda t, v: (
            f"{'昆明' if t.day == t.hour + 1 else ''},{f'{t:%Y-%m-%d}' if t.hour == 0 else ''},{t:%H:%M},{v}"
        ),
    ),
    "parts of merged cells": lines(
        "年,月,日,时,雨量",
        lambda t, v: ",".join(
            [
                f"{t.year},{t.month}" if t.day == 1 and t.hour == 0 else ",",
                f"{t.day}" if t.hour == 0 else "",
                f"{t.hour},{v}",
            ]
        ),
    ),
    "date and hour": lines("日期,小时,雨量", lambda t, v: f"{t:%Y-%m-%d},{t.hour},{v}"),
    "date and hhmm": lines("date,time,rain (mm)", lambda t, v: f"{t:%Y%m%d},{t:%H%M},{v}"),
    "date and hhmm without zeros": lines("date,time,rain (mm)", lambda t, v: f"{t:%Y%m%d},{t.hour * 100},{v}"),
    "parts": lines("年,月,日,时,降水量(mm)", lambda t, v: f"{t.year},{t.month},{t.day},{t.hour},{v}"),
    # Hours 1 to 24 without 0 are named by their end: the first is 00:00 to 01:00 of the same day.
    "parts to 24": lines(
        "Year,Mon,Day,Hour,Precip [mm]", lambda t, v: f"{t.year},{t.month},{t.day},{t.hour + 1},{v}"
    ),
    "date and hour to 24": lines("日期,小时,雨量", lambda t, v: f"{t:%Y-%m-%d},{t.hour + 1},{v}"),
    "Chinese words": lines(
        "观测时间，雨量", lambda t, v: f"{t.year}年{t.month}月{t.day}日{t.hour}时{t.minute}分，{v}"
    ),
    "上午 下午": lines(
        "时间,雨量",
        lambda t, v: f"{t.year}/{t.month}/{t.day} {'上午' if t.hour < 12 else '下午'}{t.hour % 12 or 12}:00,{v}",
    ),
    "am pm": lines("time,rain_mm", lambda t, v: f"{t.month}/{t.day}/{t.year} {t:%I:%M %p},{v}"),
    "full width": lines("时间,雨量（ｍｍ）", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}").translate(
        {ord(str(d)): chr(0xFF10 + d) for d in range(10)}
    ),
    "day first": lines("time,rain_mm", lambda t, v: f"{t:%d/%m/%Y %H:%M},{v}"),
    "month first": lines("time,rain_mm", lambda t, v: f"{t:%m/%d/%Y %H:%M},{v}"),
    "month named": lines("time,rain_mm", lambda t, v: f"{t:%d-%b-%Y %H:%M},{v}"),
    "compact": lines("TM,DRP(mm)", lambda t, v: f"{t:%Y%m%d%H},{v}"),
    "compact to seconds": lines("datetime,rain_mm", lambda t, v: f"{t:%Y%m%d%H%M%S},{v}"),
    "24:00": lines("time,rain_mm", lambda t, v: f"{end_of_day_hour(t)},{v}"),
    "24:00 apart": lines("date,time,rain_mm", lambda t, v: f"{end_of_day_hour(t).replace(' ', ',')},{v}"),
    "tenths": lines("time,降水量(0.1mm)", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v * 10:g}"),
    "tenths in words": lines("时间,降水量（0.1毫米）", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v * 10:g}"),
    "tenths of mm": lines("time,rain (tenths of mm)", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v * 10:g}"),
    "unit behind": lines("time,降水量/0.1mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v * 10:g}"),
    "unit in a row of its own": lines("time,rain\n-,0.1 mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v * 10:g}"),
    "unit behind each number": lines("time,rain", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}mm"),
    "hundredths of an inch": lines("time,rain (0.01 in)", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v / 0.254:.6f}"),
    "centimetres": lines("time,rainfall_cm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v / 10:.2f}"),
    "intensity": lines("time,intensity_mm_h", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}"),
    "intensity in mm/min": lines("时间,雨强(mm/min)", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v / 60:.8f}"),
    "semicolons and decimal comma": lines(
        "Zeit time;rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M};{v}".replace(".", ",")
    ),
    "quoted decimal comma": lines("time,rain_mm", lambda t, v: f'{t:%Y-%m-%d %H:%M},"{v}"'.replace(".", ",")),
    "tabs": lines("time\train_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M}\t{v}"),
    "bars": lines("time|rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M}|{v}"),
    "blanks": lines("time   rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M}   {v}"),
    "blanks, date and clock": lines("date time rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M} {v}"),
    "UTF-16": lines("时间\t雨量", lambda t, v: f"{t:%Y-%m-%d %H:%M}\t{v}").encode("utf-16"),
    "title, remark and blank line": lines(
        "某站2019年逐时降水量\n# logger 7\n\ntime,rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}"
    ),
    "station first": lines("站号,站名,时间,降水量", lambda t, v: f"56778,昆明,{t:%Y-%m-%d %H:%M},{v}"),
    "temperature beside": lines("time,temperature,rain", lambda t, v: f"{t:%Y-%m-%d %H:%M},21.5,{v}"),
    "quality beside": lines("time,rain_flag,降水量,质控码", lambda t, v: f"{t:%Y-%m-%d %H:%M},0,{v},1"),
    "begin and end": lines(
        "开始时间,结束时间,雨量",
        lambda t, v: f"{t:%Y-%m-%d %H:%M},{t + dt.timedelta(hours=1):%Y-%m-%d %H:%M},{v}",
    ),
    "end alone": lines("结束时间,雨量", lambda t, v: f"{t + dt.timedelta(hours=1):%Y-%m-%d %H:%M},{v}"),
    "spans": lines(
        "时段,雨量", lambda t, v: f"{t:%Y-%m-%d %H:%M}~{t + dt.timedelta(hours=1):%Y-%m-%d %H:%M},{v}"
    ),
    "offset of the place": lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%dT%H:%M:%S}+08:00,{v}"),
    "local beside UTC": lines(
        "UTC时间,北京时间,雨量", lambda t, v: f"{t - dt.timedelta(hours=8):%Y-%m-%d %H:%M},{t:%Y-%m-%d %H:%M},{v}"
    ),
    "accumulated": "\n".join(
        ["time,累计雨量(0.1mm)", *(f"{t:%Y-%m-%d %H:%M},{c}" for t, c in zip(HOURS, counter(), strict=True))]
    ),
    "accumulated and set back": "\n".join(
        [
            "time,cumulative_rain_mm",
            *(f"{t:%Y-%m-%d %H:%M},{c / 10}" for t, c in zip(HOURS, counter(500), strict=True)),
        ]
    ),
    "accumulated over each day": day_counter(),
    "accumulated beside": "\n".join(
        [
            "time,累计雨量,雨量",
            *(f"{t:%Y-%m-%d %H:%M},{c / 10},{v / 10}" for t, c, v in zip(HOURS, counter(), TENTHS, strict=True)),
        ]
    ),
    "小时累计 is the hour's": lines("time,小时累计雨量", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}"),
    "hours from 0": twenty_four([str(h) for h in range(24)]),
    "hours from 1": twenty_four([f"{h}时" for h in range(1, 25)]),
    "hours as clocks with seconds": twenty_four([f"{h:02d}:00:00" for h in range(24)]),
    "hours as clocks": twenty_four([f"{h:02d}:00" for h in range(24)]),
    "hours as spans": twenty_four([f"{h}-{h + 1}" for h in range(24)]),
    "unsorted": lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}").replace(
        "2019-04-01 00:00,0.0\n", "", 1
    )
    + "2019-04-01 00:00,0.0\n",
    "a total below": lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}") + "合计,650.6\n",
    "headings again on each page": lines(
        "time,rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}" + ("\ntime,rain_mm" if t.hour == 23 else "")
    ),
    "clocks off by milliseconds": lines(
        "time,rain_mm", lambda t, v: f"{t - dt.timedelta(milliseconds=3) if t.hour else t},{v}"
    ),
    "line ends of old": lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}").replace("\n", "\r"),
    "spans in words": lines("日期,时段,雨量", lambda t, v: f"{t:%Y-%m-%d},{t.hour}时-{t.hour + 1}时,{v}"),
    "spans in words, in one": lines("时段,雨量", lambda t, v: f"{t:%Y年%m月%d日}{t.hour}时～{t.hour + 1}时,{v}"),
    "a logger's offset in the heading": lines(
        "Plot Title: 7\n#,Date Time (GMT+08:00),Rain (mm)", lambda t, v: f"1,{t:%m/%d/%y %I:%M:%S %p},{v}"
    ),
    "European": lines(
        "Datum date;Uhrzeit time;Rain [mm]", lambda t, v: f"{t:%d.%m.%Y};{t:%H:%M};{str(v).replace('.', ',')}"
    ),
    "one time twice alike": lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}")
    + "2019-04-01 02:00,2.4\n",
    "stations and periods": lines(
        "V01301,V04001,V04002,V04003,V04004,PRE_24h,降水量",
        lambda t, v: f"56778,{t.year},{t.month},{t.day},{t.hour},12.0,{v}",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_rain_in_every_form(tmp_path: Path, name: str) -> None:
    content = SAME[name]
    series = read_series(written(tmp_path, content))
    assert is_the_rain(series)


def shifted(hours: int) -> str:
    return lines("time,rain_mm", lambda t, v: f"{t + dt.timedelta(hours=hours):%Y-%m-%dT%H:%M}Z,{v}")


# Content, the sentence, and which of the lines to write is the true one.
OPEN = {
    "day or month first": (
        "time,rain_mm\n"
        + "".join(f"{d:02d}/04/2019 {h:02d}:00,{h * 5 % 24 / 10}\n" for d in range(1, 11) for h in range(24)),
        "dates_unsure",
        {"dates": "day_first"},
    ),
    "two-digit years": (
        lines("time,rain_mm", lambda t, v: f"{t:%y-%m-%d %H:%M},{v}"),
        "dates_unsure",
        {"dates": "year_first"},
    ),
    "Excel's day numbers": (
        lines("time,rain_mm", lambda t, v: f"{(t - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1):.7f},{v}"),
        "dates_serial",
        {"dates": "excel"},
    ),
    "UTC by Z": (shifted(-8), "times_utc", {"utc_offset": "+08:00"}),
    "UTC by the heading": (
        lines("time (UTC),rain_mm", lambda t, v: f"{t - dt.timedelta(hours=8):%Y-%m-%d %H:%M},{v}"),
        "times_utc",
        {"utc_offset": "+08:00"},
    ),
    "several stations": (
        lines(
            "站号,time,rain_mm", lambda t, v: f"56778,{t:%Y-%m-%d %H:%M},{v}\n56779,{t:%Y-%m-%d %H:%M},{v + 1}"
        ),
        "several_stations",
        {"station": "56778"},
    ),
    "a column a station": (
        lines("time,A站雨量,B站雨量", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v},{v + 1}"),
        "several_rains",
        {"rain_column": "A站雨量"},
    ),
    "whole numbers without a unit": (
        lines("时间,降水量", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v * 10:g}"),
        "unit_unsure",
        {"unit": "0.1 mm"},
    ),
    "a unit nobody knows": (
        lines("time,rain (mm*10)", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v * 10:g}"),
        "unit_unread",
        {"unit": "0.1 mm"},
    ),
    "a counter under a plain heading": (
        "\n".join(
            ["time,雨量", *(f"{t:%Y-%m-%d %H:%M},{c / 10}" for t, c in zip(HOURS, counter(), strict=True))]
        ),
        "looks_accumulated",
        {"readings": "accumulated"},
    ),
    "no counter under a counter's heading": (
        lines("time,累计雨量", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}"),
        "accumulated_unlike",
        {"readings": "increments"},
    ),
    "no headings": (
        lines("", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}").lstrip("\n"),
        "no_headings",
        {"headings": ("time", "rain_mm")},
    ),
    "no headings, three columns": (
        lines("", lambda t, v: f"{t:%Y-%m-%d},{t:%H:%M},{v}").lstrip("\n"),
        "no_headings",
        {"headings": ("date", "clock", "rain_mm")},
    ),
    "a national sum of the past hour": (
        lines(
            "V01301,V04001,V04002,V04003,V04004,V13019",
            lambda t, v: f"56778,{t + dt.timedelta(hours=1):%Y,%m,%d,%H},{v}",
        ),
        "stamp_unsure",
        {"stamp": "end"},
    ),
    "days from 20 to 20": (
        "\n".join(
            [
                "日期," + ",".join([str(h) for h in (*range(21, 25), *range(1, 21))]),
                *(
                    ",".join(
                        [
                            f"{BEGAN + dt.timedelta(days=d):%Y-%m-%d}",
                            *(
                                f"{(TENTHS[k] if 0 <= (k := 24 * d - 4 + h) < len(TENTHS) else 0) / 10:g}"
                                for h in range(24)
                            ),
                        ]
                    )
                    for d in range(DAYS + 1)
                ),
            ]
        ),
        "hours_from",
        {"first_hour": "day_before"},
    ),
    "dry hours left out": (
        "time,rain_mm\n"
        + "".join(f"{t:%Y-%m-%d %H:%M},{v / 10}\n" for t, v in zip(HOURS, TENTHS, strict=True) if v),
        "dry_steps_absent",
        {"absent": "dry"},
    ),
    "dry hours left blank": (
        twenty_four([str(h) for h in range(24)], dry=""),
        "dry_steps_absent",
        {"absent": "dry"},
    ),
    "a comma that may be either": (
        "time;rain_mm\n"
        + "".join(
            f"{t:%Y-%m-%d %H:%M};{1 + v % 9},{v * 7 % 900 + 100}\n"
            for t, v in zip(HOURS[:48], TENTHS, strict=False)
        ),
        "decimal_unsure",
        {"decimal": ","},
    ),
    "a sum over 24 hours in hourly rows": (
        lines("time,过去24小时降水量", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}"),
        "other_period",
        {"rain_column": "过去24小时降水量"},
    ),
    "summer time": (
        lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%dT%H:%M:%S}{'+01:00' if t.day < 15 else '+02:00'},{v}"),
        "zones_vary",
        {"utc_offset": "+01:00"},
    ),
}
WITH_OTHER_RAIN = (
    "day or month first",
    "a comma that may be either",
    "a sum over 24 hours in hourly rows",
    "summer time",
)


@pytest.mark.parametrize("name", OPEN)
def test_what_is_open_is_refused_with_the_line_that_decides_it(tmp_path: Path, name: str) -> None:
    content, rule, decides = OPEN[name]
    path = written(tmp_path, content)
    with pytest.raises(RainFileError) as refusal:
        read_series(path)
    assert refusal.value.rule == rule
    fault = refusal.value.fault
    candidates = [stated(fault.write, k) for k in range(len(fault.write.split(" | ")))]
    chosen = next(c for c in candidates if all(getattr(c, k) == v for k, v in decides.items()))
    for language in ("en", "zh"):
        assert fault.write in fault.sentence(language)
        assert "None" not in fault.sentence(language)
    if name not in WITH_OTHER_RAIN:
        series = read_series(path, chosen.choices)
        known = series.depth_mm.dropna()
        assert known.sum() == pytest.approx(TOTAL_MM)
        assert series.daily_mm().max() == pytest.approx(LARGEST_DAY_MM)
        assert known.loc["2019-04-01 02:00"] == pytest.approx(2.4)


def test_headings_that_the_project_gives(tmp_path: Path) -> None:
    path = written(
        tmp_path, "\n".join(f"S1 {t:%Y %m %d %H %M} {v / 10}" for t, v in zip(HOURS, TENTHS, strict=True))
    )
    with pytest.raises(RainFileError) as refusal:
        read_series(path)
    assert refusal.value.rule == "no_headings"
    assert stated(refusal.value.fault.write).headings == ("?",) * 7
    given = ("station", "year", "month", "day", "hour", "minute", "rain_mm")
    assert is_the_rain(read_series(path, RainFileSettings(file="rain.csv", headings=given).choices))
    assert is_the_rain(read_series(path, RainFileSettings(file="rain.csv", headings=("-", *given[1:])).choices))


def test_day_first_as_stated(tmp_path: Path) -> None:
    path = written(tmp_path, OPEN["day or month first"][0])
    series = read_series(path, RainFileSettings(file="rain.csv", dates="day_first").choices)
    # each of 0 to 23 tenths once: 27.6 mm on each of the first ten days of April
    assert series.daily_mm().tolist() == pytest.approx([27.6] * 10)
    assert f"{series.depth_mm.index[-1]:%m-%d}" == "04-10"


NONE_OF_IT = {
    "only temperature": ("time,temperature\n" + "2019-04-01 00:00,9.5\n2019-04-01 01:00,9.6\n", "no_rain"),
    "value of what": ("time,value\n2019-04-01 00:00,9.5\n2019-04-01 01:00,9.6\n", "no_rain"),
    "clocks without dates": ("time,rain_mm\n00:00,0.5\n01:00,0.6\n", "no_dates"),
    "dates mixed by a spreadsheet": (
        "time,rain_mm\n" + "".join(f"{d:02d}/04/2019,1.5\n" for d in range(1, 25)) + "04/25/2019,1.5\n",
        "dates_mixed",
    ),
    "months": ("time,rain_mm\n2019-01-01,50\n2019-02-01,60\n2019-03-01,70\n", "step_long"),
    "seven minutes": (
        "time,rain_mm\n" + "".join(f"2019-04-01 {7 * k // 60:02d}:{7 * k % 60:02d},0.1\n" for k in range(100)),
        "step_odd",
    ),
    "two gauges in one": (
        lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}\n{t:%Y-%m-%d %H:%M},{v + 0.5}"),
        "many_duplicates",
    ),
    "a day too wet": ("time,rain_mm\n2019-07-01,300\n2019-07-02,501\n2019-07-03,0\n", "day_too_wet"),
    "a year too wet": (
        "time,rain_mm\n" + "".join(f"{dt.date(2019, 1, 1) + dt.timedelta(days=k)},{17.5}\n" for k in range(365)),
        "year_too_wet",
    ),
    "bytes": (b"\x00\x01\x02\x03rain", "not_text"),
    "a workbook of old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_workbook"),
    "nothing": ("", "empty"),
    "a column of clocks under a strange heading": (
        lines("日期,甲,雨量", lambda t, v: f"{t:%Y-%m-%d},{t.hour},{v}"),
        "many_of_a_day",
    ),
    "seconds since 1970": ("time,rain_mm\n1554048000,0.5\n1554051600,0.6\n", "times_unread"),
    "words": ("this is not rain at all\nnor is this\n", "no_columns"),
    "a national daily file without headings": (
        "".join(f"56778 2502 10240 18914 2019 4 {d} 17 25 42 9 9 9\n" for d in range(1, 20)),
        "no_headings",
    ),
}


@pytest.mark.parametrize("name", NONE_OF_IT)
def test_what_is_no_series_is_refused_in_words(tmp_path: Path, name: str) -> None:
    content, rule = NONE_OF_IT[name]
    with pytest.raises(RainFileError) as refusal:
        read_series(written(tmp_path, content))
    assert refusal.value.rule == rule
    for language in ("en", "zh"):
        assert refusal.value.fault.sentence(language)


def test_a_day_that_did_rain_that_much_is_taken_when_stated(tmp_path: Path) -> None:
    path = written(tmp_path, NONE_OF_IT["a day too wet"][0])
    with pytest.raises(RainFileError) as refusal:
        read_series(path)
    assert "501.0 mm, 2019-07-02" in refusal.value.found
    assert refusal.value.fault.write == '[sponge] series = { file = "rain.csv", largest_day = "510 mm" }'
    series = read_series(path, stated(refusal.value.fault.write).choices)
    assert series.depth_mm.tolist() == [300, 501, 0]


@pytest.mark.parametrize(
    ("word", "flaw"),
    [
        ("32766", "no_number_code"),
        ("999999", "no_number_code"),
        ("9999", "no_number_code"),
        ("-999.9", "no_number_code"),
        ("999.9", "no_number_code"),
        ("-9999", "no_number_code"),
        ("NA", "no_number_code"),
        ("缺测", "no_number_code"),
        ("///", "no_number_code"),
        ("32700", "no_number_trace"),
        ("999990", "no_number_trace"),
        ("T", "no_number_trace"),
        ("trace", "no_number_trace"),
        ("微量", "no_number_trace"),
        ("", "missing"),
        ("1.2*", "no_number_unread"),
        ("-0.4", "negative"),
    ],
)
def test_codes_are_missing_and_counted(tmp_path: Path, word: str, flaw: str) -> None:
    # 2.4 mm at 02:00 of the second day is replaced: its day is not whole any more
    truth = lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v}")
    held = next(line for line in truth.splitlines() if line.startswith("2019-04-02 09:00"))
    series = read_series(written(tmp_path, truth.replace(held, f"2019-04-02 09:00,{word}")))
    assert {f.flaw: f.count for f in series.flaws} == {flaw: 1}
    assert len(series.daily_mm()) == DAYS - 1
    assert series.depth_mm.sum() == pytest.approx(TOTAL_MM - float(held.split(",")[1]))
    lost = series.lost
    assert lost is not None
    assert (lost.missing, lost.days, lost.steps) == (1, 1, 24 * DAYS)
    for language in ("en", "zh"):
        assert text(f"rain.flaw.{flaw}", language, count=1, first="x", depth="0.0")


def test_a_trace_is_nothing_where_the_project_says_so(tmp_path: Path) -> None:
    truth = lines("time,rain_mm", lambda t, v: f"{t:%Y-%m-%d %H:%M},{v if v else 'T'}")
    series = read_series(written(tmp_path, truth), RainFileSettings(file="rain.csv", trace="zero").choices)
    assert is_the_rain(series)


def test_a_counter_says_what_it_does_not_know(tmp_path: Path) -> None:
    """Readings 5, 7, -, 10, 10, 9.9, 0.5: the first is not known, 3 mm are of two steps, 0.1 back is a fault."""
    values = ["5", "7", "", "10", "10", "9.9", "0.5"]
    path = written(
        tmp_path, "time,累计雨量\n" + "".join(f"2019-04-01 {h:02d}:00,{v}\n" for h, v in enumerate(values))
    )
    series = read_series(path)
    assert series.depth_mm.fillna(-1).tolist() == [-1, 2, -1, -1, 0, -1, 0.5]
    assert {f.flaw: f.count for f in series.flaws} == {
        "accumulated": 1,
        "missing": 1,
        "no_number_first": 1,
        "no_number_fault": 1,
        "reset": 1,
    }


def test_days_read_in_the_morning_keep_their_readings(tmp_path: Path) -> None:
    path = written(tmp_path, "time,rain_mm\n" + "".join(f"2019-04-{d:02d} 08:00,{d}.5\n" for d in range(1, 11)))
    series = read_series(path)
    assert series.daily_mm().tolist() == [d + 0.5 for d in range(1, 11)]
    assert series.flaws == ()


def test_rain_beside_cold_days_by_tenths_of_a_degree(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "日期,平均气温(0.1℃),降水量(0.1mm)\n2019-01-01,-15,100\n2019-01-02,32766,200\n2019-01-03,55,50\n",
    )
    assert read_series(path).daily_mm().tolist() == [20.0, 5.0]


def test_workbooks_hold_dates_clocks_and_several_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明", "本表为逐时雨量"])
    sheet = book.create_sheet("昆明")
    sheet.append(["昆明站2019年"])
    sheet.append(["日期", "时间", "雨量(mm)"])
    for t, v in zip(HOURS, TENTHS, strict=True):
        sheet.append([t.date(), t.time(), v / 10])
    path = tmp_path / "rain.xlsx"
    book.save(path)
    assert is_the_rain(read_series(path))
    other = book.create_sheet("通海")
    other.append(["时间", "雨量(mm)"])
    for t, v in zip(HOURS, TENTHS, strict=True):
        other.append([t, v / 5])
    book.save(path)
    with pytest.raises(RainFileError) as refusal:
        read_series(path)
    assert refusal.value.rule == "several_sheets"
    assert "昆明, 通海" in refusal.value.found
    assert is_the_rain(read_series(path, stated(refusal.value.fault.write).choices))


def test_a_workbook_that_turned_dates_about_is_refused(tmp_path: Path) -> None:
    """A spreadsheet reads 01/04 as a date of its own country and leaves 13/04 as text."""
    book = openpyxl.Workbook()
    book.active.append(["time", "rain_mm"])
    for d in range(1, 31):
        book.active.append([dt.datetime(2019, d, 4) if d <= 12 else f"{d}/04/2019", 1.5])
    path = tmp_path / "rain.xlsx"
    book.save(path)
    with pytest.raises(RainFileError) as refusal:
        read_series(path)
    assert refusal.value.rule == "dates_mixed"


def test_what_is_stated_stays_in_the_next_line_to_write(tmp_path: Path) -> None:
    content = "\n".join(
        [
            "站号,time,雨量",
            *(f"{s},{t:%y-%m-%d %H:%M},{v / 10}" for t, v in zip(HOURS, TENTHS, strict=True) for s in (1, 2)),
        ]
    )
    path = written(tmp_path, content)
    with pytest.raises(RainFileError) as first:
        read_series(path, name="data/rain.csv")
    assert first.value.fault.write == '[sponge] series = { file = "data/rain.csv", station = "1" }'
    with pytest.raises(RainFileError) as second:
        read_series(path, stated(first.value.fault.write).choices, name="data/rain.csv")
    assert (
        '{ file = "data/rain.csv", dates = "year_first", station = "1" }'.replace(
            'dates = "year_first", station = "1"', 'station = "1", dates = "year_first"'
        )
        in second.value.fault.write
    )
    series = read_series(path, stated(second.value.fault.write).choices)
    assert np.isclose(series.depth_mm.sum(), TOTAL_MM)


def test_the_rain_does_not_depend_on_the_day_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, SAME["date and time"])
    first = read_series(path)
    real = dt.datetime

    class Later(real):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return real(2031, 2, 3, 4, 5, tzinfo=tz)

        @classmethod
        def today(cls) -> dt.datetime:
            return real(2031, 2, 3, 4, 5)

    monkeypatch.setattr(dt, "datetime", Later)
    assert read_series(path).depth_mm.equals(first.depth_mm)
