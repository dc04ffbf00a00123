"""The ground by which level 1 tells low spots: looked at only where several nodes flood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from spongecalc.assess.flooded_nodes import flooded_nodes
from spongecalc.assess.modelled import Modelled
from spongecalc.ground.grid import Ground
from spongecalc.scenario import DrainageSystem


def no_ground(_system: DrainageSystem) -> Ground | None:
    """None: low spots are told by distance and level."""
    return None


@dataclass(frozen=True)
class SiteGround:
    """The ground of one model for all its storms; ``read`` gives it, and is called once at most."""

    read: Callable[[DrainageSystem], Ground | None] = no_ground
    _known: list[Ground | None] = field(default_factory=list)

    def of(self, one: Modelled, storm_id: str) -> Ground | None:
        """The model's ground, if a run of it floods more than one node: a single one is a site on any ground."""
        if len(flooded_nodes(one, storm_id)) < 2:
            return None
        if not self._known:
            self._known.append(self.read(one.system))
        return self._known[0]
