"""Objects of SWMM that columns of the layers name: transects, streets, shapes of sections, patterns."""

from __future__ import annotations

import pandas as pd


def named_objects(nodes: pd.DataFrame, pipes: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Section and name in small letters of all that nodes and pipes name."""
    found: set[tuple[str, str]] = set()
    for name in pipes["transect"].dropna().unique():
        found.add(("TRANSECTS", str(name).lower()))
    for words in pipes["swmm_section"].dropna().unique():
        shape, *rest = str(words).split() or [""]
        if shape == "STREET" and rest:
            found.add(("STREETS", rest[0].lower()))
        elif shape == "CUSTOM" and len(rest) > 1:
            found.add(("CURVES", rest[1].lower()))
    found |= {("PATTERNS", name.lower()) for names in patterns_of(nodes).values() for name in names}
    return frozenset(found)


def patterns_of(nodes: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Names of the patterns of each node's own flow, by node id."""
    given = nodes.loc[nodes["inflow_pattern"].notna(), ["node_id", "inflow_pattern"]]
    return {
        str(node): tuple(name for part in str(cell).split(";") if (name := part.strip()))
        for node, cell in given.itertuples(index=False)
    }
