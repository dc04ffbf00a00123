"""Flow along a street's kerb, against HEC-22's formula and Manning's."""

import pytest

from spongecalc.surfaces.street_flow import StreetSection


def test_a_gutter_within_its_width_is_that_of_hec_22() -> None:
    """HEC-22, 4-2: Q = 0.376 / n Sx^1.67 S^0.5 T^2.67, with the spread T = d / Sx."""
    depth_m, cross, slope, n = 0.06, 0.02, 0.01, 0.016
    spread_m = depth_m / cross
    hec_22 = 0.376 / n * cross ** (5 / 3) * slope**0.5 * spread_m ** (8 / 3)
    assert StreetSection(4.0, 2.0, n).flow_m3_s(depth_m, 1.0) == pytest.approx(hec_22, rel=0.01)


def test_a_street_without_cross_fall_is_a_wide_channel() -> None:
    wide = 3.0 * 0.02**0.5 / 0.013 * 0.05 ** (5 / 3)
    assert StreetSection(3.0, 0.0, 0.013).flow_m3_s(0.05, 2.0) == pytest.approx(wide)


def test_beyond_its_width_water_stands_against_a_wall() -> None:
    """Each strip of the width has Manning's flow of its own depth: summed here strip by strip."""
    depth_m, strips = 0.12, 10_000
    depths = [depth_m - 0.02 * 4.0 * (k + 0.5) / strips for k in range(strips)]
    summed = sum(d ** (5 / 3) for d in depths) * 4.0 / strips * 0.01**0.5 / 0.013
    assert StreetSection(4.0, 2.0, 0.013).flow_m3_s(depth_m, 1.0) == pytest.approx(summed, rel=1e-4)
    assert StreetSection(4.0, 2.0, 0.013).flow_m3_s(0.0, 1.0) == 0.0
