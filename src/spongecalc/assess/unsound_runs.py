"""Runs that figures do not rest on, as a row of communities.csv lists them: failed, or with tracers off."""

from __future__ import annotations

from collections.abc import Mapping

from spongecalc.swmm.event import DRY
from spongecalc.swmm.tracer_event import TRACED

WITH_TRACERS = (DRY, TRACED)
"""Events that only figures of separation rest on."""

INCOMPLETE = "incomplete"
"""Status of a community whose storms are all answered, and of whose runs with tracers one is not sound."""

COLUMN, NO_RUN = "runs_not_sound", "none"


def not_sound(scenario: str, storm_id: str, reason: str) -> str:
    """Return an entry of the column ``runs_not_sound``: "after/dry: quality -12.00 %"."""
    return f"{scenario}/{storm_id}: {reason}"


def listed(row: Mapping[str, object]) -> dict[tuple[str, str], str]:
    """Reasons by scenario and event, as a row of communities.csv lists them; nothing where all runs are sound."""
    written = row.get(COLUMN)
    if not isinstance(written, str) or written in ("", NO_RUN):
        return {}
    found = {}
    for entry in written.split("; "):
        place, _, reason = entry.partition(": ")
        scenario, _, storm_id = place.partition("/")
        found[scenario, storm_id] = reason
    return found


def separation_runs(row: Mapping[str, object], scenario: str) -> tuple[str, ...]:
    """The runs with tracers of a scenario that are not sound, as the row lists them."""
    return tuple(
        not_sound(name, event, why)
        for (name, event), why in listed(row).items()
        if name == scenario and event in WITH_TRACERS
    )
