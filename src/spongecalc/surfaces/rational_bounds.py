"""The bound of the rational method: ground too large for it."""

from __future__ import annotations

from collections.abc import Sequence

from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.scenario import DrainageSystem
from spongecalc.standards.tables import table
from spongecalc.surfaces.subcatchment import Subcatchment


def rational_findings(system: DrainageSystem, areas: Sequence[Subcatchment]) -> tuple[Finding, ...]:
    """Findings of a drainage system too large for the rational method.

    Parameters
    ----------
    system
        Its communities and scenario.
    areas
        Its subcatchments.

    References
    ----------
    GB 50014-2021, 4.1.7 (above 2 km2 a model): see ``rational_bounds.csv``.
    """
    largest_km2 = table("rational_bounds").set_index("item")["value"]["largest_area_km2"]
    whole_m2 = sum(a.area_m2 for a in areas)
    if whole_m2 <= largest_km2 * 1e6:
        return ()
    said = {"scenario": system.scenario, "area": f"{whole_m2 / 1e6:.2f}", "largest": f"{largest_km2:g}"}
    return (Finding("ground.too_large", Feature(community_id=system.communities[0]), said),)
