"""[standards.confirmed]: recalled rows that a project has looked up."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from spongecalc.project.standards_settings import StandardsSettings

TOLD = {"who": "design office", "why": "16S518, page 21"}


def test_rows_by_name_by_beginning_or_all_of_a_table() -> None:
    some = StandardsSettings.model_validate({"confirmed": {"design_rules": {"rows": ["inlet_capacity"], **TOLD}}})
    assert [c.row for c in some.confirmations] == [
        "inlet_capacity - single flat grating",
        "inlet_capacity - double flat grating",
        "inlet_capacity - single combined inlet",
    ]
    assert {(c.table, c.who, c.why) for c in some.confirmations} == {("design_rules", *TOLD.values())}
    one = {"rows": ["inlet_capacity - single flat grating"], **TOLD}
    assert len(StandardsSettings.model_validate({"confirmed": {"design_rules": one}}).confirmations) == 1
    whole = StandardsSettings.model_validate({"confirmed": {"design_rules": TOLD}})
    assert len(whole.confirmations) == 4
    assert StandardsSettings().confirmations == ()


def test_several_may_confirm_rows_of_one_table() -> None:
    parts = [{"rows": ["drainage - shrub"], **TOLD}, {"who": "reviewer", "why": "GB 50289-2016, page 14"}]
    found = StandardsSettings.model_validate({"confirmed": {"utility_clearances": parts}}).confirmations
    assert {c.row: c.who for c in found}["drainage - shrub"] == "design office"
    assert {c.row: c.who for c in found}["gas low pressure - building"] == "reviewer"


@pytest.mark.parametrize(
    ("confirmed", "said"),
    [
        ({"inlets": TOLD}, "no such table of standards"),
        # 5.3.1 has been read in print: there is nothing to confirm.
        ({"design_rules": {"rows": ["soffit_alignment"], **TOLD}}, "no recalled row.*inlet_capacity"),
        ({"return_periods": TOLD}, "no recalled row"),
        ({"design_rules": {"rows": ["inlet_capacity"], "who": "design office"}}, "why"),
        ({"design_rules": {"rows": ["inlet_capacity"], "who": " ", "why": "page 21"}}, "who"),
    ],
)
def test_what_cannot_be_confirmed_is_refused(confirmed: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=f"(?s){said}"):
        StandardsSettings.model_validate({"confirmed": confirmed})
