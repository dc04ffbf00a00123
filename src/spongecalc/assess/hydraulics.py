"""SWMM's results for the pipes and manholes of a community under one storm, by the features' own ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.swmm.gutters import GUTTER, ON_GROUND
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.silted_outfalls import known_depths_m

PIPE_COLUMNS = ["pipe_id", "peak_l_s", "max_velocity_m_s", "max_fullness", "surcharged_h"]
NODE_COLUMNS = ["node_id", "max_depth_m", "max_level_m", "surcharged_h", "flooded_h", "flood_volume_m3"]


@dataclass(frozen=True)
class Hydraulics:
    """Results in one scenario under one storm.

    ``pipes`` has :data:`PIPE_COLUMNS`, ``nodes`` :data:`NODE_COLUMNS`. ``depth_m`` and ``flow_l_s`` are time
    series by minutes from the start of the run, a column per node or pipe; without columns where the run did
    not save them.
    """

    pipes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=PIPE_COLUMNS))
    nodes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=NODE_COLUMNS))
    depth_m: pd.DataFrame = field(default_factory=pd.DataFrame)
    flow_l_s: pd.DataFrame = field(default_factory=pd.DataFrame)


class HydraulicsOnDemand(Mapping[str, Hydraulics]):
    """A community's hydraulics by scenario, put together when they are first looked at, and kept from then on.

    Only the report looks at levels and flows over time; those of a county are more than its other figures
    together. To another process they travel as they are.

    Parameters
    ----------
    modelled
        Models of the community by scenario.
    community_id, storm_id
        The community, and the storm of the figures.
    """

    def __init__(self, modelled: Mapping[str, Modelled], community_id: str, storm_id: str) -> None:
        self._modelled, self._community_id, self._storm_id = dict(modelled), community_id, storm_id
        self._found: dict[str, Hydraulics] = {}

    def __getitem__(self, scenario: str) -> Hydraulics:
        """The hydraulics in a scenario. Raises KeyError where the community has no model in it."""
        if scenario not in self._found:
            self._found[scenario] = hydraulics(self._modelled[scenario], self._community_id, self._storm_id)
        return self._found[scenario]

    def __iter__(self) -> Iterator[str]:
        """Scenarios with a model."""
        return iter(self._modelled)

    def __len__(self) -> int:
        """Number of scenarios that have a model."""
        return len(self._modelled)

    def __reduce__(self) -> tuple[type, tuple[dict[str, Hydraulics]]]:
        """The figures alone, without the models."""
        return dict, (dict(self),)


def hydraulics(modelled: Modelled, community_id: str, storm_id: str) -> Hydraulics:
    """Results of a community's own pipes and nodes; empty without a finished run.

    The level at a node is its invert in the model plus SWMM's largest depth. Where several pipes end at one
    outfall each has a copy of it in the model; the highest of them counts.
    Flooding at an inlet is the water that stands before its grate.
    """
    result = modelled.finished(storm_id)
    if result is None:
        return Hydraulics()
    nodes = _nodes_of(modelled, community_id, result)
    return Hydraulics(
        pipe_results(modelled, community_id, result),
        node_results(modelled, community_id, result),
        _series(result.series, "depth_m", nodes[~nodes["role"].isin(ON_GROUND)]),
        _series(result.series, "flow_l_s", _pipes_of(modelled, community_id, result)),
    )


def pipe_results(modelled: Modelled, community_id: str, result: RunResult) -> pd.DataFrame:
    """A run's figures of a community's pipes, :data:`PIPE_COLUMNS` in the order of their ids."""
    pipes = _pipes_of(modelled, community_id, result)
    links = result.links.loc[pipes["model_id"], PIPE_COLUMNS[1:]].reset_index(drop=True)
    links.insert(0, "pipe_id", pipes["feature_id"].to_numpy())
    return links.sort_values("pipe_id", ignore_index=True)


def node_results(modelled: Modelled, community_id: str, result: RunResult) -> pd.DataFrame:
    """A run's figures of a community's nodes, :data:`NODE_COLUMNS` in the order of their ids.

    An outfall below a silted pipe has no depth and no level: SWMM's is nought there.
    """
    at = _nodes_of(modelled, community_id, result)
    on_ground = at[at["role"] == GUTTER].set_index("feature_id")["model_id"]
    at = at[~at["role"].isin(ON_GROUND)]
    nodes = result.nodes.loc[at["model_id"], ["max_depth_m", "surcharged_h", "flooded_h", "flood_volume_m3"]]
    nodes["max_depth_m"] = known_depths_m(nodes["max_depth_m"], modelled.model.sections)
    nodes = nodes.reset_index(drop=True)
    nodes.insert(0, "node_id", at["feature_id"].to_numpy())
    for column in ("flooded_h", "flood_volume_m3"):
        standing = nodes["node_id"].map(on_ground).map(result.nodes[column])
        nodes[column] = standing.where(standing.notna(), nodes[column]).astype(float)
    inverts = modelled.system.nodes.drop_duplicates("node_id").set_index("node_id")["invert_m"]
    nodes.insert(2, "max_level_m", nodes["node_id"].map(inverts).astype(float) + nodes["max_depth_m"])
    nodes = nodes.sort_values(["node_id", "max_level_m"]).drop_duplicates("node_id", keep="last")
    return nodes.reset_index(drop=True)


def _pipes_of(modelled: Modelled, community_id: str, result: RunResult) -> pd.DataFrame:
    """The model's elements that are a community's pipes."""
    own = modelled.model.elements
    own = own[own["community_id"] == community_id]
    return own[(own["element"] == "link") & (own["layer"] == "pipes") & own["model_id"].isin(result.links.index)]


def _nodes_of(modelled: Modelled, community_id: str, result: RunResult) -> pd.DataFrame:
    """The model's elements that are a community's nodes, and the gutters on the ground above them."""
    own = modelled.model.elements
    own = own[own["community_id"] == community_id]
    return own[(own["element"] == "node") & (own["layer"] == "nodes") & own["model_id"].isin(result.nodes.index)]


def _series(series: pd.DataFrame, quantity: str, elements: pd.DataFrame) -> pd.DataFrame:
    """The saved series of elements, by their features' ids."""
    names = {
        f"{quantity}:{model_id}": feature_id
        for model_id, feature_id in zip(elements["model_id"], elements["feature_id"], strict=True)
    }
    kept = [c for c in series.columns if c in names]
    frame = series[kept].rename(columns=names)
    return frame.loc[:, ~frame.columns.duplicated()]
