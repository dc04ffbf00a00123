"""The ground of a community in parts that are subcatchments: by inlet, store, and the lawn they run on to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import shapely

from spongecalc.surfaces.run_on_ways import Piece, Way, Ways


@dataclass
class GroundPart:
    """One part: the ``inlet`` it drains by, the cover whose ``store`` is its own ("" for none), and its ways.

    ``lawn`` is the piece of a sunken lawn that other ground runs on to, -1 for none, and ``number`` its number
    among those of its inlet: one hollow, also where it lies in the areas of several inlets. ``below`` is the lawn
    that the part's own runoff passes over, -1 for none.
    """

    inlet: int
    store: str = ""
    lawn: int = -1
    below: int = -1
    number: int = 0
    ways: list[Way] = field(default_factory=list)

    @property
    def area_m2(self) -> float:
        """All its ground."""
        return sum(float(w.shape.area) for w in self.ways)


def ground_parts(pieces: Sequence[Piece], ways: Ways, stores: Collection[str]) -> list[GroundPart]:
    """The parts of a community's ground in a fixed order: by inlet, that without a store first.

    Parameters
    ----------
    pieces
        The ground by cover.
    ways
        Where the runoff of each goes.
    stores
        Covers with a store of their own.
    """
    home = {w.lawn: w.ends_at for w in ways.ways if w.lawn >= 0}
    found: dict[tuple[int, str, int, int], GroundPart] = {}
    for way in ways.ways:
        cover = pieces[way.piece].cover
        store = cover if cover in stores else ""
        lawn = way.piece if way.piece in home else -1
        inlet = home.get(way.piece, way.ends_at)
        part = found.setdefault((inlet, store, lawn, way.lawn), GroundPart(inlet, store, lawn, way.lawn))
        part.ways.append(way)
    for inlet in sorted({p.inlet for p in found.values()}):
        own = [p for p in found.values() if p.inlet == inlet and p.lawn >= 0]
        for number, part in enumerate(sorted(own, key=_by_place), start=1):
            part.number = number
    below = {p.lawn: p.number for p in found.values() if p.lawn >= 0}
    return sorted(found.values(), key=lambda p: (p.inlet, p.store, p.number, below.get(p.below, 0)))


def _by_place(part: GroundPart) -> tuple[float, float, float]:
    """The largest first, then by place: ids do not decide."""
    middle = shapely.union_all([w.shape for w in part.ways]).centroid
    return (-round(part.area_m2, 3), round(middle.x, 3), round(middle.y, 3))
