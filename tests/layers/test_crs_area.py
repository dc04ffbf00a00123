"""A project's CRS that is made for another place: lengths were 0.1 to 10 % off, and nothing said so."""

from __future__ import annotations

import math

import pytest
from pyproj import CRS, Transformer

from spongecalc.layers.crs_area import check_crs_area

EAST, NORTH = 102.4, 24.17


def told(code: str, lon: float = EAST, lat: float = NORTH) -> list[dict[str, object]]:
    """What is found of a project of that CRS whose communities lie there."""
    x, y = Transformer.from_crs("EPSG:4490", code, always_xy=True).transform(lon, lat)
    found = list(check_crs_area(CRS.from_user_input(code), (x - 300, y - 300, x + 300, y + 300)))
    assert {f.rule for f in found} <= {"crs.not_made_for_place"}
    return [dict(f.found) for f in found]


@pytest.mark.parametrize(
    ("code", "lon"),
    [
        ("EPSG:4543", EAST),
        # At the edge of a zone of 3 degrees, a little beyond it, and in one of 6 degrees.
        ("EPSG:4543", 103.5),
        ("EPSG:4543", 103.7),
        ("EPSG:4507", 102.2),
        ("EPSG:32648", EAST),
        # A grid of a place of its own, with a scale for its height.
        ("+proj=tmerc +lon_0=102.4 +k=1.0003 +x_0=50000 +ellps=GRS80 +units=m", EAST),
    ],
)
def test_a_grid_made_for_the_place_says_nothing(code: str, lon: float) -> None:
    assert told(code, lon) == []


def test_a_zone_beside_is_told_by_how_much_lengths_are_off() -> None:
    (found,) = told("EPSG:4544", 102.0)
    assert found["crs"] == "EPSG:4544 (CGCS2000 / 3-degree Gauss-Kruger CM 105E)"
    # Of a Gauss-Kruger grid: half the square of the distance from the meridian over the radius of curvature.
    off = math.radians(3) * math.cos(math.radians(NORTH))
    eta2 = 0.00673949677548 * math.cos(math.radians(NORTH)) ** 2
    assert float(str(found["percent"])) == pytest.approx(100 * off**2 / 2 * (1 + eta2), abs=0.006)
    assert found["meridian"] == 102
    assert (found["lon"], found["lat"]) == ("102.00", "24.17")


def test_the_map_of_the_web_is_told() -> None:
    """Its lengths are longer by one over the cosine of the latitude: nine per cent here, in Harbin 43."""
    (found,) = told("EPSG:3857")
    assert float(str(found["percent"])) == pytest.approx(100 * (1 / math.cos(math.radians(NORTH)) - 1), abs=0.7)
    assert found["meridian"] == 102
