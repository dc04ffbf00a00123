"""Sources and tables of the standards' data, as the report's language names them."""

from __future__ import annotations

import re

from spongecalc.language import catalogue, text
from spongecalc.standards.provenance import BY_PROJECT, CONFIRMED

PART = "standard_sources"
# A series that was made and not measured names its source itself (rainfall.generated_series).
GENERATED = re.compile(r"generated from the monthly climate of (?P<place>.+), seed (?P<seed>\d+)")


def source_name(source: str, lang: str) -> str:
    """A source in words of the language; what the catalogue does not hold stands as it is written.

    Several sources, with semicolons between, are named one by one.
    """
    made = GENERATED.fullmatch(source)
    if made:
        return text(f"{PART}.generated", lang, **made.groupdict())
    names = catalogue(PART, lang)
    whole = names.get(f"{PART}.source.{source}")
    if whole is not None:
        return whole
    pieces = source.split("; ")
    said = f"{PART}.how_known."
    found: list[str] = []
    while pieces:
        # The longest named beginning: a source may hold a semicolon of its own.
        for count in range(len(pieces), 0, -1):
            one = "; ".join(pieces[:count])
            mark, colon, words = one.partition(": ")
            if colon and mark in (BY_PROJECT, CONFIRMED):
                found.append(("{}：{}" if lang == "zh" else "{}: {}").format(names[said + mark], words))
                pieces = pieces[count:]
                break
            if count == 1 or f"{PART}.source.{one}" in names:
                found.append(names.get(f"{PART}.source.{one}", names.get(said + one, one)))
                pieces = pieces[count:]
                break
    return ("；" if lang == "zh" else "; ").join(found)


def table_name(name: str, lang: str) -> str:
    """A table of the standards' data: its name, and its file."""
    named = catalogue(PART, lang).get(f"{PART}.table.{name}")
    return f"{name}.csv" if named is None else f"{named} ({name}.csv)"
