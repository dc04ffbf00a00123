"""The place that a finding or a design check is about: one feature, or a whole layer, file or community."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spongecalc.contract import SCHEMAS


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature by its layer and id, with its community, its source file and a point at it.

    Whatever does not apply is empty: ``feature_id`` where a whole layer or file is meant, ``community_id`` where
    all communities are, the point (in the project's CRS, m) where there is no place. Ids are as in the layers.
    """

    layer: str = ""
    feature_id: str = ""
    community_id: str = ""
    file: str = ""
    x_m: float = math.nan
    y_m: float = math.nan


NOWHERE = Feature()


def feature_of(layer: str, row: object, *, mid_line: bool = False) -> Feature:
    """The feature of ``row``, a row of ``layer`` as ``itertuples`` gives it.

    Parameters
    ----------
    layer
        A layer of the contract.
    row
        Its point is one on its geometry, NaN without a geometry. Without an id, ``#`` and its row in the file.
    mid_line
        Take the middle of a line as its point: where a drawing would label a pipe.
    """
    geometry = getattr(row, "geometry", None)
    point = None
    if geometry is not None and not geometry.is_empty:
        middle = mid_line and geometry.geom_type == "LineString"
        point = geometry.interpolate(0.5, normalized=True) if middle else geometry.representative_point()
    community = getattr(row, "community_id", None)
    return Feature(
        layer,
        str(getattr(row, SCHEMAS[layer].id_column) or f"#{getattr(row, 'file_row', 0)}"),
        community if isinstance(community, str) else "",
        str(getattr(row, "file", "") or ""),
        point.x if point is not None else math.nan,
        point.y if point is not None else math.nan,
    )
