"""The return period up to which something holds, found by bisection over a ladder of return periods."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

STEP = 1.05


@dataclass(frozen=True)
class Held:
    """``return_period_a`` up to which a criterion holds.

    ``bound`` is "" where it fails one rung higher, "at_least" where it still holds at the top of the ladder,
    "below" where it fails at the lowest rung (``return_period_a`` is then 0). ``failing`` is the rung above at
    which it fails, -1 for none.
    """

    return_period_a: float
    bound: str
    failing: int


def ladder(lowest_a: float, highest_a: float) -> tuple[float, ...]:
    """Return periods in years from the lowest to the highest, each 5 % above the one before, to three digits."""
    count = max(1, math.ceil(math.log(highest_a / lowest_a) / math.log(STEP)))
    ratio = (highest_a / lowest_a) ** (1 / count)
    rungs = [float(f"{lowest_a * ratio**n:.3g}") for n in range(count + 1)]
    return tuple(dict.fromkeys(rungs))


class Bisection:
    """One search: ``ask`` is the rung to be tried next, -1 when it is done; ``tell`` what came of it.

    It takes for granted that what fails under a storm also fails under every larger one, which the search
    cannot see.
    """

    def __init__(self, rungs: int) -> None:
        self.low, self.high, self.rungs = -1, rungs, rungs

    @property
    def ask(self) -> int:
        """The rung between those known to hold and to fail."""
        return -1 if self.high - self.low <= 1 else (self.low + self.high) // 2

    def tell(self, rung: int, holds: bool) -> None:
        """Take note of whether the criterion holds on a rung."""
        if holds:
            self.low = max(self.low, rung)
        else:
            self.high = min(self.high, rung)

    def result(self, periods_a: tuple[float, ...]) -> Held:
        """The return period in years, of those on the ladder, up to which the criterion holds."""
        failing = self.high if self.high < self.rungs else -1
        if self.low < 0:
            return Held(0.0, "below", failing)
        return Held(periods_a[self.low], "at_least" if failing < 0 else "", failing)


def search(holds: Callable[[float], bool], lowest_a: float, highest_a: float) -> Held:
    """The return period in years up to which ``holds`` is true, by bisection.

    Parameters
    ----------
    holds
        Tells of a return period in years whether the criterion holds; false for all above one that fails.
    lowest_a, highest_a
        Ends of the range that is searched, in years.

    Returns
    -------
    Held
        To within 5 %, the step of :func:`ladder`.
    """
    periods = ladder(lowest_a, highest_a)
    bisection = Bisection(len(periods))
    while (rung := bisection.ask) >= 0:
        bisection.tell(rung, holds(periods[rung]))
    return bisection.result(periods)
