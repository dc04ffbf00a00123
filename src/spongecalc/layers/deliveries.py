"""Changes between two deliveries of the layers, feature by feature."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.contract import SCHEMAS
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.value_change import NOW, WAS

CHANGE_COLUMNS = [
    "layer",
    "feature_id",
    "community_id",
    "change",
    "column",
    WAS,
    NOW,
    "moved_m",
    "length_change_m",
    "x_m",
    "y_m",
]
# Kinds of change: added, removed, renamed, moved, reversed, resized, changed.
SIZE_COLUMNS = ("diameter_mm", "width_mm", "height_mm", "volume_m3", "surface_mm", "base_mm")
# Coordinates are read to the millimetre; less than that is no move.
STILL_M = 0.0015


def compare(before: LayerSet, after: LayerSet) -> pd.DataFrame:
    """All changes from one delivery to the next.

    A feature is known by its id. One whose id is gone and whose place, geometry and values stand under a new
    id is "renamed", not removed and added. A line drawn the other way round is "reversed": its length is the
    same, but its direction of flow is not. "resized" are changes of a size, "changed" of any other column;
    ``moved`` states the greatest distance between the old and the new geometry.

    Parameters
    ----------
    before, after
        Layers in the same CRS, as read; a column ``belongs_to`` gives the community that a row is reported
        under where the feature states none. Ids that are missing or occur twice cannot be followed: such
        features are compared by their number in the layer and reported as changes of the layer's count under
        id "".

    Returns
    -------
    One row for each changed column of each feature, ordered by layer, feature and column.
    """
    parts = [row for layer in SCHEMAS for row in _layer_changes(layer, before[layer], after[layer])]
    table = pd.DataFrame(parts, columns=CHANGE_COLUMNS)
    return table.sort_values(["layer", "feature_id", "change", "column"], ignore_index=True, kind="stable")


def _layer_changes(layer: str, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> Iterator[dict[str, object]]:
    key = SCHEMAS[layer].id_column
    old_by_id, old_rest = _by_id(old, key)
    new_by_id, new_rest = _by_id(new, key)
    if len(old_rest) != len(new_rest):
        yield _change(layer, "", "", "changed", key, f"{len(old_rest)}", f"{len(new_rest)}")
    gone = [i for i in old_by_id.index if i not in new_by_id.index]
    fresh = [i for i in new_by_id.index if i not in old_by_id.index]
    values = [c.name for c in SCHEMAS[layer].columns if c.name != key]
    renamed = _renamed(old_by_id.loc[gone], new_by_id.loc[fresh], values)
    for old_id, new_id in renamed.items():
        row = new_by_id.loc[new_id]
        yield _at(layer, new_id, row, "renamed", key, old_id, new_id)
    taken = set(renamed.values())
    for identifier in gone:
        if identifier not in renamed:
            yield _at(layer, identifier, old_by_id.loc[identifier], "removed", sign=-1)
    for identifier in fresh:
        if identifier not in taken:
            yield _at(layer, identifier, new_by_id.loc[identifier], "added", sign=1)
    both = [i for i in old_by_id.index if i in new_by_id.index]
    yield from _geometry_changes(layer, old_by_id.loc[both], new_by_id.loc[both])
    for column in values:
        yield from _value_changes(layer, column, old_by_id.loc[both], new_by_id.loc[both])


def _by_id(frame: gpd.GeoDataFrame, key: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Features whose id is there and occurs once, by id; and the others."""
    sound = frame[key].notna() & ~frame[key].duplicated(keep=False)
    return frame[sound].set_index(key, drop=False).sort_index(), frame[~sound]


def _renamed(gone: gpd.GeoDataFrame, fresh: gpd.GeoDataFrame, values: list[str]) -> dict[str, str]:
    """Old ids and the new ids under which the same feature stands; only where there is no doubt."""

    def prints(frame: gpd.GeoDataFrame) -> dict[object, list[str]]:
        found: dict[object, list[str]] = {}
        texts = frame[values].astype(object).where(frame[values].notna(), None)
        for identifier, geometry, row in zip(frame.index, frame.geometry, texts.to_numpy().tolist(), strict=True):
            found.setdefault((geometry.wkb if geometry is not None else b"", tuple(row)), []).append(identifier)
        return found

    old, new = prints(gone), prints(fresh)
    return {
        ids[0]: new[print_][0] for print_, ids in old.items() if len(ids) == 1 and len(new.get(print_, [])) == 1
    }


def _geometry_changes(layer: str, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> Iterator[dict[str, object]]:
    first, second = old.geometry.to_numpy(), new.geometry.to_numpy()
    same = shapely.equals_exact(first, second, STILL_M)
    for position in np.flatnonzero(~same):
        a, b = first[position], second[position]
        if a is None and b is None:
            continue
        row, identifier = new.iloc[position], str(new.index[position])
        if a is None or b is None:
            yield _at(layer, identifier, row if b is not None else old.iloc[position], "moved")
            continue
        if a.geom_type == "LineString" and shapely.equals_exact(a.reverse(), b, STILL_M):
            yield _at(layer, identifier, row, "reversed")
            continue
        distance = float(shapely.hausdorff_distance(a, b))
        # The same outline drawn from another corner, or with a vertex more on a straight edge, is no move.
        if distance <= STILL_M and abs(a.length - b.length) <= STILL_M:
            continue
        change = _at(layer, identifier, row, "moved")
        change["moved_m"] = distance
        if a.geom_type == "LineString" and b.geom_type == "LineString":
            change["length_change_m"] = b.length - a.length
        yield change


def _value_changes(
    layer: str, column: str, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame
) -> Iterator[dict[str, object]]:
    a, b = old[column], new[column]
    if SCHEMAS[layer].column(column).kind == "number":
        x, y = a.to_numpy(float), b.to_numpy(float)
        differ = ~(np.isclose(x, y, rtol=1e-9, atol=1e-9) | (np.isnan(x) & np.isnan(y)))
    else:
        differ = (a.fillna("").astype(str) != b.fillna("").astype(str)).to_numpy()
    kind = "resized" if column in SIZE_COLUMNS else "changed"
    for position in np.flatnonzero(differ):
        identifier = str(new.index[position])
        yield _at(
            layer, identifier, new.iloc[position], kind, column, _text(a.iloc[position]), _text(b.iloc[position])
        )


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return (
        f"{value:g}" if isinstance(value, float) and abs(value) < 1e5 and value == round(value, 3) else str(value)
    )


def _at(
    layer: str,
    identifier: str,
    row: pd.Series,
    change: str,
    column: str = "",
    before: str = "",
    after: str = "",
    sign: int = 0,
) -> dict[str, object]:
    """A change at a feature; ``sign`` tells what it does to the length of lines (1 adds it, -1 takes it)."""
    geometry = row.geometry
    community = row.get("belongs_to", row["community_id"])
    found = _change(
        layer, identifier, community if isinstance(community, str) else "", change, column, before, after
    )
    if geometry is not None and not geometry.is_empty:
        point = geometry.representative_point()
        found |= {"x_m": point.x, "y_m": point.y}
        if sign and geometry.geom_type == "LineString":
            found["length_change_m"] = sign * geometry.length
    return found


def _change(
    layer: str, identifier: str, community: str, change: str, column: str, before: str, after: str
) -> dict[str, object]:
    return {
        "layer": layer,
        "feature_id": identifier,
        "community_id": community,
        "change": change,
        "column": column,
        WAS: before,
        NOW: after,
    }
