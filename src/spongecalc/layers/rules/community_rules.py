"""Rules on communities: outlines that overlap, ids alike but for capitals, households that do not add up."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.community_ground import OVERLAP_M2, community_grounds
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.findings_at_rows import found_at, numbers

# So far outside the red line stands what a community connects to in the street; farther out somebody has to look.
NEAR_M = 50.0
# Residents of a household: none is as large in the mean of a building.
MOST_IN_HOUSEHOLD = 10.0


def check_communities(layers: LayerSet) -> Iterator[Finding]:
    """Findings about communities that share ground or a folder's name, their people, and what reaches out."""
    communities = layers["communities"]
    if communities.empty:
        return
    ids = communities["community_id"].fillna("").astype(str)
    yield from _overlaps(layers)
    folded = ids.str.casefold()
    alike = folded.duplicated() & ~ids.duplicated(keep=False)
    others = [", ".join(sorted(ids[(folded == f) & (ids != i)])) for i, f in zip(ids, folded, strict=True)]
    yield from found_at("community.alike_ids", "communities", communities, alike, others=others)
    yield from _households(layers)
    yield from _outside(layers)
    yield from _residents(layers["buildings"])


def _overlaps(layers: LayerSet) -> Iterator[Finding]:
    """Each pair of outlines once, at the later one, whose ground is counted twice; one outline twice at both."""
    communities = layers["communities"]
    shapes = communities.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    keep = shared > OVERLAP_M2
    ids = communities["community_id"].to_numpy(object)
    whole = shapely.area(shapes)
    for a, b, area in zip(first[keep], second[keep], shared[keep], strict=True):
        if max(whole[a], whole[b]) - area <= OVERLAP_M2:
            # Whose ground it is nobody can tell.
            for own, other in ((a, b), (b, a)):
                row = communities.iloc[[own]]
                yield from found_at("community.same_outline", "communities", row, [True], other=str(ids[other]))
            continue
        yield from found_at(
            "community.overlap",
            "communities",
            communities.iloc[[b]],
            [True],
            other=str(ids[a]),
            area=f"{area:.1f}",
        )


def _households(layers: LayerSet) -> Iterator[Finding]:
    """Communities whose stated households are not those of their buildings, which the sewage comes from."""
    communities, buildings = layers["communities"], layers["buildings"]
    standing = buildings[buildings["status"].isin(["existing", "proposed"])]
    counted = standing.groupby("community_id")["households"].sum(min_count=1)
    stated = pd.to_numeric(communities["households"], errors="coerce")
    built = communities["community_id"].map(counted).astype(float)
    differ = (stated.notna() & built.notna() & (stated != built)).to_numpy()
    yield from found_at(
        "community.households_differ",
        "communities",
        communities,
        differ,
        stated=numbers(np.nan_to_num(stated), 0),
        counted=numbers(np.nan_to_num(built), 0),
    )


def _outside(layers: LayerSet) -> Iterator[Finding]:
    """Nodes and pipes outside the community that they have by their pipes and ends; far out that wants an eye."""
    if not layers.by_pipe:
        return
    own = community_grounds(layers["communities"]).set_index("community_id").geometry
    for layer in ("nodes", "pipes"):
        frame = layers[layer]
        keys = zip(frame["file"], frame["file_row"], strict=True)
        chosen = np.array([(layer, *key) in layers.by_pipe for key in keys], dtype=bool)
        chosen &= frame["community_id"].isin(own.index).to_numpy()
        off = np.zeros(len(frame))
        shapes = frame.geometry.to_numpy()[chosen]
        grounds = own.reindex(frame["community_id"][chosen]).to_numpy()
        points = [shapes] if layer == "nodes" else [shapely.get_point(shapes, end) for end in (0, -1)]
        off[chosen] = np.max([shapely.distance(own_points, grounds) for own_points in points], axis=0)
        off = np.nan_to_num(off)
        words = {"distance": numbers(off, 2), "community": frame["community_id"].to_numpy(object)}
        near = "node.outside" if layer == "nodes" else "pipe.outside"
        far = "node.far_outside" if layer == "nodes" else "pipe.far_outside"
        yield from found_at(near, layer, frame, chosen & (off <= NEAR_M), **words)
        yield from found_at(far, layer, frame, chosen & (off > NEAR_M), **words)


def _residents(buildings: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Buildings with fewer residents than households, or with more than live in any."""
    residents, households = (buildings[c].to_numpy(float) for c in ("residents", "households"))
    lived_in = (residents > 0) & (households > 0)
    odd = lived_in & ((residents < households) | (residents > MOST_IN_HOUSEHOLD * households))
    words = {
        "residents": numbers(np.nan_to_num(residents), 0),
        "households": numbers(np.nan_to_num(households), 0),
    }
    yield from found_at("building.residents_unlikely", "buildings", buildings, odd, **words)
