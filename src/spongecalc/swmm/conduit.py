"""A conduit of a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Conduit:
    """One conduit in the model's terms; elevations and lengths in m.

    ``section`` is SWMM's shape with its first two measures in m.
    """

    model_id: str
    role: str
    layer: str
    feature_id: str
    community_id: str
    from_node: str
    to_node: str
    length_m: float
    roughness: float
    up_m: float
    down_m: float
    section: tuple[str, float, float]
    vertices: tuple[tuple[float, float], ...]
