"""The engine's warnings with what they do to the figures of a run, as far as the run itself tells.

WARNING 02 says that a node became deeper, and not by how much; WARNING 09 that the steps of rain are longer than
the gage's, and not how much rain was lost. Both are told here by figures of the engine's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pyswmm.toolkitapi import LinkParams, NodeParams

from spongecalc.swmm.gage_rain import GageRain, gage_of, gage_rain
from spongecalc.swmm.input_file import InputFile, number_of, words_of
from spongecalc.swmm.run_result import Message, RunResult
from spongecalc.swmm.statistics import ModelObjects
from spongecalc.swmm.units import unit_factors

DEEPER, LOST = "engine.warning.02", "engine.warning.09"
# A rim that moves by less is one that moves by the rounding of its numbers.
LEAST_M = 0.001
LEAST_MM, LEAST_PERCENT = 0.05, 0.5


@dataclass(frozen=True)
class Deepened:
    """A node's depth in the file and in the run [m], and the links whose tops it was made to reach."""

    stated_m: float
    run_m: float
    links: tuple[str, ...]


def deepened_nodes(model: ModelObjects, inp: InputFile) -> dict[str, Deepened]:
    """Return the nodes of the open model that are deeper than its file says, by id.

    Nodes without a depth in the file are as deep as their links by SWMM's own rule, and not among them.

    Parameters
    ----------
    model
        The model that the engine holds open.
    inp
        Its file.
    """
    stated = {}
    for section in ("JUNCT", "STORA"):
        for row in words_of(inp, section):
            depth = number_of(row[2]) if len(row) > 2 else None
            if depth is not None and depth > 0:
                stated[row[0]] = depth
    depths = {
        number: model.calls.getNodeParam(number, NodeParams.fullDepth.value)
        for number, name in enumerate(model.nodes)
        if name in stated
    }
    deeper = {model.nodes[n]: depth for n, depth in depths.items() if depth > stated[model.nodes[n]]}
    really = {name: depth for name, depth in deeper.items() if depth - stated[name] > LEAST_M}
    links, factor = _reaching(model, inp, really), model.units.length_m
    return {
        name: Deepened(stated[name] * factor, depth * factor, tuple(links.get(name, ())))
        for name, depth in deeper.items()
    }


def _reaching(model: ModelObjects, inp: InputFile, depths: Mapping[str, float]) -> dict[str, list[str]]:
    """The links whose tops are at the depth of a node, by node; depths in the model's units."""
    found: dict[str, list[str]] = {node: [] for node in depths}
    if not depths:
        return found
    heights = {row[0]: number_of(row[2]) or 0.0 for row in words_of(inp, "XSECT") if len(row) > 2}
    numbers = {name: n for n, name in enumerate(model.links)}
    for section in ("CONDU", "ORIFI", "WEIRS", "OUTLE"):
        for name, *ends in (row[:3] for row in words_of(inp, section) if row[0] in numbers):
            for node, offset in zip(ends, (LinkParams.offset1, LinkParams.offset2), strict=False):
                if node in depths:
                    top = model.calls.getLinkParam(numbers[name], offset.value) + heights.get(name, 0.0)
                    if abs(top - depths[node]) < LEAST_M:
                        found[node].append(name)
    return found


def with_figures(
    warnings: Sequence[Message], inp: InputFile, result: RunResult, deepened: Mapping[str, Deepened]
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """Return the warnings of a run with what they did to it, and what the engine says nothing of.

    Parameters
    ----------
    warnings
        Of the engine's report.
    inp
        The model's file.
    result
        What the run gave, for the rain that fell.
    deepened
        Of :func:`deepened_nodes`.

    Returns
    -------
    The warnings in their order; and a message for each gage whose intensities hold for less than the time to the
    next reading though the engine, which looks at the shortest step of a series only, does not warn of it.
    """
    rain = _rain(inp, result)
    told = []
    for warning in warnings:
        if warning.key == DEEPER and warning.subject in deepened:
            told.append(_deeper(warning, deepened[warning.subject]))
        elif warning.key == LOST and warning.subject in rain:
            told.append(_lost(warning, *rain[warning.subject]))
        else:
            told.append(warning)
    own = {w.subject for w in warnings if w.key == LOST}
    between = [
        _between(gage, given, fallen_mm)
        for gage, (given, fallen_mm) in rain.items()
        if gage not in own and given.gaps and _differ(given.held, fallen_mm)
    ]
    return tuple(told), tuple(between)


def _rain(inp: InputFile, result: RunResult) -> dict[str, tuple[GageRain, float]]:
    """Of each gage that some ground has: the rain of its series, and what fell [mm]."""
    if not len(result.subcatchments) or not result.start:
        return {}
    fallen: dict[str, float] = {}
    gages = gage_of(inp)
    for name, depth_mm in result.subcatchments["rainfall_mm"].items():
        gage = gages.get(str(name))
        if gage is not None:
            fallen[gage] = max(fallen.get(gage, 0.0), float(depth_mm))
    given = gage_rain(inp, datetime.fromisoformat(result.start), result.duration_h)
    per_depth = unit_factors(result.flow_units).rain_mm
    return {
        gage: (replace(given[gage], held=given[gage].held * per_depth), depth_mm)
        for gage, depth_mm in fallen.items()
        if gage in given
    }


def _deeper(warning: Message, node: Deepened) -> Message:
    over_m = node.run_m - node.stated_m
    if over_m < LEAST_M:
        return replace(warning, key=f"{DEEPER}_rounding")
    values = {
        "stated_m": f"{node.stated_m:.3f}",
        "run_m": f"{node.run_m:.3f}",
        "over_m": f"{over_m:.3f}",
        "links": ", ".join(node.links) or "-",
    }
    return replace(warning, key=f"{DEEPER}_deeper", values=tuple(values.items()))


def _lost(warning: Message, given: GageRain, fallen_mm: float) -> Message:
    if not _differ(given.held, fallen_mm):
        return replace(warning, key=f"{LOST}_none", values=(("fallen_mm", f"{fallen_mm:.1f}"),))
    lost_mm = given.held - fallen_mm
    values = {
        "given_mm": f"{given.held:.1f}",
        "fallen_mm": f"{fallen_mm:.1f}",
        "lost_mm": f"{lost_mm:.1f}",
        "percent": f"{100 * lost_mm / given.held:.0f}",
    }
    return replace(warning, key=f"{LOST}_lost", values=tuple(values.items()))


def _between(gage: str, given: GageRain, fallen_mm: float) -> Message:
    values = {
        "gage": gage,
        "gaps": str(given.gaps),
        "interval_min": f"{given.interval_min:g}",
        "fallen_mm": f"{fallen_mm:.1f}",
        "held_mm": f"{given.held:.1f}",
    }
    return Message("warning", "engine.run.rain_between", subject=gage, values=tuple(values.items()))


def _differ(held_mm: float, fallen_mm: float) -> bool:
    return held_mm - fallen_mm > max(LEAST_MM, LEAST_PERCENT / 100 * held_mm)
