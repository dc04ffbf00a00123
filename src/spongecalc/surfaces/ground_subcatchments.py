"""Subcatchments of a community's ground: each inlet's, with what runs on to lawns, paving and gardens in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from spongecalc.catalogue.cover import Cover
from spongecalc.ground.grid import Ground
from spongecalc.layers.dem import GroundError
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.named_sources import named_sources
from spongecalc.project.settings import SurfaceSettings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.cover_pieces import MIN_AREA_M2, cover_pieces
from spongecalc.surfaces.drawn_subcatchment import DrawnGround, DrawnSubcatchment, DrawnUnit, PavedPiece
from spongecalc.surfaces.ground_parts import GroundPart, ground_parts
from spongecalc.surfaces.infiltration_places import PlacedUnit
from spongecalc.surfaces.infiltration_unit import UNIT_KINDS
from spongecalc.surfaces.inlet_areas import inlet_areas, intake_nodes, polygons_of
from spongecalc.surfaces.kept_parts import MADE_ANEW, Parts
from spongecalc.surfaces.permeable_paving import PermeablePaving, paving_of
from spongecalc.surfaces.run_on import ASSUMED
from spongecalc.surfaces.run_on_ways import FACILITY, PAVING, STORE, Piece, Ways, ways_over
from spongecalc.surfaces.subcatchment import TO_NODE, Subcatchment, lawn_name, overland_width_m
from spongecalc.surfaces.terrain import Terrain

# Uncovered ground below this is the sliver between two digitised edges, not a gap in the survey.
GAP_M2 = 5.0


class Dem:
    """The ground by the DEM, read when first asked for; ``reason`` is the rule that says why there is none."""

    def __init__(self, read: Callable[[], Ground] | None) -> None:
        self.asked = read is not None
        self._read = read
        self._ground: Ground | None = None
        self.reason = ""

    def ground(self) -> Ground | None:
        """The ground; None where there is none."""
        if self._read is not None:
            try:
                self._ground = self._read()
            except GroundError as reason:
                self.reason = reason.rule
            self._read = None
        return self._ground


def ground_subcatchments(
    system: DrainageSystem,
    boundary: object,
    settings: SurfaceSettings,
    terrain: Terrain | None,
    dem: Dem,
    drained: set[str],
    units: list[PlacedUnit],
    parts: Parts = MADE_ANEW,
) -> tuple[list[Subcatchment], list[Finding]]:
    """Subcatchments of the ground of one community, and what was found.

    Parameters
    ----------
    system
        The drainage system.
    boundary
        The community's row of the layer communities.
    settings
        The project's.
    terrain
        Elevations for slopes, if there are any.
    dem
        The ground that water runs over.
    drained
        Laterals and buildings of the roofs that drain by downpipes.
    units
        The facilities on the ground and on roofs.
    parts
        Keeps what several models of the system have in common.
    """
    community_id = str(boundary.community_id)  # type: ignore[attr-defined]
    found = parts.part(
        f"ground:{community_id}", lambda: _mapped(system, boundary, settings.uncovered, drained, units)
    )
    placed = {u.facility_id: u for u in units}
    pieces, ways, followed, findings = parts.part(
        f"ways:{community_id}", lambda: _ways(system, boundary, found, placed, settings, dem)
    )
    own_stores = frozenset(name for name, cover in system.catalogue.covers.items() if cover.has_own_store)

    def draw() -> DrawnGround:
        rows = list(found.frame.itertuples())
        making = _Making(system, community_id, settings, terrain, found.points, found.areas, rows, pieces, placed)
        falls = parts.part(f"falls:{community_id}", making.falls)
        stores = ground_parts(pieces, ways, own_stores)
        return DrawnGround(making.subcatchments(stores, ways, falls, followed=followed))

    drawn = parts.part(f"drawn:{community_id}", draw, own_stores)
    return drawn.with_covers(system.catalogue.covers), [*found.findings, *findings]


@dataclass(frozen=True)
class _Mapped:
    """The ground of a community by cover, the area and the point of each inlet, and where the two overlap."""

    frame: gpd.GeoDataFrame
    points: Mapping[str, shapely.Point]
    areas: Mapping[str, shapely.Geometry]
    overlaps: list[tuple[int, int, shapely.Geometry]]
    findings: list[Finding]


def _mapped(
    system: DrainageSystem, boundary: Any, uncovered: str, drained: set[str], units: list[PlacedUnit]
) -> _Mapped:
    community_id, area = str(boundary.community_id), boundary.geometry
    findings = []
    frame = cover_pieces(system, community_id, area, drained, uncovered, units)
    gap = frame.loc[frame["gap"], "geometry"].area.sum()
    if gap > GAP_M2:
        cover = system.catalogue.covers[uncovered]
        figures = {"scenario": system.scenario, "area": f"{gap:.0f}", "cover": cover}
        findings.append(finding_at("surface.gap", "communities", boundary, **figures))
    inlets = intake_nodes(system, community_id)
    shapes = frame.geometry.to_numpy()
    ground = polygons_of(shapely.union_all(shapes)) if len(frame) else area
    areas = inlet_areas(ground, inlets)
    tree = shapely.STRtree(shapes)
    overlaps = []
    for inlet, part in enumerate(areas.values()):
        for index in sorted(tree.query(part, predicate="intersects").tolist()):
            shape = shapely.intersection(part, shapes[index])
            if shape.area >= MIN_AREA_M2:
                overlaps.append((index, inlet, shape))
    return _Mapped(frame, dict(inlets), areas, overlaps, findings)


def _ways(
    system: DrainageSystem,
    boundary: Any,
    mapped: _Mapped,
    placed: Mapping[str, PlacedUnit],
    settings: SurfaceSettings,
    dem: Dem,
) -> tuple[list[Piece], Ways, bool, list[Finding]]:
    """Pieces of the ground and the ways of their water, whether the DEM was followed, and what was found."""
    rows = mapped.frame.itertuples()
    pieces = [_piece(row, system.catalogue.covers, placed, settings, dem.asked) for row in rows]
    wanted = any(p.open_to_dem and not p.receives_from for p in pieces)
    by_dem = dem.ground() if wanted else None
    findings = []
    if wanted and by_dem is None:
        found = {"scenario": system.scenario, "reason": dem.reason}
        findings.append(finding_at("receives.no_dem", "communities", boundary, **found))
    points = list(mapped.points.values())
    ways = ways_over(pieces, list(mapped.areas.values()), mapped.overlaps, points, by_dem, boundary.geometry)
    return pieces, ways, by_dem is not None, findings


def _piece(
    row: Any,
    known: Mapping[str, Cover],
    placed: Mapping[str, PlacedUnit],
    settings: SurfaceSettings,
    by_dem: bool,
) -> Piece:
    """A row of the ground by cover as the ways of water need it."""
    cover, shape = str(row.cover), row.geometry
    name = next((i for i in (row.surface_id, row.building_id) if isinstance(i, str)), "")
    if cover in UNIT_KINDS:
        unit = placed[name]
        asked = by_dem and unit.drawn and unit.catchment_from == ASSUMED
        receives = FACILITY if cover != "green_roof" else ""
        return Piece(name, cover, shape, receives, unit.receives_from, asked)
    sources = named_sources(getattr(row, "receives_from", None))
    if known[cover].is_sunken:
        return Piece(name, cover, shape, STORE, sources, by_dem)
    if known[cover].is_permeable_paving:
        return Piece(name, cover, shape, PAVING, sources, by_dem and settings.run_on_percent is None)
    return Piece(name, cover, shape)


@dataclass
class _Led:
    """Ground of a part that passes over something, in m2: by cover, over paving and units; by how it is known."""

    on_paving: dict[str, float] = field(default_factory=dict)
    on_unit: dict[int, dict[str, float]] = field(default_factory=dict)
    known_m2: dict[str, float] = field(default_factory=dict)

    def add(self, source: str, area_m2: float) -> None:
        """Add ground that is known by a source to pass over something."""
        self.known_m2[source] = self.known_m2.get(source, 0.0) + area_m2


@dataclass(frozen=True)
class _Making:
    """The materials of the subcatchments of a community's ground."""

    system: DrainageSystem
    community_id: str
    settings: SurfaceSettings
    terrain: Terrain | None
    points: Mapping[str, shapely.Point]
    areas: Mapping[str, shapely.Geometry]
    rows: Sequence[Any]
    pieces: Sequence[Piece]
    placed: Mapping[str, PlacedUnit]

    @cached_property
    def underdrains(self) -> dict[str, str]:
        """The node that each surface's underdrain leads to; of several the first by id."""
        drawn = self.system.connections
        drawn = drawn[(drawn["kind"] == "underdrain") & drawn["to_node"].isin(self.system.nodes["node_id"])]
        if drawn.empty:
            return {}
        first = drawn.sort_values("connection_id").drop_duplicates("source")
        return dict(zip(first["source"], first["to_node"], strict=True))

    def falls(self) -> list[tuple[float, float]]:
        """Slope in percent and longest overland path in m of each inlet's ground, in their order."""
        return [self._fall(node) for node in self.areas]

    def subcatchments(
        self, parts: Sequence[GroundPart], ways: Ways, falls: Sequence[tuple[float, float]], *, followed: bool
    ) -> list[DrawnSubcatchment]:
        """One for each part, in their order; ``followed`` where the DEM was asked."""
        nodes = list(self.areas)
        lawns = {p.lawn: p for p in parts if p.lawn >= 0}
        return [self._drawn(part, ways, falls, nodes, lawns, followed) for part in parts]

    def _fall(self, node: str) -> tuple[float, float]:
        """Slope in percent and longest overland path in m of an inlet's whole ground.

        They are those of each of its parts, so that the parts' widths add up to its width.
        """
        area, point = self.areas[node], self.points[node]
        slope = self.terrain.slope_percent(point, area) if self.terrain else math.nan
        slope = self.settings.default_slope_percent if math.isnan(slope) else slope
        corners = shapely.get_coordinates(area)
        path = np.hypot(corners[:, 0] - point.x, corners[:, 1] - point.y).max()
        return max(slope, self.settings.min_slope_percent), float(path)

    def _drawn(
        self,
        part: GroundPart,
        ways: Ways,
        falls: Sequence[tuple[float, float]],
        nodes: Sequence[str],
        lawns: Mapping[int, GroundPart],
        followed: bool,
    ) -> DrawnSubcatchment:
        pavings = self.system.catalogue.permeable_pavings
        covers_m2: dict[str, float] = {}
        by_inlet: dict[int, float] = {}
        paved: list[tuple[PavedPiece, float]] = []
        of_unit: dict[int, float] = {}
        for way in part.ways:
            area, cover = float(way.shape.area), self.pieces[way.piece].cover
            covers_m2[cover] = covers_m2.get(cover, 0.0) + area
            by_inlet[way.inlet] = by_inlet.get(way.inlet, 0.0) + area
            if cover in pavings:
                share = ways.receiving.get((way.piece, way.inlet), 0.0)
                paved.append((PavedPiece(self._paving(self.rows[way.piece]), cover, area, 0.0), share))
            elif cover in UNIT_KINDS:
                of_unit[way.piece] = of_unit.get(way.piece, 0.0) + area
        led = self._led(part, any(share > 0 for _, share in paved), of_unit)
        pieces = tuple(replace(p, wet_m2=p.area_m2 * share) if led.on_paving else p for p, share in paved)
        units = []
        for target, m2 in of_unit.items():
            unit = self._unit(target, m2, led.on_unit[target], followed)
            units.append(unit)
            if unit.ground_m2 is None and unit.unit.catchment_m2 > 0:
                led.add(self.placed[unit.unit.facility_id].catchment_from, unit.unit.catchment_m2)
        total = sum(covers_m2.values())
        # Ground of several inlets that runs on to one lawn keeps each one's path; its slope is their mean.
        width_m = sum(overland_width_m(m2, falls[inlet][1]) for inlet, m2 in sorted(by_inlet.items()))
        slope_percent = sum(m2 / total * falls[inlet][0] for inlet, m2 in sorted(by_inlet.items()))
        last = part
        for _ in lawns:
            last = lawns.get(last.below, last)
        below = lawns.get(part.below)
        return DrawnSubcatchment(
            TO_NODE,
            "nodes",
            nodes[part.inlet],
            self.community_id,
            nodes[last.inlet],
            total,
            width_m,
            slope_percent,
            dict(sorted(covers_m2.items())),
            self._outline(part, nodes[part.inlet], total),
            {c: a for c, a in covers_m2.items() if c not in (*pavings, *UNIT_KINDS)},
            pieces,
            tuple(sorted(units, key=lambda u: u.unit.facility_id)),
            part.store,
            part.number,
            lawn_name(below.number, below.store, nodes[below.inlet]) if below else "",
            led.on_paving,
            led.known_m2,
        )

    def _paving(self, row: Any) -> PermeablePaving:
        """The paving of a row, with the node that its underdrain is drawn to."""
        paving, node = paving_of(row), self.underdrains.get(row.surface_id)
        return paving if node is None else paving.led_to(node, stated=isinstance(row.base_kind, str))

    def _led(self, part: GroundPart, paved: bool, units: Collection[int]) -> _Led:
        """Ground of a part that passes over its paving (if that is ``paved`` to receive), its units, a lawn."""
        led = _Led(on_unit={target: {} for target in units})
        for way in part.ways:
            area, cover = float(way.shape.area), self.pieces[way.piece].cover
            passing = 0.0
            # SWMM leads no unit's overflow over another.
            layered = bool(self.pieces[way.piece].receives) or cover in UNIT_KINDS
            for target, share in () if layered else way.over:
                on_paving = self.pieces[target].receives == PAVING
                on_it = (led.on_paving if paved else None) if on_paving else led.on_unit.get(target)
                if on_it is not None:
                    on_it[cover] = on_it.get(cover, 0.0) + area * share
                    passing += area * share
            if way.lawn >= 0 or passing > 0:
                led.add(way.known_from, area if way.lawn >= 0 else passing)
        return led

    def _unit(self, piece: int, area_m2: float, ground_m2: Mapping[str, float], followed: bool) -> DrawnUnit:
        """The part of a facility in a subcatchment, with the ground that runs on to it where that is known."""
        of_piece = self.pieces[piece]
        used = self.placed[of_piece.feature_id].part(area_m2)
        is_known = bool(of_piece.receives_from) or (of_piece.open_to_dem and followed)
        return DrawnUnit(used, ground_m2 if is_known else None)

    def _outline(self, part: GroundPart, node: str, area_m2: float) -> shapely.Geometry:
        """Outline of a part: that of its inlet's area where it is all of it."""
        whole = self.areas[node]
        if abs(whole.area - area_m2) < MIN_AREA_M2 and all(w.inlet == w.ends_at for w in part.ways):
            return whole
        return polygons_of(shapely.union_all([w.shape for w in part.ways]))
