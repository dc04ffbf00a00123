"""Defects of a whole layer of one delivery: fields lost, renamed or added, labels wrong, nothing in it."""

from __future__ import annotations

from tests.defects.planting import Change, Kind, Planting
from tests.defects.two_deliveries import DELIVERIES

NEEDED = {
    "communities": ("community_id",),
    "nodes": ("node_id", "system", "kind", "ground_m", "invert_m", "status"),
    "pipes": ("pipe_id", "system", "from_node", "diameter_mm", "status", "invert_up_m"),
    "surfaces": ("surface_id", "cover", "status"),
    "buildings": ("building_id", "status", "residents"),
    "connections": ("connection_id", "source", "kind", "to_node", "status"),
    "facilities": ("facility_id", "kind", "status", "volume_m3"),
    "utilities": ("utility_id", "utility", "status"),
    "trees": ("tree_id", "kind", "status"),
    "barriers": ("barrier_id", "kind"),
    "ponding_records": ("record_id",),
    "monitoring": ("sensor_id",),
}


def _touch(p: Planting) -> None:
    p.files.add(p.layer)
    for communities in DELIVERIES.values():
        known = p.delivery["communities"]
        ids = set(known["community_id"].dropna()) if "community_id" in known else set(communities)
        if set(communities) & ids:
            p.communities |= set(communities)


def field_lost(column: str) -> Change:
    def change(p: Planting) -> None:
        _touch(p)
        if column in p.frame:
            p.delivery[p.layer] = p.frame.drop(columns=column)

    return change


def field_renamed(column: str) -> Change:
    def change(p: Planting) -> None:
        _touch(p)
        p.delivery[p.layer] = p.frame.rename(columns={column: f"{column}_old"})

    return change


def label(crs: str) -> Change:
    def change(p: Planting) -> None:
        _touch(p)
        p.delivery[p.layer] = p.frame.set_crs(crs, allow_override=True)

    return change


def empty(p: Planting) -> None:
    _touch(p)
    p.delivery[p.layer] = p.frame.iloc[:0]


def unknown_field(p: Planting) -> None:
    _touch(p)
    p.delivery[p.layer] = p.frame.assign(备注="见图", 序号=range(len(p.frame)))


def twice(p: Planting) -> None:
    """The layer was appended to itself."""
    import geopandas as gpd
    import pandas as pd

    _touch(p)
    crs = p.frame.crs
    p.delivery[p.layer] = gpd.GeoDataFrame(pd.concat([p.frame, p.frame], ignore_index=True), crs=crs)


def in_degrees(p: Planting) -> None:
    """In degrees, and labelled so: no defect, it is reprojected."""
    _touch(p)
    p.delivery[p.layer] = p.frame.to_crs("EPSG:4490")


WHOLE = ("nodes", "pipes", "surfaces", "buildings", "connections", "facilities")

KINDS = [
    *(
        Kind(f"{layer}: no field {column}", layer, field_lost(column), whole=True)
        for layer, columns in NEEDED.items()
        for column in columns
    ),
    *(
        Kind(f"{layer}: field {columns[-1]} renamed", layer, field_renamed(columns[-1]), whole=True)
        for layer, columns in NEEDED.items()
    ),
    *(Kind(f"{layer}: labelled EPSG:4542", layer, label("EPSG:4542"), whole=True) for layer in NEEDED),
    *(Kind(f"{layer}: labelled EPSG:4326", layer, label("EPSG:4326"), whole=True) for layer in WHOLE),
    *(Kind(f"{layer}: nothing in it", layer, empty, whole=True) for layer in NEEDED),
    *(Kind(f"{layer}: a field more", layer, unknown_field, whole=True) for layer in NEEDED),
    *(Kind(f"{layer}: appended to itself", layer, twice, whole=True) for layer in NEEDED),
    *(Kind(f"{layer}: in degrees", layer, in_degrees, whole=True) for layer in WHOLE),
]
