"""A finding at a feature: its id, community, file and place taken from the feature's row."""

from __future__ import annotations

from spongecalc.contract import SCHEMAS
from spongecalc.layers.finding import Finding


def finding_at(rule: str, severity: str, layer: str, row: object, **found: object) -> Finding:
    """A Finding at ``row``, a row of ``layer`` as ``itertuples`` gives it; ``found`` fills its sentences."""
    geometry = getattr(row, "geometry", None)
    point = None if geometry is None or geometry.is_empty else geometry.representative_point()
    identifier = getattr(row, SCHEMAS[layer].id_column) or f"#{getattr(row, 'file_row', 0)}"
    community = getattr(row, "community_id", None)
    return Finding(
        rule,
        severity,
        layer,
        str(identifier),
        community if isinstance(community, str) else "",
        str(getattr(row, "file", "") or ""),
        point.x if point is not None else float("nan"),
        point.y if point is not None else float("nan"),
        found,
    )
