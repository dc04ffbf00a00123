"""The capture ratio as GB/T 51345-2018, 5.1 assesses it, by hand."""

from __future__ import annotations

import math

import pytest
import shapely

from spongecalc.catalogue.catalogue import shipped
from spongecalc.sponge.assessment_method import assessed_percent
from spongecalc.sponge.volume_method import VolumeMethod, volume_method
from spongecalc.standards.tables import table
from spongecalc.surfaces.cover_mix import mix
from spongecalc.surfaces.infiltration_unit import UnitInUse, unit_of
from spongecalc.surfaces.subcatchment import Subcatchment


def curve(mm: float) -> float:
    """A capture curve that can be reckoned by hand: 1 - e^(-H/20)."""
    return 100 * (1 - math.exp(-mm / 20))


def ground(covers: dict[str, float], units: tuple[UnitInUse, ...] = (), tanks: tuple = ()) -> VolumeMethod:
    area = sum(covers.values())
    plain = {c: m2 for c, m2 in covers.items() if c in shipped().covers}
    own = mix(plain, shipped().covers)
    part = ("ground", "nodes", "N", "A", "N", area, 50.0, 1.0, own, {}, covers, shapely.Point(0, 0), units)
    return volume_method((Subcatchment(*part),), tanks, curve, shipped())


def test_sealed_ground_without_a_facility_captures_nothing() -> None:
    volume = ground({"concrete": 600.0, "asphalt": 400.0})
    assert assessed_percent(volume, 2, curve, shipped()) == 0
    # the volume method lets a coefficient below 1 count as kept
    assert volume.capture_percent > 0


@pytest.mark.parametrize(("hours", "loss_mm"), [(2, 11), (12, 41)])
def test_pervious_ground_captures_the_rain_that_it_loses(hours: float, loss_mm: float) -> None:
    # green holds 5 mm and takes in 3 mm/h at the end: 5 + 3 * 2 = 11 mm, 5 + 3 * 12 = 41 mm
    found = assessed_percent(ground({"concrete": 600.0, "green": 400.0}), hours, curve, shipped())
    assert found == pytest.approx(0.4 * 100 * (1 - math.exp(-loss_mm / 20)))


def test_a_rain_garden_holds_its_volume_and_what_seeps_away_meanwhile() -> None:
    row = type("Row", (), {"kind": "rain_garden", "volume_m3": 10.0, "base_kind": None, "subgrade_mm_h": 25.0})()
    garden = unit_of(row, 20.0)
    unit = UnitInUse("G", garden, 20.0, 700.0)
    volume = ground({"concrete": 600.0, "green": 380.0, "rain_garden": 20.0}, (unit,))
    assert garden.seepage_mm_h == 25
    # all concrete and 100 m2 of green drain to it: 20 + 0.85 * 600 + 0.15 * 100 = 545 m2 at a coefficient of 1;
    # V = 10 + 0.025 * 20 * 2 = 11 m3, H = 11 / 545 = 20.18 mm for its 720 m2; 280 m2 of green lose 11 mm
    design_mm = 1000 * 11 / 545
    by_hand = 0.72 * 100 * (1 - math.exp(-design_mm / 20)) + 0.28 * 100 * (1 - math.exp(-11 / 20))
    assert assessed_percent(volume, 2, curve, shipped()) == pytest.approx(by_hand)
    longer = assessed_percent(volume, 12, curve, shipped())
    assert longer > assessed_percent(volume, 2, curve, shipped())


def test_every_square_metre_counts_once() -> None:
    row = type("Row", (), {"kind": "rain_garden", "volume_m3": 10.0, "base_kind": None})()
    unit = UnitInUse("G", unit_of(row, 20.0), 20.0, 700.0)
    volume = ground({"concrete": 600.0, "sunken_green": 100.0, "green": 280.0, "rain_garden": 20.0}, (unit,))
    parts = sum(c.area_m2 for c in volume.controlled) + sum(m2 for _, m2 in volume.plain_m2)
    assert parts == pytest.approx(volume.area_m2)


def test_without_ground_there_is_no_ratio() -> None:
    assert math.isnan(assessed_percent(volume_method((), (), curve, shipped()), 2, curve, shipped()))


def test_the_hours_of_the_standard() -> None:
    hours = table("assessment_method").set_index("item")["value"]
    assert (hours["event_h_low"], hours["event_h_high"]) == (2, 12)
