"""Ids as they are compared: one rule for the ids of features and for all that names them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet

# Columns that name features of other layers, and the layers whose ids they hold.
REFERENCES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "pipes": {"from_node": ("nodes",), "to_node": ("nodes",)},
    "structures": {"from_node": ("nodes",), "to_node": ("nodes",)},
    "connections": {"source": ("buildings", "nodes", "surfaces"), "to_node": ("nodes",)},
    "facilities": {"from_node": ("nodes",), "overflow_to": ("nodes",)},
    "buildings": {"roof_to": ("nodes",), "sewage_to": ("nodes",)},
    "monitoring": {"node_or_pipe": ("nodes", "pipes")},
}
# Columns that list ids, with semicolons between.
LISTS: Mapping[str, tuple[str, ...]] = {"surfaces": ("receives_from",), "facilities": ("receives_from",)}
WHOLE = re.compile(r"(\d+)\.0+")
# What Excel makes of "1-2", as a reader gives it back.
DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]00:00:00(?:\.0+)?)?")


def id_columns(layer: str) -> tuple[str, ...]:
    """Columns of a layer that hold ids: its own, the community's, and those of what it names."""
    return tuple(dict.fromkeys((SCHEMAS[layer].id_column, *REFERENCES.get(layer, {}), "community_id")))


def id_text(value: str) -> str:
    """An id as it is kept: full-width signs half-width, no blanks at its ends, one between words; 12.0 is 12."""
    if value.isascii() and value.isprintable() and " " not in value and ".0" not in value:
        return value
    text = " ".join(unicodedata.normalize("NFKC", value).split())
    whole = WHOLE.fullmatch(text)
    return whole[1] if whole else text


def with_plain_ids(
    layer: str,
    columns: Mapping[str, pd.Series],
    prefix: str,
    file: str,
    findings: list[Finding],
    origin: Mapping[str, str] | None = None,
) -> dict[str, pd.Series]:
    """The columns of a source with the ids in them by the one rule, and the source's prefix before them.

    Parameters
    ----------
    columns
        Texts by the contract's column; those that hold no ids stay as they are.
    prefix
        Set before every id but a community's: numbers that repeat in every drawing are told apart by it.
    findings
        Gains a note of what was written otherwise, and a warning of ids that are days.
    origin
        The source's own fields that columns were made of, by which they are told.
    """
    out = dict(columns)
    changed: list[str] = []
    days: dict[str, list[str]] = {}
    for column in id_columns(layer):
        if column not in out:
            continue
        values = out[column]
        # A layer has few ids that need a change: the others are not touched.
        plain = {v: id_text(v) for v in values.dropna().unique()}
        changed.extend(f"{v!r} = {p}" for v, p in plain.items() if v != p)
        days |= (
            {column: found}
            if (found := [p for p in plain.values() if p[4:5] == "-" and DAY.fullmatch(p)])
            else {}
        )
        before = prefix if column != "community_id" else ""
        if before or any(v != p for v, p in plain.items()):
            mapped = values.map({v: f"{before}{p}" if p else None for v, p in plain.items()})
            out[column] = mapped.astype(object).where(mapped.notna(), None)
    for column in LISTS.get(layer, ()):
        if column in out and out[column].notna().any():
            out[column] = pd.Series([_listed(c, prefix) for c in out[column]], out[column].index, dtype=object)
    if changed:
        words = {"count": len(changed), "pairs": ", ".join(sorted(changed)[:10])}
        findings.append(Finding("id.read_as", Feature(layer, file=file), words))
    for column, found in days.items():
        likely = ", ".join(f"{int(d[5:7])}-{int(d[8:10])}" for d in sorted(found)[:5])
        field = (origin or {}).get(column, column)
        words = {"column": field, "count": len(found), "example": sorted(found)[0], "likely": likely}
        findings.append(Finding("id.days", Feature(layer, file=file), words))
    return out


def _listed(cell: object, prefix: str) -> str | None:
    """A list of ids by the one rule, with the prefix before each."""
    if not isinstance(cell, str):
        return None
    ids = [id_text(part) for part in re.split("[;；]", cell)]
    return ";".join(f"{prefix}{i}" for i in ids if i) or None


def match_case(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Let names that differ from an id by case alone mean it, as in SWMM; one to the letter goes first."""
    findings: list[Finding] = []
    for layer, columns in REFERENCES.items():
        frame = layers[layer]
        for column, targets in columns.items():
            named = set(frame[column].dropna()) if len(frame) else set()
            ids = {i for t in targets for i in layers[t][SCHEMAS[t].id_column].dropna()}
            meant = by_case(named - ids, ids)
            if not meant:
                continue
            values = frame[column].map(lambda v, meant=meant: meant.get(v, v)).astype(object)
            frame = frame.assign(**{column: values.where(values.notna(), None)})
            pairs = ", ".join(f"{a} = {b}" for a, b in sorted(meant.items())[:10])
            words = {"count": len(meant), "pairs": pairs}
            findings.append(Finding("id.read_as", Feature(layer), words))
        layers = layers.with_frame(layer, frame)
    return layers, tuple(findings)


def by_case(unknown: Iterable[str], ids: Iterable[str]) -> dict[str, str]:
    """The id that each unknown name means, where one and only one has the same letters."""
    wanted = {name.casefold(): name for name in unknown}
    if not wanted:
        return {}
    found: dict[str, list[str]] = {}
    for identifier in ids:
        if identifier.casefold() in wanted:
            found.setdefault(identifier.casefold(), []).append(identifier)
    lone = {folded: own[0] for folded, own in found.items() if len(own) == 1}
    return {name: lone[name.casefold()] for name in unknown if name.casefold() in lone}
