"""Values that were compared with copies of the printed text and were wrong: each as it is printed."""

from __future__ import annotations

import pandas as pd
import pytest

from spongecalc.catalogue.catalogue import shipped
from spongecalc.standards.tables import table


def row(name: str, **key: object) -> pd.Series:
    """The only row of a table with these cells."""
    frame = table(name)
    for column, value in key.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1, (name, key)
    return frame.iloc[0]


@pytest.mark.parametrize(
    ("material", "n", "how_known"),
    [
        ("PE", 0.010, "printed"),
        ("PVC-U", 0.010, "printed"),
        ("GRP", 0.010, "printed"),
        ("plastic", 0.011, "printed"),
        ("ductile_iron", 0.012, "printed"),
        ("steel", 0.012, "printed"),
        ("concrete", 0.014, "printed"),
        # Cast iron and clay have no row in this edition.
        ("cast_iron", 0.013, "practice"),
        ("clay", 0.013, "practice"),
    ],
)
def test_gb_50014_table_5_2_3_roughness(material: str, n: float, how_known: str) -> None:
    found = shipped().materials[material]
    assert (found.manning_n, found.how_known) == (n, how_known)
    assert ("5.2.3" in found.source) == (how_known == "printed")


@pytest.mark.parametrize(
    ("applies_to", "slope"),
    [
        ("storm plastic", 0.002),
        ("storm other material", 0.003),
        ("combined", 0.003),
        ("sewage (municipal)", 0.003),
    ],
)
def test_gb_50014_table_5_2_10_least_slopes(applies_to: str, slope: float) -> None:
    found = row("sewer_design_limits", check="min_slope", applies_to=applies_to)
    assert (found["limit"], found["how_known"], found["source"]) == (
        slope,
        "printed",
        "GB 50014-2021 5.2.10 table 5.2.10",
    )


def test_gb_50014_5_2_11_two_sizes_where_the_slope_steepens() -> None:
    found = row("design_rules", check="diameter_shrink", unit="sizes")
    assert found["limit"] == 2
    assert "5.2.11" in found["source"]


def test_gb_50014_5_3_1_speaks_of_soffits_or_water_and_of_no_inverts() -> None:
    assert "5.3.1" in row("design_rules", check="soffit_alignment")["source"]
    assert row("design_rules", check="invert_step")["how_known"] == "practice"


def test_gb_50014_appendix_c_has_one_vertical_clearance_for_power() -> None:
    assert row("utility_clearances", a="drainage", b="power in duct")["vertical_m"] == 0.50
    assert row("utility_clearances", a="drainage", b="power direct-buried")["vertical_m"] == 0.50


@pytest.mark.parametrize(("facility", "low", "high"), [("permeable_paving", 80, 90), ("rain_garden", 70, 95)])
def test_guide_table_4_1_removal_of_solids(facility: str, low: float, high: float) -> None:
    found = row("solids_removal", facility=facility)
    assert (found["low"], found["high"], found["how_known"]) == (low, high, "printed")


@pytest.mark.parametrize("facility", ["sunken_green", "infiltration_well"])
def test_what_guide_table_4_1_does_not_print_is_practice(facility: str) -> None:
    found = row("solids_removal", facility=facility)
    assert found["how_known"] == "practice"
    assert "prints none" in found["source"]


@pytest.mark.parametrize(
    ("from_mm", "slope"),
    [(400, 0.0015), (500, 0.0012), (600, 0.0010), (800, 0.0008), (1000, 0.0006), (1400, 0.0005)],
)
def test_gb_50014_table_11_least_slopes_of_concrete_sewers(from_mm: float, slope: float) -> None:
    kind = "sewage (reinforced concrete)"
    found = row("sewer_design_limits", check="min_slope", applies_to=kind, from_mm=from_mm)
    assert (found["limit"], found["how_known"]) == (slope, "printed")
    assert "5.2.10 table 11" in found["source"]


@pytest.mark.parametrize(("city", "years"), [("megacity", 30), ("large city", 20), ("medium or small city", 10)])
def test_gb_50014_table_4_1_3_underpasses_and_sunken_squares(city: str, years: float) -> None:
    found = row("return_periods", city_size=city, area="underpass or sunken square")
    assert (found["p_min_a"], found["how_known"]) == (years, "printed")


def test_gb_50014_4_1_5_water_leaves_a_transport_hub_within_half_an_hour() -> None:
    found = row("ponding_limits", applies_to="transport hub")
    assert (found["value_max"], found["unit"], found["how_known"]) == (0.5, "h", "printed")


def test_gb_50014_5_7_2_flat_gratings_are_taken_half_clogged() -> None:
    for kind in ("single flat grating", "double flat grating"):
        found = row("design_rules", check="inlet_clogging", applies_to=kind)
        assert (found["limit"], found["how_known"]) == (50, "printed")
        assert "5.7.2" in found["source"]
