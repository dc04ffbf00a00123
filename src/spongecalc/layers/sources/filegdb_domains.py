"""Coded values of a FileGDB: the descriptions that its domains and subtypes give the codes of its fields.

GDAL reads the codes alone. What they mean stands in the geodatabase's own table of items, as XML.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import pandas as pd

from spongecalc.gate import vector, xml
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.layers.sources.raw import Note, RawLayer
from spongecalc.layers.sources.xml_document import everywhere, local_name, words_of
from spongecalc.project.layer_source import LayerSource

SUFFIX = ".gdb"
ITEMS = "GDB_Items"


def with_descriptions(raw: RawLayer, path: Path, layer: str, source: LayerSource) -> RawLayer:
    """A layer with the descriptions in the place of the codes of its fields.

    Parameters
    ----------
    raw
        The layer as GDAL reads it.
    path, layer
        The geodatabase, and the layer's name in it.
    source
        What the project says: a field whose codes it maps or filters itself keeps them.
    """
    frame, told = raw.frame, []
    for field, meanings in coded_values(path, layer).items():
        if field not in frame.columns or _speaks_of_codes(source, field, meanings):
            continue
        given = frame[field].map(_code)
        means = given.map(meanings)
        if means.notna().any():
            frame = frame.assign(**{field: means.astype(object).where(means.notna(), frame[field])})
            strange = sorted({str(c) for c in given[given.notna() & means.isna()]})
            told.append(f"{field} ({int(means.notna().sum())})" + (f" - {', '.join(strange)}" if strange else ""))
    if not told:
        return raw
    return replace(raw, frame=frame, notes=(*raw.notes, Note("domain.described", {"fields": "; ".join(told)})))


def _speaks_of_codes(source: LayerSource, field: str, meanings: Mapping[str, str]) -> bool:
    """True where the project itself says what codes of a field mean, or filters by them."""
    columns = {column for column, name in source.fields.items() if name == field} | {field}
    said = {key for column in columns for key in source.values.get(column, {})} | set(
        source.filter.get(field, ())
    )
    looked_up = any(look.field == field for look in source.lookups)
    return looked_up or bool(said & set(meanings) - set(meanings.values()))


def coded_values(path: Path, layer: str) -> dict[str, dict[str, str]]:
    """Description by code for each field of a layer that has a domain of coded values or is its subtype's.

    A geodatabase whose items cannot be read has none.
    """
    try:
        with Entrance(path, "vector", layer), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            asked = {"columns": ["Name", "Definition"], "read_geometry": False}
            items = vector.read_dataframe(path, layer=ITEMS, **asked)
            roots = [
                (str(name), root)
                for name, text in zip(items["Name"], items["Definition"], strict=True)
                if (root := _parsed(text)) is not None
            ]
    except InputRefusedError:
        return {}
    domains = {
        name: {
            code: words
            for value in everywhere(root, "CodedValue")
            if (pair := _pair(value))
            for code, words in [pair]
        }
        for name, root in roots
        if "CodedValueDomain" in local_name(root)
    }
    found: dict[str, dict[str, str]] = {}
    for name, root in roots:
        if name == layer and local_name(root).startswith(("DEFeatureClassInfo", "DETableInfo")):
            for field in everywhere(root, "GPFieldInfoEx"):
                meanings = domains.get(
                    words_of(field, "DomainName") or words_of(field, "Domain", "DomainName") or ""
                )
                if meanings:
                    found[words_of(field, "Name") or ""] = meanings
            found |= subtype_names(root)
    return found


def _parsed(text: object) -> Element | None:
    if not isinstance(text, str) or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        return xml.root_of(text)
    except (ParseError, ValueError):
        return None


def _pair(value: Element) -> tuple[str, str] | None:
    code, words = words_of(value, "Code"), words_of(value, "Name")
    return (_code(code) or code, words) if code is not None and words is not None else None


def subtype_names(root: Element) -> dict[str, dict[str, str]]:
    """Name by code of a layer's subtypes, for the field that holds them; of a definition as XML."""
    field = words_of(root, "SubtypeFieldName")
    names = {
        str(words_of(one, "SubtypeCode")): str(words_of(one, "SubtypeName"))
        for one in everywhere(root, "Subtype")
        if words_of(one, "SubtypeCode") and words_of(one, "SubtypeName")
    }
    return {field: names} if field and names else {}


def _code(value: object) -> str | None:
    """A code as its domain writes it: a whole number has no point."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return None
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip() or None
