"""The bounds of sizes are one: a survey's, a setting's and those outside of which a unit is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError
from tests.planting import edit
from tests.small_project import SmallProject

from spongecalc.contract import ORIFICE_MM, ROUND_MM, SCHEMAS, SizeBounds
from spongecalc.project.check_settings import RepairSettings
from spongecalc.project.load import load_project
from spongecalc.project.section import Section
from spongecalc.project.settings import BasinSettings, InletSettings, TankSettings
from spongecalc.steps import pipeline

PIPES = ("C-PC", "C-PR", "C-PS")
SETTINGS: list[tuple[type[Section], str, SizeBounds]] = [
    (InletSettings, "lead_diameter", ROUND_MM),
    (TankSettings, "overflow_diameter", ROUND_MM),
    (RepairSettings, "default_diameter", ROUND_MM),
    (BasinSettings, "least_outlet", ORIFICE_MM),
]


@pytest.mark.parametrize(("section", "key", "bounds"), SETTINGS)
def test_a_setting_takes_what_a_survey_may_hold_and_nothing_else(
    section: type[Section], key: str, bounds: SizeBounds
) -> None:
    for size_mm in (bounds.low, bounds.high):
        assert getattr(section(**{key: f"{size_mm} mm"}), f"{key}_mm") == size_mm
    for size_mm in (bounds.low - 0.1, bounds.high + 0.1):
        with pytest.raises(ValidationError):
            section(**{key: f"{size_mm} mm"})


def test_the_contract_s_columns_have_these_bounds() -> None:
    column = SCHEMAS["pipes"].column("diameter_mm")
    assert (column.minimum, column.maximum) == (ROUND_MM.low, ROUND_MM.high)
    outlet = SCHEMAS["facilities"].column("outlet_mm")
    assert (outlet.minimum, outlet.maximum) == (ORIFICE_MM.low, ORIFICE_MM.high)
    # A pipe cannot hold more silt than it is high.
    assert SCHEMAS["pipes"].column("sediment_mm").maximum == ROUND_MM.high


@pytest.mark.parametrize(
    ("size_mm", "sound"),
    [
        (ROUND_MM.low - 0.1, False),
        (ROUND_MM.low, True),
        (ROUND_MM.high, True),
        (ROUND_MM.high + 0.1, False),
    ],
)
def test_a_size_out_of_bounds_is_an_error_and_has_its_unit_wrong(
    small_project: Callable[..., SmallProject], size_mm: float, sound: bool
) -> None:
    """Every pipe of C has the size, so that none stands out from its neighbours."""
    project = small_project(second=lambda frames: [edit("pipes", p, diameter_mm=size_mm)(frames) for p in PIPES])
    findings = pipeline.check(load_project(project.folder)).findings
    at = {(f.rule, f.feature.feature_id) for f in findings if f.rule in ("value.out_of_bounds", "pipe.size_unit")}
    wrong = {(rule, p) for rule in ("value.out_of_bounds", "pipe.size_unit") for p in PIPES}
    assert at == (set() if sound else wrong)
