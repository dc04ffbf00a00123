"""A model with the results of its runs: what the assessments read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.continuity import tracers_close
from spongecalc.swmm.model import FLOODING, SwmmModel
from spongecalc.swmm.run_result import RunResult


class ResultsByStorm(Mapping[str, RunResult]):
    """A model's results by storm id, taken from those of the whole batch when they are looked at."""

    def __init__(self, results: Mapping[str, RunResult], run_ids: Mapping[str, str]) -> None:
        self._results, self._run_ids = results, run_ids

    def __getitem__(self, storm_id: str) -> RunResult:
        """The result of an event. Raises KeyError where there is none."""
        return self._results[self._run_ids[storm_id]]

    def __iter__(self) -> Iterator[str]:
        """Storm ids that have a result."""
        return iter(self._run_ids)

    def __len__(self) -> int:
        """Number of events that have a result."""
        return len(self._run_ids)


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

    def followed(self, storm_id: str) -> RunResult | None:
        """The result of an event, if its run finished and its tracers close within their limit."""
        result = self.finished(storm_id)
        return result if result is not None and tracers_close(result) else None

    def elements(self, community_id: str, role: str) -> list[str]:
        """Model ids of a community's elements of a role."""
        return list(self._elements.get((community_id, role), ()))

    def once[T](self, what: str, storm_id: str, make: Callable[[], T]) -> T:
        """Return what ``make`` makes of a run: made once as long as no other run of the model is looked at."""
        known = self._of_run.get(what)
        if known is None or known[0] != storm_id:
            known = self._of_run[what] = (storm_id, make())
        found: T = known[1]
        return found

    @cached_property
    def _of_run(self) -> dict[str, tuple[str, Any]]:
        return {}

    @cached_property
    def flooding(self) -> pd.DataFrame:
        """The elements at which water stands on the ground, in the order of the model's."""
        table = self.model.elements
        return table[table["role"].isin(FLOODING)]

    @cached_property
    def surveyed(self) -> gpd.GeoDataFrame:
        """The surveyed node of each element of :attr:`flooding`, in the same order."""
        nodes = self.system.nodes.drop_duplicates("node_id").set_index("node_id")
        return nodes.loc[self.flooding["feature_id"]]

    # Asked for hundreds of times of a community: the table is taken apart once.
    @cached_property
    def _elements(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        table = self.model.elements
        for community, role, name in zip(table["community_id"], table["role"], table["model_id"], strict=True):
            found.setdefault((community, role), []).append(name)
        return found


def join_results(
    systems: Sequence[DrainageSystem], models: Sequence[SwmmModel], results: Mapping[str, RunResult]
) -> tuple[Modelled, ...]:
    """Each system with its model and the results of the model's runs by storm id."""
    own: dict[str, dict[str, str]] = {}
    for run_id in results:
        model_scenario, _, storm_id = run_id.rpartition("/")
        own.setdefault(model_scenario, {})[storm_id] = run_id
    return tuple(
        Modelled(system, model, ResultsByStorm(results, own.get(f"{model.name}/{model.scenario}", {})))
        for system, model in zip(systems, models, strict=True)
    )
