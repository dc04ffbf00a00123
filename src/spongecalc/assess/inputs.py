"""Inputs of an assessment: checked layers, models, the results of their runs, and what is kept of searches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import pandas as pd

from spongecalc.assess.field_evidence import Measurements
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.performance import Performance
from spongecalc.assess.site_ground import no_ground
from spongecalc.batch.run import Run
from spongecalc.contract import SCHEMAS
from spongecalc.ground.grid import Ground
from spongecalc.ground.water_depths import WaterDepths
from spongecalc.layers.bill_documents import BillDocuments
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.standing import stands
from spongecalc.overland.failure import Failure
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.run_result import RunResult


@dataclass(frozen=True)
class Inputs:
    """Inputs of an assessment: checked layers, models and the results of their runs.

    ``references`` are the results of reference runs by the id of the run that each is held against.
    """

    layers: LayerSet
    settings: Settings
    storms: tuple[Storm, ...]
    modelled: tuple[Modelled, ...]
    runs: tuple[Run, ...]
    results: Mapping[str, RunResult]
    findings: tuple[Finding, ...]
    community_ids: tuple[str, ...]
    documents: BillDocuments = field(default_factory=BillDocuments)
    measurements: Measurements = field(default_factory=Measurements)
    grounds: Mapping[tuple[str, str], Ground] = field(default_factory=dict)
    flows: Mapping[str, WaterDepths] = field(default_factory=dict)
    failed_flows: Mapping[str, Failure] = field(default_factory=dict)
    site_ground: Callable[[DrainageSystem], Ground | None] = no_ground
    causes: pd.DataFrame = field(default_factory=pd.DataFrame)
    return_periods: pd.DataFrame = field(default_factory=pd.DataFrame)
    stale_ponding: tuple[str, ...] = ()
    contributions: pd.DataFrame = field(default_factory=pd.DataFrame)
    stale_contributions: tuple[str, ...] = ()
    performance: Performance | None = None
    tanks: pd.DataFrame | None = None
    intake: pd.DataFrame | None = None
    references: Mapping[str, RunResult] = field(default_factory=dict)

    def of(self, community_id: str, scenario: str) -> Modelled | None:
        """The model that a community is in, in a scenario; None where it could not be modelled."""
        return self._models.get((community_id, scenario))

    def runs_of(self, community_id: str) -> list[Run]:
        """The runs that a community is in."""
        return self._runs.get(community_id, [])

    def matters(self, feature: Feature) -> bool:
        """True for a feature that the last of the scenarios compared may rest on: none that the works remove."""
        return feature.feature_id not in self.gone.get(feature.layer, ())

    # A county has thousands of models: found by community once, not looked for again and again.
    @cached_property
    def _models(self) -> dict[tuple[str, str], Modelled]:
        return {(c, one.system.scenario): one for one in self.modelled for c in one.system.communities}

    @cached_property
    def _runs(self) -> dict[str, list[Run]]:
        runs: dict[str, list[Run]] = {}
        for run in self.runs:
            for community in run.communities:
                runs.setdefault(community, []).append(run)
        return runs

    @cached_property
    def gone(self) -> Mapping[str, frozenset[str]]:
        """By layer the ids of the features that do not stand in the last of the scenarios compared."""
        last = self.settings.scenario(self.settings.compared[1])
        found = {}
        for layer, schema in SCHEMAS.items():
            if "status" in schema.column_names and len(self.layers[layer]):
                ids = self.layers[layer][schema.id_column].astype(str)
                standing = stands(self.layers, layer, last)
                found[layer] = frozenset(ids[~standing]) - frozenset(ids[standing])
        return found

    @cached_property
    def about(self) -> gpd.GeoDataFrame:
        """The communities' own rows, by id."""
        return self.layers["communities"].drop_duplicates("community_id").set_index("community_id")
