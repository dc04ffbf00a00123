"""A subcatchment as it is drawn: where its ground lies, what runs over what, before covers say how rough it is.

A sweep over what covers are worth, a roughness or an infiltration, leaves all of this as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import is_

import shapely

from spongecalc.catalogue.cover import Cover
from spongecalc.surfaces.cover_mix import mix
from spongecalc.surfaces.infiltration_unit import UnitInUse
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.run_on import NO_RUN_ON, run_on_of
from spongecalc.surfaces.subcatchment import Subcatchment


@dataclass(frozen=True)
class PavedPiece:
    """A piece of permeable paving: its layers without what its ``cover`` says of its surface, and areas in m2.

    Of ``area_m2``, runoff of other ground passes over ``wet_m2``.
    """

    layers: PermeablePaving
    cover: str
    area_m2: float
    wet_m2: float


@dataclass(frozen=True)
class DrawnUnit:
    """The part of a facility in a subcatchment, and the ground in m2 by cover that runs on to it, where known."""

    unit: UnitInUse
    ground_m2: Mapping[str, float] | None

    def with_covers(self, known: Mapping[str, Cover]) -> UnitInUse:
        """Return the unit, with how much of its ground is impervious."""
        if self.ground_m2 is None:
            return self.unit
        run_on = run_on_of(self.ground_m2, known) if self.ground_m2 else NO_RUN_ON
        return replace(self.unit, catchment_m2=run_on.area_m2, run_on=run_on)


@dataclass(frozen=True)
class DrawnSubcatchment:
    """One subcatchment in all that covers do not decide.

    Fields are those of :class:`~spongecalc.surfaces.subcatchment.Subcatchment`; ``mixed_m2`` is the ground by
    cover that is neither paving nor a facility, ``on_paving_m2`` that which passes over the paving.
    """

    kind: str
    layer: str
    feature_id: str
    community_id: str
    outlet_node: str
    area_m2: float
    width_m: float
    slope_percent: float
    covers_m2: dict[str, float]
    geometry: shapely.Geometry
    mixed_m2: Mapping[str, float]
    paved: tuple[PavedPiece, ...] = ()
    units: tuple[DrawnUnit, ...] = ()
    store: str = ""
    lawn: int = 0
    runs_on_to: str = ""
    on_paving_m2: Mapping[str, float] | None = None
    run_on_m2: Mapping[str, float] | None = None

    @cached_property
    def covers(self) -> tuple[str, ...]:
        """Names of the covers that decide how rough and how tight its ground is."""
        led = [u.ground_m2 or {} for u in self.units]
        asked = {*self.mixed_m2, *(p.cover for p in self.paved), *(self.on_paving_m2 or {})}
        return tuple(sorted(asked.union(*led)))

    def with_covers(self, known: Mapping[str, Cover]) -> Subcatchment:
        """Return the subcatchment, its ground as rough and as tight as the covers ``known`` say."""
        return Subcatchment(
            self.kind,
            self.layer,
            self.feature_id,
            self.community_id,
            self.outlet_node,
            self.area_m2,
            self.width_m,
            self.slope_percent,
            mix(self.mixed_m2, known),
            self._paving_m2(known),
            self.covers_m2,
            self.geometry,
            tuple(u.with_covers(known) for u in self.units),
            self.store,
            self.lawn,
            self.runs_on_to,
            run_on_of(self.on_paving_m2, known) if self.on_paving_m2 else NO_RUN_ON,
            self.run_on_m2 or {},
        )

    def _paving_m2(self, known: Mapping[str, Cover]) -> dict[PermeablePaving, float]:
        """Area of each kind of paving, that which receives apart."""
        found: dict[PermeablePaving, float] = {}
        for piece in self.paved:
            paving = piece.layers.under(known[piece.cover])
            for kind, m2 in (
                (replace(paving, receives=True), piece.wet_m2),
                (paving, piece.area_m2 - piece.wet_m2),
            ):
                if m2 > 0:
                    found[kind] = found.get(kind, 0.0) + m2
        return dict(sorted(found.items()))


@dataclass(frozen=True)
class DrawnGround:
    """Subcatchments as they are drawn, with what was made of each when its covers were last asked for."""

    drawn: Sequence[DrawnSubcatchment]
    _made: dict[int, tuple[tuple[Cover, ...], Subcatchment]] = field(default_factory=dict)

    def with_covers(self, known: Mapping[str, Cover]) -> list[Subcatchment]:
        """Return the subcatchments, their ground as the covers ``known`` say.

        One whose covers are all the very ones of the last call is the very one that it then was.
        """
        return [self._subcatchment(number, drawn, known) for number, drawn in enumerate(self.drawn)]

    def _subcatchment(self, number: int, drawn: DrawnSubcatchment, known: Mapping[str, Cover]) -> Subcatchment:
        covers = tuple(map(known.__getitem__, drawn.covers))
        last = self._made.get(number)
        if last is not None and all(map(is_, last[0], covers)):
            return last[1]
        made = drawn.with_covers(known)
        self._made[number] = (covers, made)
        return made
