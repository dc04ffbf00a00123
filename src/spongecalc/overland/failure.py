"""Reasons for which a run over the ground failed: a code with its figures, and the sentence of both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from spongecalc.batch.model_runs import OUTCOMES
from spongecalc.batch.pool import Outcome
from spongecalc.language import has_text, text

ENGINE = "engine"
OF_FLOW = ("water_made", "mass_error", "time_step", "not_a_number", ENGINE)
_ERROR = re.compile(r"ERROR (\d+)")


@dataclass(frozen=True)
class Failure:
    """Reason of a failure: the ``code`` that names its sentence, and the ``found`` figures that fill it."""

    code: str
    found: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, lang: str) -> str:
        """The reason in words, with the place where there is one."""
        if self.code in OUTCOMES:
            key = OUTCOMES[self.code][0]
            parts = [text(f"{key}.{part}", lang, **self.found) for part in ("meaning", "action")]
        else:
            parts = [text(f"ponding.why.{self.code}", lang, **self.found)]
            number = _ERROR.search(self.found.get("engine_text", "")) if self.code == ENGINE else None
            if number and has_text(f"engine.error.{number[1]}.meaning", lang):
                parts.append(text(f"engine.error.{number[1]}.meaning", lang))
        return ("" if lang == "zh" else " ").join(parts)


def failure_of(outcome: Outcome) -> Failure:
    """The failure of a job whose worker ended without a result."""
    return Failure(outcome.reason, {OUTCOMES[outcome.reason][1]: outcome.detail})


def failure_of_engine(reason: Exception) -> Failure:
    """The failure of a run that SWMM's toolkit ended."""
    return Failure(ENGINE, {"engine_text": " ".join(str(reason).split())})
