"""Links of a system whose pipes differ from those of another in roughness and silt alone.

Both are what a sweep changes most, and neither changes which links there are, what they are called or where they
end: a pipe's conduit is given another roughness, and only one with other silt is made anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd

from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.conduit import Conduit
from spongecalc.swmm.links import Links
from spongecalc.swmm.pipe_conduits import as_carried, pipe_conduits
from spongecalc.swmm.section_words import transect_rows


@dataclass(frozen=True)
class LaidLinks:
    """Links, and the pipes of the layer that they were made of."""

    links: Links
    pipes: gpd.GeoDataFrame

    def of(self, system: DrainageSystem) -> Links:
        """Return the links of a system that differs in its pipes' roughness and silt alone, or not at all."""
        pipes = system.pipes
        if pipes is self.pipes:
            return self.links
        silt = [frame["sediment_mm"].fillna(0.0).to_numpy(float) for frame in (pipes, self.pipes)]
        silted = silt[0] != silt[1]
        made = {}
        if silted.any():
            raw = pipe_conduits(replace(system, pipes=pipes[silted]), [])
            made = {c.feature_id: c for c in as_carried(system, raw, self.links.stored, [])}
        roughness = _roughness_of(system)
        conduits = tuple(_renewed(c, made, roughness) if c.layer == "pipes" else c for c in self.links.conduits)
        transects = transect_rows(pipes) if self.links.transects else self.links.transects
        return replace(self.links, conduits=conduits, transects=transects)


def _roughness_of(system: DrainageSystem) -> dict[str, float]:
    """Manning's n of each pipe by its id: surveyed, else that of its material."""
    pipes = system.pipes
    return {
        pipe: system.catalogue.roughness(material)[0] if math.isnan(n) else n
        for pipe, n, material in zip(
            pipes["pipe_id"], pipes["roughness"].tolist(), pipes["material"], strict=True
        )
    }


def _renewed(conduit: Conduit, made: Mapping[str, Conduit], roughness: Mapping[str, float]) -> Conduit:
    again = made.get(conduit.feature_id)
    if again is None:
        return conduit.of_surveyed(roughness[conduit.feature_id])
    return replace(again, model_id=conduit.model_id, from_node=conduit.from_node, to_node=conduit.to_node)
