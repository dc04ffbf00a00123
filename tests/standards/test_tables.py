"""The tables that ship with the package."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest

import spongecalc
from spongecalc.rainfall.formula_range import RANGE_COLUMNS
from spongecalc.standards.tables import names, table


@pytest.mark.parametrize(
    "name",
    ("covers", "materials", "permeable_paving_defaults", "sewage_pattern"),
)
def test_the_tables_a_model_is_made_from_have_no_gaps(name: str) -> None:
    assert not table(name).isna().any(axis=None)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("ponding_limits", "value_min", "value_max"),
        ("return_periods", "p_min_a", "p_max_a"),
        ("covers", "volume_low", "volume_high"),
        ("covers", "peak_low", "peak_high"),
        ("misconnection_grades", "light_below", "heavy_from"),
        ("storm_formula_intervals", "p_from_a", "p_to_a"),
    ],
)
def test_a_range_runs_upwards(name: str, low: str, high: str) -> None:
    rows = table(name).dropna(subset=[low, high])
    assert len(rows)
    assert (rows[low] <= rows[high]).all()


def test_a_storm_formulas_range_is_printed_whole_or_not_at_all() -> None:
    rows = table("storm_formulas")
    ranges = rows[list(RANGE_COLUMNS)].isna().sum(axis=1)
    assert set(ranges) == {0, len(RANGE_COLUMNS)}
    assert not rows.drop(columns=list(RANGE_COLUMNS)).isna().any(axis=None)
    assert set(rows["sampling"]) == set(table("formula_ranges")["sampling"])
    assert set(rows["city"]) <= set(table("design_rainfall_vcr")["city"])


def test_the_depth_to_capture_grows_with_the_share_captured() -> None:
    depths = table("design_rainfall_vcr").set_index("city").filter(like="_mm")
    assert (depths.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert depths.loc["昆明"].tolist() == [11.5, 15.7, 18.5, 22.0, 26.8]


def test_the_peak_factor_falls_with_the_flow() -> None:
    factors = table("sewage_peak_factor").sort_values("mean_daily_flow_l_s")["peak_factor"]
    assert factors.is_monotonic_decreasing


def test_paving_defaults_lie_in_the_range_of_the_literature() -> None:
    ranges = pd.read_csv(Path(__file__).parent / "data" / "permeable_concrete.csv").set_index("parameter")
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


def test_places_are_named_once() -> None:
    assert table("storm_formulas")["place"].is_unique


def test_every_table_is_read_by_some_code() -> None:
    """A table that nothing reads says nothing: its name stands as a text in the package."""
    texts = {
        node.value
        for path in Path(spongecalc.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(names()) - texts == set()
