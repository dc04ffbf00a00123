"""Rain gardens, infiltration trenches and wells, green roofs as SWMM's LID units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spongecalc.surfaces.infiltration_unit import InfiltrationUnit
from spongecalc.surfaces.run_on import NO_RUN_ON
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.ground_state import percent_filled
from spongecalc.swmm.identifiers import model_ids
from spongecalc.swmm.inp_text import fixed

Rows = list[tuple[str, ...]]

SURFACE_N = 0.15
SURFACE_SLOPE_PERCENT = 1.0
PREFIX = "LID_"


def unit_names(areas: Sequence[Subcatchment]) -> Mapping[str, str]:
    """The LID control of each facility, which is its own: SWMM keys usage by subcatchment and control."""
    ids = sorted({u.facility_id for a in areas for u in a.units})
    return {i: f"{PREFIX}{name}" for i, name in model_ids(ids, "").items()}


def control_rows(name: str, unit: InfiltrationUnit) -> Rows:
    """LID_CONTROLS of a facility.

    A rain garden over gravel is SWMM's bioretention cell, one without gravel its rain garden; a trench and a
    well are infiltration trenches (a well's walls are counted as tight), a green roof is a green roof.
    """
    gravel = unit.base_mm > 0
    kind = {
        "rain_garden": "BC" if gravel else "RG",
        "infiltration_trench": "IT",
        "infiltration_well": "IT",
        "green_roof": "GR",
    }[unit.kind]
    vegetation = fixed(unit.vegetation_percent / 100, 3)
    surface = (fixed(unit.ponding_mm, 1), vegetation, fixed(SURFACE_N, 3), fixed(SURFACE_SLOPE_PERCENT, 2), "0")
    soil = (
        fixed(unit.soil_mm, 1),
        fixed(unit.soil_porosity_percent / 100, 4),
        fixed(unit.field_capacity_percent / 100, 4),
        fixed(unit.wilting_percent / 100, 4),
        fixed(unit.conductivity_mm_h, 2),
        fixed(unit.conductivity_slope, 1),
        fixed(unit.suction_mm, 1),
    )
    rows: Rows = [(name, kind), (name, "SURFACE", *surface)]
    if kind != "IT":
        rows.append((name, "SOIL", *soil))
    if kind == "GR":
        mat = (fixed(unit.mat_mm, 1), fixed(unit.mat_void_percent / 100, 3), fixed(unit.mat_n, 3))
        return [*rows, (name, "DRAINMAT", *mat)]
    ratio = fixed(unit.base_void_ratio, 4) if gravel else "0.75"
    rows.append((name, "STORAGE", fixed(unit.base_mm, 1), ratio, fixed(unit.seepage_mm_h, 3), "0"))
    if kind != "RG":
        rows.append((name, "DRAIN", fixed(unit.drain_coefficient, 4), "0.5", "0", "6", "0", "0"))
    return rows


def usage_rows(
    name: str,
    area: Subcatchment,
    controls: Mapping[str, str],
    run_on_percent: float,
) -> Rows:
    """LID_USAGE of a subcatchment's facilities.

    Ground that drains to a facility is that which is known to run on to it; where it is not known which,
    impervious ground first, then pervious. SWMM takes both as shares of the subcatchment's ground outside of LID
    units. Where facilities want more than there is, each gets its part.

    Parameters
    ----------
    name
        The subcatchment in the model.
    area
        The subcatchment.
    controls
        LID control by facility id.
    run_on_percent
        Share of the impervious ground that drains to the permeable paving in it, where it is not known which.
    """
    known = [area.paving_run_on, *(u.run_on for u in area.units if u.run_on is not None)]
    wanted = sum(u.catchment_m2 for u in area.units if u.run_on is None)
    sealed = area.plain_m2 * area.mix.impervious_percent / 100
    open_m2 = max(area.plain_m2 - sealed, 0.0)
    free = max(sealed * (1 - run_on_percent / 100) - sum(r.impervious_m2 for r in known), 0.0)
    free_open = max(open_m2 - sum(r.pervious_m2 for r in known), 0.0)
    from_sealed = min(wanted, free)
    from_open = min(wanted - from_sealed, free_open)
    rows: Rows = []
    for unit in area.units:
        share = unit.catchment_m2 / wanted if wanted > 0 and unit.run_on is None else 0.0
        own = unit.run_on or NO_RUN_ON
        size = (unit.area_m2, area.width_m * unit.area_m2 / area.area_m2)
        led = (own.impervious_m2 + from_sealed * share, own.pervious_m2 + from_open * share)
        control = controls[unit.facility_id]
        rows.append(usage_row(name, control, size, shares_led(area, *led)))
    return rows


def shares_led(area: Subcatchment, impervious_m2: float, pervious_m2: float) -> tuple[float, float]:
    """Shares in percent of a subcatchment's impervious and pervious ground that some of either in m2 are."""
    # As the file states it: of a sliver that rounding leaves out there is no share.
    impervious = round(area.mix.impervious_percent, 2) / 100
    sealed, open_m2 = area.plain_m2 * impervious, area.plain_m2 * (1 - impervious)
    return (
        100 * impervious_m2 / sealed if sealed > 0 else 0.0,
        100 * pervious_m2 / open_m2 if open_m2 > 0 else 0.0,
    )


FILLED = 5
"""Place in a row of LID_USAGE of how full the layers are."""


def usage_row(
    name: str,
    control: str,
    size: tuple[float, float],
    led_percent: tuple[float, float],
    drains_to: str = "",
) -> tuple[str, ...]:
    """A row of LID_USAGE, its layers empty when the rain begins.

    Parameters
    ----------
    name, control
        The subcatchment and the LID control in the model.
    size
        Area in m2 and width in m.
    led_percent
        Shares of the impervious and of the pervious ground that are led on to it, in percent.
    drains_to
        Model id of the node that its underdrain leads to; empty for the subcatchment's outlet.
    """
    # Rounded down, since SWMM refuses shares that add up to more than all.
    impervious, pervious = (fixed(int(min(p, 100.0) * 100 + 1e-6) / 100, 2) for p in led_percent)
    area_m2, width_m = (fixed(v, 2) for v in size)
    drain = drains_to or '"*"'
    return (name, control, "1", area_m2, width_m, "0", impervious, "0", '"*"', drain, pervious)


def with_filled(row: tuple[str, ...], filled: float) -> tuple[str, ...]:
    """A row of LID_USAGE whose layers are filled by a share when the rain begins."""
    return (*row[:FILLED], percent_filled(filled), *row[FILLED + 1 :])
