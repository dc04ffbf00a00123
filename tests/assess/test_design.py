"""The design tables: SWMM beside the rational method, and communities that could not be checked."""

import pandas as pd
import pytest
from tests.conftest import WholeRun

from spongecalc.assess.design import design_tables, nearest_storm, with_unchecked
from spongecalc.design.check import CHECK_COLUMNS


def test_swmm_stands_beside_the_rational_method(whole_run: WholeRun):
    """The one storm is P = 3 a; the rational flow of the lane and its green at P = 2 a is somewhat less."""
    table = whole_run.review.tables["pipe_hydraulics"].set_index("pipe_id")
    assert set(table["swmm_storm_id"]) == {"P3-120"}
    for community in "ABC":
        pipe = table.loc[f"{community}-PR"]
        result = whole_run.results[f"{community}/after/P3-120"]
        assert pipe["swmm_peak_l_s"] == pytest.approx(result.links["peak_l_s"].max())
        assert pipe["storm_l_s"] > 0


def test_the_nearest_storm_and_the_rarer_of_two_as_near(whole_run: WholeRun):
    storms = whole_run.built.storms
    assert nearest_storm(storms, 2.0).storm_id == "P3-120"
    assert nearest_storm((), 2.0) is None


def test_a_community_that_was_not_modelled_is_said_not_to_be_checked(whole_run: WholeRun):
    built = whole_run.built
    tables = design_tables((), built.storms, built.checked.layers, built.checked.project.settings)
    checks = tables["design_checks"]
    left = checks[checks["check"] == "every_check"]
    assert left["community_id"].tolist() == ["A", "B", "C"]
    assert set(left["verdict"]) == {"not_checkable"}
    assert list(checks.columns) == CHECK_COLUMNS
    assert with_unchecked(pd.DataFrame(columns=CHECK_COLUMNS), []).empty
