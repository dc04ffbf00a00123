"""Flows through each cross-connection: sewage and rain by SWMM's tracers, surcharge and back-flow there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.network.cross_connections import RIGHT_RECEIVERS, CrossConnection
from spongecalc.network.given_inflow import given_inflows
from spongecalc.network.sewage_load import sewage_by_source_l_s
from spongecalc.network.sources import sources
from spongecalc.project.sewage_settings import SewageSettings
from spongecalc.surfaces.subcatchment import RUNS_ON
from spongecalc.swmm.continuity import tracers_close
from spongecalc.swmm.inflows import RAIN, SEWAGE, TRACER_MG_L
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.tracer_event import TRACED

TRACER = {"sewage": SEWAGE, "rain": RAIN}
M3_PER_KG = 1000 / TRACER_MG_L
"""Water that holds a kilogram of tracer: 1 kg / (100 mg/l) = 10 m3."""


@dataclass(frozen=True)
class JointFlow:
    """Flows through a cross-connection. NaN where no sound run or no element of the model tells.

    ``dry_m3_d`` is the misplaced water a day in dry weather, ``storm_m3`` that of the headline storm and its
    recession, ``surcharge_h`` how long its node is surcharged in it, ``backflow_m3`` what flows back
    through it. The first two are loads of tracers; the others are of the storm's run without them, in which
    there is no carrier.
    """

    dry_m3_d: float
    storm_m3: float
    surcharge_h: float
    backflow_m3: float


def misplaced_waters(joint: CrossConnection, graph: nx.MultiDiGraph) -> tuple[str, ...]:
    """Waters of a cross-connection that do not belong where it leads; all it carries if that is not known."""
    carried = ("rain", "sewage") if joint.carries == "both" else (joint.carries,)
    receivers = {graph.nodes[o]["receives"] for o in joint.outfalls}
    wrong = tuple(w for w in carried if receivers - RIGHT_RECEIVERS[w])
    return wrong or carried


@dataclass(frozen=True)
class JointFlows:
    """Reads the flows of a system's cross-connections from its runs."""

    modelled: Modelled
    graph: nx.MultiDiGraph
    sewage: SewageSettings
    dry_measure_min: float
    headline: str

    @cached_property
    def _links(self) -> Mapping[tuple[str, str], list[str]]:
        return self._ids("link")

    @cached_property
    def _nodes(self) -> Mapping[tuple[str, str], list[str]]:
        return self._ids("node")

    def _ids(self, element: str) -> dict[tuple[str, str], list[str]]:
        table = self.modelled.model.elements
        found: dict[tuple[str, str], list[str]] = {}
        for row in table[table["element"] == element].itertuples():
            found.setdefault((row.layer, row.feature_id), []).append(row.model_id)
        return found

    @cached_property
    def _by_source_l_s(self) -> Mapping[tuple[str, str], float]:
        system = self.modelled.system
        flows: dict[tuple[str, str], float] = {}
        for source, flow in sewage_by_source_l_s(system.buildings, sources(system), self.sewage):
            key = (source.layer, source.feature_id)
            flows[key] = flows.get(key, 0.0) + flow
        for node, flow in given_inflows(system, {})[0].sewage_l_s.items():
            flows["nodes", node] = flows.get(("nodes", node), 0.0) + flow
        return flows

    def of(self, joint: CrossConnection) -> JointFlow:
        """The flows of one cross-connection."""
        waters = misplaced_waters(joint, self.graph)
        dry, storm = self.modelled.finished("dry"), self.modelled.finished(TRACED)
        days = self.dry_measure_min / 1440
        dry_m3 = sum(self._passed_m3(joint, w, dry, 60 * self.dry_measure_min) for w in waters)
        storm_s = 3600 * storm.duration_h - (storm.mark_s or 0.0) if storm else math.nan
        storm_m3 = sum(self._passed_m3(joint, w, storm, storm_s) for w in waters)
        plain = self.modelled.finished(self.headline)
        return JointFlow(
            dry_m3 / days, storm_m3, self._surcharge_h(joint, plain), self._backflow_m3(joint, plain)
        )

    def _passed_m3(self, joint: CrossConnection, water: str, run: RunResult | None, seconds: float) -> float:
        """Water of one kind past a cross-connection, after the run's mark."""
        if run is None:
            return math.nan
        links = self.links_of(joint)
        column = f"load_{TRACER[water]}_kg_after_mark"
        if links and column in run.links:
            return float(run.links.loc[links, column].sum()) * M3_PER_KG if tracers_close(run) else math.nan
        if joint.layer in ("connections", "buildings", "nodes") and water == "sewage":
            key = (joint.layer, joint.feature_id)
            return self._by_source_l_s.get(key, 0.0) * self._pattern_mean(run) * seconds / 1000
        areas = self.modelled.model.elements
        own = areas[
            (areas["element"] == "subcatchment")
            & (areas["layer"] == joint.layer)
            & (areas["feature_id"] == joint.feature_id)
            & (areas["role"] != RUNS_ON)
        ]["model_id"]
        if len(own):
            return float(run.subcatchments.loc[own, "runoff_m3"].sum())
        return 0.0 if water == "rain" and not run.subcatchments["rainfall_m3"].sum() else math.nan

    def _pattern_mean(self, run: RunResult) -> float:
        """Mean of the daily pattern over the measured part of a run."""
        start_s = pd.Timestamp(run.start).hour * 3600 + (run.mark_s or 0.0)
        hours = [
            int(start_s // 3600) + h for h in range(max(1, round(run.duration_h - (run.mark_s or 0) / 3600)))
        ]
        return sum(self.sewage.pattern[h % 24] for h in hours) / len(hours)

    def links_of(self, joint: CrossConnection) -> list[str]:
        """Model ids of the links that a cross-connection's water passes; none for a lateral, which is no link."""
        if joint.kind in ("combined_in_service", "wrong_receiver"):
            keys = [key for _, _, key in self.graph.in_edges(joint.at_node, keys=True)]
            return [link for key in sorted(keys) for link in self._links.get(key, ())]
        if joint.kind in ("removed_still_carries", "reaches_nothing"):
            return []
        return list(self._links.get((joint.layer, joint.feature_id), ()))

    def _surcharge_h(self, joint: CrossConnection, run: RunResult | None) -> float:
        nodes = [n for n in self._nodes.get(("nodes", joint.at_node), ()) if run and n in run.nodes.index]
        return float(run.nodes.loc[nodes, "surcharged_h"].max()) if run and nodes else math.nan

    def _backflow_m3(self, joint: CrossConnection, run: RunResult | None) -> float:
        """Volume in m3 that flowed back through its links: the negative part of their saved flows."""
        if run is None:
            return math.nan
        columns = [f"flow_l_s:{link}" for link in self.links_of(joint)]
        known = [c for c in columns if c in run.series]
        if not known:
            return math.nan
        minutes = run.series.index.to_series().diff().fillna(0.0)
        back_l_s = -run.series[known].clip(upper=0.0).sum(axis=1)
        return float((back_l_s * minutes * 60).sum() / 1000)
