"""[verdict]: what a project may take out of the decision, and how it must say so."""

import pytest
from pydantic import ValidationError

from spongecalc.project.verdict_settings import VerdictSettings


def test_one_or_several():
    one = {"criterion": "outflow", "reason": "the river takes it"}
    assert VerdictSettings(not_decisive=one) == VerdictSettings(not_decisive=[one])
    two = VerdictSettings(not_decisive=[one, {"criterion": "lengths", "reason": "no claim yet"}])
    assert [n.criterion for n in two.not_decisive] == ["outflow", "lengths"]
    assert VerdictSettings().not_decisive == ()


@pytest.mark.parametrize(
    "given",
    [
        [{"criterion": "outflow"}],
        [{"criterion": "outflow", "reason": ""}],
        [{"criterion": "outflow", "reason": "   "}],
        [{"criterion": "peaks", "reason": "no such criterion"}],
        [{"criterion": "outflow", "reason": "once"}, {"criterion": "outflow", "reason": "twice"}],
    ],
)
def test_without_a_reason_or_twice_it_is_refused(given):
    with pytest.raises(ValidationError):
        VerdictSettings(not_decisive=given)
