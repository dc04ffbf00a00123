"""The limits that checks apply: the tables' own, or the project's in their place with its reason."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from spongecalc.design.check import Limit
from spongecalc.project.design_settings import LIMIT_TABLES, DesignSettings
from spongecalc.standards.provenance import BY_PROJECT, Confirmation, confirmed_table
from spongecalc.standards.tables import table


class Limits:
    """Limits by check, what they apply to, and size.

    Parameters
    ----------
    settings
        The project's design settings, with limits of its own.
    min_cover_m
        The project's least cover in m wherever a pipe lies ([checks] min_cover); None for the table's.
    confirmations
        Recalled limits that the project has looked up; any other recalled limit decides no check.
    """

    def __init__(
        self,
        settings: DesignSettings,
        min_cover_m: float | None = None,
        confirmations: Sequence[Confirmation] = (),
    ) -> None:
        self._min_cover_m = min_cover_m
        self.confirmations = confirmations
        tables = [confirmed_table(name, confirmations) for name in LIMIT_TABLES]
        self._rows = pd.concat(tables, ignore_index=True)
        self._own = {(o.check, o.applies_to): o for o in settings.limits}
        self._found: dict[tuple[str, str, float], Limit] = {}

    def find(self, check: str, applies_to: str, size_mm: float = math.nan) -> Limit:
        """The limit of a check.

        Where a table gives limits by size, that of the last range that begins at or below the size counts,
        and that of the first range below all of them.

        Raises
        ------
        KeyError
            The tables have no such check.
        """
        asked = (check, applies_to, -1.0 if math.isnan(size_mm) else size_mm)
        if asked not in self._found:
            self._found[asked] = self._look_up(check, applies_to, size_mm)
        return self._found[asked]

    def _look_up(self, check: str, applies_to: str, size_mm: float) -> Limit:
        rows = self._rows[(self._rows["check"] == check) & (self._rows["applies_to"] == applies_to)]
        if rows.empty:
            raise KeyError(f"no limit {check!r} for {applies_to!r}")
        if rows["from_mm"].notna().any():
            rows = rows.sort_values("from_mm")
            below = rows[rows["from_mm"] <= size_mm]
            rows = below.tail(1) if len(below) else rows.head(1)
        row = rows.iloc[0]
        return self.own(
            check, applies_to, Limit(float(row["limit"]), row["unit"], row["source"], row["how_known"])
        )

    def own(self, check: str, applies_to: str, given: Limit) -> Limit:
        """The project's limit where it states one, else the one given."""
        mine = self._own.get((check, applies_to))
        if mine is None:
            if check != "min_cover" or self._min_cover_m is None:
                return given
            said = f"{given.source}; {BY_PROJECT}: [checks] min_cover"
            return Limit(self._min_cover_m, given.unit, said, BY_PROJECT)
        return Limit(mine.limit, given.unit, f"{given.source}; {BY_PROJECT}: {mine.reason}", BY_PROJECT)


HEADLINE = "the project's design storm"


def required_return_period(settings: DesignSettings, headline_a: float = math.nan) -> Limit:
    """The return period in years that storm sewers are checked at, and where it comes from.

    What the project sets for its sewers; else the return period that its report speaks of, where that is rarer
    than the standard's least for the city and the area; else that least.

    Parameters
    ----------
    settings
        The project's design settings.
    headline_a
        Return period of the project's headline storm in years; NaN for none.

    References
    ----------
    GB 50014-2021, 4.1.3 with table 4.1.3 and item 4; ``return_periods.csv`` carries source and how it is known.
    """
    rows = table("return_periods")
    chosen = rows[
        (rows["purpose"] == "storm sewer")
        & (rows["city_size"] == settings.city)
        & (rows["area"] == settings.area)
    ].iloc[0]
    if settings.return_period_a is not None:
        return Limit(settings.return_period_a, "a", f"{chosen['source']}; {BY_PROJECT}", BY_PROJECT)
    if headline_a > float(chosen["p_min_a"]):
        return Limit(headline_a, "a", f"{chosen['source']}; {HEADLINE}", chosen["how_known"])
    return Limit(float(chosen["p_min_a"]), "a", chosen["source"], chosen["how_known"])
