"""Coupled runs on disk: made in worker processes, kept with the digest of all that determines them."""

from __future__ import annotations

import hashlib
import io
import math
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spongecalc.batch.disk_fault import refuse_faults, refuse_little_room
from spongecalc.batch.pool import RETRIES, Job, finished
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.ground.water_depths import WaterDepths
from spongecalc.overland.coupled import FRAME_S, CoupledResult
from spongecalc.overland.coupled_model import CoupledRun, perform
from spongecalc.overland.failure import Failure, failure_of, failure_of_engine
from spongecalc.sealed_json import sealed_json
from spongecalc.swmm.identifiers import run_folder_name
from spongecalc.whole_file import only_regular, replace_file

KEPT_FOLDER = "runs_2d"
RASTERS, SEAL = "rasters.npz", "run.json"
LARGEST_ERROR_PERCENT = 1.0
# Water made in a place, in percent of the most that stood there: a run may keep its balance and double a depth.
LARGEST_MADE_PERCENT = 1.0
TIME_LIMIT_S = 3600.0
NO_ERROR = (math.nan, math.nan)  # of the balance, and of water made


@dataclass(frozen=True)
class FlowDone:
    """The end of a coupled run: "done" or "failed", its water balance in m3, its seconds.

    ``reason`` is the code of a failure ("" for none) and ``found`` its figures, as :class:`Failure` has them.
    ``made_percent`` is the water that the calculation made at its worst place, of the most that stood there.
    """

    run_id: str
    status: str
    reason: str
    found: dict[str, str]
    balance_m3: dict[str, float]
    error_percent: float
    made_percent: float
    updates: int
    seconds: float

    def why(self, lang: str) -> str:
        """The reason of a failure in words; empty for a run that was done."""
        return Failure(self.reason, self.found).sentence(lang) if self.reason else ""


def run_folder(results: Path, run: CoupledRun) -> Path:
    """Folder in which a run is kept."""
    return results / KEPT_FOLDER / run_folder_name(run.model) / run.scenario / run.storm_id


def make(run: CoupledRun, folder: Path) -> FlowDone:
    """Make a run and keep it; the seal is written last, so that a run that was stopped is made again."""
    from spongecalc.overland.surface_flow import SurfaceFlowError  # noqa: PLC0415  itzi-core is an extra

    began = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SEAL).unlink(missing_ok=True)
    try:
        result = perform(run, folder)
    except SurfaceFlowError as reason:
        found = {**_place(run, reason.row, reason.column), "seconds": f"{reason.seconds:g}"}
        return _seal(run, folder, Failure(reason.reason, found), {}, NO_ERROR, 0, began)
    except Exception as reason:
        if type(reason) is not Exception:  # the toolkit raises plain Exception for the engine's errors
            raise
        refuse_little_room(folder)
        return _seal(run, folder, failure_of_engine(reason), {}, NO_ERROR, 0, began)
    errors = (result.error_percent, result.made.percent)
    unsound = _unsound(run, result)
    if unsound is not None:
        return _seal(run, folder, unsound, result.balance_m3, errors, result.updates, began)
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        depth_m=result.max_depth_m.astype("float32"),
        speed_m_s=result.max_speed_m_s.astype("float32"),
        hazard_m2_s=result.max_hazard_m2_s.astype("float32"),
        wading_h=result.wading_h.astype("float32"),
        lane_h=result.lane_h.astype("float32"),
        last_wet_h=result.last_wet_h.astype("float32"),
        frames_mm=result.frames_mm,
    )
    replace_file(folder / RASTERS, packed.getvalue())
    return _seal(run, folder, None, result.balance_m3, errors, result.updates, began)


def _unsound(run: CoupledRun, result: CoupledResult) -> Failure | None:
    """Reason and place for which a run's water is not sound; None where it is."""
    made = result.made
    if made.percent > LARGEST_MADE_PERCENT:
        found = {
            "made_m3": f"{made.made_m3:.2f}",
            "percent": f"{made.percent:.3g}",
            "limit_percent": f"{LARGEST_MADE_PERCENT:g}",
        }
        return Failure("water_made", found | _place(run, made.row, made.column))
    if abs(result.error_percent) > LARGEST_ERROR_PERCENT:
        row, column = np.unravel_index(int(np.argmax(result.max_depth_m)), result.max_depth_m.shape)
        found = {"percent": f"{result.error_percent:.2f}", "limit_percent": f"{LARGEST_ERROR_PERCENT:g}"}
        return Failure("mass_error", found | _place(run, int(row), int(column)))
    return None


def _place(run: CoupledRun, row: int, column: int) -> dict[str, str]:
    x, y = run.ground.place(row, column)
    return {"x": f"{x:.1f}", "y": f"{y:.1f}"}


def _seal(
    run: CoupledRun,
    folder: Path,
    failure: Failure | None,
    balance_m3: dict[str, float],
    errors_percent: tuple[float, float],
    updates: int,
    began: float,
) -> FlowDone:
    seconds = time.perf_counter() - began
    done = _ended(run.run_id, failure, balance_m3, errors_percent, updates, seconds)
    rasters = _digest(folder / RASTERS) if done.status == "done" else ""
    replace_file(folder / SEAL, sealed_json({"key": run.key, "rasters": rasters, **vars(done)}))
    return done


def _ended(
    run_id: str,
    failure: Failure | None,
    balance_m3: dict[str, float],
    errors_percent: tuple[float, float],
    updates: int,
    seconds: float,
) -> FlowDone:
    status = "done" if failure is None else "failed"
    why = Failure("") if failure is None else failure
    return FlowDone(run_id, status, why.code, dict(why.found), balance_m3, *errors_percent, updates, seconds)


def kept(run: CoupledRun, results: Path) -> FlowDone | None:
    """The result that an earlier call left of exactly this run; None where it has to be made."""
    folder = run_folder(results, run)
    try:
        with Entrance(folder / SEAL, "stored"):
            document = stored.sealed(folder / SEAL)
            if document.pop("key") != run.key:
                return None
            rasters = document.pop("rasters")
            done = FlowDone(**document)
    except InputRefusedError:
        return None
    return done if done.status != "done" or _digest(folder / RASTERS) == rasters else None


def _digest(path: Path) -> str:
    """Digest of a file; empty where it cannot be read."""
    try:
        with only_regular(path).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def wet_of(run: CoupledRun, results: Path) -> WaterDepths | None:
    """The depths of a run that is kept and went well."""
    done = kept(run, results)
    if done is None or done.status != "done":
        return None
    with np.load(run_folder(results, run) / RASTERS) as kept_rasters:
        r = {name: kept_rasters[name].astype(float) for name in kept_rasters.files if name != "frames_mm"}
        frames = kept_rasters["frames_mm"]
    return WaterDepths(
        3,
        run.ground,
        r["depth_m"],
        done.balance_m3["left_over_ground"],
        r["wading_h"],
        r["lane_h"],
        r["last_wet_h"],
        r["hazard_m2_s"],
        run.rain_mm_h[-1][0] / 3600,
        frames,
        FRAME_S / 60,
        done.balance_m3,
    )


def make_all(
    runs: Sequence[CoupledRun], results: Path, jobs: int, on_done: Callable[[int, float], None]
) -> list[FlowDone]:
    """Make the runs that are not kept; ``on_done`` is told how many are there, and the seconds still to go.

    A run that failed counts as made: the same would fail again.
    """
    found: dict[str, FlowDone] = {}
    for run in runs:
        earlier = kept(run, results)
        if earlier is not None:
            found[run.run_id] = earlier
    due = [run for run in runs if run.run_id not in found]
    on_done(len(found), float("nan"))
    began = time.perf_counter()
    work = {run.run_id: run.ground.elevation_m.size * run.duration_s for run in due}
    whole, made = sum(work.values()), 0.0
    tasks = [
        Job(
            run.run_id,
            make,
            (run, run_folder(results, run)),
            size=work[run.run_id],
            time_limit_s=TIME_LIMIT_S,
            retries=RETRIES,
        )
        for run in due
    ]
    with closing(finished(tasks, processes=jobs)) as coming:
        for number, outcome in coming:
            refuse_faults([outcome], results)
            run = due[number]
            made += work[run.run_id]
            if isinstance(outcome.value, FlowDone):
                found[run.run_id] = outcome.value
            else:
                found[run.run_id] = _ended(run.run_id, failure_of(outcome), {}, NO_ERROR, 0, outcome.seconds)
            spent = time.perf_counter() - began
            on_done(len(found), spent * (whole - made) / made if made else float("nan"))
    return [found[run.run_id] for run in runs]
