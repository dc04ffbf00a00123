"""The tables that ship with the package."""

from __future__ import annotations

import pytest
from spongecalc.standards.materials import roughness_of

from spongecalc.contract import COVERS
from spongecalc.standards.tables import names, table


@pytest.mark.parametrize("name", names())
def test_every_row_has_a_source_and_a_confidence(name: str) -> None:
    rows = table(name)
    assert len(rows)
    for column in ("source", "confidence"):
        assert rows[column].notna().all()
        assert (rows[column].str.strip() != "").all()


@pytest.mark.parametrize(
    "name",
    ("cover_parameters", "permeable_paving_defaults", "pipe_roughness", "sewage_pattern", "storm_formulas"),
)
def test_the_tables_a_model_is_made_from_have_no_gaps(name: str) -> None:
    assert not table(name).isna().any(axis=None)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("manning_n", "n_min", "n_max"),
        ("ponding_limits", "value_min", "value_max"),
        ("return_periods", "p_min_a", "p_max_a"),
        ("runoff_coefficients", "volumetric_min", "volumetric_max"),
        ("runoff_coefficients", "peak_min", "peak_max"),
        ("permeable_concrete", "typical_min", "typical_max"),
        ("misconnection_grades", "light_below", "heavy_from"),
        ("storm_formula_intervals", "p_from_a", "p_to_a"),
    ],
)
def test_a_range_runs_upwards(name: str, low: str, high: str) -> None:
    rows = table(name).dropna(subset=[low, high])
    assert len(rows)
    assert (rows[low] <= rows[high]).all()


def test_the_depth_to_capture_grows_with_the_share_captured() -> None:
    depths = table("design_rainfall_vcr").set_index("city").filter(like="_mm")
    assert (depths.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert depths.loc["昆明"].tolist() == [11.5, 15.7, 18.5, 22.0, 26.8]


def test_the_peak_factor_falls_with_the_flow() -> None:
    factors = table("sewage_peak_factor").sort_values("mean_daily_flow_l_s")["peak_factor"]
    assert factors.is_monotonic_decreasing


def test_a_pipes_roughness_lies_in_the_range_of_the_standard() -> None:
    ranges = table("manning_n").set_index("material")
    kinds = {"HDPE": "plastic", "UPVC": "plastic", "钢": "steel", "铸铁": "cast_iron", "砼": "concrete"}
    for name, kind in {**kinds, "砖砌": "brick_mortar", "石砌": "stone_mortar"}.items():
        assert ranges.loc[kind, "n_min"] <= roughness_of(name)[0] <= ranges.loc[kind, "n_max"]


def test_paving_defaults_lie_in_the_range_of_the_literature() -> None:
    ranges = table("permeable_concrete").set_index("parameter")
    defaults = table("permeable_paving_defaults").set_index("column")["value"]
    for column, parameter in {
        "porosity_percent": "connected porosity",
        "base_mm": "graded gravel base thickness",
        "base_porosity_percent": "gravel base porosity",
        "subgrade_mm_h": "seepage into compacted clayey red soil",
    }.items():
        assert ranges.loc[parameter, "typical_min"] <= defaults[column] <= ranges.loc[parameter, "typical_max"]
    assert defaults["permeability_mm_s"] >= ranges.loc["permeability of new permeable concrete", "typical_min"]


def test_a_table_is_the_callers_own() -> None:
    changed = table("storm_formulas")
    changed["A"] = 0
    assert (table("storm_formulas")["A"] > 0).all()


def test_an_unknown_table_is_answered_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="storm_formulas"):
        table("storms")


def test_the_sewage_pattern_is_a_day_of_mean_one() -> None:
    pattern = table("sewage_pattern")
    assert pattern["hour"].tolist() == list(range(24))
    assert pattern["multiplier"].mean() == pytest.approx(1, abs=1e-9)


def test_every_cover_has_its_parameters_once() -> None:
    assert sorted(table("cover_parameters")["cover"]) == sorted(COVERS)


def test_places_and_materials_are_named_once() -> None:
    assert table("storm_formulas")["place"].is_unique
    assert table("pipe_roughness")["material"].str.lower().is_unique


@pytest.mark.parametrize(
    ("material", "n"),
    [
        ("HDPE", 0.010),
        (" hdpe ", 0.010),
        ("砼", 0.014),
        ("铸铁", 0.013),
        ("Brick", 0.015),
        ("钢筋混凝土", 0.014),
    ],
)
def test_the_roughness_of_a_material(material: str, n: float) -> None:
    assert roughness_of(material) == (n, True)


@pytest.mark.parametrize("material", [None, "", "bamboo"])
def test_an_unknown_material_takes_that_of_concrete_and_says_so(material: str | None) -> None:
    assert roughness_of(material) == (0.014, False)


@pytest.mark.parametrize(
    ("name", "n", "known"),
    [
        ("HDPE双壁波纹管", 0.010, True),
        ("钢筋混凝土管", 0.014, True),
        ("cast iron pipe", 0.014, False),
        ("镀锌钢管", 0.012, True),
        ("钢", 0.012, True),
        ("钢筋砼管", 0.014, True),
        ("玻璃钢夹砂管", 0.010, True),
        ("钢带波纹管", 0.014, False),
        ("竹", 0.014, False),
        (None, 0.014, False),
    ],
)
def test_a_material_is_known_by_the_longest_name_within(name: str | None, n: float, known: bool) -> None:
    assert roughness_of(name) == (n, known)
