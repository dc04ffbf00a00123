"""Running a model of runoff alone, and reading each subcatchment's volumes at chosen times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spongecalc.surfaces.subcatchment import Subcatchment, cascades
from spongecalc.swmm.ground_state import GroundReadings
from spongecalc.swmm.units import unit_factors

UNITS = unit_factors("LPS")


@dataclass(frozen=True)
class RunoffVolumes:
    """Volumes in m3 gathered until each mark: arrays of marks x subcatchments (in the model's order).

    Marks at which nothing was read have no row. Where only some subcatchments were read at a mark, the others
    hold NaN there.
    ``continuity_percent`` is SWMM's runoff continuity error; ``readings`` are those of the ground, if asked for.
    """

    rain_m3: np.ndarray
    runoff_m3: np.ndarray
    infiltration_m3: np.ndarray
    evaporation_m3: np.ndarray
    continuity_percent: float
    readings: GroundReadings | None = None


def left_m3(volumes: RunoffVolumes, areas: Sequence[Subcatchment]) -> np.ndarray:
    """Runoff that leaves each subcatchment over the series in m3: its rain less what seeped away and evaporated.

    SWMM sums runoff as trapezoids over its steps, by which a year of showers at 300 s loses 0.4 points of capture
    and at 600 s 1.2; what seeps and evaporates is summed as it is taken out, and is the same at any step. What
    the ground still holds after years is nothing beside them. Of ground that runs on to a lawn it is the lawn's:
    what both got less what both kept.
    """
    kept = volumes.infiltration_m3[-1] + volumes.evaporation_m3[-1]
    balance: np.ndarray = volumes.rain_m3[-1] - kept
    left: np.ndarray = np.zeros_like(balance)
    for numbers in cascades(areas):
        last = next(n for n in numbers if not areas[n].runs_on_to)
        left[last] = max(float(balance[numbers].sum()), 0.0)
    return left


def read_marks(marks: int, fine: Sequence[int] | None, coarse_marks: Sequence[int] | None) -> Sequence[int]:
    """Positions of the marks at which something is read: all; without ``fine`` subcatchments the coarse ones."""
    if coarse_marks is None or fine is None or len(fine):
        return range(marks)
    return sorted(set(coarse_marks))


class RunoffError(Exception):
    """A runoff model that did not run; the message is SWMM's."""


def run_runoff(
    text: str,
    folder: Path,
    marks_s: Sequence[int],
    *,
    rain_lines: Sequence[str] = (),
    fine: Sequence[int] | None = None,
    coarse_marks: Sequence[int] | None = None,
    state_marks: Sequence[int] = (),
) -> RunoffVolumes:
    """Run a model of runoff alone.

    Parameters
    ----------
    text
        Input file.
    folder
        Where the model and SWMM's files go; the files are removed at the end.
    marks_s
        Elapsed times in s, rising, the last one at the end of the simulation.
    rain_lines
        Lines of SWMM's rain file "rain.dat", if the gage reads one.
    fine
        Numbers of the subcatchments read at every mark; None reads all.
    coarse_marks
        Positions in ``marks_s`` at which all subcatchments are read.
    state_marks
        Positions in ``marks_s`` at which the state of the ground is read.

    Raises
    ------
    RunoffError
        If the engine refuses the model or stops.
    """
    # pyswmm is imported where the engine runs, which is in a worker; who only plans a batch need not wait for it.
    from pyswmm.toolkitapi import ObjectType, SubcParams  # noqa: PLC0415
    from swmm.toolkit import solver  # noqa: PLC0415  swmm-toolkit: where pyswmm is slow, see below

    from spongecalc.swmm.ground_reader import GroundReader  # noqa: PLC0415
    from spongecalc.swmm.open_model import OpenModel  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    inp, rpt, out = (folder / f"runoff.{e}" for e in ("inp", "rpt", "out"))
    if rain_lines:
        rain = folder / "rain.dat"
        rain.write_text("\n".join(rain_lines) + "\n", encoding="ascii")
        text = text.replace('"rain.dat"', f'"{rain}"')
    inp.write_text(text, encoding="utf-8", newline="\n")
    model = OpenModel(str(inp), str(rpt), str(out))
    try:
        model.swmm_open()
        try:
            model.swmm_start(False)  # pyswmm.Simulation always saves results, which nobody reads here
            count = model.getProjectSize(ObjectType.SUBCATCH.value)
            chosen = range(count) if fine is None else fine
            coarse = set(range(len(marks_s)) if coarse_marks is None else coarse_marks)
            # Days at which nobody is read would be most of the memory of a county's runs.
            rows = {position: row for row, position in enumerate(read_marks(len(marks_s), fine, coarse_marks))}
            gathered = np.full((4, len(rows), count), np.nan)
            areas = np.array([model.getSubcatchParam(n, SubcParams.area.value) for n in range(count)])
            reader = GroundReader(model, folder / "state.hsf") if state_marks else None
            asked_states = set(state_marks)
            elapsed = 0
            for position, mark in enumerate(marks_s):
                model.swmm_stride(mark - elapsed)
                elapsed = mark
                for n in range(count) if position in coarse else chosen:
                    # swmm-toolkit: pyswmm makes a dictionary of all statistics, 8 us for 2; ten years read day by
                    # day at 130 subcatchments took 14.2 s of processor time by pyswmm and 13.5 s like this.
                    stats = solver.subcatch_get_stats(n)
                    gathered[:, rows[position], n] = (stats.precip, stats.runoff, stats.infil, stats.evap)
                if reader is not None and position in asked_states:
                    reader.read()
        finally:
            model.swmm_end()
        error = float(model.swmm_getMassBalErr()[0])
    except Exception as reason:
        if type(reason) is not Exception:  # the engine's errors come through pyswmm as plain Exception
            raise
        report = rpt.read_text(encoding="utf-8", errors="replace") if rpt.is_file() else ""
        lines = [line.strip() for line in report.splitlines() if "ERROR" in line]
        raise RunoffError("; ".join([*lines[:3], str(reason).strip()])) from None
    finally:
        if (
            model.fileLoaded
        ):  # a model that was refused pyswmm has closed; closed twice, the engine ends the process
            model.swmm_close()
        for path in (inp, rpt, out, folder / "rain.dat", folder / "state.hsf"):
            path.unlink(missing_ok=True)
    runoff, infiltration, evaporation = (gathered[i] * UNITS.volume_m3 for i in (1, 2, 3))
    readings = reader.readings() if reader is not None else None
    rain_m3 = gathered[0] * areas * UNITS.depth_area_m3
    return RunoffVolumes(rain_m3, runoff, infiltration, evaporation, error, readings)
