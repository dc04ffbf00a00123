import pytest

from spongecalc.catalogue.flow_unit import CUBIC_FOOT_M3, FLOW_UNITS
from spongecalc.swmm.units import unit_factors


@pytest.mark.parametrize(
    ("units", "litres_per_second"),
    [
        ("CFS", 28.316846592),
        ("GPM", 0.0630901964),
        ("MGD", 43.8126364),
        ("CMS", 1000.0),
        ("LPS", 1.0),
        ("MLD", 11.5740741),
    ],
)
def test_flow(units, litres_per_second):
    """Published factors (NIST SP 811, appendix B): ft3/s, US gal/min, 10^6 US gal/day."""
    assert unit_factors(units).flow_l_s == pytest.approx(litres_per_second, rel=1e-8)


def test_us_lengths_and_areas():
    factors = unit_factors("CFS")
    assert factors.area_m2 == pytest.approx(4046.8564224)
    assert factors.volume_m3 == pytest.approx(0.028316846592)
    assert factors.mass_kg == pytest.approx(0.45359237, rel=1e-3)


@pytest.mark.parametrize("units", FLOW_UNITS)
def test_rain_on_an_area(units):
    """The engine's area constant is good to 4e-5, so rain depth times area is."""
    factors = unit_factors(units)
    true_m3 = factors.rain_mm / 1000.0 * factors.area_m2
    assert factors.depth_area_m3 == pytest.approx(true_m3, rel=5e-5)


def test_metric_volume_undoes_the_rounded_constant():
    assert unit_factors("LPS").volume_m3 == pytest.approx(CUBIC_FOOT_M3 / 0.02832, rel=1e-15)


def test_unknown_units():
    with pytest.raises(ValueError, match="SWMM knows CFS"):
        unit_factors("IMGD")
