"""Figures of a network that the builder rounds to the millimetre, to all their digits.

A survey is kept to the millimetre, and so are models of it; a model in feet is finer, and a millimetre in a flat
pipe's fall or a small bore is felt in its flow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from spongecalc.layers.sources.swmm.reading import number_of

Rows = list[tuple[str, ...]]

ROUNDED_TO = 0.00051
"""A word this near to a feature's figure is that figure, rounded; one farther off is the builder's own."""

type Exact = dict[str, dict[int, float]]
"""Figures by the place of their word in a row, by the row's name."""


def unrounded(
    sections: Mapping[str, Sequence[tuple[str, ...]]],
    layers: Mapping[str, pd.DataFrame],
    nodes: Mapping[str, str],
    links: Mapping[str, str],
) -> dict[str, Rows]:
    """Return sections of a network with the figures of its layers to ten digits.

    Parameters
    ----------
    sections
        Of the builder, in m with offsets as elevations.
    layers
        The frames ``nodes``, ``pipes`` and ``structures``.
    nodes, links
        Model ids by the features' own.
    """
    exact: dict[str, Exact] = {
        **_of_nodes(layers["nodes"], nodes),
        **_of_links(layers["pipes"], layers["structures"], links, layers["nodes"]),
    }
    return {
        name: [_with_digits(row, exact.get(name, {}).get(row[0], {})) for row in rows]
        for name, rows in sections.items()
    }


def _of_nodes(nodes: pd.DataFrame, ids: Mapping[str, str]) -> dict[str, Exact]:
    found: dict[str, Exact] = {"JUNCTIONS": {}, "OUTFALLS": {}, "STORAGE": {}}
    for row in nodes.itertuples():
        name, depth = ids.get(row.node_id, ""), row.ground_m - row.invert_m
        found["OUTFALLS"][name] = {1: row.invert_m, 3: row.outfall_level_m}
        found["JUNCTIONS"][name] = {
            1: row.invert_m,
            2: depth,
            3: row.initial_depth_m,
            4: row.surcharge_m,
            5: row.ponded_m2,
        }
        found["STORAGE"][name] = {1: row.invert_m, 2: depth, 3: row.initial_depth_m, 7: row.area_m2}
    return found


def _of_links(
    pipes: pd.DataFrame,
    structures: pd.DataFrame,
    links: Mapping[str, str],
    nodes: pd.DataFrame,
) -> dict[str, Exact]:
    found: dict[str, Exact] = {
        name: {} for name in ("CONDUITS", "XSECTIONS", "PUMPS", "ORIFICES", "WEIRS", "OUTLETS")
    }
    floors = dict(zip(nodes["node_id"], nodes["invert_m"], strict=True))
    for row in pipes.itertuples():
        name = links.get(row.pipe_id, "")
        found["CONDUITS"][name] = {
            3: row.length_m,
            4: row.roughness,
            5: row.invert_up_m,
            6: row.invert_down_m,
            7: row.initial_flow_l_s,
            8: row.flow_limit_l_s,
        }
        if row.diameter_mm > 0:
            found["XSECTIONS"][name] = {2: row.diameter_mm / 1000, 3: row.sediment_mm / 1000}
        else:
            found["XSECTIONS"][name] = {2: row.height_mm / 1000, 3: row.width_mm / 1000}
    for row in structures.itertuples():
        name, floor = links.get(row.structure_id, ""), floors.get(row.from_node, 0.0)
        for section, place in (("ORIFICES", 4), ("WEIRS", 4), ("OUTLETS", 3)):
            found[section][name] = {place: row.crest_m}
        found["PUMPS"][name] = {5: row.on_level_m - floor, 6: row.off_level_m - floor}
    return found


def _with_digits(row: tuple[str, ...], exact: Mapping[int, float]) -> tuple[str, ...]:
    words = list(row)
    for place, figure in exact.items():
        value = number_of(words[place]) if place < len(words) else None
        if value is not None and abs(value - figure) <= ROUNDED_TO:
            words[place] = f"{figure:.10g}"
    return tuple(words)
