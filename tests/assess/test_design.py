"""The design tables: SWMM beside the rational method, and communities that could not be checked."""

import pandas as pd
import pytest
from tests.conftest import WholeRun, take_through

from spongecalc.assess.design import design_tables, with_unchecked
from spongecalc.design.check import CHECK_COLUMNS


def test_swmm_stands_beside_the_rational_method(whole_run: WholeRun):
    """The one storm is P = 3 a; the rational flow of the lane and its green stands beside it."""
    table = whole_run.review.tables["pipe_hydraulics"].set_index("pipe_id")
    assert set(table["swmm_storm_id"]) == {"P3-120"}
    for community in "ABC":
        pipe = table.loc[f"{community}-PR"]
        result = whole_run.results[f"{community}/after/P3-120"]
        assert pipe["swmm_peak_l_s"] == pytest.approx(result.links["peak_l_s"].max())
        assert pipe["storm_l_s"] > 0


def test_pipes_are_checked_at_the_storm_the_report_speaks_of(whole_run: WholeRun):
    checks = whole_run.review.tables["design_checks"]
    # The standard's least for a small town is 2 a; the report speaks of 3 a.
    assert set(checks.loc[checks["check"] == "capacity", "applies_to"]) == {"P = 3 a"}
    peaks = checks[checks["check"] == "swmm_peak"].set_index("feature_id")
    hydraulics = whole_run.review.tables["pipe_hydraulics"].set_index("pipe_id")
    assert set(peaks["applies_to"]) == {"P3-120"}
    assert set(peaks.index) == set(hydraulics.index)
    for pipe, check in peaks.iterrows():
        assert check["value"] == pytest.approx(hydraulics.loc[pipe, "swmm_peak_l_s"], abs=0.005)
        assert check["limit"] == pytest.approx(hydraulics.loc[pipe, "full_flow_l_s"], abs=0.005)


def test_a_community_that_was_not_modelled_is_said_not_to_be_checked(whole_run: WholeRun):
    built = whole_run.built
    tables = design_tables((), built.storms, built.checked.layers, built.checked.project.settings)
    checks = tables["design_checks"]
    left = checks[checks["check"] == "every_check"]
    assert left["community_id"].tolist() == ["A", "B", "C"]
    assert set(left["verdict"]) == {"not_checkable"}
    assert list(checks.columns) == CHECK_COLUMNS
    assert with_unchecked(pd.DataFrame(columns=CHECK_COLUMNS), []).empty


def test_new_combined_pipe_is_counted_beside_rain_and_sewage(small_project):
    """A's combined sewer of 30 m is laid anew and nothing else: 30.00 m combined, no rain or sewage pipe."""

    def only_combined(frames: dict) -> None:
        for layer, frame in frames.items():
            own = (
                frame["community_id"].eq("A") if layer == "communities" else frame.iloc[:, 0].str.startswith("A-")
            )
            if "status" in frame:
                old, new = own & frame["status"].eq("removed"), own & frame["status"].eq("proposed")
                if layer in ("pipes", "nodes", "connections"):
                    frame.loc[old, "status"] = "proposed"
                    frames[layer] = frame[~new].copy()

    run = take_through(small_project(first=only_combined).folder)
    table = run.review.tables["communities"].set_index("community_id")
    lengths = table[["storm_laid_m", "sewage_laid_m", "combined_laid_m"]]
    assert lengths.loc["A"].tolist() == [0.0, 0.0, 30.0]
    assert lengths.loc["B"].tolist() == [30.0, 30.0, 0.0]
    assert lengths.loc["TOTAL"].tolist() == [60.0, 60.0, 30.0]
