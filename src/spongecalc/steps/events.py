"""The events of a project: what each of its models is run through."""

from __future__ import annotations

from collections.abc import Sequence

from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.swmm.event import Event, dry_event, storm_event, traced_event


def project_events(settings: Settings, storms: Sequence[Storm]) -> tuple[Event, ...]:
    """The project's storms in their order, and dry weather.

    Of the headline storm every element is saved: its run is the very model that the project keeps, and the
    report shows levels and flows over time.
    """
    simulation, headline = settings.simulation, settings.headline_storm
    of_storms = (storm_event(s, simulation, report_all=s.storm_id == headline) for s in storms)
    return (*of_storms, dry_event(simulation))


def project_traced_event(settings: Settings, storms: Sequence[Storm]) -> Event | None:
    """The headline storm with tracers; None where the project does not ask for it."""
    if not settings.separation.storm_tracers:
        return None
    headline = next(s for s in storms if s.storm_id == settings.headline_storm)
    return traced_event(headline, settings.simulation, settings.separation.storm_carrier_l_s)
