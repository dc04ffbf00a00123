"""Bounds of the rational method: ground that needs storage, and ground too large for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.scenario import DrainageSystem
from spongecalc.standards.tables import table
from spongecalc.surfaces.subcatchment import Subcatchment


def rational_findings(
    system: DrainageSystem, areas: Sequence[Subcatchment], coefficients: Mapping[str, float]
) -> tuple[Finding, ...]:
    """Findings of a drainage system outside the bounds of the rational method.

    Parameters
    ----------
    system
        Its communities and scenario.
    areas
        Its subcatchments.
    coefficients
        Runoff coefficient by cover, not raised.

    References
    ----------
    GB 50014-2021, 4.1.8, 1 (above 0.7 infiltration or storage is needed) and 4.1.7 (above 2 km2 a model): see
    ``rational_bounds.csv``.
    """
    bounds = table("rational_bounds").set_index("item")["value"]
    found = []
    whole_m2 = sum(a.area_m2 for a in areas)
    for community in system.communities:
        own = [a for a in areas if a.community_id == community]
        area_m2 = sum(a.area_m2 for a in own)
        reaching_m2 = sum(coefficients[cover] * m2 for a in own for cover, m2 in a.ground_m2.items())
        if area_m2 > 0 and reaching_m2 / area_m2 > bounds["largest_coefficient"]:
            said = {
                "scenario": system.scenario,
                "coefficient": f"{reaching_m2 / area_m2:.3f}",
                "largest": f"{bounds['largest_coefficient']:g}",
            }
            found.append(Finding("ground.much_runoff", Feature(community_id=community), said))
    if whole_m2 > bounds["largest_area_km2"] * 1e6:
        said = {
            "scenario": system.scenario,
            "area": f"{whole_m2 / 1e6:.2f}",
            "largest": f"{bounds['largest_area_km2']:g}",
        }
        found.append(Finding("ground.too_large", Feature(community_id=system.communities[0]), said))
    return tuple(found)
