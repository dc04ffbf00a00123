"""The objects of a SWMM input file: by section, each by the name that an engineer knows it by."""

from __future__ import annotations

from spongecalc.layers.sources.swmm.sections import ModelFile, Row

LINES = 0
# Words that name an object together; one where a section is not listed, and its number where there is no name.
WORDS_OF_NAME = {
    "TITLE": LINES,
    "LABELS": LINES,
    "EVENTS": LINES,
    "PROFILES": LINES,
    "FILES": 2,
    "ADJUSTMENTS": 2,
    "INFLOWS": 2,
    "DWF": 2,
    "TREATMENT": 2,
    "TAGS": 2,
    "COVERAGES": 2,
    "LOADINGS": 2,
    "BUILDUP": 2,
    "WASHOFF": 2,
    "LID_USAGE": 2,
    "GWF": 2,
}
RULE_WORDS = ("RULE", "VARIABLE", "EXPRESSION")


def objects_of(file: ModelFile) -> dict[str, tuple[str, ...]]:
    """Names of the objects of each section, as first spelt and in the file's order; an empty section has none.

    Names are compared whatever their case. A title, label, event or profile is named by the number of its line in
    the section, a control rule by its name, a transect by that of its X1 line.
    """
    found: dict[str, tuple[str, ...]] = {}
    for section, rows in file.rows.items():
        names: dict[str, str] = {}
        for position, row in enumerate(rows, start=1):
            name = object_name(section, row, position)
            if name:
                names.setdefault(name.lower(), name)
        found[section] = tuple(names.values())
    return found


def object_name(section: str, row: Row, position: int) -> str:
    """The name of the object that a row is of; "" where the row goes on with the one before it."""
    if section == "CONTROLS":
        word = row.words[0].upper()
        begins = next((w for w in RULE_WORDS if word.startswith(w)), "")
        return f"{begins} {row.word(1)}" if begins else ""
    if section == "TRANSECTS":
        return row.word(1) if row.words[0].upper().startswith("X1") else ""
    count = WORDS_OF_NAME.get(section, 1)
    return " ".join(row.words[:count]) if count else f"#{position}"
