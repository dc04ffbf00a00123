"""Rows of what each assumed parameter does to a community's capture ratio."""

from __future__ import annotations

from spongecalc.assess.event_results import EventResults
from spongecalc.batch.runoff_batch import GroundVolumes
from spongecalc.sponge.event_runs import DEPTH_RATIOS, HIGH, LOW, RANGE_RATIOS, Site
from spongecalc.sponge.performance import event_runoff_m3
from spongecalc.sponge.question import SpongeQuestion
from spongecalc.sponge.tank_states import SiteStates

RANGE_COLUMNS = [
    "community_id",
    "parameter",
    "capture_low_percent",
    "capture_high_percent",
    "span_percent",
    "rank",
]


def range_rows(
    site: Site,
    events: EventResults,
    captured: float,
    taken: GroundVolumes | None,
    question: SpongeQuestion,
    states: SiteStates,
) -> list[dict[str, object]]:
    """Rows of the year's capture ratio in percent with each parameter moved by itself; the largest span first.

    The change is reckoned from the events of ``RANGE_RATIOS`` with and without the parameter moved, and added to
    the ratio from all events.
    """
    if taken is None:
        return []
    year = question.year
    rain, runoff = event_runoff_m3(site, taken, question.chain.ends, states)
    numbers = [DEPTH_RATIOS.index(r) for r in RANGE_RATIOS]
    per_mm = 1000 / site.area_m2
    depths = rain[numbers] * per_mm
    unmoved = year.capture_percent(depths, runoff[numbers] * per_mm)
    found = []
    for ground in events.portion.ranges[0].grounds:
        if ground.key[:2] != (site.community_id, site.scenario) or ground.key[3] != LOW:
            continue
        kept = {}
        for end in (LOW, HIGH):
            volumes = events.range_volumes.get((*ground.key[:3], end))
            if volumes is not None:
                moved = event_runoff_m3(site, volumes, range(len(RANGE_RATIOS)), states, RANGE_RATIOS)[1]
                change = year.capture_percent(depths, moved * per_mm) - unmoved
                kept[end] = captured + change
        if len(kept) == 2:
            found.append(
                {
                    "community_id": site.community_id,
                    "parameter": ground.key[2],
                    "capture_low_percent": kept[LOW],
                    "capture_high_percent": kept[HIGH],
                    "span_percent": kept[HIGH] - kept[LOW],
                }
            )
    found.sort(key=lambda r: (-abs(round(float(str(r["span_percent"])), 6)), str(r["parameter"])))
    return [{**r, "rank": i + 1} for i, r in enumerate(found)]
