"""What the guide of 2014 counts as control volume (4.8), and its worked example (annex 4, case 4)."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.rainfall.capture_ratio import curve_of_city
from spongecalc.sponge.volume_method import Controlled, VolumeMethod, volume_method
from spongecalc.surfaces.cover_mix import mix
from spongecalc.surfaces.infiltration_unit import UnitInUse, unit_of
from spongecalc.surfaces.subcatchment import Subcatchment


def facility(kind: str, own_m2: float, total_m2: float) -> Controlled:
    """12 m3 of store, 0.5 m3/h of seepage."""
    return Controlled(kind, total_m2, 0.8, 12.0, "", 0.5, own_m2)


@pytest.mark.parametrize(
    ("kind", "control_m3"),
    [
        ("permeable_paving", 0.0),  # 4.8, 1 (2) 3)
        ("infiltration_trench", 1.0),  # 1) and 2): what seeps out in two hours, not the store
        ("rain_garden", 13.0),  # 1): the store, and what seeps out in two hours
        ("infiltration_well", 13.0),
        ("sunken_green", 12.0),
        ("rain_tank", 12.0),
    ],
)
def test_what_counts(kind: str, control_m3: float) -> None:
    assert facility(kind, 100, 300).control_m3 == pytest.approx(control_m3)


def test_a_store_that_gathers_no_runoff_does_not_count() -> None:
    # 4.8, 1 (2) 4): a large sunken lawn that nothing drains to
    assert facility("sunken_green", 300, 300).control_m3 == 0
    assert facility("rain_tank", 0, 300).control_m3 == 12


def guides_catalogue() -> Catalogue:
    """The coefficients of the guide's example: carriageway 0.9, footway of permeable brick 0.4, green 0.15."""
    known = shipped()
    covers = dict(known.covers)
    for name, phi in (("asphalt", 0.9), ("permeable_brick", 0.4), ("green", 0.15)):
        covers[name] = replace(covers[name], volume_low=phi, volume_high=phi)
    return replace(known, covers=covers)


def road(control_m3: float) -> VolumeMethod:
    """The road of the example: 1700 m long; 8 m of green (of it the bioretention), 22 m and 4 m."""
    catalogue = guides_catalogue()
    covers = {"green": 1700.0 * 8, "asphalt": 1700.0 * 22, "permeable_brick": 1700.0 * 4}
    row = type(
        "Row", (), {"kind": "rain_garden", "volume_m3": control_m3, "base_kind": None, "subgrade_mm_h": 0.0}
    )()
    bed = 1700.0 * 2
    unit = UnitInUse("B", unit_of(row, bed), bed, 1700.0 * 28)
    covers["green"] -= bed
    covers["rain_garden"] = bed
    plain = {c: m2 for c, m2 in covers.items() if c != "rain_garden"}
    part = ("ground", "nodes", "N", "A", "N", 1700.0 * 34, 34.0, 1.0, mix(plain, catalogue.covers), {}, covers)
    area = Subcatchment(*part, shapely.Point(0, 0), (unit,))
    return volume_method((area,), (), curve_of_city("北京").percent, catalogue)


def test_the_guides_worked_example() -> None:
    """Annex 4, case 4: phi = 0.66, 85 % is 33.6 mm in Beijing, 221.8 m3 a hectare.

    It prints 1165.3 m3 for the whole road; 10 x 33.6 x 0.66 x 5.78 ha are 1281.8 (1165.3 are those of 0.60).
    """
    first = road(1000.0)
    assert first.coefficient == pytest.approx(0.66, abs=0.006)
    assert first.area_m2 == pytest.approx(57800)
    wanted_m3 = 10 * 33.6 * first.coefficient * 5.78
    assert wanted_m3 / 5.78 == pytest.approx(221.8, rel=0.01)
    found = road(wanted_m3)
    assert found.control_m3 == pytest.approx(wanted_m3)
    assert found.design_mm == pytest.approx(33.6)
    assert found.guide_percent == pytest.approx(85)
