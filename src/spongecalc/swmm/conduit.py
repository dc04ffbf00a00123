"""A conduit of a model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True)
class Conduit:
    """One conduit in the model's terms; elevations and lengths in m.

    ``section`` is SWMM's shape with its first two measures in m, ``more`` its other words: further measures, or
    the transect of an irregular one. ``losses`` are the local coefficients of entry, exit and what lies between.
    ``n_factors`` are those by which the surveyed roughness was changed for a section or a length that the engine
    can carry, in their order.
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
    more: tuple[str, ...] = ("0", "0")
    barrels: int = 1
    losses: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gated: bool = False
    seepage_mm_h: float = 0.0
    initial_flow_l_s: float = 0.0
    flow_limit_l_s: float = 0.0
    n_factors: tuple[float, ...] = ()

    @property
    def has_loss(self) -> bool:
        """True where SWMM's LOSSES name it."""
        return any(self.losses) or self.gated or self.seepage_mm_h > 0

    def rougher(self, factor: float) -> Self:
        """Return the conduit with its roughness times a factor, which is kept among its ``n_factors``."""
        return replace(self, roughness=self.roughness * factor, n_factors=(*self.n_factors, factor))

    def of_surveyed(self, roughness: float) -> Self:
        """Return the conduit as it would be had its pipe another surveyed roughness."""
        for factor in self.n_factors:
            roughness *= factor
        return replace(self, roughness=roughness)
