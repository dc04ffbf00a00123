"""Rules on sizes and elevations of single pipes and nodes."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np

from spongecalc.catalogue.pipe_section import IRREGULAR, OTHER, PipeSections
from spongecalc.catalogue.point_pairs import PairsError, pairs_of
from spongecalc.catalogue.rare_sections import RARE_SHAPES, rare_section
from spongecalc.catalogue.structure_form import PUMP
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.levels import lowest_pipe_m
from spongecalc.layers.rules.findings_at_rows import found_at, numbers

# A node deeper than this is more likely a depth typed as an elevation, or a foot-metre slip, than a manhole.
DEEPEST_M = 15.0
# Silt traps of manholes and inlets are some decimetres deep, the liquid of tanks and wet wells some metres.
SUMP_M, WELL_M = 1.5, 6.0
WELLS = ("septic_tank", "storage", "pump")


def check_levels(layers: LayerSet) -> Iterator[Finding]:
    """Findings about pipe sizes and the elevations of pipes and nodes."""
    yield from _nodes(layers)
    yield from _pipes(layers)


def _nodes(layers: LayerSet) -> Iterator[Finding]:
    nodes = layers["nodes"]
    ground, invert = nodes["ground_m"].to_numpy(float), nodes["invert_m"].to_numpy(float)
    outfall = (nodes["kind"] == "outfall").to_numpy()
    depth = ground - invert
    words = {"ground": numbers(np.nan_to_num(ground), 3), "invert": numbers(np.nan_to_num(invert), 3)}
    yield from found_at("node.no_invert", "nodes", nodes, np.isnan(invert))
    yield from found_at("node.no_ground", "nodes", nodes, np.isnan(ground) & ~outfall)
    yield from found_at("node.ground_below_invert", "nodes", nodes, depth <= 0, **words)
    yield from found_at("node.deep", "nodes", nodes, depth > DEEPEST_M, depth=numbers(np.nan_to_num(depth), 1))
    lowest = nodes["node_id"].map(lowest_pipe_m(layers["pipes"])).to_numpy(float)
    most = np.where(nodes["kind"].isin(WELLS).to_numpy(), WELL_M, SUMP_M)
    sump = (lowest - invert > most) & (depth <= DEEPEST_M)
    below = {"drop": numbers(np.nan_to_num(lowest - invert), 2), "pipe": numbers(np.nan_to_num(lowest), 3)}
    yield from found_at("node.deep_sump", "nodes", nodes, sump, invert=words["invert"], **below)
    yield from found_at("outfall.no_receiver", "nodes", nodes, outfall & nodes["receives"].isna().to_numpy())
    over = nodes["outfall_level_m"].to_numpy(float) - ground
    higher = outfall & (over > 0)
    yield from found_at(
        "outfall.level_above_ground", "nodes", nodes, higher, over=numbers(np.nan_to_num(over), 2)
    )
    dry = (nodes["ponded_m2"] == 0).to_numpy() & ~outfall
    yield from found_at("node.no_ground_to_pond", "nodes", nodes, dry)
    structures = layers["structures"]
    pumped = set(structures.loc[structures["kind"] == PUMP, "from_node"].dropna())
    bare = (nodes["kind"] == "pump").to_numpy() & ~nodes["node_id"].isin(pumped).to_numpy()
    yield from found_at("node.pump", "nodes", nodes, bare)


def _pipes(layers: LayerSet) -> Iterator[Finding]:
    pipes = layers["pipes"]
    sections = PipeSections.of(pipes)
    diameter, width, height = (pipes[c].to_numpy(float) for c in ("diameter_mm", "width_mm", "height_mm"))
    circular, egg = sections.is_circular, sections.is_egg
    size = np.where(circular, diameter, height)
    drawn, told = sections.shape == IRREGULAR, sections.shape == OTHER
    boxed = ~circular & ~egg & ~drawn & ~told
    missing = (~drawn & ~told & np.isnan(size)) | (boxed & np.isnan(width))
    needed = np.where(circular, "diameter_mm", np.where(egg, "height_mm", "width_mm, height_mm"))
    yield from found_at("pipe.no_size", "pipes", pipes, missing, column=needed)
    yield from _rare(pipes, drawn, told, layers)
    pressed = pipes["hazen_williams"].notna().to_numpy()
    shapes = [str(s) for s in sections.shape]
    yield from found_at("pipe.pressure_not_round", "pipes", pipes, pressed & ~circular, shape=shapes)
    barrels = pipes["barrels"].to_numpy(float)
    parts = np.isfinite(barrels) & (barrels != np.round(barrels))
    yield from found_at("value.not_whole", "pipes", pipes, parts, column="barrels", value=numbers(barrels, 2))
    sediment = pipes["sediment_mm"].to_numpy(float)
    full = (circular | egg) & (sediment >= size) & (size > 0)
    words = {"sediment": [f"{s:g}" for s in sediment], "size": [f"{s:g}" for s in size]}
    yield from found_at("pipe.full_of_sediment", "pipes", pipes, full, **words)
    rise = pipes["invert_down_m"].to_numpy(float) - pipes["invert_up_m"].to_numpy(float)
    rising = numbers(np.nan_to_num(rise) * 1000, 0)
    # Water is pressed up a rising main.
    by_gravity = pipes["hazen_williams"].isna().to_numpy()
    yield from found_at("pipe.adverse_slope", "pipes", pipes, (rise > 0) & by_gravity, rise=rising)


def _rare(pipes: gpd.GeoDataFrame, drawn: np.ndarray, told: np.ndarray, layers: LayerSet) -> Iterator[Finding]:
    """Channels whose transect, and sections whose words in SWMM's language, cannot be read."""
    if not (drawn.any() or told.any()):
        return
    transects = pipes["transect"].to_numpy(object)
    absent = drawn & np.array([not isinstance(t, str) or not t.strip() for t in transects])
    yield from found_at("pipe.no_size", "pipes", pipes, absent, column="transect")
    typed = np.array([isinstance(t, str) and ":" in t and _bad(t) for t in transects])
    wrong = drawn & typed
    yield from found_at("value.no_curve", "pipes", pipes, wrong, column="transect", value=transects)
    known = {o.key for model in layers.carried for o in model.objects}
    unknown = np.array(
        [isinstance(t, str) and ":" not in t and ("TRANSECTS", t.strip().lower()) not in known for t in transects]
    )
    names = [t if isinstance(t, str) else "-" for t in transects]
    yield from found_at("pipe.section_unknown", "pipes", pipes, drawn & unknown & ~absent, name=names)
    words = pipes["swmm_section"].to_numpy(object)
    unread = told & np.array([rare_section(w) is None for w in words])
    shown = [w if isinstance(w, str) else "-" for w in words]
    yield from found_at("pipe.section_unread", "pipes", pipes, unread, value=shown, known=", ".join(RARE_SHAPES))
    keys = [_named(rare_section(w)) if t else None for w, t in zip(words, told, strict=True)]
    absent_names = np.array([key is not None and (key[0], key[1].lower()) not in known for key in keys])
    shown = ["-" if key is None else key[1] for key in keys]
    yield from found_at("pipe.section_unknown", "pipes", pipes, absent_names, name=shown)


def _named(words: tuple[str, ...] | None) -> tuple[str, str] | None:
    """Section and name of the curve or street that a section's words name."""
    if words is None or words[0] not in ("CUSTOM", "STREET"):
        return None
    return ("CURVES", words[2]) if words[0] == "CUSTOM" else ("STREETS", words[1])


def _bad(cell: str) -> bool:
    """True where a cell holds no channel: fewer than three stations, or all at one elevation."""
    try:
        points = pairs_of(cell)
    except PairsError:
        return True
    return len(points) < 3 or len({level for _, level in points}) == 1
