"""Drainage systems for tests of the network, made from the small project's frames."""

from __future__ import annotations

from collections.abc import Callable

from pyproj import CRS

from spongecalc.contract import SCHEMAS
from spongecalc.layers.layer_set import LayerSet, empty_frame
from spongecalc.project.scenario_settings import Scenario
from spongecalc.scenario import DrainageSystem, drainage_systems
from tests.small_project import Frames, joined


def layers_of(frames: Frames) -> LayerSet:
    """Frames as a LayerSet, every column of the contract present and each feature in its community."""
    crs = CRS.from_epsg(4543)
    full = {}
    for layer, schema in SCHEMAS.items():
        if layer not in frames:
            full[layer] = empty_frame(layer, crs)
            continue
        frame = frames[layer].copy()
        for column in schema.columns:
            if column.name not in frame:
                frame[column.name] = float("nan") if column.kind == "number" else None
        if layer != "communities":
            frame["community_id"] = frame[schema.id_column].str.split("-").str[0]
        full[layer] = frame
    return LayerSet(crs, full, None)


def system(scenario: str, change: Callable[[Frames], None] | None = None) -> DrainageSystem:
    """Community A in a scenario, after ``change`` has been made to its frames."""
    frames = joined([("A", 0)])
    if change:
        change(frames)
    return drainage_systems(layers_of(frames), Scenario(name=scenario))[0][0]
