"""Of the grids of the country only those are made in which a place may lie at its communities."""

from __future__ import annotations

import geopandas as gpd
import pytest
from pyproj import CRS, Transformer
from shapely import Point

from spongecalc.layers import central_meridian
from spongecalc.layers.central_meridian import ALL_GRIDS, Grids, other_meridian

CRS_102 = CRS.from_epsg(4543)
NEAR = (540_000.0, 2_674_000.0, 540_300.0, 2_674_200.0)


@pytest.mark.parametrize("grids", ALL_GRIDS, ids=lambda g: str(g.first))
def test_the_grids_are_those_of_the_registry(grids: Grids) -> None:
    assert grids.meridian_deg(grids.last) == 135
    for code in grids.codes:
        of = {p.name: p.value for p in CRS.from_epsg(code).coordinate_operation.params}
        assert of["Longitude of natural origin"] == grids.meridian_deg(code)
        assert of["False easting"] == grids.false_easting_m(code)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The codes of the grids that are made."""
    codes: list[int] = []

    def to(code: int, wkt: str) -> Transformer:
        codes.append(code)
        return Transformer.from_crs(f"EPSG:{code}", CRS.from_wkt(wkt), always_xy=True)

    monkeypatch.setattr(central_meridian, "_to", to)
    return codes


def labelled(code: int, own: tuple[float, float]) -> gpd.GeoDataFrame:
    """A point with coordinates that are labelled with a grid, where the label puts it."""
    return gpd.GeoDataFrame(geometry=[Point(own)], crs=f"EPSG:{code}").to_crs(CRS_102)


@pytest.mark.parametrize(
    ("code", "label"), [(4544, 4548), (4523, 4521), (4508, 4548), (4497, 4521), (2432, 4548), (2380, 4548)]
)
def test_a_grid_that_brings_it_there_is_found_among_few(made: list[int], code: int, label: int) -> None:
    middle = ((NEAR[0] + NEAR[2]) / 2, (NEAR[1] + NEAR[3]) / 2)
    own = Transformer.from_crs(CRS_102, f"EPSG:{code}", always_xy=True).transform(*middle)
    found = other_meridian(labelled(label, own), CRS_102, NEAR, f"EPSG:{label}")
    assert found is not None
    place = Transformer.from_crs(found.fits, CRS_102, always_xy=True).transform(*own)
    assert place == pytest.approx(middle, abs=3000)
    assert len(made) <= 6


def test_a_place_that_lies_elsewhere_by_every_label_makes_hardly_any(made: list[int]) -> None:
    assert other_meridian(labelled(4548, (500_000.0, 5_500_000.0)), CRS_102, NEAR, "EPSG:4548") is None
    assert made == [4543]
