"""Sections of a SWMM input file as text: fixed order, fixed number format, aligned columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from spongecalc.swmm.input_file import ENGINE_LINE_BYTES, ENGINE_WORDS

# The order in which SWMM's own interface writes them, so that a reviewer finds things where expected.
SECTION_ORDER = (
    "TITLE",
    "OPTIONS",
    "EVAPORATION",
    "RAINGAGES",
    "SUBCATCHMENTS",
    "SUBAREAS",
    "INFILTRATION",
    "LID_CONTROLS",
    "LID_USAGE",
    "JUNCTIONS",
    "OUTFALLS",
    "STORAGE",
    "CONDUITS",
    "PUMPS",
    "ORIFICES",
    "WEIRS",
    "OUTLETS",
    "XSECTIONS",
    "STREETS",
    "TRANSECTS",
    "INLETS",
    "INLET_USAGE",
    "LOSSES",
    "CONTROLS",
    "POLLUTANTS",
    "INFLOWS",
    "DWF",
    "HYDROGRAPHS",
    "RDII",
    "CURVES",
    "TIMESERIES",
    "PATTERNS",
    "REPORT",
    "TAGS",
    "MAP",
    "COORDINATES",
    "VERTICES",
    "POLYGONS",
    "SYMBOLS",
)

TITLE = re.compile(r"^\[TITLE\]\n.*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
"""The section of an input file that says what it is; nothing that the engine works out depends on it."""

TITLE_BYTES = re.compile(TITLE.pattern.encode(), TITLE.flags & ~re.UNICODE)
"""The same in the bytes of a file."""

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "RAINGAGES": ("Name", "Format", "Interval", "SCF", "Source", "Series"),
    "SUBCATCHMENTS": ("Name", "Gage", "Outlet", "Area_ha", "Imperv_%", "Width_m", "Slope_%", "CurbLen"),
    "SUBAREAS": ("Subcatchment", "N-Imperv", "N-Perv", "S-Imperv", "S-Perv", "PctZero", "RouteTo"),
    "INFILTRATION": ("Subcatchment", "MaxRate", "MinRate", "Decay", "DryTime", "MaxInfil"),
    "LID_USAGE": (
        "Subcatchment",
        "Control",
        "Number",
        "Area_m2",
        "Width_m",
        "InitSat",
        "FromImp",
        "ToPerv",
    ),
    "JUNCTIONS": ("Name", "Invert_m", "MaxDepth", "InitDepth", "SurDepth", "Ponded_m2"),
    "OUTFALLS": ("Name", "Invert_m", "Type", "Stage", "Gated"),
    "STORAGE": (
        "Name",
        "Invert_m",
        "MaxDepth",
        "InitDepth",
        "Shape",
        "Coeff",
        "Expon",
        "Const_m2",
        "Ponded",
        "Evap",
    ),
    "CONDUITS": ("Name", "FromNode", "ToNode", "Length_m", "N", "InOffset", "OutOffset", "InitFlow"),
    "PUMPS": ("Name", "FromNode", "ToNode", "Curve", "Status", "Startup_m", "Shutoff_m"),
    "LOSSES": ("Link", "Entry", "Exit", "Average", "FlapGate", "Seepage_mm_h"),
    "ORIFICES": ("Name", "FromNode", "ToNode", "Type", "Offset_m", "Cd", "Gated", "CloseTime"),
    "WEIRS": ("Name", "FromNode", "ToNode", "Type", "Crest_m", "Cd", "Gated", "EndCon", "EndCoeff"),
    "OUTLETS": ("Name", "FromNode", "ToNode", "Offset_m", "Type", "Curve", "Gated"),
    "XSECTIONS": ("Link", "Shape", "Geom1", "Geom2", "Geom3", "Geom4", "Barrels"),
    "POLLUTANTS": (
        "Name",
        "Units",
        "Crain",
        "Cgw",
        "Crdii",
        "Kdecay",
        "Snow",
        "CoPoll",
        "CoFrac",
        "Cdwf",
        "Cinit",
    ),
    "INFLOWS": ("Node", "Constituent", "Series", "Type", "Mfactor", "Sfactor", "Baseline"),
    "DWF": ("Node", "Constituent", "Baseline", "Pattern"),
    "HYDROGRAPHS": ("Hydrograph", "Month", "Response", "R", "T_h", "K", "Dmax", "Drecov", "Dinit"),
    "RDII": ("Node", "Hydrograph", "Area_ha"),
    "CURVES": ("Name", "Type", "X", "Y"),
    "TIMESERIES": ("Name", "Time", "Value"),
    "TAGS": ("Object", "Name", "Tag"),
    "COORDINATES": ("Node", "X", "Y"),
    "VERTICES": ("Link", "X", "Y"),
    "POLYGONS": ("Subcatchment", "X", "Y"),
    "SYMBOLS": ("Gage", "X", "Y"),
}


def fixed(value: float, decimals: int) -> str:
    """A number with a fixed count of decimals, never "-0"."""
    text = f"{value:.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns; a row of one cell (a comment, a title) stays as it is."""
    listed = list(rows)
    cells = [row for row in listed if len(row) > 1]
    widths = [max(map(len, column)) for column in zip_longest(*cells, fillvalue="")]
    return [
        row[0] if len(row) == 1 else "  ".join(map(str.ljust, row, widths)).rstrip()  # column by column
        for row in listed
    ]


def section_texts(sections: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, str]:
    """Each section as it stands in an input file, by name; sections without rows are left out.

    Raises
    ------
    KeyError
        If a section is not one of ``SECTION_ORDER``.
    """
    unknown = sorted(set(sections) - set(SECTION_ORDER))
    if unknown:
        raise KeyError(", ".join(unknown))
    texts: dict[str, str] = {}
    for name, rows in sections.items():
        if not rows:
            continue
        heading = HEADINGS.get(name)
        body = [(f";;{heading[0]}", *heading[1:]), *rows] if heading else list(rows)
        lines = aligned(body)
        if name == "REPORT":
            lines = [part for line in lines for part in _short_lines(line)]
        texts[name] = "\n".join([f"[{name}]", *lines, ""])
    return texts


def _short_lines(line: str) -> list[str]:
    """A line of REPORT as those that the engine reads whole: names of a large model fill more than one."""
    kind, *names = line.split()
    if len(names) < ENGINE_WORDS and _bytes(line) <= ENGINE_LINE_BYTES:
        return [line]
    lines, words, room = [kind], 1, ENGINE_LINE_BYTES - _bytes(kind)
    for name in names:
        if words == ENGINE_WORDS or _bytes(name) + 2 > room:
            lines.append(kind)
            words, room = 1, ENGINE_LINE_BYTES - _bytes(kind)
        lines[-1] += f"  {name}"
        words, room = words + 1, room - _bytes(name) - 2
    return lines


def _bytes(text: str) -> int:
    return len(text.encode("utf-8"))


def joined_sections(texts: Mapping[str, str]) -> str:
    """A whole input file from its sections' texts, in SWMM's order."""
    return "\n".join(texts[name] for name in SECTION_ORDER if name in texts)
