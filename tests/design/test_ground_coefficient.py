"""The composite runoff coefficient against GB 50014-2021, 4.1.8, by hand."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import pytest
import shapely

from spongecalc.catalogue.catalogue import shipped
from spongecalc.design.check import Check
from spongecalc.design.ground_coefficient import check_ground_coefficient

COEFFICIENTS = {"roof": 0.9, "green": 0.15, "sunken_green": 0.15}


def checked(roof_m2: float, green_m2: float, *, green: str = "green", facilities=(), paving_m2=None) -> Check:
    """The check of a community of roofs and one more ground."""
    ground = {"roof": roof_m2, green: green_m2}
    area = SimpleNamespace(
        community_id="A",
        area_m2=roof_m2 + green_m2,
        ground_m2=ground,
        covers_m2=ground,
        paving_m2=paving_m2 or {},
        units=(),
    )
    square = gpd.GeoDataFrame({"community_id": ["A"]}, geometry=[shapely.box(0, 0, 10, 10)])
    kept = gpd.GeoDataFrame({"community_id": list(facilities)})
    system = SimpleNamespace(communities=("A",), boundaries=square, facilities=kept, catalogue=shipped())
    (check,) = check_ground_coefficient(system, [area], COEFFICIENTS)  # type: ignore[arg-type, list-item]
    return check


@pytest.mark.parametrize(
    ("roof_m2", "green_m2", "value", "verdict"),
    [
        # (0.9 * 800 + 0.15 * 200) / 1000 and (0.9 * 700 + 0.15 * 300) / 1000
        (800, 200, 0.75, "fail"),
        (700, 300, 0.675, "pass"),
        # 0.9 x + 0.15 (1 - x) = 0.7 at x = 11/15: on the limit it is not above
        (1100, 400, 0.7, "pass"),
    ],
)
def test_above_seven_tenths_without_measures(roof_m2, green_m2, value, verdict) -> None:
    check = checked(roof_m2, green_m2)
    assert check.value == pytest.approx(value)
    assert check.limit.value == 0.7
    assert "4.1.8" in check.limit.source
    assert (check.verdict, check.reason) == (verdict, "")


@pytest.mark.parametrize(
    "measures",
    [{"facilities": ["A"]}, {"green": "sunken_green"}, {"paving_m2": {"any": 10.0}}],
    ids=["tank", "sunken lawn", "paving"],
)
def test_above_it_with_measures(measures) -> None:
    check = checked(800, 200, **measures)
    assert (check.verdict, check.reason) == ("pass", "measures_taken")
    assert check.excess == pytest.approx(0.05)


def test_a_neighbours_tank_is_no_measure() -> None:
    assert checked(800, 200, facilities=["B"]).verdict == "fail"
