"""Running one SWMM model and reading everything back in SI units.

The engine keeps its state in globals: one run at a time in a process (``spongecalc.batch`` runs many, each in
a process of its own).
"""

import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from pyswmm import Simulation
from pyswmm.toolkitapi import SimAnalysisSettings

from spongecalc.swmm import report_file, statistics
from spongecalc.swmm.backflow import Backflow, watched
from spongecalc.swmm.continuity import LIMIT_PERCENT, WARNING_PERCENT
from spongecalc.swmm.error_lines import parse_errors, parse_warnings
from spongecalc.swmm.error_places import with_place
from spongecalc.swmm.how_far import HowFar
from spongecalc.swmm.input_file import (
    ENGINE_PATH_BYTES,
    InputFile,
    concentration_units,
    decode,
    dropped_words,
    parse_input,
    preflight,
    routing_model,
    split_lines,
)
from spongecalc.swmm.open_model import OpenModel
from spongecalc.swmm.output_file import OutputFile, engine_day, open_output
from spongecalc.swmm.run_result import Message, RunResult, SeriesRequest, Severity
from spongecalc.swmm.short_links import short_conduits
from spongecalc.swmm.units import unit_factors
from spongecalc.swmm.warning_figures import Deepened, deepened_nodes, with_figures

_LONGEST_STRIDE_S = 2**31 - 1


def run_inp(
    inp: Path,
    folder: Path,
    *,
    mark_s: float | None = None,
    series: SeriesRequest | None = None,
    keep_out: bool = False,
    how_far: Path | None = None,
) -> RunResult:
    """Run one SWMM input file and return its results in SI units.

    The file is run where it lies, so that external files named relative to it are found. In ``folder`` the
    engine's report ``model.rpt`` stays; ``model.out`` is read and, unless asked for, deleted. A model that
    does not run gives a result of status "failed" with explained messages, and leaves the engine ready for
    the next one.

    Without ``mark_s`` the steps are those of a plain SWMM run. A mark cuts the routing step that would stride
    over it, which shifts later variable steps by less than one step. Where water may flow in at an outfall, every
    step is read, and what is read at the mark is read after the first step that reaches it.

    Parameters
    ----------
    inp : Path
        SWMM 5 input file in any flow units.
    folder : Path
        Where model.rpt (and model.out) go; made if absent.
    mark_s : float, optional
        Elapsed time [s], whole seconds, at which outfalls and nodes are read a first time; the result then
        has ``..._after_mark`` columns with what came between the mark and the end.
    series : SeriesRequest, optional
        Time series to bring back.
    keep_out : bool
        Keep model.out.
    how_far : Path, optional
        File for how far the run has got (:class:`~spongecalc.swmm.how_far.HowFar`). Its steps are the same.

    Returns
    -------
    RunResult

    Raises
    ------
    ValueError
        ``mark_s`` is not a positive whole number of seconds.
    """
    if mark_s is not None and (mark_s <= 0 or mark_s != int(mark_s)):
        raise ValueError(f"mark_s is {mark_s}: it must be a positive whole number of seconds")
    began = time.perf_counter()
    version = str(OpenModel().swmm_getVersion())
    rpt, out = folder / "model.rpt", folder / "model.out"
    data, refusal = preflight(inp)
    refusal = refusal or _prepare(inp, folder, rpt, out)
    text = parse_input(data)
    refusals = (refusal,) if refusal else split_lines(text)
    if refusals:
        result = RunResult("failed", refusals)
    else:
        try:
            result = _run((inp, rpt, out), text, mark_s, series or SeriesRequest(), how_far)
        finally:
            if not keep_out:
                out.unlink(missing_ok=True)
    return replace(result, engine_version=version, mark_s=mark_s, seconds=time.perf_counter() - began)


def _prepare(inp: Path, folder: Path, rpt: Path, out: Path) -> Message | None:
    """Make the folder and clear an earlier run's files, which the engine leaves when it fails early."""
    paths = [path.resolve() for path in (inp, rpt, out)]
    if max(len(os.fsencode(path)) for path in paths) > ENGINE_PATH_BYTES:
        return Message("error", "engine.run.path_too_long", subject=inp.name)
    if paths[0] in paths[1:]:
        return Message("error", "engine.run.file_overwritten", subject=inp.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        out.unlink(missing_ok=True)
        rpt.unlink(missing_ok=True)
        rpt.touch()  # whether it can be written is asked before the engine, whose answer says less
    except OSError as error:
        reason = (("reason", error.strerror or type(error).__name__),)
        return Message("error", "engine.run.folder_not_writable", subject=folder.name, values=reason)
    return None


def _run(
    paths: tuple[Path, Path, Path],
    text: InputFile,
    mark_s: float | None,
    series: SeriesRequest,
    how_far: Path | None,
) -> RunResult:
    """Take the engine through one run, always closing it, then read its files (.inp, .rpt, .out)."""
    _, rpt, out = paths
    result: RunResult | None = None
    backflow: Backflow | None = None
    deepened: dict[str, Deepened] = {}
    trouble = ""
    continuity: list[float] = []
    try:
        with Simulation(*(str(path.resolve()) for path in paths)) as simulation:
            # The errors are known when the run is ended, and forgotten when the model is closed.
            simulation.add_after_end(lambda: continuity.extend(_continuity_errors(simulation)))
            simulation.start()
            result, backflow, deepened = _simulate(simulation, text, mark_s, how_far)
            computed = _computed_processes(result)
    except Exception as error:
        if type(error) is not Exception:  # the engine's errors come through pyswmm as plain Exception
            raise
        result, trouble = None, str(error)
    report = decode(rpt.read_bytes())[0]
    if result is None:
        errors = parse_errors(report, text) or parse_errors(trouble, text)
        errors = errors or (Message("error", "engine.run.engine_stopped", engine_text=trouble.strip()),)
        errors = tuple(with_place(error, text) for error in errors)
        return RunResult("failed", errors, parse_warnings(report))
    if backflow is not None and any(map(any, backflow.loads.values())):
        continuity[2] = backflow.quality_error_percent(report_file.quality_balances(report))
    result = _with_continuity(result, computed, continuity)
    warnings, more = with_figures(parse_warnings(report), text, result, deepened)
    short = short_conduits(text, unit_factors(result.flow_units).length_m)
    result = replace(result, warnings=warnings, messages=(*result.messages, *more, *short, *dropped_words(text)))
    return _with_files(result, report, out, text, series, backflow)


def _continuity_errors(simulation: Simulation) -> tuple[float, float, float]:
    """Return the engine's continuity errors of runoff, routing and quality [%]."""
    return simulation.runoff_error, simulation.flow_routing_error, simulation.quality_error


def _simulate(
    simulation: Simulation, text: InputFile, mark_s: float | None, how_far: Path | None
) -> tuple[RunResult, Backflow | None, dict[str, Deepened]]:
    """Step through the started simulation; its statistics, what flowed in where water may, and deepened nodes."""
    model = statistics.read_objects(OpenModel(), text.encoding)
    units = concentration_units(text)
    start = simulation.start_time
    initial_m3 = sum(statistics.stored_m3(model))
    totals_of = model
    deepened = deepened_nodes(model, text)
    messages: list[Message] = []
    if model.nodes and not model.links:
        # without links the engine keeps no statistics of nodes, and the toolkit crashes when asked for them
        model = replace(model, nodes=(), node_types=())
        messages.append(Message("warning", "engine.run.no_links"))
    ignored = model.calls.getSimOptionSetting
    followed = () if ignored(SimAnalysisSettings.IgnoreQuality.value) else model.pollutants
    concentrations = tuple(units.get(p, "MG/L") for p in followed)
    backflow = watched(model.calls, model.units, model.outfall_numbers, text, concentrations)
    if backflow is not None or how_far is not None:
        whole_s = (simulation.end_time - start).total_seconds()
        told = HowFar(how_far, whole_s) if how_far is not None else None
        mark = _step_through(model, whole_s, backflow, mark_s, told)
    else:
        mark = _stride_through(simulation, model, mark_s)
    if mark_s is not None and mark is None:
        messages.append(Message("warning", "engine.run.mark_beyond_end"))
    report_start = simulation.report_start
    if report_start > start:
        messages.append(Message("warning", "engine.run.report_start", subject=report_start.isoformat()))
    end = simulation.current_time
    gathered = statistics.cumulative(model, backflow)
    result = RunResult(
        status="done",
        messages=tuple(messages),
        duration_h=(end - start).total_seconds() / 3600.0,
        start=start.isoformat(),
        flow_units=model.units.flow_units,
        totals_m3=statistics.system_totals_m3(
            totals_of, initial_m3, statistics.stored_at_the_end_m3(totals_of, routing_model(text))
        ),
        pollutants={name: units.get(name, "MG/L") for name in model.pollutants},
        subcatchments=statistics.subcatchment_frame(model),
        nodes=statistics.node_frame(model, gathered, mark),
        links=statistics.link_frame(model, units, mark),
        outfalls=statistics.outfall_frame(model, units, gathered, mark, backflow),
        storages=statistics.storage_frame(model),
        pumps=statistics.pump_frame(model),
    )
    return result, backflow, deepened


def _stride_through(
    simulation: Simulation, model: statistics.ModelObjects, mark_s: float | None
) -> statistics.Cumulative | None:
    """Take the simulation to its end in as few calls as there are readings; the one at the mark, if it came."""
    mark = None
    if mark_s is not None:
        simulation.step_advance(int(mark_s))
        if next(simulation, None) is None:
            return None
        mark = statistics.cumulative(model)
    simulation.step_advance(_LONGEST_STRIDE_S)
    next(simulation, None)
    return mark


def _step_through(
    model: statistics.ModelObjects,
    whole_s: float,
    backflow: Backflow | None,
    mark_s: float | None,
    how_far: HowFar | None,
) -> statistics.Cumulative | None:
    """Take the simulation to its end step by step; the reading at the first step at or after the mark, if any."""
    mark = None
    elapsed_s, running = 0.0, True
    while running:
        before_s, elapsed_s = elapsed_s, 86400.0 * model.calls.swmm_step()
        running = elapsed_s > 0.0  # the engine says 0 after its last step
        elapsed_s = elapsed_s if running else whole_s
        if backflow is not None:
            backflow.add(elapsed_s, elapsed_s - before_s)
        if how_far is not None:
            how_far.tell(elapsed_s)
        if mark_s is not None and mark is None and running and elapsed_s >= mark_s - 1e-3:
            mark = statistics.cumulative(model, backflow)
    return mark


def _computed_processes(result: RunResult) -> tuple[bool, bool, bool]:
    """Tell of the open model whether runoff, routing and quality are computed at all."""
    ignored = OpenModel().getSimOptionSetting
    routing = "outflow" in result.totals_m3 and not ignored(SimAnalysisSettings.IgnoreRouting.value)
    quality = bool(result.pollutants) and not ignored(SimAnalysisSettings.IgnoreQuality.value)
    return len(result.subcatchments) > 0, routing, routing and quality


def _with_continuity(result: RunResult, computed: tuple[bool, bool, bool], errors: Sequence[float]) -> RunResult:
    """Add the engine's continuity errors, and judge the run by those of runoff and routing.

    Where tracers do not close the water may be right: the run stands, and their loads do not.
    """
    runoff, routing, quality = (
        float(error) if present else math.nan for error, present in zip(errors, computed, strict=True)
    )
    status = result.status
    messages = list(result.messages)
    for process, error in (("runoff", runoff), ("routing", routing), ("quality", quality)):
        values = (("percent", f"{error:.2f}"),)
        if abs(error) > LIMIT_PERCENT:
            status = "failed" if process != "quality" else status
            severity: Severity = "error" if process != "quality" else "warning"
            messages.append(Message(severity, f"engine.run.continuity_{process}_failed", values=values))
        elif abs(error) > WARNING_PERCENT:
            messages.append(Message("warning", f"engine.run.continuity_{process}", values=values))
    return replace(
        result,
        status=status,
        messages=tuple(messages),
        runoff_error_percent=runoff,
        routing_error_percent=routing,
        quality_error_percent=quality,
    )


def _with_files(
    result: RunResult,
    report: str,
    out: Path,
    text: InputFile,
    series: SeriesRequest,
    backflow: Backflow | None,
) -> RunResult:
    """Add what only the engine's files hold: series, fullness, warnings, unstable elements."""
    messages = list(result.messages)
    start_day = engine_day(result.start)
    with open_output(out, lambda name: statistics.clean_id(name, text.encoding)) as output:
        depths = output.full_depths()
        frame, absent = output.series(
            series,
            tuple(result.outfalls.index),
            unit_factors(result.flow_units),
            start_day,
            tuple(result.pollutants) if not math.isnan(result.quality_error_percent) else (),
        )
        flooded = result.nodes.index[result.nodes["flood_volume_m3"] > 0] if _followed(result) else ()
        in_flooding = output.flooding_concentrations([str(n) for n in flooded], len(result.pollutants))
        inflows = _reversing_inflows(output, result, backflow)
    if backflow is not None:
        frame = _with_signs(frame, inflows, list(result.nodes.index), backflow)
    if absent:
        messages.append(Message("warning", "engine.run.series_absent", values=(("columns", ", ".join(absent)),)))
    length_m = unit_factors(result.flow_units).length_m
    rounded = report_file.conduit_fullness(report)
    fullness = [
        depth_m / (depths[name] * length_m) if depths.get(name) else rounded.get(name, math.nan)
        for name, depth_m in result.links["max_depth_m"].items()
    ]
    conduit = result.links["kind"] == "conduit"
    reported = report_file.nonconverging_nodes(report)
    unlisted = result.nodes.index[result.nodes["nonconverged_steps"] > 0].difference(
        [name for name, _ in reported], sort=False
    )
    return replace(
        result,
        messages=tuple(messages),
        nodes=_with_flood_loads(result, in_flooding) if _followed(result) else result.nodes,
        links=result.links.assign(max_fullness=pd.Series(fullness, result.links.index, "float64").where(conduit)),
        unstable_links=report_file.unstable_links(report),
        nonconverging_nodes=(*reported, *((str(name), math.nan) for name in unlisted)),
        series=frame,
    )


def _reversing_inflows(output: OutputFile, result: RunResult, backflow: Backflow | None) -> dict[int, np.ndarray]:
    """Inflows [l/s], as the file saves them, of the outfalls that water flowed in at, by the engine's number.

    They are kept though nobody asked for them: who reads the file later can no longer tell the direction.
    """
    if backflow is None:
        return {}
    units = unit_factors(result.flow_units)
    names = {n: str(result.nodes.index[n]) for n in backflow.nodes if backflow.volumes_m3[n] > 0.0}
    return {
        n: output.values("node", output.nodes[name], "inflow_l_s", units)
        for n, name in names.items()
        if name in output.nodes
    }


def _with_signs(
    series: pd.DataFrame, inflows: Mapping[int, np.ndarray], nodes: list[str], backflow: Backflow
) -> pd.DataFrame:
    """The series with the inflows of outfalls that water flowed in at, below nought where it does."""
    minutes = series.index.to_numpy(dtype=float)
    return series.assign(
        **{f"inflow_l_s:{nodes[n]}": backflow.signed(n, minutes, values) for n, values in inflows.items()}
    )


def _followed(result: RunResult) -> bool:
    """True where the run followed pollutants, in a unit of mass."""
    return not math.isnan(result.quality_error_percent) and "#/L" not in result.pollutants.values()


def _with_flood_loads(result: RunResult, in_flooding: dict[str, list[float]]) -> pd.DataFrame:
    """The nodes with ``flood_<pollutant>_kg``: the flood volume times the concentration while it floods.

    Nothing for a node that does not flood; nan for one whose series the model does not save.
    """
    nodes = result.nodes
    for position, (pollutant, unit) in enumerate(result.pollutants.items()):
        per_m3 = 1e-3 if unit == "MG/L" else 1e-6
        loads = [
            0.0 if not volume > 0 else volume * per_m3 * _concentration(in_flooding, str(name), position)
            for name, volume in nodes["flood_volume_m3"].items()
        ]
        nodes = nodes.assign(**{f"flood_{pollutant}_kg": loads})
    return nodes


def _concentration(found: dict[str, list[float]], node: str, position: int) -> float:
    return found[node][position] if node in found else math.nan
