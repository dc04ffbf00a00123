"""Checks of single pipes: least diameter, least slope, material, length between manholes."""

from __future__ import annotations

import math
from typing import Any

from spongecalc.catalogue.material import CONCRETE, PLASTIC, Material
from spongecalc.design.check import Check, Limit, Subject, at_least, at_most, more_than, not_checkable
from spongecalc.design.limits import Limits
from spongecalc.design.network import DesignNetwork, subject_of
from spongecalc.standards.provenance import PRACTICE, decides

SMALLEST_OF_SPACINGS_MM = 300.0
"""GB 50014-2021, table 5.4.4 begins with this size."""

CONCRETE_SEWER = "sewage (reinforced concrete)"
COMMUNITY_MAIN = "community main (plastic sewage)"
SEWER_SIZES_MM = (400.0, 1500.0)
"""GB 50014-2021, commentary on 5.2.10, table 11: from and to this size, of reinforced concrete, partly full."""


def size_kind(system: str, size_mm: float, material: Material | None, network: str) -> tuple[str, str]:
    """Rows of ``sewer_design_limits.csv`` in which a pipe's least diameter and least slope are found.

    A sewer inside a community follows GB 50015 below DN300 and GB 50014 beyond; one in the street, and every
    rain or combined pipe, GB 50014. A combined pipe's least slope does not depend on its material (5.2.10).
    From DN400 to DN1500 sewers of concrete have the least slopes of the commentary on 5.2.10.
    """
    if system == "sewage":
        least = SEWER_SIZES_MM[0] <= size_mm <= SEWER_SIZES_MM[1]
        if least and material is not None and material.family == CONCRETE:
            return "sewage (municipal)" if network == "municipal" else COMMUNITY_MAIN, CONCRETE_SEWER
        if network == "municipal":
            return "sewage (municipal)", "sewage (municipal)"
        return COMMUNITY_MAIN, COMMUNITY_MAIN if size_mm < 300 else "sewage (municipal)"
    size = "storm or combined (municipal)"
    if system == "combined":
        return size, "combined"
    plastic = material is not None and material.family == PLASTIC
    return size, "storm plastic" if plastic else "storm other material"


WITHOUT_MACHINES = "straight run without machines"


def spacing_limit(limits: Limits, size_mm: float, *, machine_cleaning: bool) -> tuple[str, Limit]:
    """The row of ``sewer_design_limits.csv`` for the run between two manholes, and its limit.

    Where machines cannot reach, the 40 m of 5.4.4 hold for every size; a shorter limit of the size stays.

    References
    ----------
    GB 50014-2021, 5.4.4 with table 5.4.4, which begins at DN300; GB 50015 below.
    """
    run = _spacing_kind(size_mm)
    by_size = limits.find("max_manhole_spacing", run, size_mm)
    if machine_cleaning:
        return run, by_size
    by_hand = limits.find("max_manhole_spacing", WITHOUT_MACHINES)
    shorter = by_size.value < by_hand.value and decides(by_size.how_known)
    return (run, by_size) if shorter else (WITHOUT_MACHINES, by_hand)


def _spacing_kind(size_mm: float) -> str:
    return "straight run below DN300" if size_mm < SMALLEST_OF_SPACINGS_MM else "straight run"


def check_sizes(
    net: DesignNetwork, limits: Limits, network: str, *, machine_cleaning: bool = True
) -> list[Check]:
    """Least diameter, least slope, material and manhole spacing of every pipe.

    Parameters
    ----------
    net
        The network.
    limits
        The limits that apply.
    network
        "community" or "municipal".
    machine_cleaning
        False where no machine can reach the manholes.
    """
    checks: list[Check] = []
    for row in net.pipes.itertuples():
        subject = subject_of("pipes", row)
        size = row.diameter_m * 1000
        material = net.catalogue.material(row.material)
        for_size, for_slope = size_kind(row.system, size, material, network)
        least = limits.find("min_diameter", for_size)
        if math.isnan(size):
            checks.append(not_checkable("min_diameter", subject, for_size, "not_circular_or_no_size", least))
        else:
            checks.append(at_least("min_diameter", subject, for_size, size, least))
        checks.append(_slope(row, subject, for_slope, limits, size))
        checks.extend(_material(subject, material, row.material, size, limits))
        wide = size if not math.isnan(size) else row.width_mm
        run, spacing = spacing_limit(limits, wide, machine_cleaning=machine_cleaning)
        checks.append(at_most("max_manhole_spacing", subject, run, float(row.length_m), spacing))
    return checks


def _slope(row: Any, subject: Subject, applies: str, limits: Limits, size_mm: float) -> Check:
    limit = limits.find("min_slope", applies, size_mm)
    slope = float(row.slope)
    if math.isnan(slope):
        return not_checkable("min_slope", subject, applies, "no_levels", limit)
    if size_mm > 300 and slope > 0 and applies != CONCRETE_SEWER:
        # The tables' least slopes are those of the smallest sizes, and of concrete sewers; others are held to
        # their velocity.
        return not_checkable("min_slope", subject, applies, "velocity_governs", limit, slope)
    return at_least("min_slope", subject, applies, slope, limit)


def _material(
    subject: Subject, material: Material | None, written: str, size_mm: float, limits: Limits
) -> list[Check]:
    """Plain concrete pipe with flat joints up to a size is not to be laid; only new pipes are held to it."""
    if subject.status != "proposed":
        return []
    applies = "plain concrete pipe with flat joints"
    limit = limits.find("plain_concrete_max_diameter", applies)
    if material is None:
        return [not_checkable("material", subject, applies, "material_unknown", limit)]
    if not material.has_flat_joints(written):
        return [
            at_most(
                "material",
                subject,
                applies,
                0.0,
                # That it is no such pipe is read from its name; the limit has no part in it.
                Limit(0.0, "", limit.source, PRACTICE),
                reason=material.family,
            )
        ]
    if math.isnan(size_mm):
        return [not_checkable("material", subject, applies, "not_circular_or_no_size", limit)]
    allowed = Limit(limit.value, "mm", limit.source, limit.how_known)
    return [more_than("material", subject, applies, size_mm, allowed, reason="plain_concrete")]
