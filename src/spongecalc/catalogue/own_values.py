"""Values in which a row of a project's own differs from the row that it is like."""

from __future__ import annotations

from dataclasses import fields

from spongecalc.catalogue.cover import Cover
from spongecalc.catalogue.material import Material

# Told beside them in the report, or only how a thing is drawn.
LEFT_OUT = (
    "cover",
    "material",
    "name_zh",
    "name_en",
    "synonyms",
    "like",
    "reason",
    "map_line",
    "map_pattern",
    "qgis_fill",
)


def own_values[Row: (Cover, Material)](own: Row, like: Row) -> list[str]:
    """Each value of ``own`` that differs from ``like``, by its key in spongecalc.toml, the other in brackets."""
    told = []
    for field in fields(own):
        value, usual = getattr(own, field.name), getattr(like, field.name)
        if value == usual or field.name in LEFT_OUT or field.name.endswith(("source", "how_known")):
            continue
        key = "colour" if field.name == "map_fill" else field.name
        told.append(f"{key} = {_shown(value)} ({_shown(usual)})")
    return told


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return " ".join(map(_shown, value)) if isinstance(value, tuple) else str(value)
