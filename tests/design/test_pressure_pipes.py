"""Pressure pipes are no sewers by gravity; pipes side by side carry together; given flows are in the design."""

import math

import pytest

from spongecalc.design.design_checks import review_design
from spongecalc.design.pressure_pipes import CHECK, REASON
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from tests.lift_station import write_lift_station

BY_GRAVITY = {"max_fullness", "min_velocity", "max_velocity", "full_flow", "min_diameter", "min_slope"}
BY_GRAVITY |= {"max_manhole_spacing", "capacity", "drop", "soffit_alignment", "diameter_shrink", "invert_step"}


def review_of(folder, change=None):
    checked = pipeline.check(load_project(write_lift_station(folder, change)))
    system = next(s for s in checked.systems if s.scenario == "after")
    return review_design([(system, ())], checked.layers, checked.project.settings)


def all_proposed(rows):
    for layer in ("nodes", "pipes", "structures"):
        for row in rows[layer]:
            row["status"] = "proposed"


def test_a_rising_main_is_told_and_not_checked(tmp_path):
    review = review_of(tmp_path / "p", all_proposed)
    own = review.checks[review.checks["feature_id"] == "PM"]
    assert not set(own["check"]) & BY_GRAVITY
    (told,) = own[own["check"] == CHECK].to_dict("records")
    assert (told["verdict"], told["reason"], told["clause"]) == ("not_checkable", REASON, "")
    # It lies in the ground like any other pipe.
    assert (own["check"] == "min_cover").sum() == 1
    assert review.suggestions[review.suggestions["pipe_id"] == "PM"].empty
    hydraulics = review.hydraulics.set_index("pipe_id").loc["PM"]
    assert math.isnan(hydraulics["full_flow_l_s"]) and math.isnan(hydraulics["fullness"])


def test_the_same_pipe_without_pumps_is_checked(tmp_path):
    def by_gravity(rows):
        all_proposed(rows)
        del rows["pipes"][1]["hazen_williams"]

    checks = review_of(tmp_path / "p", by_gravity).checks
    own = checks[checks["feature_id"] == "PM"]
    assert {"min_slope", "max_manhole_spacing"} <= set(own["check"])
    assert CHECK not in set(checks["check"])


def test_no_manhole_is_judged_by_the_main_that_ends_in_it(tmp_path):
    checks = review_of(tmp_path / "p", all_proposed).checks
    between = checks[(checks["feature_id"] == "PM") | (checks["other_id"] == "PM")]
    assert not set(between["check"]) & BY_GRAVITY


def test_given_sewage_is_in_the_design_flow_of_all_pipes_below(tmp_path):
    hydraulics = review_of(tmp_path / "p").hydraulics.set_index("pipe_id")
    assert hydraulics.loc[["PS1", "PM", "PS2"], "mean_sewage_l_s"].tolist() == [2.0, 2.0, 2.0]
    assert hydraulics.loc["PR1", "mean_sewage_l_s"] == 0.0


def test_two_barrels_carry_twice(tmp_path):
    def doubled(rows):
        rows["pipes"][0]["barrels"] = 2.0

    one, two = (
        review_of(tmp_path / name, change).hydraulics.set_index("pipe_id").loc["PS1"]
        for name, change in (("one", None), ("two", doubled))
    )
    assert two["full_flow_l_s"] == pytest.approx(2 * one["full_flow_l_s"])
    assert two["full_velocity_m_s"] == pytest.approx(one["full_velocity_m_s"])
    assert two["fullness"] < one["fullness"]


@pytest.mark.parametrize(
    "section",
    [
        {"shape": "irregular", "transect": "0:1;1:0;2:0;3:1"},
        {"shape": "other", "swmm_section": "HORSESHOE 0.6"},
        {"shape": "trapezoidal", "height_mm": 600.0, "width_mm": 500.0, "side_slope": 1.0},
    ],
)
def test_a_rare_section_never_passes_by_an_unknown_capacity(tmp_path, section):
    def change(rows):
        rows["pipes"][3] |= {"diameter_mm": None, "status": "proposed", **section}

    checks = review_of(tmp_path / "p", change).checks
    own = checks[(checks["feature_id"] == "PR1") & checks["check"].isin(["capacity", "min_velocity"])]
    assert set(own["verdict"]) == {"not_checkable"}
    assert set(own["reason"]) == {"not_circular_or_no_size"}
