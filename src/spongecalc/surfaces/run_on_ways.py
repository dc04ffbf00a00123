"""Ways of runoff over the ground of a community: which ground passes over which lawn, paving or garden.

The survey's ``receives_from`` tells it; where that is empty the DEM does, and without a DEM nothing is assumed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import rasterio.features
import shapely

from spongecalc.ground.flow_paths import cells_below, first_reached
from spongecalc.ground.grid import Ground
from spongecalc.surfaces.inlet_areas import polygons_of
from spongecalc.surfaces.run_on import BY_DEM, GIVEN

# Ground that runs on to one lawn is followed from here on; less is the noise of a DEM.
LEAST_RUN_ON_M2 = 1.0
STORE, PAVING, FACILITY = "store", "paving", "facility"
LAYERED = (PAVING, FACILITY)


@dataclass(frozen=True)
class Piece:
    """A piece of ground of one cover; ``feature_id`` is that of its surface, facility or building.

    ``receives`` says how it holds the water of other ground: in a store of its own (a sunken lawn), as paving, as
    a facility (garden, trench, well), or "" where it cannot. ``receives_from`` are the ids that the survey names;
    ``open_to_dem`` tells whether the DEM is asked where it names none.
    """

    feature_id: str
    cover: str
    shape: shapely.Geometry
    receives: str = ""
    receives_from: tuple[str, ...] = ()
    open_to_dem: bool = False


@dataclass(frozen=True)
class Way:
    """A part of a piece in one inlet's area, and where its runoff goes.

    ``piece`` and ``inlet`` are positions, of the area that it lies in. The runoff ends at ``ends_at``, another
    inlet only where the facility lies there; ``lawn`` is the piece with a store that it passes over, -1 for none.
    ``over`` are the layered pieces that it passes over before, each with the share that does. ``known_from`` is
    "given" or "dem", "" where it passes over nothing.
    """

    piece: int
    inlet: int
    shape: shapely.Geometry
    ends_at: int
    lawn: int = -1
    over: tuple[tuple[int, float], ...] = ()
    known_from: str = ""


@dataclass(frozen=True)
class Ways:
    """All ways of a community's ground.

    ``receiving`` is the share of each layered piece in an inlet's area that the water of other ground passes
    over, by piece and inlet; what it does not hold receives none.
    """

    ways: tuple[Way, ...]
    receiving: Mapping[tuple[int, int], float] = field(default_factory=dict)


def ways_over(
    pieces: Sequence[Piece],
    parts: Sequence[shapely.Geometry],
    overlaps: Sequence[tuple[int, int, shapely.Geometry]],
    intakes: Sequence[shapely.Point],
    ground: Ground | None,
    boundary: shapely.Geometry,
) -> Ways:
    """Find the ways of all overlaps of pieces with inlets' areas.

    Parameters
    ----------
    pieces
        The community's ground, without overlaps.
    parts
        Area of each inlet.
    overlaps
        Position of a piece, of an inlet, and what they share.
    intakes
        Places that take water in: the ways of water over the ground end there.
    ground
        The ground by the DEM; None without one.
    boundary
        The community's outline: what leaves it has gone.
    """
    area_m2 = {(piece, inlet): float(shape.area) for piece, inlet, shape in overlaps}
    named = _named(pieces)
    receiving = {
        key: 1.0 for key in area_m2 if key[0] in set(named.values()) and pieces[key[0]].receives in LAYERED
    }
    marked = [i for i, p in enumerate(pieces) if p.receives and p.open_to_dem and not p.receives_from]
    followed = None
    if ground is not None and marked:
        followed = _Followed.of(pieces, parts, marked, set(named), intakes, ground, boundary)
        receiving |= followed.receiving
    homes = _homes(area_m2, intakes)
    ways: list[Way] = []
    for piece, inlet, shape in overlaps:
        if piece in named:
            continue
        if followed is not None:
            ways.extend(followed.split(piece, inlet, shape, homes))
        else:
            ways.append(Way(piece, inlet, shape, inlet))
    # A source goes the way of the paving or facility that it passes over: those come first.
    for over in (False, True):
        for piece, inlet, shape in overlaps:
            if piece in named and (pieces[named[piece]].receives in LAYERED) == over:
                ways.append(_given_way(pieces, piece, inlet, shape, named[piece], homes, ways))
    return Ways(tuple(ways), receiving)


def _named(pieces: Sequence[Piece]) -> dict[int, int]:
    """The receiving piece of each piece that the survey names as a source."""
    of: dict[str, list[int]] = {}
    for number, piece in enumerate(pieces):
        if piece.feature_id:
            of.setdefault(piece.feature_id, []).append(number)
    found: dict[int, int] = {}
    for target, piece in enumerate(pieces):
        if not piece.receives:
            continue
        for name in piece.receives_from:
            for source in of.get(name, ()):
                # What a store lets go of over layers SWMM cannot follow; the checks say so.
                if source != target and (piece.receives == STORE or not pieces[source].receives):
                    found.setdefault(source, target)
    return found


def _homes(area_m2: Mapping[tuple[int, int], float], intakes: Sequence[shapely.Point]) -> dict[int, int]:
    """The inlet whose area holds most of each piece; of two with as much, that farther north and east."""
    best: dict[int, tuple[float, float, float, int]] = {}
    for (piece, inlet), m2 in area_m2.items():
        point = intakes[inlet]
        rank = (round(m2, 3), round(point.y, 3), round(point.x, 3), inlet)
        best[piece] = max(rank, best.get(piece, rank))
    return {piece: rank[-1] for piece, rank in best.items()}


def _given_way(
    pieces: Sequence[Piece],
    piece: int,
    inlet: int,
    shape: shapely.Geometry,
    target: int,
    homes: Mapping[int, int],
    ways: Sequence[Way],
) -> Way:
    """The way of a source that the survey names: over the lawn, or the target's part nearest by."""
    if target not in homes:
        return Way(piece, inlet, shape, inlet)
    if pieces[target].receives == STORE:
        return Way(piece, inlet, shape, homes[target], target, (), GIVEN)
    own = [w for w in ways if w.piece == target]
    near = [w for w in own if w.inlet == inlet] or [w for w in own if w.inlet == homes[target]]
    onward = max(near, key=lambda w: w.shape.area)
    return Way(piece, inlet, shape, onward.ends_at, onward.lawn, ((target, 1.0),), GIVEN)


@dataclass(frozen=True)
class _Followed:
    """The ways by the DEM, cell by cell.

    ``over_cells`` counts the cells of a piece in an inlet's area by where they end and what layered piece they
    pass over: (piece, inlet, zone, layered piece or -1). ``zones`` are outlines of ground that ends at a lawn, by
    the lawn's number from 1 on, or at a facility of another inlet's area, by the inlet's after the ``pieces``.
    """

    pieces: int
    over_cells: Mapping[tuple[int, int, int, int], int]
    zones: Mapping[int, shapely.Geometry]
    receiving: Mapping[tuple[int, int], float]

    @classmethod
    def of(
        cls,
        pieces: Sequence[Piece],
        parts: Sequence[shapely.Geometry],
        marked: Sequence[int],
        named: set[int],
        intakes: Sequence[shapely.Point],
        ground: Ground,
        boundary: shapely.Geometry,
    ) -> _Followed:
        """Follow the ground's water over the ``marked`` pieces; ``named`` pieces go their own ways."""
        shape, place = ground.elevation_m.shape, ground.transform
        inside = rasterio.features.geometry_mask([boundary], shape, place, invert=True)
        ends = ~inside
        for point in intakes:
            cell = ground.low_cell(point.x, point.y)
            if cell is not None:
                ends[cell] = True
        below = cells_below(ground.elevation_m, ends)
        piece_of = _numbered([p.shape for p in pieces], shape, place)
        inlet_of = _numbered(parts, shape, place)
        known = (piece_of >= 0) & (inlet_of >= 0) & inside
        kinds = np.array([*(p.receives for p in pieces), ""], dtype=object)
        is_marked = np.isin(piece_of, np.array(marked)) & known
        store = is_marked & (kinds[piece_of] == STORE)
        layered = is_marked & ~store
        free = known & ~np.isin(piece_of, np.array(sorted(named), dtype=int)) & ~store
        first = first_reached(below, is_marked)
        over = np.where(free & ~layered & layered.ravel()[first], piece_of.ravel()[first], -1)
        at_lawn = first_reached(below, store)
        runs_to_lawn = free & store.ravel()[at_lawn]
        lawn = np.where(runs_to_lawn, piece_of.ravel()[at_lawn], -1)
        # Paving of a neighbour's area is stood for by the inlet's own; a facility is one of a kind.
        there = inlet_of.ravel()[first]
        elsewhere = (over >= 0) & (kinds[over] == FACILITY) & (lawn < 0) & (there != inlet_of)
        code = np.where(elsewhere, 1 + len(pieces) + there, 1 + lawn)
        cells: Counter[tuple[int, int, int, int]] = Counter()
        rows, counts = np.unique(
            np.stack([piece_of[free], inlet_of[free], code[free], over[free]]), axis=1, return_counts=True
        )
        for row, count in zip(rows.T.tolist(), counts.tolist(), strict=True):
            cells[tuple(row)] += count
        zones = _outlines(code * free, place)
        crossed = _passed(below, first[over >= 0], layered)
        return cls(len(pieces), cells, zones, _shares(crossed, piece_of, inlet_of, layered))

    def split(
        self,
        piece: int,
        inlet: int,
        shape: shapely.Geometry,
        homes: Mapping[int, int],
    ) -> list[Way]:
        """The ways of an overlap: a part for each lawn that it runs on to, and the rest."""
        own = {key[2:]: count for key, count in self.over_cells.items() if key[:2] == (piece, inlet)}
        ways, rest = [], shape
        for number in sorted({zone for zone, _ in own if zone}):
            lawn = number - 1 if number <= self.pieces else -1
            part = polygons_of(shapely.intersection(shape, self.zones[number]))
            if part.area < LEAST_RUN_ON_M2 or (lawn >= 0 and lawn not in homes):
                continue
            ends_at = homes[lawn] if lawn >= 0 else number - 1 - self.pieces
            ways.append(Way(piece, inlet, part, ends_at, lawn, _over(own, number), BY_DEM))
            rest = polygons_of(shapely.difference(rest, self.zones[number]))
        if rest.area > 0:
            over = _over(own, 0)
            ways.append(Way(piece, inlet, rest, inlet, -1, over, BY_DEM if over else ""))
        return ways


def _over(cells: Mapping[tuple[int, int], int], zone: int) -> tuple[tuple[int, float], ...]:
    """Share of the cells of a zone that pass over each layered piece."""
    own = {over: count for (number, over), count in cells.items() if number == zone}
    total = sum(own.values())
    return tuple((over, count / total) for over, count in sorted(own.items()) if over >= 0)


def _numbered(shapes: Sequence[shapely.Geometry], size: tuple[int, ...], place: object) -> np.ndarray:
    """The number of the shape in which each cell has its middle, -1 for none."""
    found: np.ndarray = rasterio.features.rasterize(
        [(shape, n) for n, shape in enumerate(shapes) if not shape.is_empty],
        size,
        fill=-1,
        transform=place,
        dtype="int32",
    )
    return found


def _outlines(numbers: np.ndarray, place: object) -> dict[int, shapely.Geometry]:
    """Outline of the cells of each number above 0."""
    found: dict[int, list[shapely.Geometry]] = {}
    shapes = rasterio.features.shapes(numbers.astype("int32"), mask=numbers > 0, transform=place)
    for outline, number in shapes:
        found.setdefault(int(number), []).append(shapely.geometry.shape(outline))
    return {number: shapely.union_all(outlines) for number, outlines in found.items()}


def _passed(below: np.ndarray, entries: np.ndarray, layered: np.ndarray) -> np.ndarray:
    """Cells of the layered pieces that water passes which enters them at ``entries``."""
    passed = np.zeros(below.size, dtype=bool)
    flat, open_to = below.ravel(), layered.ravel()
    at = np.unique(entries)
    while at.size:
        passed[at] = True
        onward = np.unique(flat[at])
        at = onward[open_to[onward] & ~passed[onward]]
    return passed.reshape(below.shape)


def _shares(
    passed: np.ndarray, piece_of: np.ndarray, inlet_of: np.ndarray, layered: np.ndarray
) -> dict[tuple[int, int], float]:
    """Share of each layered piece in an inlet's area that water passes; those without are left out."""
    own, count = np.unique(np.stack([piece_of[layered], inlet_of[layered]]), axis=1, return_counts=True)
    wet = layered & passed
    crossed, times = np.unique(np.stack([piece_of[wet], inlet_of[wet]]), axis=1, return_counts=True)
    whole = {(int(p), int(i)): int(c) for (p, i), c in zip(own.T, count, strict=True)}
    return {(int(p), int(i)): int(c) / whole[int(p), int(i)] for (p, i), c in zip(crossed.T, times, strict=True)}
