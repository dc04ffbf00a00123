"""Surfaces that lie over several communities, cut at their borders; and what of a surface lies in none.

A surface that names its community is that one's: it is not cut, and what of it lies elsewhere is named. All
others belong to the communities that they lie in, each piece to its own. Buildings and facilities are one thing
with people, pipes and a volume: they are never cut, and belong to the community that holds most of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.community_ground import areas_of, community_grounds, sound_areas
from spongecalc.layers.feature import Feature, feature_of
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.layer_set import LayerSet

BORDER_M = 0.10
"""How far an outline may lie off a border: what reaches over it by less, wherever, is no piece of its own."""

KEY = ["file", "file_row"]
CUT = "surfaces"


def home_grounds(shapes: np.ndarray, grounds: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the community that holds most of each area, and whether it lies in that one alone.

    Parameters
    ----------
    shapes
        Areas; each has some place.
    grounds
        Those of :func:`~spongecalc.layers.community_ground.community_grounds`.

    Returns
    -------
    Ids, None for what lies in no community, and a mask. Of two that hold as much, to 0.01 m2, the one that is
    farther west counts.
    """
    homes = np.full(len(shapes), None, dtype=object)
    alone = np.zeros(len(shapes), dtype=bool)
    if not len(shapes) or grounds.empty:
        return homes, alone
    sound = sound_areas(shapes)
    tree = shapely.STRtree(grounds.geometry.to_numpy())
    ids = grounds["community_id"].to_numpy(object)
    feature, ground = tree.query(sound, predicate="covered_by")
    homes[feature], alone[feature] = ids[ground], True
    rest = np.flatnonzero(~alone)
    if len(rest):
        feature, ground = tree.query(sound[rest], predicate="intersects")
        feature = rest[feature]
        held = np.round(
            shapely.area(shapely.intersection(sound[feature], grounds.geometry.to_numpy()[ground])), 2
        )
        # By bounds: a ground that is all another's has no middle.
        bounds = shapely.bounds(grounds.geometry.to_numpy())
        west = np.lexsort((bounds[:, 1], np.round(bounds[:, 0], 3)))
        rank = np.empty(len(west), dtype=int)
        rank[west] = np.arange(len(west))
        # The last one written counts: the greatest share, of two the farther west.
        for n in np.lexsort((-rank[ground], held)):
            if held[n] > 0:
                homes[feature[n]] = ids[ground[n]]
    return homes, alone


def cut_at_borders(layers: LayerSet) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Cut the surfaces that reach over borders and name no community; name what of any surface lies in none.

    Each piece keeps all that its feature says, its id too, and has a community of its own; the ground that lies
    in no community is a piece without one. What is narrower than ``BORDER_M`` stays with the piece beside it.

    Parameters
    ----------
    layers
        Layers with sound outlines and the community of every feature; ``across`` are the surfaces to be cut.
    """
    surfaces = layers[CUT]
    grounds = community_grounds(layers["communities"])
    if surfaces.empty or grounds.empty:
        return layers, ()
    keys = list(zip(surfaces["file"], surfaces["file_row"], strict=True))
    wanted = np.array([k in layers.across for k in keys], dtype=bool)
    findings: list[Finding] = []
    parts: list[tuple[int, str | None, shapely.Geometry]] = []
    tree = shapely.STRtree(grounds.geometry.to_numpy())
    for position in np.flatnonzero(wanted).tolist():
        pieces = _pieces(surfaces.geometry.iloc[position], grounds, tree)
        if len(pieces) > 1 or pieces[0][0] != surfaces["community_id"].iloc[position]:
            parts.extend((position, community, shape) for community, shape in pieces)
    if parts:
        cut = {position for position, _, _ in parts}
        at = [(n, None, None) for n in range(len(surfaces)) if n not in cut] + parts
        at.sort(key=lambda part: part[0])
        frame = surfaces.iloc[[n for n, _, _ in at]].reset_index(drop=True)
        shapes = [whole if own is None else own for whole, (_, _, own) in zip(frame.geometry, at, strict=True)]
        named = [
            stays if own is None else community
            for stays, (_, community, own) in zip(frame["community_id"], at, strict=True)
        ]
        frame = frame.assign(community_id=pd.Series(named, index=frame.index, dtype=object))
        surfaces = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=surfaces.crs))
        layers = layers.with_frame(CUT, surfaces)
        findings.extend(_of_pieces(surfaces, layers.across))
    outside = outside_own_ground(layers)
    for row in surfaces[(outside > 0).to_numpy()].itertuples():
        area, whole = float(outside[row.Index]), float(row.geometry.area)
        words = {"area": f"{area:.1f}", "whole": f"{whole:.1f}", "community": row.community_id}
        findings.append(finding_at("surface.off_community", CUT, row, **words))
    return layers, tuple(findings)


def outside_own_ground(layers: LayerSet) -> pd.Series:
    """Return the m2 of each surface that lie outside the ground of its community; 0 within ``BORDER_M`` of it."""
    surfaces = layers[CUT]
    outside = pd.Series(np.zeros(len(surfaces)), index=surfaces.index)
    grounds = community_grounds(layers["communities"]).set_index("community_id")
    if surfaces.empty or grounds.empty:
        return outside
    known = surfaces["community_id"].isin(grounds.index).to_numpy()
    shapes = surfaces.geometry.to_numpy()[known]
    own = grounds.geometry.reindex(surfaces["community_id"][known]).to_numpy()
    over = np.flatnonzero(~shapely.covered_by(shapes, own))
    beyond = shapely.difference(shapes[over], own[over])
    wide = ~_slivers(beyond)
    outside.iloc[np.flatnonzero(known)[over[wide]]] = shapely.area(beyond[wide])
    return outside


def at_each_piece(findings: Iterable[Finding], layers: LayerSet) -> tuple[Finding, ...]:
    """Return the findings, those at a surface that was cut once for each community that has a piece of it.

    An error in what a feature says would else keep one of its communities from being modelled, and not the
    others.
    """
    surfaces = layers[CUT]
    of: dict[tuple[str, str], list[Feature]] = {}
    for row in surfaces[surfaces.duplicated(KEY, keep=False)].itertuples():
        if isinstance(row.community_id, str):
            own = feature_of(CUT, row)
            of.setdefault((own.file, own.feature_id), []).append(own)
    spread: list[Finding] = []
    for finding in findings:
        at = finding.feature
        places = of.get((at.file, at.feature_id), []) if at.layer == CUT else []
        spread.extend([replace(finding, feature=place) for place in places] or [finding])
    return tuple(spread)


def is_sliver(shape: shapely.Geometry) -> bool:
    """Return True for an area that is nowhere as wide as ``BORDER_M``."""
    return bool(_slivers(np.array([shape], dtype=object))[0])


def _pieces(
    shape: shapely.Geometry, grounds: gpd.GeoDataFrame, tree: shapely.STRtree
) -> list[tuple[str | None, shapely.Geometry]]:
    """The pieces of an area by community, in the order of the grounds; what lies in none comes last, as None."""
    near = sorted(tree.query(shape, predicate="intersects").tolist())
    found: list[tuple[str | None, shapely.Geometry]] = []
    rest = shape
    for n in near:
        ground = grounds.geometry.iloc[n]
        part = areas_of(shapely.intersection(shape, ground))
        if part.area > 0:
            found.append((str(grounds["community_id"].iloc[n]), part))
            rest = shapely.difference(rest, ground)
    beyond = areas_of(rest)
    if beyond.area > 0:
        found.append((None, beyond))
    narrow = _slivers(np.array([part for _, part in found], dtype=object))
    kept = [own for own, thin in zip(found, narrow, strict=True) if not thin]
    if not kept:
        # A strip that is itself no wider: it is that of the community that holds most of it.
        home, _ = max(found, key=lambda own: (own[0] is not None, round(own[1].area, 3)))
        return [(home, shape)]
    strips = [p for (_, part), thin in zip(found, narrow, strict=True) if thin for p in shapely.get_parts(part)]
    return [(community, part) for community, part in _with_strips(kept, strips)]


def _with_strips(
    pieces: Sequence[tuple[str | None, shapely.Geometry]], strips: Sequence[shapely.Geometry]
) -> list[tuple[str | None, shapely.Geometry]]:
    """Pieces with each strip joined to the one along which it lies farthest."""
    shapes = [part for _, part in pieces]
    added: list[list[shapely.Geometry]] = [[] for _ in pieces]
    for strip in strips:
        # Overlaying leaves corners off by rounding: what lies within a millimetre is beside it.
        along = [round(shapely.intersection(strip.buffer(0.001), part).area, 6) for part in shapes]
        added[along.index(max(along))].append(strip)
    return [
        (community, areas_of(shapely.union_all([part, *own])) if own else part)
        for (community, part), own in zip(pieces, added, strict=True)
    ]


def _slivers(shapes: np.ndarray) -> np.ndarray:
    """A mask of the areas that are nowhere as wide as ``BORDER_M``."""
    if not len(shapes):
        return np.zeros(0, dtype=bool)
    narrow: np.ndarray = shapely.is_empty(shapely.buffer(shapes, -BORDER_M / 2, join_style="mitre"))
    return narrow


def _of_pieces(surfaces: gpd.GeoDataFrame, across: Collection[tuple[str, int]]) -> list[Finding]:
    """A finding at each piece: of which communities its feature has ground, or that it lies in none."""
    findings = []
    keys = zip(surfaces["file"], surfaces["file_row"], strict=True)
    for _, own in surfaces[[key in across for key in keys]].groupby(KEY, sort=False):
        rows = list(own.itertuples())
        whole = sum(float(r.geometry.area) for r in rows)
        homes = [r for r in rows if isinstance(r.community_id, str)]
        shares = ", ".join(f"{r.community_id} {r.geometry.area:.1f} m2" for r in homes)
        for row in rows:
            words = {"area": f"{row.geometry.area:.1f}", "whole": f"{whole:.1f}"}
            if not isinstance(row.community_id, str):
                findings.append(finding_at("surface.no_community", CUT, row, **words))
            elif len(homes) > 1:
                findings.append(finding_at("surface.cut", CUT, row, **words, communities=shares))
    return findings
