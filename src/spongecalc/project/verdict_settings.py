"""The section [verdict] of spongecalc.toml: which criteria decide the verdict on a community."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal, Self

from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import Section, Why, as_typed, once_read

Criterion = Literal[
    "lengths", "separation", "capture", "runoff", "outflow", "ponding", "waterlogging", "design", "data"
]


class NotDecisive(Section):
    """A criterion that conditions the verdict and does not decide it, with the reason that is printed."""

    criterion: Criterion
    reason: Why


class VerdictSettings(Section):
    """Criteria that the project takes out of the decision; all others decide."""

    not_decisive: tuple[NotDecisive, ...] = ()

    @as_typed
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("not_decisive"), dict):
            return {**given, "not_decisive": [given["not_decisive"]]}
        return given

    @once_read
    def _named_once(self) -> Self:
        for name, count in Counter(n.criterion for n in self.not_decisive).items():
            if count > 1:
                raise RefusedValueError("named_twice", name, key=("not_decisive",))
        return self
