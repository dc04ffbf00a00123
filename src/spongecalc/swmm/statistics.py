"""The statistics of the model that the engine holds at present, in SI units.

They can be read from the first step until ``swmm_end``, which frees them. They are pyswmm's statistics, in its
words ("lateral_infow_vol" is spelt so there). Units of what it hands out, found in the toolkit's source and
confirmed against the engine's report: a subcatchment's rain is a depth, its other terms volumes; system runoff
totals are depths over the whole area; system routing totals are volumes, except the stored ones, which stay in
cubic feet whatever the model's units (so these are summed from nodes and links here).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from pyswmm.toolkitapi import (
    LinkPollut,
    LinkResults,
    NodeResults,
    ObjectType,
    SimAnalysisSettings,
    SimulationUnits,
    SubcParams,
)
from swmm.toolkit import solver  # swmm-toolkit: for what pyswmm leaves out, see below
from swmm.toolkit.shared_enum import LinkType, NodeType  # swmm-toolkit: pyswmm returns these

from spongecalc.swmm.backflow import Backflow
from spongecalc.swmm.open_model import OpenModel
from spongecalc.swmm.run_result import typed_frame
from spongecalc.swmm.units import UnitFactors, unit_factors

LITRES_PER_CUBIC_FOOT = 28.317
"""The engine's constant ``LperFT3``; the toolkit leaves it out of loads counted in numbers."""


@dataclass(frozen=True)
class ModelObjects:
    """Names and kinds of what the engine's model consists of, in the engine's order; ``calls`` reads of it."""

    calls: OpenModel
    units: UnitFactors
    subcatchments: tuple[str, ...]
    nodes: tuple[str, ...]
    links: tuple[str, ...]
    pollutants: tuple[str, ...]
    node_types: tuple[NodeType, ...]
    link_types: tuple[LinkType, ...]

    @property
    def outfalls(self) -> tuple[int, ...]:
        """The engine's numbers of the outfalls."""
        return self.numbers_of(NodeType.OUTFALL)

    @property
    def outfall_numbers(self) -> dict[str, int]:
        """The engine's numbers of the outfalls by their ids."""
        return {self.nodes[n]: n for n in self.outfalls}

    def numbers_of(self, kind: NodeType) -> tuple[int, ...]:
        """Return the engine's numbers of the nodes of one kind."""
        return tuple(n for n, node_type in enumerate(self.node_types) if node_type is kind)


@dataclass(frozen=True)
class Cumulative:
    """Sums at outfalls and nodes up to one moment; tuples in the engine's order.

    Loads are in kg, or as log10 of counts for pollutants in #/L. Volumes and loads of outfalls are the engine's,
    whichever way the water flowed; ``outfall_in_m3`` and ``outfall_in_loads`` (kg or counts) are what of them
    came in.
    """

    outfall_volumes_m3: tuple[float, ...]
    outfall_loads: tuple[tuple[float, ...], ...]
    flood_volumes_m3: tuple[float, ...]
    flooded_h: tuple[float, ...]
    lateral_inflows_m3: tuple[float, ...]
    inflows_m3: tuple[float, ...] = ()
    link_loads: tuple[tuple[float, ...], ...] = ()
    outfall_in_m3: tuple[float, ...] = ()
    outfall_in_loads: tuple[tuple[float, ...], ...] = ()


def clean_id(name: str, encoding: str) -> str:
    """Turn an id as the toolkit decodes it (UTF-8, other bytes as surrogates) into the .inp's own text."""
    return name.encode("utf-8", "surrogateescape").decode(encoding, "replace")


def read_objects(calls: OpenModel, encoding: str) -> ModelObjects:
    """Read names and kinds of the open model; ``encoding`` is the .inp's."""

    def ids(kind: ObjectType) -> tuple[str, ...]:
        return tuple(clean_id(name, encoding) for name in calls.getObjectIDList(kind.value))

    nodes, links = ids(ObjectType.NODE), ids(ObjectType.LINK)
    return ModelObjects(
        calls=calls,
        units=unit_factors(calls.getSimUnit(SimulationUnits.FlowUnits.value)),
        subcatchments=ids(ObjectType.SUBCATCH),
        nodes=nodes,
        links=links,
        pollutants=ids(ObjectType.POLLUT),
        node_types=tuple(calls.getNodeType(n) for n in range(len(nodes))),
        link_types=tuple(calls.getLinkType(n) for n in range(len(links))),
    )


def stored_m3(model: ModelObjects) -> tuple[float, float]:
    """Return the water in nodes and in links at this moment [m3]."""
    calls = model.calls
    nodes = sum(calls.getNodeResult(n, NodeResults.newVolume.value) for n in range(len(model.nodes)))
    links = sum(calls.getLinkResult(n, LinkResults.newVolume.value) for n in range(len(model.links)))
    return float(nodes) * model.units.volume_m3, float(links) * model.units.volume_m3


def stored_at_the_end_m3(model: ModelObjects, routing: str) -> tuple[float, float]:
    """Return the water in nodes and in links [m3] that stands in the engine's balance at the end of a run.

    Steady flow passes a link within the step: what the engine holds there has left at the outfalls already, and
    its own balance leaves it out (EPA SWMM 5.2 engine, ``massbal.c``). ``routing`` is as of
    :func:`spongecalc.swmm.input_file.routing_model`.
    """
    in_nodes_m3, in_links_m3 = stored_m3(model)
    return in_nodes_m3, 0.0 if routing == "STEADY" else in_links_m3


def cumulative(model: ModelObjects, backflow: Backflow | None = None) -> Cumulative:
    """Read what outfalls and nodes have gathered so far; ``backflow`` knows what came in at outfalls."""
    calls, volume_m3 = model.calls, model.units.volume_m3
    outfalls = model.outfalls
    nodes = [calls.node_statistics(n) for n in range(len(model.nodes))]
    inflows_m3 = tuple(calls.node_inflow(n) * volume_m3 for n in range(len(model.nodes)))
    return Cumulative(
        outfall_volumes_m3=tuple(inflows_m3[n] for n in outfalls),
        outfall_loads=tuple(tuple(calls.outfall_statistics(n)["pollutant_loading"].values()) for n in outfalls),
        flood_volumes_m3=tuple(s["flooding_volume"] * volume_m3 for s in nodes),
        flooded_h=tuple(s["flooding_duration"] for s in nodes),
        lateral_inflows_m3=tuple(s["lateral_infow_vol"] * volume_m3 for s in nodes),
        inflows_m3=inflows_m3,
        link_loads=_link_loads(model),
        outfall_in_m3=tuple(backflow.volumes_m3.get(n, 0.0) if backflow else 0.0 for n in outfalls),
        outfall_in_loads=tuple(
            tuple(backflow.loads.get(n, ()) if backflow else ()) or (0.0,) * len(model.pollutants)
            for n in outfalls
        ),
    )


def _followed(model: ModelObjects) -> bool:
    """Tell if the engine follows pollutants at all."""
    ignored = SimAnalysisSettings.IgnoreQuality.value
    return bool(model.pollutants) and not model.calls.getSimOptionSetting(ignored)


def _link_loads(model: ModelObjects) -> tuple[tuple[float, ...], ...]:
    """Load of each pollutant in each link, whichever way it flowed, as the toolkit hands it out."""
    if not _followed(model):
        return ()
    total = LinkPollut.totalLoad.value
    return tuple(tuple(model.calls.getLinkPollut(n, total)) for n in range(len(model.links)))


def subcatchment_frame(model: ModelObjects) -> pd.DataFrame:
    """Return the ``subcatchments`` frame of a result."""
    units = model.units
    numbers = range(len(model.subcatchments))
    stats = [model.calls.subcatch_statistics(n) for n in numbers]
    areas = [model.calls.getSubcatchParam(n, SubcParams.area.value) for n in numbers]
    rain = [_finite(s["precipitation"]) for s in stats]
    return typed_frame(
        "subcatchments",
        model.subcatchments,
        {
            "area_m2": [a * units.area_m2 for a in areas],
            "rainfall_mm": [r * units.rain_mm for r in rain],
            "rainfall_m3": [r * a * units.depth_area_m3 for r, a in zip(rain, areas, strict=True)],
            "infiltration_m3": [s["infiltration"] * units.volume_m3 for s in stats],
            "evaporation_m3": [s["evaporation"] * units.volume_m3 for s in stats],
            "runon_m3": [s["runon"] * units.volume_m3 for s in stats],
            "runoff_m3": [s["runoff"] * units.volume_m3 for s in stats],
            "peak_l_s": [s["peak_runoff_rate"] * units.flow_l_s for s in stats],
        },
    )


def node_frame(model: ModelObjects, gathered: Cumulative, mark: Cumulative | None) -> pd.DataFrame:
    """Return the ``nodes`` frame of a result; with a reading at a mark also what came after it.

    Parameters
    ----------
    model : ModelObjects
    gathered : Cumulative
        Read at the same moment.
    mark : Cumulative or None
    """
    units = model.units
    numbers = range(len(model.nodes))
    stats = [model.calls.node_statistics(n) for n in numbers]
    columns: dict[str, Sequence[float | int | str]] = {
        "kind": [kind.name.lower() for kind in model.node_types],
        "max_depth_m": [s["max_depth"] * units.length_m for s in stats],
        "surcharged_h": [s["surcharge_duration"] for s in stats],
        "flooded_h": gathered.flooded_h,
        "flood_volume_m3": gathered.flood_volumes_m3,
        "flood_peak_l_s": [s["peak_flooding_rate"] * units.flow_l_s for s in stats],
        "max_ponded_m3": [s["max_ponded_volume"] * units.volume_m3 for s in stats],
        "inflow_peak_l_s": [s["peak_total_inflow"] * units.flow_l_s for s in stats],
        "lateral_inflow_m3": gathered.lateral_inflows_m3,
        # swmm-toolkit: pyswmm's statistics of a node leave the steps without convergence out
        "nonconverged_steps": [int(solver.node_get_stats(n).nonConvergedCount) for n in numbers],
    }
    after: dict[str, Sequence[float | int | str]] = {}
    if _followed(model):
        after["inflow_m3"] = gathered.inflows_m3
        if mark:
            after["inflow_m3_after_mark"] = _since(gathered.inflows_m3, mark.inflows_m3)
    if mark:
        after |= {
            "flooded_h_after_mark": _since(gathered.flooded_h, mark.flooded_h),
            "flood_volume_m3_after_mark": _since(gathered.flood_volumes_m3, mark.flood_volumes_m3),
            "lateral_inflow_m3_after_mark": _since(gathered.lateral_inflows_m3, mark.lateral_inflows_m3),
        }
    return typed_frame("nodes", model.nodes, {**columns, **after}, tuple(after))


def _full_at_an_end_h(stats: Mapping[str, float]) -> float:
    """Hours for which a conduit is full at its upper or its lower end; SWMM's "surcharged" is full at both."""
    return stats["time_full_upstream"] + stats["time_full_downstream"] - stats["time_surcharged"]


def link_frame(
    model: ModelObjects,
    concentration_units: dict[str, str] | None = None,
    mark: Cumulative | None = None,
) -> pd.DataFrame:
    """Return the ``links`` frame of a result, without fullness, which needs the section's depth.

    With ``concentration_units`` given it also has what each link has carried of each pollutant in mg/l or
    ug/l, in kg, whichever way it flowed; with a reading at a mark also what came after it.
    """
    units = model.units
    stats = [model.calls.conduit_statistics(n) for n in range(len(model.links))]  # of any link, whatever its name
    conduits = [kind is LinkType.CONDUIT for kind in model.link_types]
    of_conduits = list(zip(stats, conduits, strict=True))
    extra: dict[str, Sequence[float]] = {}
    gathered = _link_loads(model) if concentration_units is not None else ()
    for position, pollutant in enumerate(model.pollutants if gathered else ()):
        if (concentration_units or {}).get(pollutant) == "#/L":
            continue
        total = [loads[position] * model.units.mass_kg for loads in gathered]
        extra[f"load_{pollutant}_kg"] = total
        if mark:
            before = [loads[position] * model.units.mass_kg for loads in mark.link_loads]
            extra[f"load_{pollutant}_kg_after_mark"] = _since(total, before)
    return typed_frame(
        "links",
        model.links,
        {
            **extra,
            "kind": [kind.name.lower() for kind in model.link_types],
            "peak_l_s": [s["peak_flow"] * units.flow_l_s for s in stats],
            "max_velocity_m_s": [s["peak_velocity"] * units.length_m if c else math.nan for s, c in of_conduits],
            "max_depth_m": [s["peak_depth"] * units.length_m if c else math.nan for s, c in of_conduits],
            "max_fullness": [math.nan] * len(stats),
            "surcharged_h": [_full_at_an_end_h(s) if c else math.nan for s, c in of_conduits],
            "flow_turns": [int(s["flow_turns"]) for s in stats],
        },
        tuple(extra),
    )


def outfall_frame(
    model: ModelObjects,
    concentration_units: dict[str, str],
    gathered: Cumulative,
    mark: Cumulative | None,
    backflow: Backflow | None = None,
) -> pd.DataFrame:
    """Return the ``outfalls`` frame of a result; with a reading at a mark also what came after it.

    Parameters
    ----------
    model : ModelObjects
    concentration_units : dict
        Pollutant -> "MG/L", "UG/L" (loads in kg) or "#/L" (loads as counts).
    gathered : Cumulative
        Read at the same moment.
    mark : Cumulative or None
    backflow : Backflow or None
        Of the run so far, where water may flow in.
    """
    outfalls = model.outfalls
    peaks_out = backflow.peaks_out_l_s if backflow else {}
    peaks = [model.calls.outfall_statistics(n)["peak_flowrate"] * model.units.flow_l_s for n in outfalls]
    columns: dict[str, Sequence[float]] = {
        "volume_m3": _net(gathered.outfall_volumes_m3, gathered.outfall_in_m3),
        "peak_l_s": [peaks_out.get(n, peak) for n, peak in zip(outfalls, peaks, strict=True)],
        "volume_out_m3": _since(gathered.outfall_volumes_m3, gathered.outfall_in_m3),
        "volume_in_m3": gathered.outfall_in_m3,
    }
    extra: dict[str, Sequence[float]] = {}
    if mark:
        since = _since(gathered.outfall_volumes_m3, mark.outfall_volumes_m3)
        inwards = _since(gathered.outfall_in_m3, mark.outfall_in_m3)
        extra["volume_m3_after_mark"] = _net(since, inwards)
        extra["volume_out_m3_after_mark"] = _since(since, inwards)
        extra["volume_in_m3_after_mark"] = inwards
    for position, pollutant in enumerate(model.pollutants):
        counted = concentration_units.get(pollutant) == "#/L"
        column, ending = f"load_{pollutant}", "count" if counted else "kg"
        total = _loads(gathered, position, counted, model.units)
        inwards = [loads[position] for loads in gathered.outfall_in_loads]
        extra[f"{column}_{ending}"] = _net(total, inwards)
        if backflow:
            extra[f"{column}_in_{ending}"] = inwards
        if mark:
            since = _since(total, _loads(mark, position, counted, model.units))
            inwards = _since(inwards, [loads[position] for loads in mark.outfall_in_loads])
            extra[f"{column}_{ending}_after_mark"] = _net(since, inwards)
            if backflow:
                extra[f"{column}_in_{ending}_after_mark"] = inwards
    names = [model.nodes[n] for n in outfalls]
    return typed_frame("outfalls", names, {**columns, **extra}, tuple(extra))


def storage_frame(model: ModelObjects) -> pd.DataFrame:
    """Return the ``storages`` frame of a result."""
    numbers = model.numbers_of(NodeType.STORAGE)
    stats = [model.calls.storage_statistics(n) for n in numbers]
    final = [model.calls.getNodeResult(n, NodeResults.newVolume.value) for n in numbers]
    volume_m3 = model.units.volume_m3
    return typed_frame(
        "storages",
        [model.nodes[n] for n in numbers],
        {
            "initial_volume_m3": [s["initial_volume"] * volume_m3 for s in stats],
            "final_volume_m3": [volume * volume_m3 for volume in final],
            "max_volume_m3": [s["max_volume"] * volume_m3 for s in stats],
            "evaporation_m3": [s["evap_loss"] * volume_m3 for s in stats],
            "exfiltration_m3": [s["exfil_loss"] * volume_m3 for s in stats],
        },
    )


def pump_frame(model: ModelObjects) -> pd.DataFrame:
    """Return the ``pumps`` frame of a result: the toolkit's "percent utilized" is the seconds in which it ran."""
    numbers = [n for n, kind in enumerate(model.link_types) if kind is LinkType.PUMP]
    stats = [model.calls.pump_statistics(n) for n in numbers]
    units = model.units
    return typed_frame(
        "pumps",
        [model.links[n] for n in numbers],
        {
            "starts": [int(s["number_startups"]) for s in stats],
            "on_h": [s["percent_utilized"] / 3600 for s in stats],
            "volume_m3": [s["total_volume"] * units.volume_m3 for s in stats],
            "mean_l_s": [s["average_flowrate"] * units.flow_l_s for s in stats],
            "peak_l_s": [s["max_flowrate"] * units.flow_l_s for s in stats],
            "energy_kwh": [s["energy_consumed"] for s in stats],
        },
    )


def system_totals_m3(model: ModelObjects, initial_m3: float, final_m3: tuple[float, float]) -> dict[str, float]:
    """Return the system's totals by term [m3]: first the surfaces, then the drainage network.

    ``runoff`` is what surfaces gave to the network; drains of LID units count apart as ``lid_drainage``.

    Parameters
    ----------
    model : ModelObjects
    initial_m3 : float
        Water in nodes and links at the start [m3].
    final_m3 : tuple of float
        Water in nodes and in links at the end [m3].
    """
    totals: dict[str, float] = {}
    if model.subcatchments:
        numbers = range(len(model.subcatchments))
        areas = sum(model.calls.getSubcatchParam(n, SubcParams.area.value) for n in numbers)
        surface = model.calls.runoff_routing_stats()
        to_m3 = areas * model.units.depth_area_m3
        for term, depth in (
            ("rainfall", surface["rainfall"]),
            ("outfall_runon", surface["runon"]),
            ("surface_storage_initial", surface["init_storage"]),
            ("snow_initial", surface["init_snow_cover"]),
            ("evaporation", surface["evaporation"]),
            ("infiltration", surface["infiltration"]),
            ("runoff", surface["runoff"]),
            ("lid_drainage", surface["drains"]),
            ("snow_removed", surface["snow_removed"]),
            ("surface_storage_final", surface["final_storage"]),
            ("snow_final", surface["final_snow_cover"]),
        ):
            totals[term] = _finite(depth) * to_m3
        totals["surface_storage_change"] = (
            totals["surface_storage_final"]
            + totals["snow_final"]
            - totals["surface_storage_initial"]
            - totals["snow_initial"]
        )
    if model.nodes:
        network = model.calls.flow_routing_stats()
        for term, volume in (
            ("dry_weather_inflow", network["dry_weather_inflow"]),
            ("wet_weather_inflow", network["wet_weather_inflow"]),
            ("groundwater_inflow", network["groundwater_inflow"]),
            ("rdii_inflow", network["II_inflow"]),
            ("external_inflow", network["external_inflow"]),
            ("outflow", network["outflow"]),
            ("flooding", network["flooding"]),
            ("network_evaporation", network["evaporation_loss"]),
            ("network_exfiltration", network["seepage_loss"]),
        ):
            totals[term] = volume * model.units.volume_m3
        totals["storage_initial"] = initial_m3
        totals["storage_final"] = sum(final_m3)
        totals["storage_change"] = sum(final_m3) - initial_m3
    return totals


def _finite(value: float) -> float:
    """Return a depth over an area, 0 where the area is nought (the toolkit divides by it)."""
    return value if math.isfinite(value) else 0.0


def _since(end: Sequence[float], mark: Sequence[float]) -> list[float]:
    return [later - earlier for later, earlier in zip(end, mark, strict=True)]


def _net(whichever_way: Sequence[float], inwards: Sequence[float]) -> list[float]:
    """Differences of what left and what came in, of sums that count both as leaving."""
    return [whole - 2.0 * back for whole, back in zip(whichever_way, inwards, strict=True)]


def _loads(gathered: Cumulative, position: int, counted: bool, units: UnitFactors) -> list[float]:
    """Return one pollutant's load by outfall: kg, or the count whose logarithm the toolkit gives."""
    raw = [loads[position] for loads in gathered.outfall_loads]
    if not counted:
        return [load * units.mass_kg for load in raw]
    return [10.0**load * LITRES_PER_CUBIC_FOOT if load > 0.0 else 0.0 for load in raw]
