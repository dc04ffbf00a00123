"""The states in which storms meet the rain tanks of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spongecalc.project.long_rain import LongRain
from spongecalc.project.settings import Settings
from spongecalc.surfaces.kept_parts import Parts
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.first_flush import FlushChamber, FlushPart
from spongecalc.swmm.tank import Tank
from spongecalc.swmm.tank_start import TankStart, TankStates, demand_m3_d, roofs_of, states_by_day


def tank_starts(
    tanks: Sequence[Tank],
    chambers: Sequence[FlushChamber],
    areas: Sequence[Subcatchment],
    ids: Mapping[str, str],
    flush: FlushPart,
    rain: LongRain | None,
    settings: Settings,
    parts: Parts,
) -> tuple[TankStart, ...]:
    """Return the states in which storms meet the tanks of a model, one for each; none without the long rain.

    Parameters
    ----------
    tanks, chambers, areas
        The model's tanks, their first flush's chambers, and its subcatchments.
    ids
        Model ids by node id.
    flush
        The nodes in the model that the chambers' water comes by.
    rain
        The long series; without it tanks begin empty.
    settings
        What the demand rests on.
    parts
        Keeps what several models of a system have in common.
    """
    if rain is None:
        return ()
    chamber_of = {c.tank.facility_id: c for c in chambers}
    return tuple(
        TankStart(
            t,
            ids[t.node_id],
            chamber_of.get(t.facility_id),
            flush.inlets.get(t.node_id, ""),
            rain.daily_mm,
            _states(t, tanks, areas, rain, settings, parts),
        )
        for t in tanks
    )


def _states(
    tank: Tank,
    tanks: Sequence[Tank],
    areas: Sequence[Subcatchment],
    rain: LongRain,
    settings: Settings,
    parts: Parts,
) -> TankStates:
    """The states of a tank by day; they follow from its roofs and its demand, and from no other ground."""
    roofs = tuple((a.area_m2, a.mix.storage_impervious_mm) for a in roofs_of(tank, areas))
    demand = demand_m3_d(tank, tanks, areas, settings.catalogue, settings.sponge)
    return parts.part(
        f"tank states:{tank.facility_id}",
        lambda: states_by_day(tank, tanks, areas, rain.daily_mm, settings.catalogue, settings.sponge),
        roofs,
        demand,
        (tank.volume_m3, tank.first_flush_mm),
    )
