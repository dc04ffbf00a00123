"""The check of SWMM's peaks: whether a pipe carries them full and without pressure, as sewers are designed to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from spongecalc.catalogue.pipe_section import PipeSection
from spongecalc.design.check import Check, Limit, Subject, at_most, not_checkable
from spongecalc.design.full_pipe import WET_WEATHER
from spongecalc.design.network import subject_of
from spongecalc.design.pressure_pipes import REASON as PRESSURE_PIPE
from spongecalc.scenario import DrainageSystem
from spongecalc.standards.provenance import PRINTED

RAIN = "GB 50014-2021 4.1.3 (note 2 of table 4.1.3: rain pipes carry their flow full, by gravity)"


def swmm_peak_checks(systems: Sequence[DrainageSystem], hydraulics: pd.DataFrame, storm_id: str) -> list[Check]:
    """Checks of every pipe: the peak that SWMM finds in it under a storm, against its full flow.

    The full flow is that of Manning's formula at the slope the pipe is laid at, for any section. A pipe may pass
    more than it under pressure, where water stands higher above it than below, and less where water below holds
    it up. What is compared says nothing of the latter: a pipe that is full for a time though its peak is within
    its full flow is told to be held up. A pipe that does not fall has no full flow, nor has a pressure pipe, and
    the peak is only told.

    Parameters
    ----------
    systems
        Those whose pipes are checked.
    hydraulics
        Rows of pipe_hydraulics.csv, with SWMM's figures.
    storm_id
        The storm of those figures.

    References
    ----------
    GB 50014-2021, note 2 of table 4.1.3 (rain pipes are worked out full and by gravity) and 4.1.21 (sewers are
    checked in wet weather, and may run full).
    """
    by_id = {row.pipe_id: row for row in hydraulics.itertuples()}
    return [
        _of_pipe(row, by_id[row.pipe_id], subject_of("pipes", row), storm_id)
        for system in systems
        for row in system.pipes.sort_values("pipe_id").itertuples()
        if row.pipe_id in by_id
    ]


def _of_pipe(row: Any, found: Any, subject: Subject, storm_id: str) -> Check:
    source = WET_WEATHER if row.system == "sewage" else RAIN
    full_l_s = float(found.full_flow_l_s)
    if row.hazen_williams > 0:
        peak_l_s = round(float(found.swmm_peak_l_s), 2)
        unknown = Limit(math.nan, "l/s", source, PRINTED)
        return not_checkable("swmm_peak", subject, storm_id, PRESSURE_PIPE, unknown, peak_l_s)
    if math.isnan(full_l_s) and found.slope > 0:
        beside = row.barrels if row.barrels >= 1 else 1
        full_l_s = (
            1000 * beside * PipeSection.of_pipe(row).full_flow_m3_s(float(found.slope), float(found.manning_n))
        )
    # As the tables write them: what no table shows breaks no limit.
    limit = Limit(round(full_l_s, 2), "l/s", source, PRINTED)
    peak_l_s = round(float(found.swmm_peak_l_s), 2)
    if math.isnan(peak_l_s):
        return not_checkable("swmm_peak", subject, storm_id, "no_run", limit)
    if math.isnan(found.slope):
        return not_checkable("swmm_peak", subject, storm_id, "no_levels", limit, peak_l_s)
    if found.slope <= 0:
        return not_checkable("swmm_peak", subject, storm_id, "no_fall", limit, peak_l_s)
    if math.isnan(full_l_s):
        return not_checkable("swmm_peak", subject, storm_id, "not_circular_or_no_size", limit, peak_l_s)
    held_up = found.swmm_surcharged_h > 0 and peak_l_s <= limit.value
    return at_most("swmm_peak", subject, storm_id, peak_l_s, limit, reason="held_up" if held_up else "")
