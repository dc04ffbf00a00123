import math

import pandas as pd
import pytest

from spongecalc.api.comparison import compared

COLUMNS = ["community_id", "scenario", "storm_id", "figure", "value", "unit"]


def test_both_values_and_the_difference():
    answers = pd.DataFrame(
        [
            ("A", "now", "", "separated", "no", ""),
            ("A", "now", "P3", "runoff", 10.0, "m3"),
            ("A", "now", "P3", "unknown", None, "m3"),
            ("A", "phase1", "", "separated", "yes", ""),
            ("A", "phase1", "P3", "runoff", 8.5, "m3"),
            ("A", "phase1", "P3", "unknown", None, "m3"),
            ("A", "phase2", "P3", "runoff", 7.0, "m3"),
        ],
        columns=COLUMNS,
    )
    table = compared(answers, "now", "phase1")
    assert list(table.columns) == ["community_id", "storm_id", "figure", "unit", "now", "phase1", "difference"]
    assert table["figure"].tolist() == ["separated", "runoff"]
    words, runoff = table.to_dict("records")
    assert (words["now"], words["phase1"]) == ("no", "yes")
    assert math.isnan(words["difference"])
    assert (runoff["now"], runoff["phase1"], runoff["difference"]) == (10.0, 8.5, -1.5)
    assert compared(answers, "phase2", "now")["difference"].dropna().tolist() == [3.0]


def test_it_is_the_assessments(project):
    table = project.compare("before", "after", communities="A").set_index(["figure", "storm_id"])
    row = project.table("communities", communities="A").iloc[0]
    runoff = table.loc["runoff", "P3-120"]
    assert runoff["before"] == row["runoff_before_m3"]
    assert runoff["after"] == row["runoff_after_m3"]
    assert runoff["difference"] == pytest.approx(row["runoff_after_m3"] - row["runoff_before_m3"])
    assert table.loc["separated", ""][["before", "after"]].tolist() == ["no", "yes"]
    with pytest.raises(KeyError, match="'after'"):
        project.compare("before", "afterr")
