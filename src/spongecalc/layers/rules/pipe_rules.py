"""Rules on single pipes and their ends: slope, crown, size, material, length, system, status."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.pipe_section import PipeSections
from spongecalc.contract import ROUND_MM
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.provenance import RECORDED, read_flags
from spongecalc.layers.rules.findings_at_rows import found_at, numbers
from spongecalc.project.check_settings import CheckSettings

# A pipe this many times as wide as all its neighbours, or as narrow, has lost or gained a nought.
SLIP = 8.0
# Walls of one size differ by class and maker, not by as many times.
UNUSUAL_WALL = 3.0
# Differences in level within what a survey can tell.
LEVEL_M = 0.01
MILLIMETRE_M = 0.001
# Water does not come out of these at their ground.
WITHOUT_RIM = ("outfall", "storage")
# Pipes run straight from manhole to manhole; one that bends round a house is no longer than this many times the
# way from end to end, or by no more than so many metres.
DETOUR = 1.5
DETOUR_M = 2.0


def check_pipes(layers: LayerSet, settings: CheckSettings) -> Iterator[Finding]:
    """Findings about pipes, each seen with the nodes at its ends."""
    pipes = layers["pipes"]
    if pipes.empty:
        return
    nodes = layers["nodes"].dropna(subset=["node_id"]).drop_duplicates("node_id").set_index("node_id")
    upper, lower = nodes.reindex(pipes["from_node"]), nodes.reindex(pipes["to_node"])
    yield from _slopes(pipes, settings)
    yield from _crowns(pipes, upper, lower)
    yield from _sizes(pipes, layers.catalogue)
    yield from _lengths(pipes, settings)
    yield from _detours(pipes)
    yield from _systems(pipes, upper, lower)
    yield from _node_systems(nodes.reset_index(), pipes)
    yield from _statuses(pipes, upper, lower)


def _slopes(pipes: gpd.GeoDataFrame, settings: CheckSettings) -> Iterator[Finding]:
    length = pipes.geometry.length.to_numpy()
    up, down = pipes["invert_up_m"].to_numpy(float), pipes["invert_down_m"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (up - down) / length * 100
    # A pipe under pressure follows the ground.
    known = np.isfinite(slope) & pipes["hazen_williams"].isna().to_numpy()
    flat = known & (slope >= 0) & (slope < settings.min_slope_percent) & (length > 1.0)
    steep = known & (slope > settings.max_slope_percent) & (length > 1.0)
    yield from found_at(
        "pipe.flat", "pipes", pipes, flat, slope=numbers(slope, 3), least=settings.min_slope_percent
    )
    yield from found_at(
        "pipe.steep", "pipes", pipes, steep, slope=numbers(slope, 1), most=settings.max_slope_percent
    )


def _crowns(pipes: gpd.GeoDataFrame, upper: gpd.GeoDataFrame, lower: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Invert, crown and walls against the ground at both ends, which at a manhole is its rim."""
    sections = PipeSections.of(pipes)
    height, covered = sections.height_m, sections.is_covered
    ground = np.stack([ends["ground_m"].to_numpy(float) for ends in (upper, lower)])
    kinds = np.stack([ends["kind"].to_numpy(object) for ends in (upper, lower)])
    levels = np.stack([pipes[c].to_numpy(float) for c in ("invert_up_m", "invert_down_m")])
    names = np.stack([pipes[c].to_numpy(object) for c in ("from_node", "to_node")])
    depth = ground - levels
    # Of an end without a level, or not at a manhole, nothing is known that could be less.
    anywhere = np.where(np.isnan(depth), np.inf, depth)
    at_manhole = np.where(np.isin(kinds, WITHOUT_RIM), np.inf, anywhere)
    every = np.arange(len(pipes))

    def at(rooms: np.ndarray) -> dict[str, object]:
        worst = rooms.argmin(axis=0)
        return {"node": names[worst, every], "rim": numbers(ground[worst, every], 3)}

    least, room = anywhere.min(axis=0), at_manhole.min(axis=0)
    high = room <= 0
    over = {"height": numbers(-room, 2), **at(at_manhole)}
    yield from found_at("pipe.invert_above_rim", "pipes", pipes, high, **over)
    bare = (least <= 0) & ~high
    yield from found_at("pipe.invert_above_ground", "pipes", pipes, bare, height=numbers(-least, 2))
    out = {"height": numbers(height - least, 2), **at(anywhere)}
    crown = covered & (least > 0) & (least < height)
    yield from found_at("pipe.crown_above_ground", "pipes", pipes, crown, **out)
    walls = {"height": numbers(height - room, 2), **at(at_manhole)}
    open_ = ~covered & ~high & (height - room > MILLIMETRE_M)
    yield from found_at("channel.above_ground", "pipes", pipes, open_, **walls)


def _sizes(pipes: gpd.GeoDataFrame, catalogue: Catalogue) -> Iterator[Finding]:
    size = pipes["diameter_mm"].to_numpy(float)
    wrong = np.isfinite(size) & ((size < ROUND_MM.low) | (size > ROUND_MM.high)) & (size > 0)
    meant = np.where(size < 10, size * 1000, np.where(size < ROUND_MM.low, size * 10, size / 10))
    slipped, neighbours = _slipped(pipes, size)
    meant = np.where(slipped, np.where(size > neighbours, size / 10, size * 10), meant)
    both = wrong | slipped
    yield from found_at(
        "pipe.size_unit", "pipes", pipes, both, size=[f"{s:g}" for s in size], meant=[f"{m:g}" for m in meant]
    )
    made = [catalogue.material(m) for m in pipes["material"]]
    unknown = np.array([f is None and isinstance(m, str) for f, m in zip(made, pipes["material"], strict=True)])
    yield from found_at(
        "pipe.material_unknown", "pipes", pipes, unknown, material=pipes["material"].to_numpy(object)
    )
    yield from found_at("pipe.no_material", "pipes", pipes, pipes["material"].isna().to_numpy())
    yield from _walls(pipes, catalogue)
    every = frozenset(size for material in catalogue.materials.values() for size in material.sizes_mm)
    odd = np.array(
        [
            bool(np.isfinite(s)) and not b and s not in (every if m is None else m.sizes_mm or {s})
            for s, b, m in zip(size, both, made, strict=True)
        ]
    )
    written, named = [f"{s:g}" for s in size], pipes["material"].notna().to_numpy()
    of_material = pipes["material"].to_numpy(object)
    yield from found_at("pipe.size_not_made", "pipes", pipes, odd & named, size=written, material=of_material)
    yield from found_at("pipe.size_never_made", "pipes", pipes, odd & ~named, size=written)


def _walls(pipes: gpd.GeoDataFrame, catalogue: Catalogue) -> Iterator[Finding]:
    """Walls several times thicker or thinner than is usual: another unit, or another pipe's."""
    wall = pipes["wall_mm"].to_numpy(float)
    if not np.isfinite(wall).any():
        return
    ratio = np.array([catalogue.material_or_assumed(m).wall_ratio for m in pipes["material"]], dtype=float)
    usual = PipeSections.of(pipes).inner_width_m * 1000 * ratio
    off = (wall > UNUSUAL_WALL * usual) | (wall * UNUSUAL_WALL < usual)
    words = {"wall": numbers(np.nan_to_num(wall), 1), "usual": numbers(np.nan_to_num(usual), 0)}
    yield from found_at("pipe.wall_unusual", "pipes", pipes, off, **words)


def _slipped(pipes: gpd.GeoDataFrame, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pipes at least ``SLIP`` times as wide or as narrow as every pipe that they join, and that pipe's size."""
    ends = pd.concat(
        [
            pd.DataFrame(
                {"node": pipes["from_node"].to_numpy(object), "size": size, "pipe": np.arange(len(pipes))}
            ),
            pd.DataFrame(
                {"node": pipes["to_node"].to_numpy(object), "size": size, "pipe": np.arange(len(pipes))}
            ),
        ]
    ).dropna()
    # Of the other pipes at a node only the extremes count: those without the pipe itself.
    ends = ends.sort_values(["node", "size"], kind="stable")
    groups = ends.groupby("node", sort=False)["size"]
    rank, count = groups.cumcount(), groups.transform("size")
    first, last = groups.transform("first"), groups.transform("last")
    second, before_last = _nth(ends, 1), _nth(ends.iloc[::-1], 1)[::-1]
    least = np.where(rank == 0, second, first)
    most = np.where(rank == count - 1, before_last, last)
    seen = ends.assign(least=least, most=most)[count.to_numpy() > 1]
    low = seen.groupby("pipe")["least"].min().reindex(range(len(pipes))).to_numpy()
    high = seen.groupby("pipe")["most"].max().reindex(range(len(pipes))).to_numpy()
    with np.errstate(invalid="ignore"):
        wide, narrow = size >= SLIP * high, size * SLIP <= low
    return wide | narrow, np.where(wide, high, low)


def _nth(ends: pd.DataFrame, n: int) -> np.ndarray:
    """The n-th size of each row's node, in the frame's order."""
    picked = ends[ends.groupby("node", sort=False).cumcount() == n].set_index("node")["size"]
    sizes: np.ndarray = ends["node"].map(picked).to_numpy(float)
    return sizes


def _lengths(pipes: gpd.GeoDataFrame, settings: CheckSettings) -> Iterator[Finding]:
    drawn, stated = pipes.geometry.length.to_numpy(), pipes["length_m"].to_numpy(float)
    off = np.abs(drawn - stated) > np.maximum(0.5, settings.length_difference_percent / 100 * drawn)
    words = {"drawn": numbers(drawn, 2), "stated": numbers(stated, 2)}
    recorded = np.array([read_flags(f).get("length_m") == RECORDED for f in pipes["flags"]], dtype=bool)
    yield from found_at("pipe.length_differs", "pipes", pipes, off & ~recorded, **words)
    yield from found_at("pipe.length_recorded", "pipes", pipes, off & recorded, **words)


def _detours(pipes: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Lines much longer than from end to end: a vertex astray, or a stretch drawn forth and back."""
    shapes = pipes.geometry.to_numpy()
    drawn = shapely.length(shapes)
    straight = shapely.distance(shapely.get_point(shapes, 0), shapely.get_point(shapes, -1))
    off = (drawn > DETOUR * straight) & (drawn - straight > DETOUR_M)
    yield from found_at(
        "pipe.detour", "pipes", pipes, off, length=numbers(drawn, 2), straight=numbers(straight, 2)
    )


def _systems(pipes: gpd.GeoDataFrame, upper: gpd.GeoDataFrame, lower: gpd.GeoDataFrame) -> Iterator[Finding]:
    """A pipe between two nodes that are both of another system; cross-connections have their own analysis."""
    system = pipes["system"].to_numpy(object)
    above, below = upper["system"].to_numpy(object), lower["system"].to_numpy(object)
    known = np.array([all(isinstance(v, str) for v in three) for three in zip(system, above, below, strict=True)])
    other = known & (above != system) & (below != system)
    yield from found_at("pipe.other_system", "pipes", pipes, other, system=system, node_system=above)


def _node_systems(nodes: gpd.GeoDataFrame, pipes: gpd.GeoDataFrame) -> Iterator[Finding]:
    """A node all of whose pipes are of one other system than its own."""
    systems, names = pd.factorize(pipes["system"])
    place = pd.Index(nodes["node_id"])
    # Of each node the least and the greatest number of its pipes' systems: the same where all are of one.
    low, high = np.full(len(nodes), len(names)), np.full(len(nodes), -1)
    for column in ("from_node", "to_node"):
        at = place.get_indexer(pipes[column])
        known = (at >= 0) & (systems >= 0)
        np.minimum.at(low, at[known], systems[known])
        np.maximum.at(high, at[known], systems[known])
    of_pipes = np.array([*names, None], dtype=object)[low]
    own = nodes["system"].to_numpy(object)
    other = (low == high) & pd.notna(own) & (of_pipes != own)
    yield from found_at("node.other_system", "nodes", nodes, other, system=own, pipe_system=of_pipes)


def _statuses(pipes: gpd.GeoDataFrame, upper: gpd.GeoDataFrame, lower: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Pipes joined to nodes that never stand at the same time."""
    own = pipes["status"].to_numpy(object)
    for ends, column in ((upper, "from_node"), (lower, "to_node")):
        other = ends["status"].to_numpy(object)
        clash = ((own == "proposed") & (other == "removed")) | ((own == "removed") & (other == "proposed"))
        yield from found_at(
            "status.contradicts",
            "pipes",
            pipes,
            clash,
            status=own,
            node=pipes[column].to_numpy(object),
            node_status=other,
        )
