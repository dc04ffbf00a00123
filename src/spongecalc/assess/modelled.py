"""A model with the results of its runs: what the assessments read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.run_result import RunResult


@dataclass(frozen=True)
class Modelled:
    """One system, its model and its results by storm id ("dry" is dry weather)."""

    system: DrainageSystem
    model: SwmmModel
    results: Mapping[str, RunResult]

    def finished(self, storm_id: str) -> RunResult | None:
        """The result of an event, if its run finished within the limits."""
        result = self.results.get(storm_id)
        return result if result is not None and result.status == "done" else None

    def elements(self, community_id: str, role: str) -> list[str]:
        """Model ids of a community's elements of a role."""
        table = self.model.elements
        chosen = (table["community_id"] == community_id) & (table["role"] == role)
        return table.loc[chosen, "model_id"].tolist()
