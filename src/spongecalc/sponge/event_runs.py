"""The grounds that go through each event: as taken, at the ends of the ranges, and clogged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spongecalc.project.settings import Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.sponge.parameter_ranges import ParameterRange, at_end, with_permeability
from spongecalc.surfaces.closed_paving import with_closed_paving
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.runoff_only import Ground
from spongecalc.swmm.tank import Tank, tanks_of

# Event depths over the design rainfall. The day of an event is followed by four dry ones, in which ground and
# base recover.
DEPTH_RATIOS = (0.2, 0.5, 0.75, 1.0, 1.8, 3.5)
# Those that tell what one parameter does to the year: small rain, the design rainfall, and what facilities do
# not hold any more.
RANGE_RATIOS = (0.2, 1.0, 1.8, 3.5)
EVENT_DAYS = 5
# Permeability over that of a new surface at which clogged paving is run; in between it is interpolated.
# At 0 the paving is closed: sealed ground.
CLOGGED_SHARES = (0.02, 0.01, 0.005, 0.002, 0.0005, 0.0)
# The same for the range of the paving's life, with all parameters at an end of theirs.
RANGE_SHARES = (0.02, 0.0)
TAKEN, LOW, HIGH = "taken", "low", "high"


@dataclass(frozen=True)
class Site:
    """One community in one scenario: its subcatchments and rain tanks."""

    community_id: str
    scenario: str
    areas: tuple[Subcatchment, ...]
    tanks: tuple[Tank, ...]

    @property
    def area_m2(self) -> float:
        """All its ground."""
        return sum(a.area_m2 for a in self.areas)

    @property
    def to_nodes(self) -> list[int]:
        """Positions of the subcatchments whose runoff gets to a node without passing over another."""
        return [n for n, a in enumerate(self.areas) if not a.runs_on_to]

    @property
    def paved_m2(self) -> float:
        """Permeable paving in it."""
        return sum(sum(a.paving_m2.values()) for a in self.areas)


def sites_of(
    systems: Sequence[DrainageSystem], models: Sequence[SwmmModel], settings: Settings
) -> tuple[Site, ...]:
    """Every modelled community in every scenario, by community and the project's order of scenarios."""
    found = []
    for system, model in zip(systems, models, strict=True):
        tanks, _ = tanks_of(system, settings.tanks.depth_m)
        for community in model.communities:
            own = tuple(t for t in tanks if t.community_id == community)
            areas = tuple(a for a in model.areas if a.community_id == community)
            if areas:
                found.append(Site(community, model.scenario, areas, own))
    place = {name: n for n, name in enumerate(settings.scenario_names)}
    return tuple(sorted(found, key=lambda s: (s.community_id, place[s.scenario])))


def event_grounds(site: Site, ranges: tuple[ParameterRange, ...]) -> list[Ground]:
    """A site's grounds for the events: as taken, at both ends of all ranges, and clogged where it has paving."""
    key = (site.community_id, site.scenario)
    names = [r.name for r in ranges]
    grounds = [Ground((*key, TAKEN), site.areas)]
    for end in (LOW, HIGH):
        grounds.append(Ground((*key, end), at_end(site.areas, dict.fromkeys(names, end), ranges)))
    if site.paved_m2 > 0:
        grounds.extend(Ground((*key, clogged_name(s)), clogged(site.areas, s)) for s in CLOGGED_SHARES)
        for end in (LOW, HIGH):
            ends = dict.fromkeys(names, end)
            grounds.extend(
                Ground((*key, clogged_name(s, end)), at_end(clogged(site.areas, s), ends, ranges))
                for s in RANGE_SHARES
            )
    return grounds


def clogged(areas: tuple[Subcatchment, ...], share: float) -> tuple[Subcatchment, ...]:
    """Subcatchments whose paving lets through a share of what it did when new; sealed ground at 0."""
    return with_permeability(areas, share) if share > 0 else with_closed_paving(areas)


def clogged_name(share: float, end: str = "") -> str:
    """Name of a clogged ground in its key, as taken or with all parameters at an end."""
    return f"{share:g} {end}".strip()


def range_grounds(site: Site, ranges: tuple[ParameterRange, ...]) -> list[Ground]:
    """A site's grounds with one parameter at an end of its range, the others as taken."""
    return [
        Ground((site.community_id, site.scenario, r.name, end), at_end(site.areas, {r.name: end}, ranges))
        for r in ranges
        for end in (LOW, HIGH)
    ]
