"""The map of one community in one scenario: ground, buildings, pipes, nodes, and what is wrong where."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import geopandas as gpd
from markupsafe import escape

from spongecalc.assess.review import CommunityPage
from spongecalc.report.map_svg import (
    Frame,
    Say,
    bearing,
    frame_around,
    furniture,
    layer,
    path_data,
    picture,
    quantity,
    rows,
    shape,
    symbol,
    title,
)

# Layers that a reader may hide, from the ground up.
LAYERS = (
    "surfaces",
    "buildings",
    "utilities",
    "laterals",
    "storm",
    "sewage",
    "combined",
    "facilities",
    "nodes",
    "labels",
    "ponding",
    "joints",
)
SYSTEMS = ("storm", "sewage", "combined")
# A pipe shorter than this on the page has no room for its arrow, or for its diameter.
ARROW_FROM_PX, LABEL_FROM_PX = 14.0, 62.0
# Area of a ponding circle grows with the volume: 10 m3 is a circle of 13 px, 1 m3 one of 7 px.
SITE_BASE_PX, SITE_PX_PER_ROOT_M3, SITE_MOST_PX = 4.0, 2.85, 46.0


def site_radius_px(volume_m3: float) -> float:
    """Radius of a ponding site's circle: grows with the root of its volume, within bounds."""
    if math.isnan(volume_m3) or volume_m3 <= 0:
        return SITE_BASE_PX
    return min(SITE_BASE_PX + SITE_PX_PER_ROOT_M3 * math.sqrt(volume_m3), SITE_MOST_PX)


def community_frame(page: CommunityPage) -> Frame:
    """One extent for both scenarios: the boundary and every pipe, node and building of either."""
    shapes = [page.boundary]
    for layers in page.layers.values():
        for name in ("pipes", "nodes", "buildings"):
            shapes.extend(row.geometry for row in rows(layers, name))
    return frame_around(shapes)


def community_map(page: CommunityPage, scenario: str, frame: Frame, marks: Mapping[str, int], say: Say) -> str:
    """The map of a scenario as an <svg> element.

    Parameters
    ----------
    page
        The community.
    scenario
        "before" or "after"; it may be missing in ``page.layers``, then only the boundary is drawn.
    frame
        The extent, shared by the two maps of a community.
    marks
        Number of each cross-connection's mark, by joint id.
    say
        Texts of the report.
    """
    layers = page.layers.get(scenario, {})
    pipes = list(rows(layers, "pipes"))
    parts = [
        layer("surfaces", _surfaces(layers, frame, say)),
        layer("buildings", _buildings(layers, frame, say)),
        f'<path class="edge" d="{path_data(page.boundary, frame)}"/>',
        layer("utilities", _utilities(layers, frame, say)),
        layer("laterals", _laterals(layers, frame, say)),
    ]
    for system in SYSTEMS:
        own = [p for p in pipes if p.system == system]
        parts.append(layer(system, (_pipe(p, frame, say) for p in own)))
    parts += [
        layer("facilities", _facilities(layers, frame, say)),
        layer("nodes", _nodes(layers, frame, say)),
        layer("labels", (_label(p, frame, say) for p in pipes)),
        layer("ponding", _sites(page.sites, scenario, frame, say)),
        layer("joints", _joints(page.joints, scenario, frame, marks, say)),
        furniture(frame, say),
    ]
    label = say("map_label", community=page.name, scenario=say(f"scenario.{scenario}"))
    return picture(frame, label, parts)


def _surfaces(layers: Mapping[str, gpd.GeoDataFrame], frame: Frame, say: Say) -> Iterable[str]:
    for s in rows(layers, "surfaces"):
        area = quantity(s.geometry.area, "area_m2", "m²")
        yield shape(s.geometry, frame, f"c-{s.cover}", title(s.surface_id, say(f"cover.{s.cover}"), area))


def _buildings(layers: Mapping[str, gpd.GeoDataFrame], frame: Frame, say: Say) -> Iterable[str]:
    for b in rows(layers, "buildings"):
        count = quantity(b.households, "households_mm", say("unit_households"))
        yield shape(b.geometry, frame, "building", title(b.building_id, say("map_layer.buildings"), count))


def _utilities(layers: Mapping[str, gpd.GeoDataFrame], frame: Frame, say: Say) -> Iterable[str]:
    for u in rows(layers, "utilities"):
        yield shape(u.geometry, frame, "utility", title(u.utility_id, say(f"utility.{u.utility}")))


def _laterals(layers: Mapping[str, gpd.GeoDataFrame], frame: Frame, say: Say) -> Iterable[str]:
    for c in rows(layers, "connections"):
        rain = c.kind in ("roof_drain", "yard_drain")
        css = f"lateral {'l-rain' if rain else 'l-sewage'}"
        label = title(c.connection_id, say(f"lateral.{c.kind}"), f"{c.source} → {c.to_node or '?'}")
        yield shape(c.geometry, frame, css, label)


def _pipe(pipe: object, frame: Frame, say: Say) -> str:
    p: gpd.GeoSeries = pipe  # type: ignore[assignment]
    slope = ""
    if p.geometry.length > 0 and not math.isnan(p.invert_up_m) and not math.isnan(p.invert_down_m):
        slope = f"i = {1000 * (p.invert_up_m - p.invert_down_m) / p.geometry.length:.1f} ‰"
    label = title(
        p.pipe_id,
        say(f"system.{p.system}"),
        say(f"status.{p.status}"),
        _size(p),
        p.material,
        quantity(p.geometry.length, "length_m", "m"),
        slope,
        f"{p.from_node or '?'} → {p.to_node or '?'}",
    )
    line = shape(p.geometry, frame, f"pipe {p.status}", label)
    if p.geometry.length / frame.metres_per_px < ARROW_FROM_PX:
        return line
    middle = p.geometry.interpolate(0.5, True)
    return line + symbol("arrow", middle, frame, "arrow", "", bearing(p.geometry))


def _size(pipe: gpd.GeoSeries) -> str:
    if not math.isnan(pipe.diameter_mm):
        return f"DN{pipe.diameter_mm:.0f}"
    if not math.isnan(pipe.width_mm) and not math.isnan(pipe.height_mm):
        return f"{pipe.width_mm:.0f}×{pipe.height_mm:.0f}"
    return ""


def _label(pipe: object, frame: Frame, say: Say) -> str:
    """System letter and size along the pipe, as on a drawing, where there is room for it."""
    p: gpd.GeoSeries = pipe  # type: ignore[assignment]
    if p.geometry.length / frame.metres_per_px < LABEL_FROM_PX:
        return ""
    angle = bearing(p.geometry)
    upright = (angle + 90) % 180 - 90
    at = p.geometry.interpolate(0.5, True)
    text = f"{say(f'letter.{p.system}')} {_size(p)}".strip()
    return (
        f'<g class="label t-{p.system}" transform="translate({frame.x(at.x)} {frame.y(at.y)}) rotate({upright:.0f})">'
        f'<text class="k" y="-5">{escape(text)}</text></g>'
    )


def _facilities(layers: Mapping[str, gpd.GeoDataFrame], frame: Frame, say: Say) -> Iterable[str]:
    for f in rows(layers, "facilities"):
        label = title(f.facility_id, say(f"facility.{f.kind}"), quantity(f.volume_m3, "volume_m3", "m³"))
        outline = "" if f.geometry.geom_type == "Point" else shape(f.geometry, frame, "tank", "")
        yield outline + symbol("tank", f.geometry, frame, "facility", label)


def _nodes(layers: Mapping[str, gpd.GeoDataFrame], frame: Frame, say: Say) -> Iterable[str]:
    for n in rows(layers, "nodes"):
        levels = [
            f"{say('ground_level')} {quantity(n.ground_m, 'ground_m', 'm')}" if n.ground_m == n.ground_m else "",
            f"{say('invert_level')} {quantity(n.invert_m, 'invert_m', 'm')}" if n.invert_m == n.invert_m else "",
        ]
        receives = say(f"receives.{n.receives}") if isinstance(n.receives, str) else ""
        label = title(n.node_id, say(f"system.{n.system}"), say(f"node.{n.kind}"), receives, *levels)
        yield symbol(f"n-{n.kind}", n.geometry, frame, f"node t-{n.system}", label)


def _sites(sites: gpd.GeoDataFrame, scenario: str, frame: Frame, say: Say) -> Iterable[str]:
    for s in rows({"sites": sites}, "sites"):
        if s.scenario != scenario:
            continue
        label = title(s.site_id, say("map_layer.ponding"), quantity(s.volume_m3, "volume_m3", "m³"))
        radius = site_radius_px(float(s.volume_m3))
        yield (
            f'<g class="site" transform="translate({frame.x(s.geometry.x)} {frame.y(s.geometry.y)})">'
            f'{label}<circle class="k" r="{radius:.1f}"/></g>'
        )


def _joints(
    joints: gpd.GeoDataFrame, scenario: str, frame: Frame, marks: Mapping[str, int], say: Say
) -> Iterable[str]:
    for j in rows({"joints": joints}, "joints"):
        if j.scenario != scenario:
            continue
        label = title(marks[j.joint_id], say(f"joint.{j.kind}"), j.feature_id, j.at_node)
        yield (
            f'<g class="joint" transform="translate({frame.x(j.geometry.x)} {frame.y(j.geometry.y)})">{label}'
            f'<use href="#joint" class="k"/><text class="k" y="3.6">{marks[j.joint_id]}</text></g>'
        )
