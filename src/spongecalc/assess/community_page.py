"""Contents of one community's page of the report: its layers, series over time, and its rows of the tables."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from spongecalc.assess.hydraulics import HydraulicsOnDemand
from spongecalc.assess.inputs import Inputs
from spongecalc.assess.model_rows import ScenarioFacts
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.review import CommunityPage, WaterFrames
from spongecalc.assess.separation import SEPARATION_COLUMNS
from spongecalc.layers.layer_set import LayerSet


def community_page(
    inputs: Inputs,
    row: Mapping[str, object],
    tables: Mapping[str, pd.DataFrame],
    known: Mapping[tuple[str, str], ScenarioFacts],
) -> CommunityPage:
    """A community's page.

    Parameters
    ----------
    inputs
        What is assessed.
    row
        The community's row of communities.csv.
    tables
        Every table by name; of those with rows of communities this one's are enough.
    known
        What its model's results say of each community and scenario.
    """
    community = str(row["community_id"])
    headline = inputs.settings.headline_storm
    boundary = inputs.about.loc[community, "geometry"]
    layers, hydrographs, water = {}, {}, {}
    found: dict[str, Modelled] = {}
    for scenario in inputs.settings.scenario_names:
        modelled = inputs.of(community, scenario)
        if modelled is not None:
            layers[scenario] = modelled.system.of_community(community)
            hydrographs[scenario] = known[community, scenario].runoff_l_s
            found[scenario] = modelled
            wet = inputs.flows.get(f"{modelled.model.name}/{scenario}/{headline}")
            if wet is not None and wet.frames_mm is not None:
                water[scenario] = WaterFrames(wet.frames_mm, wet.ground.transform, wet.frame_min)
    runs = tables["runs"]
    own_runs = {run.run_id for run in inputs.runs_of(community)}
    ponding = tables["ponding"]

    def own(name: str) -> pd.DataFrame:
        table = tables[name]
        return table[table["community_id"] == community].reset_index(drop=True)

    sites = ponding[(ponding["community_id"] == community) & (ponding["storm_id"] == headline)]
    return CommunityPage(
        community,
        str(row["name"]),
        row,
        boundary,
        layers,
        hydrographs,
        _placed(sites, inputs.layers),
        _placed(own("separation").reindex(columns=SEPARATION_COLUMNS), inputs.layers),
        runs[runs["run_id"].isin(own_runs)].reset_index(drop=True),
        own("quantities").dropna(subset=["length_m"]).reset_index(drop=True),
        own("findings"),
        HydraulicsOnDemand(found, community, headline),
        water,
    )


def _placed(table: pd.DataFrame, layers: LayerSet) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(table["x_m"].astype(float), table["y_m"].astype(float))
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry=points, crs=layers.crs)
