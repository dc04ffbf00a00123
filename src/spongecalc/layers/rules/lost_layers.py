"""Communities that a layer which could not be read leaves without features: their models would be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spongecalc.contract import SCHEMAS
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet

RULE = "layer.lost"
DEM = "dem"
# What a model is made of; the layers of the surroundings, records and sensors only add to its assessment.
MODELLED = ("nodes", "pipes", "surfaces", "buildings", "connections", "facilities", "structures")


def check_lost_layers(layers: LayerSet, away: Iterable[Finding] = ()) -> Iterator[Finding]:
    """An error for each community of which a layer has no feature because a file of it could not be read or lies
    elsewhere.

    Every community has nodes, pipes and surfaces; what else it has is not known, so that of another layer a
    community is only missed where nothing at all could be read. Ground that cannot be used is lost to all.

    Parameters
    ----------
    layers
        Layers with the community of every feature, and what their sources held.
    away
        What was found of the sources whose label or axes put them away from all communities.
    """
    elsewhere = {(f.feature.layer, f.feature.file) for f in away}
    refused: dict[str, list[str]] = {}
    for source in layers.read:
        lost = source.refused or (source.layer, source.file) in elsewhere
        if lost and source.layer in (*MODELLED, DEM):
            refused.setdefault(source.layer, []).append(source.file)
    for layer, files in refused.items():
        if layer == DEM:
            # Nothing but an assumed slope would be left, of which no figure would say so.
            for community in layers.community_ids:
                found = {"layer": layer, "files": ", ".join(files), "community": community}
                yield Finding(RULE, Feature(layer, community_id=community, file=files[0]), found)
            continue
        frame = layers[layer]
        if len(frame) and not SCHEMAS[layer].needed:
            continue
        there = set(frame["community_id"].dropna())
        named = ", ".join(dict.fromkeys(files))
        for community in layers.community_ids:
            if community not in there:
                found = {"layer": layer, "files": named, "community": community}
                yield Finding(RULE, Feature(layer, community_id=community, file=files[0]), found)
