"""SWMM's engine and its results by code of their own: what the product's figures are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from swmm.toolkit import output, solver
from swmm.toolkit.shared_enum import ElementType, LinkAttribute, NodeAttribute, Time

from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.surfaces.subcatchment import Subcatchment

INFLOW, FLOODING = NodeAttribute.TOTAL_INFLOW.value, NodeAttribute.FLOODING_LOSSES.value
FLOW = LinkAttribute.FLOW_RATE.value
# The second pollutant of every model of the product.
SEWAGE = NodeAttribute.POLLUT_CONC_0.value + 1

GROUND = """[OPTIONS]
FLOW_UNITS LPS
INFILTRATION HORTON
FLOW_ROUTING KINWAVE
IGNORE_ROUTING YES
START_DATE 01/01/2001
START_TIME 00:00:00
REPORT_START_DATE 01/01/2001
REPORT_START_TIME 00:00:00
END_DATE 01/01/2002
END_TIME 00:00:00
DRY_DAYS 7
WET_STEP 00:00:30
DRY_STEP 00:10:00
ROUTING_STEP 30
REPORT_STEP 24:00:00
[EVAPORATION]
MONTHLY {evaporation}
DRY_ONLY YES
[RAINGAGES]
R VOLUME {step} 1.0 FILE "{rain}" R MM
[SUBCATCHMENTS]
{areas}
[SUBAREAS]
{parts}
[INFILTRATION]
{soils}
[OUTFALLS]
O 0 FREE
[REPORT]
SUBCATCHMENTS NONE
"""


def node_series(text: str, folder: Path, quantities: Sequence[int]) -> Mapping[str, np.ndarray]:
    """Runs an input text; by node a row of saved values for each of the quantities, in the model's units."""
    return _series(text, folder, quantities, ElementType.NODE)


def link_series(text: str, folder: Path, quantities: Sequence[int]) -> Mapping[str, np.ndarray]:
    """The same of links."""
    return _series(text, folder, quantities, ElementType.LINK)


def _series(text: str, folder: Path, quantities: Sequence[int], kind: ElementType) -> Mapping[str, np.ndarray]:
    read = output.get_node_result if kind is ElementType.NODE else output.get_link_result
    folder.mkdir(parents=True)
    (folder / "m.inp").write_text(text, encoding="utf-8")
    solver.swmm_run(*(str(folder / f"m.{end}") for end in ("inp", "rpt", "out")))
    handle = output.init()
    output.open(handle, str(folder / "m.out"))
    try:
        periods, count = output.get_times(handle, Time.NUM_PERIODS), output.get_proj_size(handle)[kind.value]
        found = {}
        for place in range(count):
            # Series by attribute know of the first pollutant only; a moment's values hold all.
            rows = np.array([read(handle, at, place) for at in range(periods)])
            found[output.get_elem_name(handle, kind, place)] = rows[:, list(quantities)].T
        return found
    finally:
        output.close(handle)


def capture_percent(
    areas: Sequence[Subcatchment], series: RainSeries, evaporation_mm_d: Sequence[float], folder: Path
) -> float:
    """Capture over the year 2001 of ground without LID units, from an input of its own, at steps of 30 s.

    ``areas`` and ``series`` are only asked for their numbers.
    """
    rain = folder / "rain.dat"
    wet = series.depth_mm[series.depth_mm > 0]
    rain.write_text(
        "".join(f"R {t.year} {t.month} {t.day} {t.hour} {t.minute} {mm:.4f}\n" for t, mm in wet.items())
    )
    text = GROUND.format(
        rain=rain,
        step=f"{int(series.step_min) // 60}:{int(series.step_min) % 60:02d}",
        evaporation=" ".join(f"{v:g}" for v in evaporation_mm_d),
        areas="\n".join(
            f"S{n} R O {a.area_m2 / 1e4:.7f} {a.mix.impervious_percent:.3f}"
            f" {a.width_m:.3f} {a.slope_percent:.3f} 0"
            for n, a in enumerate(areas)
        ),
        parts="\n".join(
            f"S{n} {a.mix.n_impervious:.4f} {a.mix.n_pervious:.4f} {a.mix.storage_impervious_mm:.3f}"
            f" {a.mix.storage_pervious_mm:.3f} 0 OUTLET"
            for n, a in enumerate(areas)
        ),
        soils="\n".join(
            f"S{n} {a.mix.f0_mm_h:.3f} {a.mix.fmin_mm_h:.3f} {a.mix.decay_1_h:.3f} {a.mix.dry_days:.2f} 0"
            for n, a in enumerate(areas)
        ),
    )
    (folder / "bare.inp").write_text(text)
    solver.swmm_run(*(str(folder / f"bare.{end}") for end in ("inp", "rpt", "out")))
    report = (folder / "bare.rpt").read_text()
    depth = {
        name: float(next(row for row in report.splitlines() if name in row).split()[-1])
        for name in ("Surface Runoff", "Total Precipitation")
    }
    return 100 * (1 - depth["Surface Runoff"] / depth["Total Precipitation"])
