"""The drainage of a community in a scenario: its layers, its graph, its traces, its cross-connections."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial

import geopandas as gpd
import networkx as nx
import pandas as pd

from spongecalc.api.card import card_html
from spongecalc.api.model import Model
from spongecalc.contract import SCHEMAS
from spongecalc.ground.of_system import LAKE_CELL_M, ground_of
from spongecalc.language import text
from spongecalc.language.unknown_name import UnknownNameError
from spongecalc.network.cross_connections import JOINT_COLUMNS, cross_connections, joint_facts
from spongecalc.network.graph import drainage_graph
from spongecalc.network.leftovers import NOT_CROSSING, leftovers
from spongecalc.network.tracing import Direction, Trace, trace
from spongecalc.project.load import Project as ProjectFiles
from spongecalc.project.long_rain import LongRain
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import SCENARIO_LAYERS, DrainageSystem
from spongecalc.surfaces.subcatchments import subcatchments
from spongecalc.swmm.model import SwmmModel, build_model


class System:
    """The drainage system of one community in one scenario, or of several that drain through one another.

    Its layers are GeoDataFrames indexed by their features' ids, with the features of the scenario alone.
    """

    def __init__(
        self,
        files: ProjectFiles,
        system: DrainageSystem,
        storms: Sequence[Storm],
        built: SwmmModel | None = None,
    ) -> None:
        self._files, self._system, self._storms, self._built = files, system, tuple(storms), built

    def __repr__(self) -> str:
        """Its communities, its scenario and its size."""
        system = self._system
        return f"<System {system.model} {system.scenario}: {len(system.nodes)} nodes, {len(system.pipes)} pipes>"

    def _repr_html_(self) -> str:
        lang = self._files.settings.language
        system = self._system
        rows: list[tuple[object, ...]] = [
            (text("api.card.communities", lang), ", ".join(system.communities)),
            (text("api.card.scenario", lang), system.scenario),
        ]
        rows += [(text(f"api.card.{k}", lang), len(getattr(system, k))) for k in ("nodes", "pipes", "surfaces")]
        return card_html(text("api.card.system", lang), rows)

    @property
    def communities(self) -> tuple[str, ...]:
        """Ids of its communities."""
        return self._system.communities

    @property
    def scenario(self) -> str:
        """Name of the scenario."""
        return self._system.scenario

    @cached_property
    def graph(self) -> nx.MultiDiGraph:
        """The network along the flow: vertices are node ids, edges have the key (layer, feature id)."""
        return drainage_graph(self._system)

    @property
    def nodes(self) -> gpd.GeoDataFrame:
        """Manholes, inlets, outfalls and the like."""
        return self._layer("nodes")

    @property
    def pipes(self) -> gpd.GeoDataFrame:
        """Pipes."""
        return self._layer("pipes")

    @property
    def surfaces(self) -> gpd.GeoDataFrame:
        """Covers of the ground."""
        return self._layer("surfaces")

    @property
    def buildings(self) -> gpd.GeoDataFrame:
        """Buildings."""
        return self._layer("buildings")

    @property
    def connections(self) -> gpd.GeoDataFrame:
        """Laterals and inlet leads."""
        return self._layer("connections")

    @property
    def facilities(self) -> gpd.GeoDataFrame:
        """Rain tanks, rain gardens, basins and the like."""
        return self._layer("facilities")

    @property
    def structures(self) -> gpd.GeoDataFrame:
        """Pumps, weirs, orifices and outlets."""
        return self._layer("structures")

    def upstream_of(self, place: str) -> Trace:
        """All that lies upstream of a node, pipe, lateral, structure, facility or building, and who lives there.

        Raises
        ------
        UnknownNameError
            The system has no such place; a KeyError that names the nearest.
        """
        return self._trace(place, "upstream")

    def downstream_of(self, place: str) -> Trace:
        """All that the water of a place passes; places and errors as for :meth:`upstream_of`."""
        return self._trace(place, "downstream")

    def cross_connections(self) -> pd.DataFrame:
        """List what breaks the separation of rain and sewage: the columns of separation.csv that need no run."""
        joints = (*cross_connections(self._system, self.graph), *leftovers(self._system, self.graph))
        rows = [joint_facts(j, self.scenario) for j in joints if j.kind not in NOT_CROSSING]
        table = pd.DataFrame(rows, columns=JOINT_COLUMNS)
        order = ["community_id", "kind", "feature_id", "at_node"]
        return table.sort_values(order, ignore_index=True)

    def to_swmm(self) -> Model:
        """The SWMM model of the system; the same one each time."""
        return self._model

    @cached_property
    def _model(self) -> Model:
        built = self._built or self._build()
        nodes = self._system.nodes
        ground_m = dict(zip(nodes["node_id"], nodes["ground_m"], strict=True))
        return Model(self._files, built, self._storms, ground_m)

    def _build(self) -> SwmmModel:
        files = self._files
        rain = LongRain(files.folder, files.settings)
        return build_model(self._system, files.settings, self._storms, rain)

    def _layer(self, name: str) -> gpd.GeoDataFrame:
        frame: gpd.GeoDataFrame = getattr(self._system, name)
        if frame.empty and SCHEMAS[name].id_column not in frame:
            return frame
        return frame.set_index(SCHEMAS[name].id_column)

    def _trace(self, place: str, direction: Direction) -> Trace:
        try:
            if not isinstance(place, str):  # nothing leads to None from where a row leaves its node open
                raise KeyError(place)
            return trace(
                self._system,
                place,
                direction,
                residents_per_household=self._files.settings.sewage.residents_per_household,
                areas_m2=self._areas_m2,
            )
        except KeyError:
            known = [i for name in (*SCENARIO_LAYERS[:6], "structures") for i in self._ids(name)]
            raise UnknownNameError("place", place, known, self._files.settings.language) from None

    def _ids(self, layer: str) -> list[str]:
        if layer == "surfaces":  # water is followed from where it enters the pipes
            return []
        frame: gpd.GeoDataFrame = getattr(self._system, layer)
        if frame.empty:
            return []
        return [str(i) for i in frame[SCHEMAS[layer].id_column]]

    @cached_property
    def _areas_m2(self) -> dict[str, float]:
        """Area of the ground and roofs that drain to each node."""
        areas: dict[str, float] = {}
        settings = self._files.settings
        ground = partial(ground_of, self._system, settings.ponding, LAKE_CELL_M)
        for area in subcatchments(self._system, settings.surfaces, None, ground)[0]:
            areas[area.outlet_node] = areas.get(area.outlet_node, 0.0) + area.area_m2
        return areas
