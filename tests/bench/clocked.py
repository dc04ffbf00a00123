"""Work that the benches' workers do, by the clock of their processor; workers do not import a bench itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyswmm

from spongecalc.swmm.engine import run_inp


def timed(function: Callable[..., Any], args: Sequence[Any]) -> tuple[float, Any]:
    """Processor time in s of a call in this process, and what it returns."""
    began = time.process_time()
    found = function(*args)
    return time.process_time() - began, found


def plain_capture(text: str, folder: Path, tanks: list[str], reuse: list[str]) -> tuple[float, float]:
    """Capture ratio in percent of a whole model, and the worse of its continuity errors."""
    folder.mkdir(parents=True)
    inp = folder / "model.inp"
    inp.write_text(text, encoding="utf-8")
    result = run_inp(inp, folder)
    areas = result.subcatchments
    held = result.storages.loc[tanks, "final_volume_m3"].sum() if tanks else 0.0
    reused = result.outfalls.loc[reuse, "volume_m3"].sum() if reuse else 0.0
    kept = 1 - (areas["runoff_m3"].sum() - held - reused) / areas["rainfall_m3"].sum()
    return 100 * float(kept), result.worst_continuity_error_percent


def stepped(text: str, rain_lines: Sequence[str], folder: Path) -> float:
    """Runoff alone by pyswmm, a day at a time, all subcatchments read each day; the last day's total in m3."""
    folder.mkdir(parents=True)
    rain = folder / "rain.dat"
    rain.write_text("\n".join(rain_lines) + "\n", encoding="ascii")
    inp = folder / "model.inp"
    inp.write_text(text.replace('"rain.dat"', f'"{rain}"'), encoding="utf-8")
    total = 0.0
    with pyswmm.Simulation(str(inp)) as simulation:
        areas = list(pyswmm.Subcatchments(simulation))
        simulation.step_advance(86400)
        for _ in simulation:
            total = sum(a.statistics["runoff"] for a in areas)
    return total
