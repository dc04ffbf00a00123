"""The map of one community in one scenario: what lies there, where water goes, what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.structure_form import KINDS, PUMP
from spongecalc.contract import SYSTEMS
from spongecalc.report.content.figures import CommunityMap
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.render.failed_check_marks import failed_check_marks
from spongecalc.report.render.joint_path_marks import joint_path_marks
from spongecalc.report.render.label_places import LabelPlaces, grouped, number_list
from spongecalc.report.render.map_svg import (
    WIDTH_PX,
    Frame,
    drawing,
    element,
    frame_of,
    mark,
    path_data,
    placed,
    titled,
)
from spongecalc.report.render.unsettled_marks import unsettled_marks

Naming = Callable[[str, object], str]
"""Names of columns and values of the contract in the report's language: (group, code) -> words."""

# Balcony drains carry washing water, whatever pipe they were joined to.
SEWAGE_LATERALS = ("kitchen", "toilet", "balcony_drain")
JOINT_RADIUS_PX = 11.0
NODE_RADIUS_PX = 3.0
SITE_RADIUS_PX = (6.0, 34.0)

DESCRIBED: Mapping[str, tuple[str, ...]] = {
    "surfaces": ("surface_id", "cover", "status"),
    "buildings": ("building_id", "households", "residents", "floors"),
    "connections": ("connection_id", "kind", "source", "to_node", "status"),
    "pipes": (
        "pipe_id",
        "system",
        "diameter_mm",
        "material",
        "from_node",
        "to_node",
        "invert_up_m",
        "invert_down_m",
        "status",
    ),
    "nodes": ("node_id", "system", "kind", "ground_m", "invert_m", "receives", "status"),
    "structures": (
        "structure_id",
        "kind",
        "form",
        "from_node",
        "to_node",
        "crest_m",
        "flow_l_s",
        "head_m",
        "on_level_m",
        "off_level_m",
        "duty",
        "standby",
        "status",
    ),
    "facilities": ("facility_id", "kind", "volume_m3", "area_m2", "status"),
}


def community_map(shown: CommunityMap, naming: Naming, catalogue: Catalogue) -> str:
    """One map as SVG markup; ``naming`` names columns and values, the ``catalogue`` colours covers."""
    frame = frame_of([shown.extent])
    if frame is None:
        return ""
    layers, joints = shown.layers, shown.joints
    places = LabelPlaces(WIDTH_PX, frame.height_px)
    places.keep_off((0, frame.height_px - 40, WIDTH_PX / 3.5, frame.height_px))
    places.keep_off((WIDTH_PX - 48, 0, WIDTH_PX, 64))
    node_places = _node_places(layers.get("nodes"))
    for x, y in (frame.at(*place) for place in node_places.values()):
        places.take(x / frame.metres_per_px, y / frame.metres_per_px, NODE_RADIUS_PX)
    # Marks take their places before any label is put down, whatever is drawn first.
    joint_marks = _joint_marks(joints, frame, places, naming)
    site_marks = _site_marks(shown.sites, frame, places, naming, shown.largest_m3)
    halos, places_failed = "", ""
    if shown.failed_checks is not None:
        halos, places_failed = failed_check_marks(shown.failed_checks, layers, frame, naming)
    swings, rings = (
        ([], []) if shown.unsettled is None else unsettled_marks(shown.unsettled, layers, frame, naming)
    )
    content = "".join(
        (
            _group("surfaces", _areas(layers.get("surfaces"), "surfaces", catalogue, frame, naming)),
            _group("buildings", _areas(layers.get("buildings"), "buildings", None, frame, naming)),
            element("path", {"class": "boundary", "d": path_data(shown.boundary, frame)}),
            halos,
            _group("joints", [joint_path_marks(joints, layers, frame, naming)]),
            _group("laterals", _laterals(layers.get("connections"), frame, naming)),
            _group("pipes", [*swings, *_pipes(layers.get("pipes"), node_places, frame, naming)]),
            _group(
                "nodes",
                [
                    *rings,
                    *_nodes(layers.get("nodes"), _pumped(layers.get("structures")), frame, naming),
                    *_structures(layers.get("structures"), frame, naming),
                ],
            ),
            _group("tanks", _facilities(layers.get("facilities"), frame, naming)),
            places_failed,
            _group("ponding", site_marks),
            _group("joints", joint_marks),
        )
    )
    return drawing(content, frame, shown.label, naming("map", "north"))


def description(layer: str, row: Mapping[str, object], naming: Naming) -> str:
    """A feature in words: its id and main attributes, as far as they are known."""
    parts = []
    for column in DESCRIBED[layer]:
        value = row.get(column)
        if not is_known(value) or value == "":
            continue
        if isinstance(value, str) and column in ("system", "kind", "form", "status", "cover", "receives"):
            parts.append(naming(column, value))
        elif isinstance(value, str) and column in ("material", "shape"):
            parts.append(f"{naming('column', column)} {naming(column, value)}")
        elif column.endswith("_id"):
            parts.append(str(value))
        else:
            parts.append(f"{naming('column', column)} {cell_text(column, value)}")
    return " · ".join(parts)


def feature(layer: str, row: Mapping[str, object]) -> dict[str, str]:
    """The attribute by which the page's script finds a feature; none where it has no id."""
    value = row.get(DESCRIBED[layer][0])
    return {"data-f": str(value)} if is_known(value) and value != "" else {}


def _group(name: str, parts: Iterable[str]) -> str:
    inner = "".join(parts)
    return f'<g class="l-{name}">{inner}</g>' if inner else ""


def _rows(layer: gpd.GeoDataFrame | None) -> Iterator[dict[str, object]]:
    """The rows of a layer that have a geometry to draw."""
    if layer is None or len(layer) == 0 or "geometry" not in layer:
        return
    for row in layer.to_dict("records"):
        geometry = row["geometry"]
        if not isinstance(geometry, BaseGeometry) or geometry.is_empty:
            continue
        if all(math.isfinite(v) for v in geometry.bounds):
            yield row


def _areas(
    layer: gpd.GeoDataFrame | None, name: str, catalogue: Catalogue | None, frame: Frame, naming: Naming
) -> Iterator[str]:
    for row in _rows(layer):
        data = path_data(row["geometry"], frame)
        kind = _css(row.get("cover"), catalogue.covers) if catalogue else "building"
        if data:
            attributes = {"class": f"a {kind}", "d": data, **feature(name, row)}
            yield element("path", attributes, titled(description(name, row, naming)))


def _laterals(layer: gpd.GeoDataFrame | None, frame: Frame, naming: Naming) -> Iterator[str]:
    for row in _rows(layer):
        data = path_data(row["geometry"], frame)
        water = "sewage" if row.get("kind") in SEWAGE_LATERALS else "storm"
        if data:
            classes = f"lateral {water}{_removed(row)}"
            attributes = {"class": classes, "d": data, **feature("connections", row)}
            yield element("path", attributes, titled(description("connections", row, naming)))


def _pipes(
    layer: gpd.GeoDataFrame | None,
    node_places: Mapping[str, tuple[float, float]],
    frame: Frame,
    naming: Naming,
) -> Iterator[str]:
    arrows = []
    for row in _rows(layer):
        geometry = row["geometry"]
        data = path_data(geometry, frame)
        if not data:
            continue
        system = _css(row.get("system"), SYSTEMS)
        new = " new" if row.get("status") == "proposed" else ""
        classes = f"pipe {system}{new}{_removed(row)}"
        attributes = {"class": classes, "d": data, **feature("pipes", row)}
        yield element("path", attributes, titled(description("pipes", row, naming)))
        arrows.append(_arrow(row, system, node_places, frame))
    yield from arrows


def _arrow(
    row: Mapping[str, object], system: str, node_places: Mapping[str, tuple[float, float]], frame: Frame
) -> str:
    """The arrow at a pipe's middle, from its from_node to its to_node however the line was digitised."""
    line = row["geometry"]
    if not isinstance(line, shapely.LineString) or line.length < 22 * frame.metres_per_px:
        return ""
    upper = node_places.get(str(row.get("from_node")))
    lower = node_places.get(str(row.get("to_node")))
    start, end = shapely.Point(line.coords[0]), shapely.Point(line.coords[-1])
    reversed_line = (
        upper is not None
        and lower is not None
        and start.distance(shapely.Point(lower)) + end.distance(shapely.Point(upper))
        < start.distance(shapely.Point(upper)) + end.distance(shapely.Point(lower))
    )
    middle = line.interpolate(0.5, normalized=True)
    ahead = line.interpolate(0.5 + (-0.01 if reversed_line else 0.01), normalized=True)
    turn = math.degrees(math.atan2(-(ahead.y - middle.y), ahead.x - middle.x))
    x, y = frame.at(middle.x, middle.y)
    return mark(f"arrow-{system}", x, y, frame, turn_degrees=turn)


def _node_places(layer: gpd.GeoDataFrame | None) -> dict[str, tuple[float, float]]:
    return {
        str(row.get("node_id")): (row["geometry"].centroid.x, row["geometry"].centroid.y)  # type: ignore[attr-defined]
        for row in _rows(layer)
    }


def _pumped(layer: gpd.GeoDataFrame | None) -> frozenset[str]:
    """Ids of the nodes that pumps take from: wet wells, whatever the survey calls them."""
    return frozenset(str(row.get("from_node")) for row in _rows(layer) if row.get("kind") == PUMP)


def _structures(layer: gpd.GeoDataFrame | None, frame: Frame, naming: Naming) -> Iterator[str]:
    """Pumps, weirs, orifices and outlets: a sign at their middle, and their line under it where they have one."""
    signs = []
    for row in _rows(layer):
        words = description("structures", row, naming)
        geometry = row["geometry"]
        system = _css(row.get("system"), SYSTEMS)
        if isinstance(geometry, shapely.LineString):
            data = path_data(geometry, frame)
            if data:
                yield element("path", {"class": f"lateral {system}{_removed(row)}", "d": data}, titled(words))
            centre = geometry.interpolate(0.5, normalized=True)
        else:
            centre = geometry.centroid  # type: ignore[attr-defined]
        kind = row.get("kind") if row.get("kind") in KINDS else PUMP
        drawn = mark(f"structure-{kind}", *frame.at(centre.x, centre.y), frame, words=words)
        signs.append(element("g", {"class": f"node {system}", **feature("structures", row)}, drawn))
    yield from signs


def _nodes(layer: gpd.GeoDataFrame | None, pumped: Container[str], frame: Frame, naming: Naming) -> Iterator[str]:
    for row in _rows(layer):
        centre = row["geometry"].centroid  # type: ignore[attr-defined]
        kind = PUMP if str(row.get("node_id")) in pumped else row.get("kind")
        symbol = kind if kind in ("inlet", "outfall", "septic_tank", "storage", "pump") else "manhole"
        drawn = mark(
            f"node-{symbol}", *frame.at(centre.x, centre.y), frame, words=description("nodes", row, naming)
        )
        yield element("g", {"class": f"node {_css(row.get('system'), SYSTEMS)}", **feature("nodes", row)}, drawn)


def _facilities(layer: gpd.GeoDataFrame | None, frame: Frame, naming: Naming) -> Iterator[str]:
    for row in _rows(layer):
        words = description("facilities", row, naming)
        data = path_data(row["geometry"], frame)
        if data:
            yield element("path", {"class": "tank-area", "d": data}, titled(words))
        centre = row["geometry"].centroid  # type: ignore[attr-defined]
        drawn = mark("tank", *frame.at(centre.x, centre.y), frame, words=words)
        yield element("g", {"class": "facility", **feature("facilities", row)}, drawn)


def site_radius_px(volume_m3: float, largest_m3: float) -> float:
    """Radius of a ponding site's circle: its area grows with the volume, from a least size that is seen."""
    least, most = SITE_RADIUS_PX
    if not volume_m3 > 0 or not largest_m3 > 0:
        return least
    return max(least, most * math.sqrt(min(1.0, volume_m3 / largest_m3)))


def _site_marks(
    sites: pd.DataFrame, frame: Frame, places: LabelPlaces, naming: Naming, largest_m3: float
) -> list[str]:
    rows = _placed_rows(sites)
    rows.sort(key=lambda r: -_volume(r))
    drawn = []
    centres = []
    for row in rows:
        x, y = frame.at(float(row["x_m"]), float(row["y_m"]))  # type: ignore[arg-type]
        px, py = x / frame.metres_per_px, y / frame.metres_per_px
        radius = site_radius_px(_volume(row), largest_m3)
        # Only the middle is kept free: a large circle is pale, and a label may lie on its rim.
        places.take(px, py, min(radius, 6))
        centres.append((x, y, px, py))
        known = ("node_id", "site_nodes", "volume_m3", "duration_h", "max_depth_m", "households")
        words = " · ".join(
            f"{naming('column', c)} {cell_text(c, row.get(c))}" for c in known if is_known(row.get(c))
        )
        drawn.append(
            placed(
                f'<g class="site">{titled("P" + str(row["number"]) + " · " + words)}'
                f'<circle r="{radius:.1f}"/><circle class="dot" r="2.5"/></g>',
                x,
                y,
                frame,
            )
        )
    for row, (x, y, px, py) in zip(rows, centres, strict=True):
        label = f"P{row['number']}"
        size = (4 + 8 * len(label), 14)
        found = places.find(px, py, 6, size)
        if found is not None:
            dx, dy = found[0] - px, found[1] - py + 4.5
            words = f'<text class="site-no" x="{dx:.0f}" y="{dy:.0f}" text-anchor="middle">{label}</text>'
            drawn.append(placed(words, x, y, frame))
    return drawn


def _joint_marks(joints: pd.DataFrame, frame: Frame, places: LabelPlaces, naming: Naming) -> list[str]:
    """Diamonds with the numbers of the joints; joints too close to tell apart share one."""
    rows = _placed_rows(joints)
    at = [frame.at(float(r["x_m"]), float(r["y_m"])) for r in rows]  # type: ignore[arg-type]
    drawn = []
    for group in grouped(at, 2 * JOINT_RADIUS_PX * frame.metres_per_px):
        x, y = at[group[0]]
        label = number_list([int(rows[i]["number"]) for i in group])  # type: ignore[call-overload]
        wide = max(0.0, 3.5 * (len(label) - 2))
        r = JOINT_RADIUS_PX + 2
        px, py = x / frame.metres_per_px, y / frame.metres_per_px
        places.take(px, py, r + wide)
        words = "; ".join(
            f"{rows[i]['number']} · {naming('kind', rows[i].get('kind'))} · {rows[i].get('feature_id')}"
            for i in group
        )
        shape = f"M{-r - wide:.1f} 0L{-wide:.1f} {-r}H{wide:.1f}L{r + wide:.1f} 0L{wide:.1f} {r}H{-wide:.1f}Z"
        drawn.append(
            placed(
                f'<g class="joint">{titled(words)}<path d="{shape}"/>'
                f'<text y="4.2" text-anchor="middle">{label}</text></g>',
                x,
                y,
                frame,
            )
        )
    return drawn


def _placed_rows(table: pd.DataFrame) -> list[dict[str, object]]:
    """The rows whose place is known."""
    if not {"x_m", "y_m", "number"} <= set(table.columns):
        return []
    placed_table = table[pd.to_numeric(table["x_m"]).notna() & pd.to_numeric(table["y_m"]).notna()]
    return [{str(k): v for k, v in row.items()} for row in placed_table.to_dict("records")]


def _volume(row: Mapping[str, object]) -> float:
    value = row.get("volume_m3")
    return float(value) if is_known(value) else 0.0  # type: ignore[arg-type]


def _removed(row: Mapping[str, object]) -> str:
    return " removed" if row.get("status") == "removed" else ""


def _css(value: object, known: Container[str]) -> str:
    """The style class of a known value; of any other value "other", whatever it holds."""
    return value if isinstance(value, str) and value in known else "other"
