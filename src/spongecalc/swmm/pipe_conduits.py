"""Pipes as conduits: as they were surveyed, and as the engine can carry them."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from spongecalc.catalogue.pipe_section import PipeSection
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.network.pipe_length import pipe_lengths_m
from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.conduit import Conduit
from spongecalc.swmm.rims import cut_at_rims, rims_of
from spongecalc.swmm.section_words import section_words
from spongecalc.swmm.short_links import lengthened

# A pipe laid between the same two levels still drains: SWMM would otherwise raise a warning for each.
MILLIMETRE_M = 0.001


def pipe_conduits(system: DrainageSystem, findings: list[Finding]) -> list[Conduit]:
    """Return pipes as conduits between the layers' nodes; what is assumed of them joins ``findings``."""
    conduits = []
    pipes = system.pipes.sort_values("pipe_id")
    for row, length_m in zip(pipes.itertuples(), pipe_lengths_m(pipes).tolist(), strict=True):
        roughness = float(row.roughness)
        if math.isnan(roughness):
            roughness, known = system.catalogue.roughness(row.material)
            rule = "pipe.roughness_from_material" if known else "pipe.roughness_assumed"
            findings.append(
                finding_at(
                    rule,
                    "pipes",
                    row,
                    material=row.material or "-",
                    n=f"{roughness:.3f}",
                )
            )
        section = PipeSection.of_pipe(row)
        shape, more = section_words(row, section)
        conduits.append(
            Conduit(
                row.pipe_id,
                "pipe",
                "pipes",
                row.pipe_id,
                row.community_id,
                row.from_node,
                row.to_node,
                max(length_m, MILLIMETRE_M),
                roughness,
                row.invert_up_m + section.raised_m,
                row.invert_down_m + section.raised_m,
                shape,
                more=more,
                **_fittings(row),
            )
        )
    return conduits


def _fittings(row: Any) -> dict[str, Any]:
    """Fields of a conduit that few pipes have: barrels, local losses, a gate, seepage, flows."""
    given = {
        name: float(getattr(row, name)) if getattr(row, name) > 0 else 0.0
        for name in ("entry_loss", "exit_loss", "bend_loss", "seepage_mm_h", "initial_flow_l_s", "flow_limit_l_s")
    }
    return {
        "vertices": tuple(row.geometry.coords[1:-1]),
        "barrels": round(row.barrels) if row.barrels > 1 else 1,
        "losses": (given["entry_loss"], given["exit_loss"], given["bend_loss"]),
        "gated": row.flap_gate == "yes",
        **{name: given[name] for name in ("seepage_mm_h", "initial_flow_l_s", "flow_limit_l_s")},
    }


def as_carried(
    system: DrainageSystem, raw: list[Conduit], stored: Collection[str], findings: list[Finding]
) -> list[Conduit]:
    """Return conduits as the engine can carry them: long enough, and below the rims at their ends.

    ``stored`` are nodes that are storages in the model; what is changed joins ``findings``.
    """
    rows = {
        (layer, str(getattr(row, id_column))): row
        for layer, id_column in (
            ("pipes", "pipe_id"),
            ("connections", "connection_id"),
            ("facilities", "facility_id"),
        )
        for row in getattr(system, layer).itertuples()
    }
    raw, found = lengthened(raw, rows)
    findings.extend(found)
    raw, found = cut_at_rims(raw, rims_of(system.nodes.itertuples(), stored), rows)
    findings.extend(found)
    return raw
