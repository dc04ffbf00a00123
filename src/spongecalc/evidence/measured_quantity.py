"""The quantity that a sensor measures, with its unit, from what the survey calls it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A quantity in the unit that its name says; ``factor`` takes a reading to it."""

    name: str
    factor: float = 1.0


UNITS: Mapping[str, str] = {
    "flow_l_s": "l/s",
    "nh3_mg_l": "mg/l",
    "conductivity_us_cm": "uS/cm",
    "temperature_c": "°C",
    "depth_m": "m",
    "level_m": "m",
}
"""Quantities that are read, with the unit they are kept in. A level is an elevation; a depth has its foot at
the invert."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "flow_l_s": ("flow", "discharge", "流量"),
    "nh3_mg_l": ("nh3-n", "nh3n", "nh3", "nh4-n", "nh4", "ammonia", "ammonium", "氨氮"),
    "conductivity_us_cm": ("conductivity", "ec", "电导率", "电导"),
    "temperature_c": ("temperature", "temp", "水温", "温度"),
    "depth_m": ("depth", "water depth", "水深"),
    "level_m": ("level", "water level", "水位", "液位"),
}

FACTORS: Mapping[str, Mapping[str, float]] = {
    "flow_l_s": {
        "l/s": 1.0,
        "m3/s": 1000.0,
        "m3/h": 1 / 3.6,
        "m3/d": 1 / 86.4,
        "l/min": 1 / 60,
        "l/h": 1 / 3600,
        "t/d": 1 / 86.4,
    },
    "nh3_mg_l": {"mg/l": 1.0, "ug/l": 1e-3, "g/m3": 1.0},
    "conductivity_us_cm": {"us/cm": 1.0, "ms/cm": 1000.0, "ms/m": 10.0, "s/m": 1e4},
    "temperature_c": {"c": 1.0, "degc": 1.0},
    "depth_m": {"m": 1.0, "cm": 0.01, "mm": 0.001},
    "level_m": {"m": 1.0, "cm": 0.01, "mm": 0.001},
}


def quantity_of(words: str) -> Quantity | None:
    """The quantity that a text names, such as "flow_l_s", "流量 m3/h", "NH3-N (mg/L)"; None for any other.

    Without a unit the readings are taken to be in the unit of :data:`UNITS`.
    """
    given = _plain(words)
    if given in UNITS:
        return Quantity(given)
    for name, known in NAMES.items():
        for word in sorted(known, key=len, reverse=True):
            if not given.startswith(word):
                continue
            unit = re.sub(r"[\s()\[\],_]+", "", given[len(word) :])
            if not unit:
                return Quantity(name)
            if unit in FACTORS[name]:
                return Quantity(name, FACTORS[name][unit])
    return None


def _plain(words: str) -> str:
    text = unicodedata.normalize("NFKC", str(words)).strip().lower()
    for sign, latin in (("μ", "u"), ("µ", "u"), ("°c", "c"), ("℃", "c"), ("³", "3"), ("^", "")):
        text = text.replace(sign, latin)
    return text
