"""Make the layers of the worked examples of the renovation in Eshan County, illustrative in detail.

One is phase 1 with its 22 communities, the other the whole plan, 67 communities in three phases, of which
the first are the same 22. Ids, names and geometry are made up; the totals are those of the county's bulletin
(gis/README.md). Run it from anywhere: it writes beside itself. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass, fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import itertools

import example_network as net
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from example_faults import plant_faults
from example_ground import ground_m, write_dem
from example_layout import KIND_ZH, PHASE_2, PHASE_3, Layout, Row, layouts
from example_surfaces import surfaces
from example_survey import to_millimetres
from example_utilities import UTILITIES, lay_utilities
from shapely import LineString, Point

CRS = "EPSG:4543"
SEED = 20210630
HERE = Path(__file__).resolve().parent

# Published totals of phase 1; the source is named in gis/README.md.
STORM_M, SEWAGE_M, GREEN_GAIN = 2537.0, 2638.0, 0.115
PUBLISHED_UTILITIES_M = {"telecom": 6345.0, "gas_low": 2659.0}
INLET_SPACING_M, LANE_EDGE_M = 15.0, 2.4
# What a grate half covered by leaves takes of the rain at P = 3 a, and how far off a second one is set beside it.
INLET_TAKES_M2, TWIN_M, MOST_TWINS = 260.0, 1.3, 2

# Communities whose old sewer still copes: wider, less silted, without a marked low corner.
DRY_BEFORE = (5, 10, 13, 17, 22, 26, 33, 41, 48, 57, 62)
OLD_DITCH = 20
RAIN_TANKS_M3 = {
    **{2: 12.0, 6: 20.0, 8: 15.0, 11: 10.0, 15: 18.0, 17: 8.0, 21: 25.0},
    **{24: 12.0, 28: 15.0, 31: 20.0, 36: 10.0, 44: 15.0, 47: 12.0, 50: 18.0, 55: 10.0, 59: 20.0, 66: 15.0},
}
STILL_COMBINED_STREET = (9, 16, 39, 60)
RIVER_AFTER = (7, 19, 20, 21, 22, 42, 45, 64, 67)
# What the owner of the receiving pipe or river accepts of a rain outfall: the full flow of a concrete pipe of
# this size at a fall of 2 per mille. An old main is narrow; some owners have not answered.
RECEIVING_MM, NARROW_MM = 600.0, 400.0
NARROW_MAIN = (4, 37, 58)
NOT_ANSWERED = (10, 18, 21, 29, 43, 52, 63)
# Where the works left something to find; tests/gis/planted_defects.json says what.
BALCONY, YARD, LEFT_BEHIND, SHORT_CUT = 4, 11, 14, 19


@dataclass
class Rows:
    """Rows of every layer."""

    nodes: list[Row]
    pipes: list[Row]
    connections: list[Row]
    facilities: list[Row]
    buildings: list[Row]
    surfaces: list[Row]
    communities: list[Row]
    utilities: list[Row]
    ponding_records: list[Row]

    def with_those_of(self, other: Rows) -> Rows:
        """Both examples' rows, layer by layer."""
        return Rows(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def main() -> None:
    """Write the GeoPackage and the DEM of each example."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    first = layouts(np.random.default_rng(options.seed))
    later = [layouts(np.random.default_rng([options.seed, p.first]), p) for p in (PHASE_2, PHASE_3)]
    rows = make(first, options.seed)
    write_example(options.out, "eshan_phase1.gpkg", rows, first)
    for places in later:
        rows = rows.with_those_of(make_later(places, options.seed))
    write_example(options.out / "county", "eshan_county.gpkg", rows, tuple(itertools.chain(first, *later)))


def write_example(folder: Path, name: str, rows: Rows, places: tuple[Layout, ...]) -> None:
    """Write the layers of an example, and its ground beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    write_layers(folder / name, rows)
    write_dem(folder / "dem.tif", places, sunken(), CRS)


def sunken() -> dict[int, float]:
    """How deep the low spots are, as a share of the usual."""
    return {**dict.fromkeys(DRY_BEFORE, 0.2), OLD_DITCH: 0.5}


def make(places: tuple[Layout, ...], seed: int) -> Rows:
    """All rows. Leads into the street are set last, so that the published meters are met."""
    leads = {"storm": dict.fromkeys(range(1, 23), 6.0), "sewage": dict.fromkeys(range(1, 23), 6.0)}
    wanted = {"storm": STORM_M, "sewage": SEWAGE_M}
    fronts = [p.number for p in places if not net.is_back(p)]
    for attempt in range(5):
        rows = build(places, seed, leads)
        for system, total in wanted.items():
            # As a survey holds it: the millimetres lost by rounding count too.
            laid = sum(to_millimetres(p["geometry"]).length for p in rows.pipes if is_new(p, system))
            # At first all leads share what is missing; then one takes the millimetres that are left.
            sharing = fronts if attempt < 2 else fronts[:1]
            for number in sharing:
                leads[system][number] += (total - laid) / len(sharing)
    claim(rows)
    with_utilities(places, rows, PUBLISHED_UTILITIES_M)
    plant_faults(rows.nodes, rows.pipes, rows.connections, rows.utilities)
    return rows


def make_later(places: tuple[Layout, ...], seed: int) -> Rows:
    """All rows of a phase of which no length is published: what its layout gives, and nothing claimed."""
    numbers = [p.number for p in places]
    leads = {system: dict.fromkeys(numbers, 6.0) for system in ("storm", "sewage")}
    return with_utilities(places, build(places, seed, leads), {})


def is_new(row: Row, system: str) -> bool:
    """Whether a pipe is one that the works lay."""
    return bool(row["status"] == "proposed" and row["system"] == system)


def build(places: tuple[Layout, ...], seed: int, leads: dict[str, dict[int, float]]) -> Rows:
    """All rows of a phase's communities for given lengths of the leads."""
    rows = Rows([], [], [], [], [], [], [], [], [])
    phase = places[0].phase
    households = share_households(places, np.random.default_rng(seed + phase.first), phase.households)
    converted = share_green(places, np.random.default_rng(seed + phase.first + 1))
    networks: dict[int, net.Network] = {}
    for layout in places:
        random = np.random.default_rng([seed, layout.number])
        network = net.Network(layout, ground_of(places))
        networks[layout.number] = network
        buildings = [
            {
                "building_id": f"{layout.community_id}-B{i + 1}",
                "households": float(count),
                "residents": 3.0 * count,
                "floors": float(max(3, min(7, round(count / 4)))),
                "roof_to": None,
                "sewage_to": None,
                "status": "existing",
                "community_id": layout.community_id,
                "geometry": to_millimetres(layout.world(shape)),
            }
            for i, (shape, count) in enumerate(zip(layout.buildings, households[layout.number], strict=True))
        ]
        before(network, buildings, random)
        behind_m2 = behind.outline.area if (behind := net.behind(layout, places)) else 0.0
        after(network, buildings, leads, networks.get(7) if net.is_back(layout) else None, behind_m2)
        rows.buildings += buildings
        rows.surfaces += [
            {**row, "geometry": layout.world(row["geometry"])}
            for row in surfaces(
                layout,
                converted[layout.number],
                0.06 * layout.outline.area,
                np.random.default_rng([seed, 9, layout.number]),
            )
        ]
        rows.communities.append(community_row(layout, buildings))
        rows.ponding_records += ponding_record(layout, random)
        for name in ("nodes", "pipes", "connections", "facilities"):
            getattr(rows, name).extend(getattr(network, name))
    accept(rows.nodes)
    return rows


def ground_of(places: tuple[Layout, ...]) -> net.Ground:
    """The ground about communities by place, in m."""
    depths = sunken()
    return lambda x, y: float(ground_m(places, np.array(x), np.array(y), depths))


def with_utilities(places: tuple[Layout, ...], rows: Rows, published_m: dict[str, float]) -> Rows:
    """The rows with the utilities that clear their pipes."""
    for utility in UTILITIES:
        length_m = published_m.get(utility.name)
        rows.utilities += lay_utilities(utility, places, rows.pipes, rows.utilities, ground_of(places), length_m)
    return rows


def accept(nodes: list[Row]) -> None:
    """State at each new rain outfall what its receiver accepts, in l/s, where its owner has answered."""
    for node in nodes:
        number = int(str(node["community_id"])[2:])
        outfall = node["kind"] == "outfall" and node["system"] == "storm" and node["status"] == "proposed"
        size_m = (NARROW_MM if number in NARROW_MAIN else RECEIVING_MM) / 1000
        # Manning, n = 0.013.
        full_l_s = 1000 / 0.013 * math.pi / 4 * size_m**2 * (size_m / 4) ** (2 / 3) * math.sqrt(0.002)
        node["receiver_capacity_l_s"] = round(full_l_s) if outfall and number not in NOT_ANSWERED else math.nan


def share_households(
    places: tuple[Layout, ...], random: np.random.Generator, households: int
) -> dict[int, list[int]]:
    """A phase's households, shared out by the size of the buildings."""
    areas = np.array([b.area for p in places for b in p.buildings])
    weights = areas**0.5 * random.uniform(0.8, 1.2, len(areas))
    exact = households * weights / weights.sum()
    counts = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact)[: households - counts.sum()]] += 1
    shared, position = {}, 0
    for layout in places:
        shared[layout.number] = counts[position : position + len(layout.buildings)].tolist()
        position += len(layout.buildings)
    return shared


def share_green(places: tuple[Layout, ...], random: np.random.Generator) -> dict[int, float]:
    """Ground that the works turn green: 11.5 points of the whole area, unevenly shared."""
    areas = np.array([p.outline.area for p in places])
    weights = areas * random.uniform(0.75, 1.25, len(areas))
    wanted = GREEN_GAIN * areas.sum() * weights / weights.sum()
    return {p.number: float(w) for p, w in zip(places, wanted, strict=True)}


def before(network: net.Network, buildings: list[Row], random: np.random.Generator) -> None:
    """What the works find."""
    number = network.layout.number
    if number == OLD_DITCH:
        old_separate(network, buildings)
        return
    copes = number in DRY_BEFORE
    receives = "municipal_combined" if number % 2 == 0 or number in (LEFT_BEHIND, YARD) else "municipal_storm"
    if number in (7, 19):
        receives = "river"
    net.old_combined(
        network,
        random,
        diameter_mm=400.0 if copes else float(random.choice([200.0, 250.0])),
        sediment_mm=20.0 if copes else float(random.integers(5, 9) * 10),
        receives=receives,
    )
    net.old_laterals(network, buildings)


def old_separate(network: net.Network, buildings: list[Row]) -> None:
    """An old stone ditch for the rain and an old sewage pipe, cleanly apart."""
    layout = network.layout
    chains = {}
    for system, offset, depth, prefix, receives in (
        ("storm", -1.0, 0.5, "GJ", "river"),
        ("sewage", 1.0, 1.1, "JJ", "municipal_sewage"),
    ):
        places = [
            layout.place(layout.lane_v + offset, u) for u in [*net.stations(layout.length_m - 9, 1.5), -5.0]
        ]
        nodes = [network.node(p, system, "manhole", "removed", prefix=prefix) for p in places]
        nodes[-1]["kind"], nodes[-1]["receives"] = "outfall", receives
        invert = nodes[0]["ground_m"] - depth
        nodes[0]["invert_m"] = round(invert, 3)
        for upper, lower in itertools.pairwise(nodes):
            arrives = min(invert - 0.05, lower["ground_m"] - depth)
            lower["invert_m"] = round(arrives, 3)
            row = network.pipe(
                upper,
                lower,
                system,
                "removed",
                prefix=prefix[0],
                diameter_mm=200.0,
                invert_up_m=invert,
                invert_down_m=arrives,
                material="石砌" if system == "storm" else "混凝土",
                roughness=0.020 if system == "storm" else 0.014,
                year=1992,
            )
            if system == "storm":
                row.update(shape="rect_open", diameter_mm=math.nan, width_mm=400.0, height_mm=400.0)
            invert = arrives
        chains[system] = nodes[:-1]
    for low_v, low_u in layout.low:
        place = layout.place(low_v, low_u)
        inlet = network.node(place, "storm", "inlet", "removed", prefix="GK")
        ditch = net.nearest(chains["storm"], place)
        inlet["invert_m"] = round(max(inlet["ground_m"] - 0.35, ditch["invert_m"] + 0.02), 3)
        network.lateral(inlet["node_id"], place, ditch, "yard_drain", "removed")
    for building in buildings:
        for kind in ("kitchen", "toilet", "balcony_drain", "roof_drain"):
            manhole = net.nearest(chains["storm" if kind == "roof_drain" else "sewage"], building["geometry"])
            wall = net.edge_towards(building["geometry"], manhole["geometry"])
            network.lateral(building["building_id"], wall, manhole, kind, "removed")


def after(
    network: net.Network,
    buildings: list[Row],
    leads: dict[str, dict[int, float]],
    front: net.Network | None,
    behind_m2: float,
) -> None:
    """What the works lay; ``behind_m2`` of ground drain through the community."""
    layout, number = network.layout, network.layout.number
    receives = (
        "river" if number in RIVER_AFTER else "municipal_storm",
        "municipal_combined" if number in STILL_COMBINED_STREET else "municipal_sewage",
    )
    storm, sewage = net.new_mains(
        network, leads["storm"][number], leads["sewage"][number], receives, front, behind_m2
    )
    own_sewage = [n for n in sewage.nodes if n["kind"] == "manhole" and n["community_id"] == layout.community_id]
    own_storm = [n for n in storm.nodes if n["kind"] == "manhole" and n["community_id"] == layout.community_id]
    inlets: list[Row] = []
    storm_heads: list[Row] = []
    sewage_heads: list[Row] = []
    if layout.kind in ("terrace", "courtyard"):
        far_v, u = (
            (layout.width_m - 6, layout.length_m * 0.5)
            if layout.kind == "terrace"
            else (
                layout.width_m * 0.34,
                layout.length_m * 0.36,
            )
        )
        storm_heads.append(net.cross_main(network, storm, far_v, u, "storm").nodes[0])
        if layout.kind == "terrace":
            sewage_heads.append(net.cross_main(network, sewage, far_v, u, "sewage").nodes[0])
    # Behind the blocks, along the back green, a branch to one side or to both.
    back_u = net.back_u(layout)
    sides = [layout.width_m - 5] if len(buildings) < 3 or layout.kind == "terrace" else [layout.width_m - 5, 5.0]
    for far_v in sides:
        storm_heads.append(net.cross_main(network, storm, far_v, back_u, "storm").nodes[0])
        sewage_heads.append(net.cross_main(network, sewage, far_v, back_u, "sewage").nodes[0])
    own_storm += storm_heads
    own_sewage += sewage_heads
    if number == SHORT_CUT:
        short_cut(network, own_sewage, inlets)
    place_inlets(network, own_storm, storm_heads, inlets)
    drains_to = net.sewage_manholes(buildings, own_sewage, sewage_heads)
    for index, building in enumerate(buildings):
        own = drains_to[building["building_id"]]
        net.new_laterals(network, building, own_storm, own)
        if number in RAIN_TANKS_M3 and index == 0:
            rain_tank(network, building, own_storm, RAIN_TANKS_M3[number])
    leave_defects(network, buildings, own_storm, own_sewage, inlets)


def place_inlets(network: net.Network, storm: list[Row], heads: list[Row], inlets: list[Row]) -> None:
    """Inlets of the new rain sewer: two in each low spot and at each head of a branch, pairs along the lane.

    They stand closer than the 25 to 50 m of GB 50014-2021, 5.7.3: where the ground nearest to one is more than
    a grate half covered by leaves takes the rain of, a second one is set beside it.
    """
    layout = network.layout

    def place(v: float, u: float) -> None:
        inlets.append(net.add_inlet(network, layout.place(v, u), storm, "storm", "proposed"))

    for low_v, low_u in layout.low:
        place(low_v, low_u)
        place(low_v, low_u + 2.5)
    for head in heads:
        v, u = in_frame(layout, head)
        inward = 1.0 if v < layout.lane_v else -1.0
        place(v, u - 2.5)
        place(v + inward * 8.0, u - 2.5)
    along = layout.length_m - 14.0
    for u in np.linspace(7.0, layout.length_m - 7.0, math.ceil(along / INLET_SPACING_M) + 1):
        for side in (-LANE_EDGE_M, LANE_EDGE_M):
            if all(math.hypot(layout.lane_v + side - v, u - low_u) > 5 for v, low_u in layout.low):
                place(layout.lane_v + side, float(u))
    for turn in range(1, MOST_TWINS + 1):
        shares = shared_ground_m2(layout, [in_frame(layout, n) for n in inlets])
        for inlet, m2 in zip(list(inlets), shares, strict=True):
            if m2 > INLET_TAKES_M2:
                v, u = in_frame(layout, inlet)
                place(v, u + turn * (TWIN_M if u < layout.length_m / 2 else -TWIN_M))


def in_frame(layout: Layout, node: Row) -> tuple[float, float]:
    """The place of a node in the frame of its community, as (v, u)."""
    (x, y), *_ = shapely.get_coordinates(node["geometry"])
    v, u = layout.local(x, y)
    return float(v), float(u)


def shared_ground_m2(layout: Layout, places: list[tuple[float, float]]) -> list[float]:
    """The open ground of a community that is nearest to each of some places, in m2, by a grid of 1 m."""
    v, u = (a.ravel() for a in np.meshgrid(np.arange(0.5, layout.width_m), np.arange(0.5, layout.length_m)))
    open_ground = ~shapely.contains_xy(shapely.union_all(list(layout.buildings)), v, u)
    v, u = v[open_ground], u[open_ground]
    nearest = np.argmin([np.hypot(v - a, u - b) for a, b in places], axis=0)
    return np.bincount(nearest, minlength=len(places)).astype(float).tolist()


def rain_tank(network: net.Network, building: Row, storm: list[Row], volume_m3: float) -> None:
    """A tank that takes one roof, and overflows to the rain sewer."""
    layout = network.layout
    manhole = net.nearest(storm, building["geometry"])
    wall = net.edge_towards(building["geometry"], manhole["geometry"])
    place = net.along(wall, manhole["geometry"], 0.45)
    node = network.node(place, "storm", "storage", "proposed", prefix="CC")
    node["invert_m"] = round(max(node["ground_m"] - 0.6, manhole["invert_m"] + 0.05), 3)
    for row in network.connections:
        if (
            row["source"] == building["building_id"]
            and row["kind"] == "roof_drain"
            and row["status"] == "proposed"
        ):
            start = Point(row["geometry"].coords[0])
            row.update(to_node=node["node_id"], geometry=LineString([start, place]))
    network.facilities.append(
        {
            "facility_id": f"{layout.community_id}-T1",
            "kind": "rain_tank",
            "volume_m3": volume_m3,
            "area_m2": math.nan,
            "from_node": node["node_id"],
            "overflow_to": manhole["node_id"],
            "first_flush_mm": 2.0,
            "demand_m3_d": round(volume_m3 / 25, 1),
            "status": "proposed",
            "community_id": layout.community_id,
            "geometry": place,
        }
    )


def short_cut(network: net.Network, sewage: list[Row], inlets: list[Row]) -> None:
    """A rain pipe from the far yard, laid to the manhole that was nearest."""
    layout = network.layout
    u = layout.length_m * 0.55
    start = network.node(layout.place(layout.lane_v + 1.9, u), "storm", "inlet", "proposed", prefix="YK")
    below = [n for n in sewage if n["ground_m"] < start["ground_m"]]
    end = net.nearest([n for n in below if n["geometry"].distance(start["geometry"]) > 3], start["geometry"])
    joint = net.joint(network, end)
    length = start["geometry"].distance(end["geometry"])
    start["invert_m"] = round(start["ground_m"] - net.STORM_COVER_M - net.outer_mm(300.0) / 1000, 3)
    network.pipe(
        start,
        end,
        "storm",
        "proposed",
        prefix="Y",
        diameter_mm=300.0,
        invert_up_m=start["invert_m"],
        invert_down_m=max(joint.soffit_m - 0.3, start["invert_m"] - 0.02 * length),
        material="HDPE",
        roughness=0.010,
    )
    inlets.append(start)


def leave_defects(
    network: net.Network, buildings: list[Row], storm: list[Row], sewage: list[Row], inlets: list[Row]
) -> None:
    """What a survey after the works would find in three of the communities."""
    number = network.layout.number
    new = [c for c in network.connections if c["status"] == "proposed"]
    if number == BALCONY:
        row = next(c for c in new if c["kind"] == "balcony_drain" and c["source"] == buildings[1]["building_id"])
        node = net.nearest(storm, buildings[1]["geometry"])
        wall = net.edge_towards(buildings[1]["geometry"], node["geometry"])
        row.update(to_node=node["node_id"], geometry=LineString([wall, node["geometry"]]))
    if number == YARD:
        inlet = inlets[-1]
        row = next(c for c in new if c["source"] == inlet["node_id"])
        node = net.nearest(sewage, inlet["geometry"])
        inlet["invert_m"] = round(max(inlet["ground_m"] - 0.8, node["invert_m"] + 0.05), 3)
        row.update(to_node=node["node_id"], geometry=LineString([inlet["geometry"], node["geometry"]]))
    if number == LEFT_BEHIND:
        leave_behind(network, buildings[-1])


def leave_behind(network: net.Network, building: Row) -> None:
    """One building's kitchens and toilets stay on the old sewer, which stays with them down to its outfall."""
    source = building["building_id"]
    network.connections[:] = [
        c
        for c in network.connections
        if not (c["source"] == source and c["kind"] in ("kitchen", "toilet") and c["status"] == "proposed")
    ]
    kept: set[str] = set()
    for row in network.connections:
        if row["source"] == source and row["kind"] in ("kitchen", "toilet"):
            row["status"] = "existing"
            kept.add(row["to_node"])
    old = [p for p in network.pipes if p["system"] == "combined"]
    while True:
        below = {p["to_node"] for p in old if p["from_node"] in kept} - kept
        if not below:
            break
        kept |= below
    for row in (*network.nodes, *old):
        if row.get("node_id") in kept or row.get("from_node") in kept:
            row["status"] = "existing"


def community_row(layout: Layout, buildings: list[Row]) -> Row:
    """The community itself."""
    households = sum(b["households"] for b in buildings)
    return {
        "community_id": layout.community_id,
        "name": f"示例小区{layout.number:02d}（{KIND_ZH[layout.kind]}）",
        "phase": layout.phase.name,
        "district": layout.district,
        "grid": f"G{layout.number:03d}",
        "households": households,
        "residents": 3.0 * households,
        "buildings": float(len(buildings)),
        "floor_area_m2": round(sum(b["geometry"].area * b["floors"] for b in buildings), 0),
        "claimed_storm_m": math.nan,
        "claimed_sewage_m": math.nan,
        "geometry": layout.world(layout.outline),
    }


def claim(rows: Rows) -> None:
    """What the contractor claims: whole meters whose sums are the published totals."""
    for system, column, total in (
        ("storm", "claimed_storm_m", STORM_M),
        ("sewage", "claimed_sewage_m", SEWAGE_M),
    ):
        laid = np.array(
            [
                sum(
                    p["geometry"].length
                    for p in rows.pipes
                    if is_new(p, system) and p["community_id"] == c["community_id"]
                )
                for c in rows.communities
            ]
        )
        whole = np.floor(laid)
        whole[np.argsort(whole - laid, kind="stable")[: round(total - whole.sum())]] += 1
        for row, meters in zip(rows.communities, whole, strict=True):
            row[column] = float(meters)


def ponding_record(layout: Layout, random: np.random.Generator) -> list[Row]:
    """What residents reported before the works."""
    if layout.number in (*DRY_BEFORE, OLD_DITCH):
        return []
    return [
        {
            "record_id": f"{layout.community_id}-P{i + 1}",
            "observed_on": f"2020-0{int(random.integers(6, 10))}-{int(random.integers(10, 29))}",
            "depth_m": round(float(random.uniform(0.08, 0.25)), 2),
            "duration_min": float(random.integers(3, 13) * 10),
            "area_m2": float(random.integers(3, 12) * 10),
            "rainfall_mm": float(random.integers(38, 66)),
            "community_id": layout.community_id,
            "geometry": layout.place(v, u),
        }
        for i, (v, u) in enumerate(layout.low)
    ]


def write_layers(path: Path, rows: Rows) -> None:
    """Write the GeoPackage anew. Three features state no community, as happens: their place decides."""
    nodes = rows.nodes
    for node_id in ("EY03-YK02", "EY10-YJ02", "EY16-WJ02"):
        next(n for n in nodes if n["node_id"] == node_id)["community_id"] = None
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2021-06-30T00:00:00.000Z"})
    path.unlink(missing_ok=True)
    for name in (
        "communities",
        "nodes",
        "pipes",
        "surfaces",
        "buildings",
        "connections",
        "facilities",
        "ponding_records",
        "utilities",
    ):
        frame = pd.DataFrame(getattr(rows, name))
        geometry = [to_millimetres(g) for g in frame.pop("geometry")]
        for column in [c for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])]:
            frame[column] = frame[column].astype("string")
        pyogrio.write_dataframe(
            gpd.GeoDataFrame(frame, geometry=geometry, crs=CRS), path, layer=name, driver="GPKG"
        )


if __name__ == "__main__":
    main()
