"""Rules on what lies around the network: outfalls, surfaces, roofs, inlets, storage, dates, the DEM, borders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.catalogue.catalogue import ROOF
from spongecalc.layers.dem import GroundError
from spongecalc.layers.dem_judgement import check_dem
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.rules.findings_at_rows import found_at, numbers
from spongecalc.layers.standing import stands
from spongecalc.project.check_settings import CheckSettings
from spongecalc.project.scenario_settings import Scenario

RIGHT_RECEIVERS = {
    "storm": ("municipal_storm", "municipal_combined", "river", "reuse"),
    "sewage": ("municipal_sewage", "municipal_combined"),
    "combined": ("municipal_combined", "municipal_sewage"),
}
# An inlet at a kerb may stand a little off the pavement as drawn.
INLET_REACH_M = 1.0
# A roof's outline and its building's differ by eaves; more than this share apart they are different things.
ROOF_SHARE = 0.5
OVER_BUILDING_M2 = 2.0
IN_TWO_SHARE = 0.1


def check_surroundings(
    layers: LayerSet, settings: CheckSettings, scenarios: Sequence[Scenario]
) -> Iterator[Finding]:
    """Findings about everything that is no pipe."""
    yield from _receivers(layers["nodes"])
    yield from _roofs(layers)
    yield from _inlets(layers, scenarios)
    yield from _storage(layers)
    yield from _dates(layers)
    yield from _dem(layers, settings)
    yield from _borders(layers)


def _receivers(nodes: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Outfalls into a system that must not take their water, and what a receiver accepts of a node that has none.

    What is taken out anyway is named to no wrong receiver.
    """
    wrong = np.array(
        [
            kind == "outfall"
            and status != "removed"
            and isinstance(receives, str)
            and system in RIGHT_RECEIVERS
            and receives not in RIGHT_RECEIVERS[system]
            for kind, status, receives, system in zip(
                nodes["kind"], nodes["status"], nodes["receives"], nodes["system"], strict=True
            )
        ],
        dtype=bool,
    )
    free = (
        (nodes["kind"] == "outfall") & (nodes["receives"] != "reuse") & nodes["outfall_level_m"].isna()
    ).to_numpy()
    yield from found_at("outfall.free_assumed", "nodes", nodes, free)
    elsewhere = (nodes["kind"] != "outfall") | (nodes["receives"] == "reuse")
    yield from found_at(
        "outfall.capacity_elsewhere",
        "nodes",
        nodes,
        (elsewhere & nodes["receiver_capacity_l_s"].notna()).to_numpy(),
        value=nodes["receiver_capacity_l_s"].map("{:g}".format).to_numpy(object),
        kind=nodes["kind"].to_numpy(object),
    )
    yield from found_at(
        "outfall.wrong_receiver",
        "nodes",
        nodes,
        wrong,
        system=nodes["system"].to_numpy(object),
        receives=nodes["receives"].to_numpy(object),
    )


def _roofs(layers: LayerSet) -> Iterator[Finding]:
    surfaces, buildings = layers["surfaces"], layers["buildings"]
    if surfaces.empty:
        return
    houses = buildings.geometry.to_numpy()
    covered = np.zeros(len(surfaces))
    shapes = surfaces.geometry.to_numpy()
    if len(houses):
        s, b = shapely.STRtree(houses).query(shapes, predicate="intersects")
        np.add.at(covered, s, shapely.area(shapely.intersection(shapes[s], houses[b])))
    area = np.maximum(shapely.area(shapes), 1e-9)
    roof = (surfaces["cover"] == ROOF).to_numpy()
    yield from found_at("roof.no_building", "surfaces", surfaces, roof & (covered / area < ROOF_SHARE))
    over = ~roof & (covered > OVER_BUILDING_M2)
    yield from found_at("surface.over_building", "surfaces", surfaces, over, area=numbers(covered, 1))


def _inlets(layers: LayerSet, scenarios: Sequence[Scenario]) -> Iterator[Finding]:
    """Inlets that stand on no surface in a scenario in which they exist."""
    nodes, surfaces = layers["nodes"], layers["surfaces"]
    inlet = (nodes["kind"] == "inlet").to_numpy()
    if not inlet.any() or surfaces.empty:
        return
    dry = np.zeros(len(nodes), dtype=bool)
    for scenario in scenarios:
        here = inlet & stands(layers, "nodes", scenario)
        ground = surfaces.geometry[stands(layers, "surfaces", scenario)].to_numpy()
        wet = np.zeros(len(nodes), dtype=bool)
        if len(ground) and here.any():
            points = np.flatnonzero(here)
            near, _ = shapely.STRtree(ground).query(
                nodes.geometry.to_numpy()[points], predicate="dwithin", distance=INLET_REACH_M
            )
            wet[points[near]] = True
        dry |= here & ~wet
    yield from found_at("inlet.no_surface", "nodes", nodes, dry)


# No storm of a day is as deep: a facility that holds it from all the ground of its community has its unit wrong.
MOST_HELD_MM = 500.0


def _storage(layers: LayerSet) -> Iterator[Finding]:
    facilities, nodes = layers["facilities"], layers["nodes"]
    if len(facilities):
        volume = facilities["volume_m3"].to_numpy(float)
        empty = (facilities["kind"] == "rain_tank").to_numpy() & ~(volume > 0)
        yield from found_at("facility.no_volume", "facilities", facilities, empty)
        outlines = layers["communities"].drop_duplicates("community_id").set_index("community_id")
        ground_m2 = facilities["community_id"].map(outlines.geometry.area).to_numpy(float)
        depth_mm = np.divide(1000 * volume, ground_m2, out=np.zeros(len(volume)), where=ground_m2 > 0)
        large = depth_mm > MOST_HELD_MM
        words = {"volume": numbers(volume, 0), "depth": numbers(depth_mm, 0)}
        yield from found_at("facility.volume_unlikely", "facilities", facilities, large, **words)
    shaped = ((nodes["area_m2"] > 0) | nodes["storage_curve"].notna()).to_numpy()
    served = nodes["node_id"].isin(facilities["from_node"]).to_numpy()
    bare = (nodes["kind"] == "storage").to_numpy() & ~served & ~shaped
    yield from found_at("node.storage_no_facility", "nodes", nodes, bare)


def _dates(layers: LayerSet) -> Iterator[Finding]:
    """Pipes that stood before the works, dated after the first that the works laid in their community."""
    pipes = layers["pipes"]
    if pipes.empty:
        return
    new = pipes[pipes["status"] == "proposed"].groupby("community_id")["year"].min()
    first = pipes["community_id"].map(new).to_numpy(float)
    year = pipes["year"].to_numpy(float)
    late = (pipes["status"] != "proposed").to_numpy() & (year > first)
    words = {"year": numbers(np.nan_to_num(year), 0), "works": numbers(np.nan_to_num(first), 0)}
    yield from found_at("date.after_works", "pipes", pipes, late, **words)


def dem_at(layers: LayerSet, points: gpd.GeoSeries) -> np.ndarray | None:
    """Ground elevation of the DEM at points, NaN in its voids and outside; None without a DEM to read."""
    if layers.dem is None or points.empty:
        return None
    try:
        return layers.dem.levels_at(points.to_numpy(), layers.crs)
    except GroundError:
        return None


def _dem(layers: LayerSet, settings: CheckSettings) -> Iterator[Finding]:
    """The DEM as a whole at each community, and at each node of those where it will do."""
    refused = check_dem(layers)
    yield from refused
    nodes = layers["nodes"]
    nodes = nodes[~nodes["community_id"].isin({f.feature.community_id for f in refused})]
    ground = dem_at(layers, nodes.geometry)
    if ground is None:
        return
    yield from found_at("dem.void", "nodes", nodes, np.isnan(ground))
    surveyed = nodes["ground_m"].to_numpy(float)
    off = np.abs(surveyed - ground) > settings.ground_difference_m
    words = {"ground": numbers(np.nan_to_num(surveyed), 2), "dem": numbers(np.nan_to_num(ground), 2)}
    yield from found_at("node.ground_off_dem", "nodes", nodes, off, **words)


def _borders(layers: LayerSet) -> Iterator[Finding]:
    """Features that lie in two communities: points where outlines overlap, areas that reach well across."""
    areas = layers["communities"].dropna(subset=["community_id"])
    if len(areas) < 2:
        return
    shapes, ids = areas.geometry.to_numpy(), areas["community_id"].to_numpy(object)
    tree = shapely.STRtree(shapes)
    for layer in ("nodes", "surfaces", "buildings", "facilities"):
        frame = layers[layer]
        if frame.empty:
            continue
        own = frame.geometry.to_numpy()
        feature, area = tree.query(own, predicate="intersects")
        flat = shapely.get_dimensions(own) == 2
        share = np.ones(len(feature))
        size = np.maximum(shapely.area(own), 1e-9)
        wide = flat[feature]
        share[wide] = (
            shapely.area(shapely.intersection(own[feature[wide]], shapes[area[wide]])) / size[feature[wide]]
        )
        # A point on a common border is in both by a hair, which is no fault.
        inside = np.ones(len(feature), dtype=bool)
        points = ~wide
        inside[points] = shapely.contains_properly(shapes[area[points]], own[feature[points]])
        pairs = pd.DataFrame({"feature": feature, "area": ids[area]})[(share > IN_TWO_SHARE) & inside]
        pairs = pairs[pairs["feature"].duplicated(keep=False)]
        counts = pairs.groupby("feature")["area"].agg(lambda a: ", ".join(sorted(set(a))))
        mask = np.zeros(len(frame), dtype=bool)
        names = np.full(len(frame), "", dtype=object)
        for position, joined in counts.items():
            if ", " in joined:
                mask[position], names[position] = True, joined
        yield from found_at("community.two", layer, frame, mask, communities=names)
