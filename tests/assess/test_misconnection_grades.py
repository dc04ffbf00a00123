import math

import pytest

from spongecalc.assess.misconnection_grades import grade_of, worst_grade
from spongecalc.project.separation_settings import GradeLimits


@pytest.mark.parametrize(
    ("measure", "light", "medium", "heavy"),
    [("density", 4.9, 5, 10), ("flow_ratio", 29, 30, 50), ("diameter", 299, 300, 600), ("flow", 199, 200, 600)],
)
def test_the_limits_of_the_table(measure: str, light: float, medium: float, heavy: float) -> None:
    assert [grade_of(measure, v) for v in (light, medium, heavy)] == ["light", "medium", "heavy"]


def test_a_project_may_set_its_own_limits() -> None:
    own = {"flow": GradeLimits(light_below=1, heavy_from=2)}
    assert [grade_of("flow", v, own) for v in (0.5, 1.5, 2.5)] == ["light", "medium", "heavy"]
    assert grade_of("diameter", 100, own) == "light"


def test_what_is_not_known_has_no_grade() -> None:
    assert grade_of("flow", math.nan) == ""
    assert worst_grade(["", "light", "heavy", "medium"]) == "heavy"
    assert worst_grade(["", ""]) == ""
