import math

import pytest

from spongecalc.assess.misconnection_grades import grade_of, worst_grade
from spongecalc.project.separation_settings import GradeLimits
from spongecalc.standards.provenance import recalled_rows

STEP = 0.001


@pytest.mark.parametrize(
    ("measure", "value", "grade"),
    [
        # T/CECS 758-2020, 7.2.3 and 7.2.4: under 5 points a km, 5 to 10, over 10.
        ("density", 5 - STEP, "light"),
        ("density", 5, "medium"),
        ("density", 10, "medium"),
        ("density", 10 + STEP, "heavy"),
        # 7.2: pipes under DN300, DN300 to under DN600, from DN600.
        ("diameter", 299, "light"),
        ("diameter", 300, "medium"),
        ("diameter", 599, "medium"),
        ("diameter", 600, "heavy"),
        # 7.2: flows under 200 m3/d, to under 600, from 600.
        ("flow", 200 - STEP, "light"),
        ("flow", 200, "medium"),
        ("flow", 600 - STEP, "medium"),
        ("flow", 600, "heavy"),
        # 7.2: NH3-N to 6 mg/l and with it, to 30 and with it, over 30; COD to 100, to 200, over 200.
        ("nh3", 6, "light"),
        ("nh3", 6 + STEP, "medium"),
        ("nh3", 30, "medium"),
        ("nh3", 30 + STEP, "heavy"),
        ("cod", 100, "light"),
        ("cod", 100 + STEP, "medium"),
        ("cod", 200, "medium"),
        ("cod", 200 + STEP, "heavy"),
    ],
)
def test_t_cecs_758_grades_on_both_sides_of_each_edge(measure: str, value: float, grade: str) -> None:
    assert grade_of(measure, value) == grade


def test_the_flow_ratio_has_no_grade_until_somebody_has_read_its_limits() -> None:
    assert [grade_of("flow_ratio", v) for v in (29, 30, 50)] == ["", "", ""]
    read = recalled_rows("misconnection_grades")
    assert [grade_of("flow_ratio", v, None, read) for v in (29, 30, 50)] == ["light", "medium", "heavy"]
    own = {"flow_ratio": GradeLimits(light_below=10, heavy_from=20)}
    assert [grade_of("flow_ratio", v, own) for v in (9, 10, 20)] == ["light", "medium", "heavy"]


def test_a_project_may_set_its_own_limits() -> None:
    own = {"flow": GradeLimits(light_below=1, heavy_from=2)}
    assert [grade_of("flow", v, own) for v in (0.5, 1.5, 2.5)] == ["light", "medium", "heavy"]
    assert grade_of("diameter", 100, own) == "light"


def test_what_is_not_known_has_no_grade() -> None:
    assert grade_of("flow", math.nan) == ""
    assert worst_grade(["", "light", "heavy", "medium"]) == "heavy"
    assert worst_grade(["", ""]) == ""
