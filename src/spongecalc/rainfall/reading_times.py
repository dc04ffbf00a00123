"""Times of readings from text: any usual way to write date and clock, one order of day and month for a column."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd

from spongecalc.rainfall.rain_file_choices import RainFileChoices
from spongecalc.rainfall.rain_file_error import UnsureError

# Two-digit years below this are of the 2000s, as POSIX has it.
PIVOT_YEAR = 69
# Years of which there may be a record; others are typing errors.
EARLIEST, LATEST = 1700, 2200
# A column with more zones than these has the ends of its steps where zones stand.
MOST_ZONES = 4
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(?P<h>\d{1,2})(?::(?P<mi>\d{1,2})(?::(?P<s>\d{1,2})(?:\.\d+)?)?)?\s*(?P<half>[ap]\.?m\.?)?"
_ZONE = r"(?:\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?))?"
_PARTED = re.compile(rf"^(?P<a>\d{{1,4}})[-/.](?P<b>\d{{1,2}})[-/.](?P<c>\d{{1,4}})(?:[t\s]+{_CLOCK}{_ZONE})?$")
_COMPACT = re.compile(
    r"^(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})(?:[t\s_-]?(?P<h>\d{2})(?::?(?P<mi>\d{2})(?::?(?P<s>\d{2})(?:\.\d+)?)?)?"
    rf"(?P<half>[ap]m)?{_ZONE})?$"
)
_SPACED = re.compile(rf"^(?P<a>\d{{1,4}})\s+(?P<b>\d{{1,2}})\s+(?P<c>\d{{1,4}})(?:[t\s]+{_CLOCK}{_ZONE})?$")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_SPAN = re.compile(r"^(.*\d)\s*(?:--|[~～至到—–]|\s-\s|(?<=:\d\d)-(?=\d))\s*(.*)$")
_CLOCK_ONLY = re.compile(rf"^{_CLOCK}{_ZONE}$")
_ORDERS = {"year_first": "abc", "day_first": "cba", "month_first": "cab"}
ExcelEpoch = pd.Timestamp(1899, 12, 30)


def plain_time(cell: object) -> str:
    """A cell of a date, a time or both as text without Chinese words and marks of width."""
    if isinstance(cell, pd.Timestamp | dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, dt.time):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = unicodedata.normalize("NFKC", "" if cell is None else str(cell)).strip().strip("\"'").lower()
    if text.isascii() and not any(c.isalpha() for c in text):
        return text
    if half := re.search(r"上午|下午|凌晨|晚上|中午", text):
        text = text.replace(half[0], " ") + (" pm" if half[0] in ("下午", "晚上", "中午") else " am")
    text = re.sub(r"星期.|周.|\(北京时(?:间)?\)|北京时(?:间)?", " ", text)
    text = re.sub(r"[年月]", "-", text)
    text = re.sub(r"[日号]", " ", text)
    text = re.sub(r"[时点]整?", ":", text)
    text = re.sub(r"分(?=\d)", ":", text)
    text = re.sub(r"[分秒]", "", text)
    text = re.sub(r":(?=[\s~至到—–-]|$)", "", text)
    text = _with_month_numbers(text)
    return re.sub(r"\s+", " ", text).strip().rstrip("-")


def _with_month_numbers(text: str) -> str:
    """A date with an English month's name as year, month, day; any other text as it is."""
    day_first = re.match(r"^(\d{1,2})[-/ .]([a-z]{3})[a-z]*[-/ .,]+(\d{4})\b(.*)$", text)
    month_first = re.match(r"^([a-z]{3})[a-z]*[-/ .]+(\d{1,2})[-/ .,]+(\d{4})\b(.*)$", text)
    if day_first and day_first[2] in _MONTHS:
        return f"{day_first[3]}-{_MONTHS.index(day_first[2]) + 1}-{day_first[1]}{day_first[4].replace(',', ' ')}"
    if month_first and month_first[1] in _MONTHS:
        return f"{month_first[3]}-{_MONTHS.index(month_first[1]) + 1}-{month_first[2]}{
            month_first[4].replace(',', ' ')
        }"
    return text


def has_date(cell: object) -> bool:
    """Tell whether a cell holds a date, with or without a clock."""
    if isinstance(cell, dt.date):
        return True
    text = _begin_of_span(plain_time(cell))
    return bool(_PARTED.match(text) or _COMPACT.match(text) or _SPACED.match(text))


def has_date_and_clock(cell: object) -> bool:
    """Tell whether a cell holds a date with a clock other than midnight, which a date alone has in a workbook."""
    text = _begin_of_span(plain_time(cell))
    for form in (_PARTED, _COMPACT, _SPACED):
        if match := form.match(text):
            return any(int(match[k] or 0) for k in ("h", "mi", "s"))
    return False


def has_clock(cell: object) -> bool:
    """Tell whether a cell holds a clock and no date: "08:00", "8时", "0830", 8."""
    if isinstance(cell, dt.time):
        return True
    if isinstance(cell, dt.date) or has_date(cell):
        return False
    text = _begin_of_span(plain_time(cell))
    return bool(_CLOCK_ONLY.match(text) or re.fullmatch(r"\d{3,4}|0?\.\d+", text))


def _begin_of_span(text: str) -> str:
    """The first of two times that bound a step."""
    if hours := re.fullmatch(r"(\d{1,2})-\d{1,2}", text):
        return hours[1]
    match = _SPAN.match(text)
    if match is None or _PARTED.match(text):
        return text
    return match[1].strip()


def clock_texts(cells: Sequence[object]) -> list[str]:
    """Clocks as "h:mm[:ss]", from text, times, hours, hours and minutes without a mark, parts of a day."""
    texts = [_begin_of_span(plain_time(c)) for c in cells]
    whole = [int(t) for t in texts if t.isdigit()]
    # Hours go to 24; with a number above, or written with four digits, all are hours and minutes.
    joined = bool(whole) and (max(whole) > 24 or all(len(t) == 4 for t in texts if t.isdigit()))
    seconds = joined and max(whole) > 2400
    found = []
    for text in texts:
        if text.isdigit() and seconds:
            padded = text.zfill(6)
            found.append(f"{padded[:2]}:{padded[2:4]}:{padded[4:]}")
        elif text.isdigit() and joined:
            padded = text.zfill(4)
            found.append(f"{padded[:2]}:{padded[2:]}")
        elif text.isdigit():
            found.append(f"{text}:00")
        elif re.fullmatch(r"0?\.\d+", text):
            passed = round(float(text) * 86400)
            found.append(f"{passed // 3600}:{passed // 60 % 60:02d}:{passed % 60:02d}")
        else:
            found.append(text)
    return found


def hours_end(cells: Sequence[object]) -> bool:
    """True for a column of hours 1 to 24 without 0: each is named by its end, the first being 00:00 to 01:00.

    Clocks (24:00) are no such hours: they are moments, and 24:00 is 00:00 of the next day.
    """
    texts = [plain_time(c) for c in cells if c is not None and str(c).strip()]
    if not texts or not all(t.isdigit() and len(t) <= 2 for t in texts):
        return False
    hours = {int(t) for t in texts}
    return min(hours) == 1 and max(hours) == 24


def reading_times(cells: Sequence[object], choices: RainFileChoices, zone: str | None) -> pd.Series:
    """Times of readings by the place's clocks; NaT where a cell is none.

    Parameters
    ----------
    cells
        Dates with or without clocks, as they stand in the file.
    choices
        ``dates``, ``times`` and ``utc_offset`` decide what the cells leave open.
    zone
        "UTC" or "local" where the heading says; None where it does not.

    Raises
    ------
    UnsureError
        If day and month may be either way round, the column mixes ways to write them, or times are in UTC and the
        place's offset is not stated.
    """
    first = next((c for c in cells if c is not None and str(c).strip()), None)
    quick = _quick(cells) if isinstance(first, str) and _ISO.fullmatch(first.strip()) else None
    if quick is not None:
        return _local(quick, None, choices, zone)
    stamps = np.array([isinstance(c, dt.date) for c in cells], dtype=bool)
    texts = pd.Series([_begin_of_span(plain_time(c)) for c in cells], dtype=object)
    if choices.dates == "excel":
        serial = pd.to_numeric(texts.where(texts.str.fullmatch(_SERIAL.pattern)), errors="coerce")
        return _local(_whole_seconds(ExcelEpoch + pd.to_timedelta(serial, unit="D")), None, choices, zone)
    if texts.str.fullmatch(_SERIAL.pattern).mean() > 0.5:
        raise UnsureError("dates_serial", str(first), (("dates", "excel"),))
    parts = texts.str.extract(_PARTED)
    rest = parts["a"].isna()
    for other in (_COMPACT, _SPACED):
        if rest.any():
            found = texts[rest].str.extract(other)
            parts.loc[rest, found.columns] = found
            rest = parts["a"].isna()
    numbers = {k: pd.to_numeric(parts[k], errors="coerce") for k in ("a", "b", "c", "h", "mi", "s")}
    days = _dates(parts, numbers, cells, stamps, choices)
    hour = numbers["h"].fillna(0)
    half = parts["half"].str[0]
    hour = hour.where(half.isna(), hour % 12 + 12 * (half == "p"))
    minute, second = numbers["mi"].fillna(0), numbers["s"].fillna(0)
    passed = hour * 3600 + minute * 60 + second
    # 24:00 is the end of its day, and nothing comes after it.
    sound = (passed <= 86400) & (minute < 60) & (second < 60)
    times = (days + pd.to_timedelta(passed, unit="s")).where(sound)
    jitter = texts.str.extract(r"(\.\d+)\s*(?:z|[+-]\d\d:?\d\d)?$")[0]
    fraction = pd.to_numeric(
        jitter.where(texts.str.contains(":\\d+:\\d+\\.", regex=True)), errors="coerce"
    ).fillna(0)
    times = _whole_seconds(times + pd.to_timedelta(fraction, unit="s"))
    return _local(times, parts["zone"], choices, zone)


def _quick(cells: Sequence[object]) -> pd.Series | None:
    """Times of a column that is ISO 8601 throughout, without zones; None of any other."""
    try:
        found = pd.to_datetime(pd.Series(cells, dtype="str").str.strip(), format="ISO8601", errors="raise")
    except (ValueError, TypeError, OverflowError):
        return None
    return _whole_seconds(found) if pd.api.types.is_datetime64_dtype(found) else None


def _whole_seconds(times: pd.Series) -> pd.Series:
    """Times to the second: workbooks keep them as parts of a day."""
    return times.dt.round("s")


def _dates(
    parts: pd.DataFrame,
    numbers: dict[str, pd.Series],
    cells: Sequence[object],
    stamps: np.ndarray,
    choices: RainFileChoices,
) -> pd.Series:
    """Days of a column's dates, in the one order that holds for all of them."""
    a_long, c_long = parts["a"].str.len() == 4, parts["c"].str.len() == 4
    days = pd.Series(pd.NaT, index=parts.index, dtype="datetime64[ns]")
    days[a_long] = _days(numbers, "abc", a_long)
    open_ = parts["a"].notna() & ~a_long
    if not open_.any():
        return days
    first = int(np.flatnonzero(open_.to_numpy())[0])
    shown = str(cells[first]).strip()
    if stamps.any() and (~stamps & open_.to_numpy()).any():
        # A workbook has read those dates that it could, and left the others as text: both may be turned about.
        raise UnsureError("dates_mixed", shown)
    orders = [choices.dates] if choices.dates in _ORDERS else list(_ORDERS)
    if choices.dates is None and c_long[open_].all():
        orders = ["day_first", "month_first"]
    found = {order: _days(numbers, _ORDERS[order or ""], open_) for order in orders}
    if choices.dates is None:
        valid = {order: days_.notna() for order, days_ in found.items()}
        any_valid = np.logical_or.reduce([v.to_numpy() for v in valid.values()])
        whole = [o for o, v in valid.items() if v.to_numpy()[any_valid].all()]
        if not any_valid.any():
            return days
        if not whole:
            raise UnsureError("dates_mixed", shown)
        if any(not found[whole[0]].equals(found[o]) for o in whole[1:]):
            raise UnsureError("dates_unsure", shown, tuple(("dates", o) for o in whole))
        days[open_] = found[whole[0]]
        return days
    days[open_] = found[choices.dates]
    return days


def _days(numbers: dict[str, pd.Series], order: str, rows: pd.Series) -> pd.Series:
    """Days of some rows with the parts a, b and c in an order: year, month, day."""
    year, month, day = (numbers[k][rows] for k in order)
    year = year.where(year >= 100, year + np.where(year < PIVOT_YEAR, 2000, 1900))
    year = year.where((year >= EARLIEST) & (year <= LATEST))
    frame = pd.DataFrame({"year": year, "month": month, "day": day})
    return pd.to_datetime(frame, errors="coerce").astype("datetime64[ns]")


def _local(times: pd.Series, zones: pd.Series | None, choices: RainFileChoices, heading: str | None) -> pd.Series:
    """Times by the place's clocks; a stated zone of each time counts before the heading's."""
    if choices.times == "local":
        return times
    offset = choices.utc_offset_min
    told = None if zones is None else zones[times.notna()].dropna()
    if told is not None and told.nunique() > MOST_ZONES:
        told = None  # "08:00-09:00": the ends of steps
    if told is not None and len(told):
        if len(told) != int(times.notna().sum()):
            raise UnsureError("zones_mixed", str(told.iloc[0]), (("times", "local"),))
        minutes = told.map({z: _zone_min(z) for z in told.unique()}).reindex(times.index)
        if offset is not None:
            return times + pd.to_timedelta(offset - minutes, unit="min")
        if minutes.nunique() > 1:
            least = int(minutes.min())
            written = f"{'-' if least < 0 else '+'}{abs(least) // 60:02d}:{abs(least) % 60:02d}"
            raise UnsureError("zones_vary", ", ".join(sorted(told.unique())), (("utc_offset", written),))
        if minutes.iloc[0] != 0:
            return times
    elif choices.times != "UTC" and heading != "UTC":
        return times
    if offset is None:
        dated_only = bool((times.dropna() == times.dropna().dt.floor("D")).all())
        if dated_only:
            return times  # days of UTC: no clock to shift
        raise UnsureError("times_utc", "UTC", (("utc_offset", "+08:00"),))
    return times + pd.Timedelta(minutes=offset)


def _zone_min(zone: str) -> int:
    """Minutes ahead of UTC of a zone as it is written: "z", "+08:00", "utc+8"."""
    match = re.search(r"([+-])(\d{1,2})(?::?(\d{2}))?$", zone)
    if match is None:
        return 0
    return (-1 if match[1] == "-" else 1) * (int(match[2]) * 60 + int(match[3] or 0))
