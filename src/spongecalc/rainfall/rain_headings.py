"""Headings of rain files: what a column holds, in which unit, over which period."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from spongecalc.rainfall.rain_unit import RainUnit, parse_rain_unit
from spongecalc.standards.tables import rows

# Roles whose columns can tell when a reading was made.
TIME_ROLES = (
    "time",
    "date",
    "begin",
    "end",
    "clock",
    "year",
    "month",
    "day",
    "hour",
    "minute_of_hour",
    "minutes",
)
_BRACKETS = re.compile(r"[(\[【{]([^()\[\]【】{}]*)[)\]】}]")
_SEPARATED = re.compile(r"^(.+?)[\s/:,_\-]+([^\s:,]+(?: [^\s:,]+)*)$")
_ACCUMULATED = re.compile(r"累计|累积|总计|cumul|accum|running|total")
_INTENSITY = re.compile(r"雨强|强度|intensit|rate\b")
_RAIN = re.compile(r"降水|降雨|雨量|雨深|rain|precip|prcp")
_TIME = re.compile(r"时间|日期|time|date")
_STATION = re.compile(r"站|station|gauge|gage|\bsite\b")
_TEMPERATURE = re.compile(r"气温|温度|temperature|\btemp\b")
# Columns about rain that hold no rain.
_BESIDE = re.compile(
    r"历时|日数|天数|等级|类型|质控|质量|标志|标识|备注|经度|纬度|高程|海拔|概率|相态|flag|quality|\bqc\b|code|type|days"
    r"|duration|percent|probab|remark|note|\blat|\blon|\belev|evap|蒸发|暴雨日"
)
_PERIOD = re.compile(r"(\d{1,2})\s*(?:个)?(小时|分钟|min|hours?|hrs?|h|days?|d|日|天)")
_PERIOD_MIN = {"小": 60, "h": 60, "分": 1, "m": 1, "d": 1440, "日": 1440, "天": 1440}
_PAST = re.compile(r"过去|前\d|past|preceding|previous|\blast\b")
_UTC = re.compile(r"utc|gmt|世界时|格林尼治|zulu")
_LOCAL = re.compile(r"北京时|bjt|地方时|local|当地|(?:utc|gmt)\s*[+-]\s*(?!0+(?:\D|$)|00:?00)\d")
# National codes of sums over the hours before an observation.
_PAST_CODES = (
    "v13019",
    "v13020",
    "v13021",
    "v13022",
    "v13023",
    "pre 1h",
    "pre 3h",
    "pre 6h",
    "pre 12h",
    "pre 24h",
)
_HOUR_COLUMN = re.compile(r"(?:h|hr|hour|时|r|p|rain)?[\s_]*(\d{1,2})(?::?00){0,2}\s*(?:时|点|h|hour)?")
_HOURS_COLUMN = re.compile(r"(\d{1,2})(?::00)?\s*[-~至到—–]+\s*(\d{1,2})(?::00)?\s*(?:时|点|h)?")


@dataclass(frozen=True)
class Heading:
    """A column by its heading.

    ``role`` is what it holds, None where the heading does not say; ``unit`` that of its rain; ``unit_text`` what
    stands where a unit is written and is none; ``period_min`` the time over which a reading sums; ``past``
    marks sums over the time before the reading's; ``zone`` is "UTC" or "local" where the heading says.
    """

    written: str
    role: str | None = None
    unit: RainUnit | None = None
    unit_text: str = ""
    period_min: float | None = None
    past: bool = False
    zone: str | None = None

    @property
    def accumulated(self) -> bool:
        """True where the heading speaks of accumulated rain."""
        return self.role == "rain" and bool(_ACCUMULATED.search(plain(self.written)))


def plain(written: object) -> str:
    """A heading without marks of width, case, and more than single blanks."""
    folded = unicodedata.normalize("NFKC", "" if written is None else str(written)).strip().lower()
    return re.sub(r"[\s_]+", " ", folded.strip("#\ufeff \"'"))


@cache
def _names() -> dict[str, tuple[str, float | None]]:
    return {
        r["name"]: (r["role"], float(r["period_min"]) if r["period_min"] else None) for r in rows("rain_headings")
    }


def heading_of(written: object) -> Heading:
    """Read what a heading says of its column."""
    told = "" if written is None else str(written).strip()
    whole = plain(told)
    zone = "local" if _LOCAL.search(whole) else "UTC" if _UTC.search(whole) else None
    if whole in _names():
        known, lasting = _names()[whole]
        return Heading(told, known, None, "", lasting, whole in _PAST_CODES, zone)
    base, inside = _parted(whole)
    unit = parse_rain_unit(inside) if inside else None
    written_unit = inside if unit is None and re.search(r"mm|毫米|inch|英寸|厘米|\bcm\b", inside) else ""
    role, period = _role(base)
    if role is None and unit is not None and unit.per_min is not None and _RAIN.search(base):
        role = "intensity"
    if role == "temperature" and inside:
        unit, written_unit = None, inside
    if role not in ("rain", "intensity", "temperature"):
        unit, written_unit = None, ""
    if role == "rain" and unit is not None and unit.per_min is not None:
        role = "intensity"
    if role == "rain" and period is None:
        period = _period(whole)
    return Heading(told, role, unit, written_unit, period, bool(_PAST.search(whole)), zone)


def _parted(whole: str) -> tuple[str, str]:
    """A heading without its unit, and the unit as it stands there: in brackets, or behind a mark."""
    brackets = _BRACKETS.findall(whole)
    base = _BRACKETS.sub(" ", whole).strip(" ,:")
    units = [b for b in brackets if parse_rain_unit(b) is not None]
    if units:
        return base, units[0]
    if brackets:
        return base, brackets[0]
    for place in range(len(whole) - 1, 0, -1):
        name, tail = whole[:place], whole[place:]
        tail = tail if parse_rain_unit(tail) is not None else tail.replace(" ", "/")
        if name[-1] in " /:,-" and parse_rain_unit(tail) is not None and len(name.strip(" /:,-")) > 1:
            wider = _SEPARATED.match(name.strip(" /:,-"))
            if wider and parse_rain_unit(f"{wider[2]} {tail}") is not None:
                return wider[1].strip(" /:,-"), f"{wider[2]} {tail}"
            if wider and parse_rain_unit(f"{wider[2]}/{tail}") is not None:
                return wider[1].strip(" /:,-"), f"{wider[2]}/{tail}"
            return name.strip(" /:,-"), tail
    if (match := re.match(r"^(.*[\u4e00-\u9fff])([a-z0-9./]+|[0-9.]*毫米)$", whole)) and parse_rain_unit(
        match[2]
    ):
        return match[1], match[2]
    return whole, ""


def _role(base: str) -> tuple[str | None, float | None]:
    names = _names()
    for name in (base, re.sub(r"\W+", " ", base).strip(), re.sub(r"\W+", "", base)):
        if name in names:
            return names[name]
    if _BESIDE.search(base):
        return None, None
    if _STATION.search(base) and not re.search(r"雨量$|降水量$|降雨量$|rain", base):
        return "station", None
    if _INTENSITY.search(base):
        return "intensity", None
    if _RAIN.search(base):
        return "rain", None
    if _TEMPERATURE.search(base):
        return "temperature", None
    if _TIME.search(base):
        return "time", None
    return None, None


def _period(whole: str) -> float | None:
    if match := _PERIOD.search(whole):
        return float(match[1]) * _PERIOD_MIN[match[2][0]]
    if re.search(r"小时|hourly", whole):
        return 60.0
    if re.search(r"日(?!期)|daily", whole):
        return 1440.0
    return None


def hour_of_column(written: object) -> int | None:
    """The hour, 0 to 24, of a heading that names one of a day's hours; None for any other.

    A span ("8-9") is the hour at its end, as columns from 1 to 24 have it.
    """
    name = plain(written)
    if match := _HOURS_COLUMN.fullmatch(name):
        begin, end = int(match[1]), int(match[2])
        return end if (end - begin) % 24 == 1 and end <= 24 else None
    match = _HOUR_COLUMN.fullmatch(name)
    return int(match[1]) if match and int(match[1]) <= 24 else None
