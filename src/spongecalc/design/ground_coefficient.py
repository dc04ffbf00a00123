"""Check of the composite runoff coefficient, above which ground needs infiltration or storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spongecalc.design.check import FAIL, PASS, Check, Limit, Subject, at_most
from spongecalc.layers.feature import Feature
from spongecalc.scenario import DrainageSystem
from spongecalc.standards.tables import table
from spongecalc.surfaces.subcatchment import Subcatchment

NAME, ALL_GROUND = "ground_coefficient", "all ground"
MEASURES_TAKEN = "measures_taken"
"""The reason of a check that passes above the limit: the ground has what the clause then asks for."""


def check_ground_coefficient(
    system: DrainageSystem, areas: Sequence[Subcatchment], coefficients: Mapping[str, float]
) -> list[Check]:
    """Checks of the composite runoff coefficient of every community of a drainage system.

    Above the limit the clause asks for measures of infiltration or storage, and names no size of theirs: a
    community that has any passes, and how much they hold is for its capture ratio to show.

    Parameters
    ----------
    system
        Its communities and facilities.
    areas
        Its subcatchments.
    coefficients
        Runoff coefficient by cover, not raised for rare storms.

    References
    ----------
    GB 50014-2021, 4.1.8, 1; ``rational_bounds.csv`` carries source and confidence.
    """
    row = table("rational_bounds").set_index("item").loc["largest_coefficient"]
    limit = Limit(float(row["value"]), "", row["source"], row["how_known"])
    checks = []
    for community in system.communities:
        own = [a for a in areas if a.community_id == community]
        area_m2 = sum(a.area_m2 for a in own)
        if not area_m2 > 0:
            continue
        reaching_m2 = sum(coefficients[cover] * m2 for a in own for cover, m2 in a.ground_m2.items())
        boundary = system.boundaries[system.boundaries["community_id"] == community].geometry.iloc[0]
        place = boundary.representative_point()
        subject = Subject(Feature("communities", community, community, x_m=place.x, y_m=place.y), "proposed")
        value = reaching_m2 / area_m2
        check = at_most(NAME, subject, ALL_GROUND, value, limit)
        if check.verdict == FAIL and _has_measures(system, own, community):
            check = Check(NAME, subject, PASS, ALL_GROUND, value, limit, check.excess, MEASURES_TAKEN)
        checks.append(check)
    return checks


def _has_measures(system: DrainageSystem, areas: Sequence[Subcatchment], community: str) -> bool:
    """True where anything in a community lets water into the ground or stores it."""
    sunken = {name for name, cover in system.catalogue.covers.items() if cover.is_sunken}
    return bool(
        any(sum(a.paving_m2.values()) > 0 or a.units or sunken & set(a.covers_m2) for a in areas)
        or (system.facilities["community_id"] == community).any()
    )
