"""The discharge of outfalls, against what the pipe or river that receives it accepts.

The community answers for its ground (GB 50014-2021, 4.1.6). What leaves is a question to the owner of the
receiver: works that drain ponding pass more through the outfalls whatever they do for the ground.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from spongecalc.assess.criteria import CONDITIONAL, FAIL, NO_STORM, PASS, UNDECIDED

NOTHING = NO_STORM
"""A list of outfalls in a row: none."""
_BY_WEIGHT = (FAIL, UNDECIDED, CONDITIONAL, PASS)


@dataclass(frozen=True)
class Discharge:
    """The peak discharge of outfalls under one storm, in l/s; of one, or of all that lead to the same receiver.

    ``last_l_s`` is that of the last scenario compared, ``first_l_s`` that of the first to the same receiver, and
    ``allowed_l_s`` what the receiver's owner accepts of it; NaN where nothing is given, or not known.
    """

    outfalls: tuple[str, ...]
    receives: str
    last_l_s: float
    allowed_l_s: float = math.nan
    first_l_s: float = math.nan

    @property
    def is_allowed(self) -> bool:
        """True where the receiver's owner says what it accepts."""
        return not math.isnan(self.allowed_l_s)

    @property
    def limit_l_s(self) -> float:
        """The discharge that passes: what is accepted, else what came before."""
        return self.allowed_l_s if self.is_allowed else self.first_l_s

    @property
    def answer(self) -> str:
        """Pass up to the limit; above it fail, or conditional where only the owner can say; else undecided.

        Figures are compared as the tables write them: what no table shows breaks no limit.
        """
        if math.isnan(self.last_l_s) or math.isnan(self.limit_l_s):
            return UNDECIDED
        if round(self.last_l_s, 2) <= round(self.limit_l_s, 2):
            return PASS
        return FAIL if self.is_allowed else CONDITIONAL

    def __str__(self) -> str:
        """The outfalls with their figures: "Y5 117.00 > 110.00"; where nothing is given "Y5 33.50 → 117.00"."""
        ids = "+".join(self.outfalls)
        if self.is_allowed:
            return f"{ids} {self.last_l_s:.2f} {'>' if self.answer == FAIL else '<='} {self.allowed_l_s:.2f}"
        return f"{ids} {self.first_l_s:.2f} → {self.last_l_s:.2f}"


def worst(answers: Iterable[str]) -> str:
    """The answer that weighs most: fail, undecided, conditional, pass."""
    return min(answers, key=_BY_WEIGHT.index)


def listed(discharges: Iterable[Discharge]) -> str:
    """Discharges as tables list them; "none" where there are none."""
    return ", ".join(map(str, discharges)) or NOTHING
