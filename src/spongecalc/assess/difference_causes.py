"""Rows of the causes for which the three ways to a community's capture ratio differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from spongecalc.assess.continuous import ContinuousResult
from spongecalc.batch.runoff_batch import GroundVolumes
from spongecalc.sponge.disagreement import Ways, events_to_series, volume_to_events
from spongecalc.sponge.event_runs import Site
from spongecalc.sponge.performance import event_runoff_m3
from spongecalc.sponge.question import SpongeQuestion
from spongecalc.sponge.volume_method import VolumeMethod

DIFFERENCE_COLUMNS = ["community_id", "scenario", "ways", "difference_cause", "points"]


def ways_compared(
    row: Mapping[str, object],
    by_volume: Mapping[str, VolumeMethod],
    bare: VolumeMethod,
    site: Site,
    taken: GroundVolumes | None,
    question: SpongeQuestion,
    ends: Sequence[int],
    continuous: ContinuousResult | None,
) -> Ways:
    """The three ways with what their difference is made of; ``bare`` is the volume method without tanks."""
    depths, runoff, by_tanks = np.zeros(0), np.zeros(0), 0.0
    if taken is not None:
        rain_m3, runoff_m3 = event_runoff_m3(site, taken, ends, None)
        per_mm = 1000 / site.area_m2
        depths, runoff = rain_m3 * per_mm, runoff_m3 * per_mm
        by_tanks = float(str(row["capture_event_percent"])) - question.year.capture_percent(depths, runoff)
    key = (site.community_id, site.scenario)
    return Ways(
        float(str(row["capture_volume_percent"])),
        by_volume["high"].capture_percent,
        by_volume["low"].capture_percent,
        float(str(row["capture_event_percent"])),
        float(str(row.get("capture_continuous_percent", math.nan))),
        depths,
        runoff,
        bare.runoff_mm,
        question.curve.percent,
        continuous.curve.percent if continuous is not None else None,
        float(str(row["design_rainfall_mm"])),
        bare.volume_m3 > 0,
        question.year.small_share,
        by_volume["middle"].capture_percent - bare.capture_percent,
        by_tanks,
        continuous.tanks_percent.get(key, 0.0) if continuous is not None else 0.0,
    )


def difference_rows(key: tuple[str, str], ways: Ways) -> list[dict[str, object]]:
    """Points that each cause adds from one way to the next; none where a way has no result."""
    found: dict[str, dict[str, float]] = {}
    if not math.isnan(ways.event):
        found["volume_to_events"] = volume_to_events(ways)
        if not math.isnan(ways.series):
            found["events_to_series"] = events_to_series(ways)
    return [
        {"community_id": key[0], "scenario": key[1], "ways": name, "difference_cause": cause, "points": points}
        for name, causes in found.items()
        for cause, points in causes.items()
    ]
