"""The lines of a SWMM input file by section, as the engine finds them.

They are taken apart here and not by a library of models: the engine knows a section by the beginning of its
heading, a name whatever its case, counts lines, and reads files of any encoding. The packages for SWMM files
know sections by their whole names only, stop at the first odd row without saying in which line it is, and expect
UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spongecalc.gate import text
from spongecalc.layers.sources.raw import SourceRefusedError, source_entrance

SECTIONS: tuple[tuple[str, str], ...] = (
    ("TITLE", "TITLE"),
    ("OPTION", "OPTIONS"),
    ("FILE", "FILES"),
    ("RAINGAGE", "RAINGAGES"),
    ("TEMPERATURE", "TEMPERATURE"),
    ("EVAP", "EVAPORATION"),
    ("SUBCATCHMENT", "SUBCATCHMENTS"),
    ("SUBAREA", "SUBAREAS"),
    ("INFIL", "INFILTRATION"),
    ("AQUIFER", "AQUIFERS"),
    ("GROUNDWATER", "GROUNDWATER"),
    ("SNOWPACK", "SNOWPACKS"),
    ("JUNC", "JUNCTIONS"),
    ("OUTFALL", "OUTFALLS"),
    ("STORAGE", "STORAGE"),
    ("DIVIDER", "DIVIDERS"),
    ("CONDUIT", "CONDUITS"),
    ("PUMP", "PUMPS"),
    ("ORIFICE", "ORIFICES"),
    ("WEIR", "WEIRS"),
    ("OUTLET", "OUTLETS"),
    ("XSECT", "XSECTIONS"),
    ("TRANSECT", "TRANSECTS"),
    ("LOSS", "LOSSES"),
    ("CONTROL", "CONTROLS"),
    ("POLLUT", "POLLUTANTS"),
    ("LANDUSE", "LANDUSES"),
    ("BUILDUP", "BUILDUP"),
    ("WASHOFF", "WASHOFF"),
    ("COVERAGE", "COVERAGES"),
    ("INFLOW", "INFLOWS"),
    ("DWF", "DWF"),
    ("PATTERN", "PATTERNS"),
    ("RDII", "RDII"),
    ("HYDROGRAPH", "HYDROGRAPHS"),
    ("LOADING", "LOADINGS"),
    ("TREATMENT", "TREATMENT"),
    ("CURVE", "CURVES"),
    ("TIMESERIES", "TIMESERIES"),
    ("REPORT", "REPORT"),
    ("COORDINATE", "COORDINATES"),
    ("VERTICES", "VERTICES"),
    ("POLYGON", "POLYGONS"),
    ("LABEL", "LABELS"),
    ("SYMBOL", "SYMBOLS"),
    ("BACKDROP", "BACKDROP"),
    ("TAG", "TAGS"),
    ("PROFILE", "PROFILES"),
    ("MAP", "MAP"),
    ("LID_CONTROL", "LID_CONTROLS"),
    ("LID_USAGE", "LID_USAGE"),
    ("GWF", "GWF"),
    ("ADJUSTMENT", "ADJUSTMENTS"),
    ("EVENT", "EVENTS"),
    ("STREET", "STREETS"),
    ("INLET_USAGE", "INLET_USAGE"),
    ("INLET", "INLETS"),
)
"""How each heading must begin, in the order in which the engine tries them, and the section's own name."""

NODE_SECTIONS = ("JUNCTIONS", "OUTFALLS", "STORAGE", "DIVIDERS")
STRUCTURE_SECTIONS = ("PUMPS", "ORIFICES", "WEIRS", "OUTLETS")
LINK_SECTIONS = ("CONDUITS", *STRUCTURE_SECTIONS)

BEFORE_ALL = "-"
"""Section of what stands before the first heading."""

_WORDS = re.compile(r'"([^"\n]*)"?|(\S+)')


@dataclass(frozen=True)
class Row:
    """One line: its number from 1, and its words without quotes and comment."""

    line: int
    words: tuple[str, ...]

    def word(self, place: int) -> str:
        """The word at a place, "" where the line has none."""
        return self.words[place] if place < len(self.words) else ""


@dataclass(frozen=True)
class ModelFile:
    """A SWMM input file: its name, the rows of each section by the section's own name, options, encoding."""

    name: str
    rows: Mapping[str, tuple[Row, ...]]
    options: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "UTF-8"

    def of(self, section: str) -> tuple[Row, ...]:
        """Rows of a section; none where the file does not have it."""
        return self.rows.get(section, ())

    def option(self, name: str, usual: str) -> str:
        """The value of an option in capitals, or the engine's own."""
        return self.options.get(name, usual)


def read_model_file(path: Path) -> ModelFile:
    """The rows of a .inp by section; raises SourceRefusedError where it cannot be read or has no section."""
    with source_entrance(path, "model"):
        return parse_model(path.name, text.read_bytes(path))


def parse_model(name: str, data: bytes, beginning: str = BEFORE_ALL) -> ModelFile:
    """The rows of a .inp by section; raises SourceRefusedError where there is no section.

    What stands before the first heading is of the section ``beginning``; with such a section there need be none.
    """
    rows: dict[str, list[Row]] = {}
    section = beginning
    found = beginning != BEFORE_ALL
    content, encoding = decoded_model(data)
    for number, line in enumerate(content.split("\n"), start=1):
        bare = line.partition(";")[0].strip()
        if bare.startswith("["):
            section, found = section_named(bare.split()[0]), True
            rows.setdefault(section, [])
        elif bare:
            # A title is a text, and no list of words.
            words = (bare,) if section == "TITLE" else words_of_line(bare)
            rows.setdefault(section, []).append(Row(number, words))
    if not found:
        raise SourceRefusedError("file.unreadable", reason="no [SECTION]")
    kept = {section: tuple(own) for section, own in rows.items()}
    options = {row.words[0].upper(): row.word(1).upper() for row in kept.get("OPTIONS", ())}
    return ModelFile(name, kept, options, encoding)


def words_of_line(line: str) -> tuple[str, ...]:
    """The words of a line; what stands in quotes is one."""
    return tuple(plain if plain else quoted for quoted, plain in _WORDS.findall(line))


def section_named(heading: str) -> str:
    """The section's own name by a heading such as "[JUNCTION]"; one that the engine does not know stays."""
    name = heading.lstrip("[").rstrip("]").strip().upper()
    return next((own for start, own in SECTIONS if name.startswith(start)), name)


def decoded_model(data: bytes) -> tuple[str, str]:
    """The text of a model and its encoding: UTF-8, GB 18030 or Latin-1.

    It is GB 18030 where most of its foreign words are in GB 2312. Two accented letters in a row happen to be a
    character of the larger GB 18030, but hardly ever one of the 6763 of GB 2312.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    foreign = [word for word in data.split() if not word.isascii()]
    plain = sum(_in(word, "gb2312") for word in foreign)
    if 2 * plain >= len(foreign) and _in(data, "gb18030"):
        return data.decode("gb18030"), "GB18030"
    return data.decode("latin-1"), "Latin-1"


def _in(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
