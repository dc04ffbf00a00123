"""Conduits that reach above the rim of a manhole, and what of them a model carries.

SWMM makes a node as deep as the highest conduit that touches it, with no more than its WARNING 02: a channel of
0.6 m in a manhole of 0.4 m raises the street by 0.2 m, and what stands on it is counted as standing in the
channel. A model therefore carries of each conduit what lies below the rims at its ends, and its manholes are as
deep as their ground says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from spongecalc.catalogue.pipe_section import TRAPEZOIDAL, PipeSection
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.swmm.conduit import Conduit

# An input file has millimetres.
LEAST_OVER_M = 0.0015
# Less than this below a rim still leaves SWMM a section.
LEAST_HEIGHT_M = 0.01


@dataclass(frozen=True)
class Rim:
    """The rim of a manhole: its node and its elevation in m."""

    node_id: str
    level_m: float


def rims_of(nodes: Iterable[object], stored: Iterable[str] = ()) -> dict[str, Rim]:
    """Return the rim of each node that water comes out of at its ground, by node id.

    Parameters
    ----------
    nodes
        Rows of the nodes layer.
    stored
        Ids of nodes that are storages in the model: SWMM leaves those as deep as they are. Outfalls have no rim.
    """
    apart = set(stored)
    return {
        row.node_id: Rim(row.node_id, float(row.ground_m))  # type: ignore[attr-defined]
        for row in nodes
        if row.kind != "outfall" and row.node_id not in apart  # type: ignore[attr-defined]
    }


def cut_at_rims(
    conduits: Iterable[Conduit], rims: Mapping[str, Rim], rows: Mapping[tuple[str, str], object]
) -> tuple[list[Conduit], list[Finding]]:
    """Cut conduits at the lower rim of their ends, over their whole length, and tell of each.

    A rectangle keeps its width, a trapezoid its floor and slopes. Of a round section stays a box of the area
    below the rim; its roughness is such that it passes what the part below the rim passes when full.

    Parameters
    ----------
    conduits
        With the ids of the layers' nodes as their ends.
    rims
        Of :func:`rims_of`.
    rows
        The features by layer and id.

    Returns
    -------
    The conduits in their order, and a finding for each that was cut. One that begins or ends above a rim is left
    as it is: the check of the layers refuses it.
    """
    kept, findings = [], []
    for conduit in conduits:
        section = _section(conduit)
        rooms = [
            (rims[node].level_m - level_m, rims[node])
            for node, level_m in ((conduit.from_node, conduit.up_m), (conduit.to_node, conduit.down_m))
            if node in rims
        ]
        if section is None or not rooms:
            kept.append(conduit)
            continue
        room_m, rim = min(rooms, key=lambda r: r[0])
        if room_m <= 0 or not section.height_m - room_m > LEAST_OVER_M:
            kept.append(conduit)
            continue
        cut = _cut(conduit, section, room_m)
        kept.append(cut)
        part = _section(cut)
        assert part is not None
        words = {
            "height": f"{section.height_m:.3f}",
            "over": f"{section.height_m - room_m:.3f}",
            "node": rim.node_id,
            "rim": f"{rim.level_m:.3f}",
            "cut": f"{room_m:.3f}",
            "percent": f"{100 * part.area_m2 / section.area_m2:.0f}",
        }
        findings.append(
            finding_at("link.cut_at_rim", conduit.layer, rows[conduit.layer, conduit.feature_id], **words)
        )
    return kept, findings


def _section(conduit: Conduit) -> PipeSection | None:
    """The section that can be cut; None of a pressure pipe, which is closed, and of one without measures here."""
    shape, height_m, width_m = conduit.section
    if shape == "FORCE_MAIN":
        return None
    if shape == "TRAPEZOIDAL":
        left, right = (float(w) for w in conduit.more)
        return PipeSection(TRAPEZOIDAL, height_m, width_m, slopes=(left, right))
    return PipeSection.of_swmm(*conduit.section)


def _cut(conduit: Conduit, section: PipeSection, room_m: float) -> Conduit:
    """The conduit with what of its section lies within ``room_m`` above its invert."""
    if section.shape == TRAPEZOIDAL:
        return replace(conduit, section=("TRAPEZOIDAL", max(room_m, LEAST_HEIGHT_M), section.width_m))
    if section.is_box:
        return replace(conduit, section=replace(section, height_m=max(room_m, LEAST_HEIGHT_M)).swmm)
    silt_m = section.silt_m
    below = section.below(max(room_m, silt_m + LEAST_HEIGHT_M))
    box = below.box
    return replace(
        conduit.rougher((box.hydraulic_radius_m / below.hydraulic_radius_m) ** (2 / 3)),
        section=box.swmm,
        up_m=conduit.up_m + silt_m,
        down_m=conduit.down_m + silt_m,
    )
