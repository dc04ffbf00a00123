"""Rules on water that enters pipes through the ground: rain-derived inflow that comes after a run has ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spongecalc.layers.finding import Finding
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.rainfall.unit_hydrograph import lost_percent

LEAST_PERCENT = 1.0
"""Less than this of the inflow is within the balance that a run is held to."""


def check_rain_derived_inflow(settings: Settings, storms: Sequence[Storm]) -> Iterator[Finding]:
    """Findings about storms whose rain-derived inflow goes on after the run: SWMM drops it without a word.

    Parameters
    ----------
    settings
        The project's.
    storms
        Its design storms.
    """
    own, recession_min = settings.infiltration, settings.simulation.recession_min
    if not own.rain_derived:
        return
    triangles = [(h.r_percent, h.t_h, h.k) for h in own.hydrographs]
    longest_h = max(t_h * (1 + k) for r, t_h, k in triangles if r > 0) if any(r for r, _, _ in triangles) else 0.0
    for storm in storms:
        lost = lost_percent(storm, triangles, storm.duration_min + recession_min)
        if lost > LEAST_PERCENT:
            yield Finding(
                "infiltration.inflow_cut",
                found={
                    "storm": storm.storm_id,
                    "percent": f"{lost:.1f}",
                    "recession": f"{recession_min / 60:g}",
                    "needed": f"{longest_h:g}",
                },
            )
