"""Names of fields and values that surveys use, known without a mapping."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.project.quantity import CHINESE_UNITS, factor
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.standards.tables import table

# A heading with its unit behind it: 管径(mm), 埋深[cm], 管径/mm, 埋深_cm, 埋深(单位:厘米).
_UNITS = "|".join(("mm/h", "mm", "cm", "dm", "km", "m2", "m3", "m", "l", *CHINESE_UNITS))
HEADING = re.compile(
    rf"(?P<name>.*?[^\s(\[【/_:,])\s*(?:[(\[【]\s*(?:单位:?\s*)?(?P<within>{_UNITS})\s*[)\]】]|[/_]\s*(?P<behind>{_UNITS}))",
    re.IGNORECASE,
)

SHAPEFILE = ".shp"
"""Ending of a source whose names of fields have ten bytes at most."""


def folded(name: object) -> str:
    """A name for comparison: full-width signs made plain, blanks taken out, small letters."""
    return "".join(unicodedata.normalize("NFKC", str(name)).split()).lower()


def base_name(name: str) -> str:
    """A heading without the unit behind it: 管径 of 管径(mm); as it is where there is none."""
    found = HEADING.fullmatch(unicodedata.normalize("NFKC", name).strip())
    return found["name"] if found else name


def unit_of_heading(name: str, column: str) -> str | None:
    """The unit that a heading states for a column of the contract, None where it states none that fits it."""
    found = HEADING.fullmatch(unicodedata.normalize("NFKC", name).strip())
    if found is None or name == column:
        return None
    said = found["within"] or found["behind"]
    unit = CHINESE_UNITS.get(said, said)
    try:
        factor(unit, column)
    except RefusedValueError:
        return None
    return unit


@cache
def _names(layer: str) -> dict[str, tuple[str, ...]]:
    """Known names of each column of a layer, folded, the most usual first."""
    rows = table("field_names")
    rows = rows[rows["layer"] == layer]
    return {str(c): tuple(folded(n) for n in group["name"]) for c, group in rows.groupby("column", sort=False)}


def recognised_fields(layer: str, fields: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Fields of a source that hold columns of the contract, by the names known out of the box.

    Parameters
    ----------
    layer
        A layer of the contract, or "survey" for what a survey table calls its points.
    fields
        The fields of the source.
    taken
        Columns that the project maps itself, and fields that it has used.

    Returns
    -------
    Column to field; a field is given to one column only, the one that its name means first. A name that is cut
    short counts where it can be the beginning of one column's names only; see :func:`unclear_fields`.
    """
    by_name: dict[str, str] = {}
    listed = list(fields)
    for field in listed:
        by_name.setdefault(folded(field), field)
    # A name with its unit behind it counts as the name.
    for field in listed:
        by_name.setdefault(folded(base_name(str(field))), field)
    used = {folded(t) for t in taken}
    unclear = {folded(f) for f in unclear_fields(layer, by_name.values())}
    found: dict[str, str] = {}
    columns = _names(layer)
    # A truncated name (ten bytes of a Shapefile are five Chinese characters in GBK, three in UTF-8) still counts.
    for rank in range(max((len(n) for n in columns.values()), default=0)):
        for column, names in columns.items():
            if column in found or folded(column) in used or rank >= len(names):
                continue
            name = names[rank]
            cut = _cut(name, by_name)
            match = name if name in by_name else cut if cut not in unclear else None
            if match is not None and match not in used:
                found[column] = by_name[match]
                used.add(match)
    return found


def unclear_fields(layer: str, fields: Iterable[str]) -> dict[str, dict[str, str]]:
    """Fields whose names are cut short and may be those of several columns: for each column a name it may be of.

    起点管 of a Shapefile in UTF-8 is the beginning of 起点管底高程, a level, and of 起点管底埋深, a depth.
    """
    by_name = {folded(f): f for f in fields}
    meant: dict[str, dict[str, str]] = {}
    known = _names(layer)
    whole = {name for names in known.values() for name in names}
    for column, names in known.items():
        for name in names:
            cut = _cut(name, by_name)
            if cut is not None and cut not in whole:
                meant.setdefault(by_name[cut], {}).setdefault(column, name)
    return {field: columns for field, columns in meant.items() if len(columns) > 1}


def cut_names(names: Iterable[str], fields: Iterable[str]) -> dict[str, str]:
    """The fields that hold what full names say, where a Shapefile kept no more than their first ten bytes.

    Parameters
    ----------
    names
        Fields as the project writes them, none of which the source has.
    fields
        The fields of the source.

    Returns
    -------
    Name to field; a field that may be the beginning of several of the names is given to none.
    """
    by_name = {folded(f): f for f in fields}
    found = {name: by_name[cut] for name in names if (cut := _cut(folded(name), by_name)) is not None}
    claimed = list(found.values())
    return {name: field for name, field in found.items() if claimed.count(field) == 1}


def _cut(name: str, by_name: Mapping[str, str]) -> str | None:
    """The field whose name is this one cut to ten bytes, as a Shapefile keeps it, in full characters."""
    for encoding in ("gb18030", "utf-8"):
        cut = name.encode(encoding)[:10].decode(encoding, "ignore")
        if cut != name and cut in by_name:
            return cut
    return None


def value_names(layer: str, column: str, catalogue: Catalogue) -> dict[str, str]:
    """The contract's value for each name that surveys use for it, by the folded name."""
    if column == "cover":
        return {folded(name): cover for name, cover in catalogue.cover_names().items()}
    return _value_names(layer, column)


@cache
def _value_names(layer: str, column: str) -> dict[str, str]:
    rows = table("value_names")
    rows = rows[(rows["column"] == column) & (rows["layer"].isna() | (rows["layer"] == layer))]
    return {folded(n): str(v) for n, v in zip(rows["name"], rows["value"], strict=True)}
