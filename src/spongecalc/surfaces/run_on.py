"""Ground whose runoff passes over a facility before it gets to an inlet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spongecalc.catalogue.cover import Cover

# How it is known: named by the survey, followed over the DEM, or taken as usual for such a facility.
GIVEN, BY_DEM, ASSUMED = "given", "dem", "assumed"
SOURCES = (GIVEN, BY_DEM, ASSUMED)


@dataclass(frozen=True)
class RunOn:
    """Ground that runs on to a facility: its area in m2 by cover, and how much of it is impervious."""

    covers_m2: tuple[tuple[str, float], ...] = ()
    impervious_m2: float = 0.0

    @property
    def area_m2(self) -> float:
        """All of it."""
        return sum(m2 for _, m2 in self.covers_m2)

    @property
    def pervious_m2(self) -> float:
        """Ground that is not impervious."""
        return max(self.area_m2 - self.impervious_m2, 0.0)


NO_RUN_ON = RunOn()


def run_on_of(areas_m2: Mapping[str, float], known: Mapping[str, Cover]) -> RunOn:
    """Run-on from ground given as area in m2 by cover."""
    parts = tuple(sorted((cover, m2) for cover, m2 in areas_m2.items() if m2 > 0))
    return RunOn(parts, sum(m2 * known[cover].impervious_percent / 100 for cover, m2 in parts))


def source_words(sources: Iterable[str]) -> str:
    """Sources as a table shows them: joined by a plus sign in a fixed order, "none" for none."""
    found = set(sources)
    return "+".join(s for s in SOURCES if s in found) or "none"
