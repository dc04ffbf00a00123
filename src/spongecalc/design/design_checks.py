"""All design checks of a project, in one table, with the hydraulics they rest on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from spongecalc.design.check import Check, Limit, checks_table
from spongecalc.design.clearances import check_clearances
from spongecalc.design.cover import check_cover
from spongecalc.design.flows import pipe_flows
from spongecalc.design.full_pipe import check_full_pipes
from spongecalc.design.ground_coefficient import check_ground_coefficient
from spongecalc.design.groundwater import check_groundwater
from spongecalc.design.hydraulics import HYDRAULIC_COLUMNS, check_hydraulics, pipe_hydraulics
from spongecalc.design.inlets import check_inlets
from spongecalc.design.limits import Limits, required_return_period
from spongecalc.design.manholes import check_manholes
from spongecalc.design.network import DesignNetwork, DrainedArea, design_network
from spongecalc.design.pressure_pipes import pressure_pipes_unchecked
from spongecalc.design.sizes import check_sizes
from spongecalc.design.suggestions import SUGGESTION_COLUMNS, suggestions
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.standing import stands
from spongecalc.project.settings import Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.rational_method import raised_coefficients, runoff_coefficients
from spongecalc.surfaces.subcatchment import Subcatchment


@dataclass(frozen=True)
class DesignReview:
    """``checks``, ``hydraulics`` and ``suggestions`` are the tables of the same names."""

    checks: pd.DataFrame
    hydraulics: pd.DataFrame
    suggestions: pd.DataFrame
    period: Limit


def drained_areas(areas: Sequence[Subcatchment]) -> tuple[DrainedArea, ...]:
    """Subcatchments of a model as the rational method reads them."""
    return tuple(DrainedArea(a.outlet_node, a.feature_id, a.ground_m2) for a in areas)


def review_design(
    systems: Sequence[tuple[DrainageSystem, Sequence[Subcatchment]]], layers: LayerSet, settings: Settings
) -> DesignReview:
    """Check the design of every system as it stands in the last of the scenarios compared.

    Parameters
    ----------
    systems
        Systems of that scenario, each with the subcatchments of its model.
    layers
        For what stands in no system of its own, such as trees.
    settings
        The project's.
    """
    design = settings.design
    limits = Limits(design, settings.checks.min_cover_m, settings.standards.confirmations)
    period = required_return_period(design, settings.headline_return_period_a)
    formula = settings.rainfall.storm_formula(settings.name)
    intensity = partial(_intensity, formula.intensity_l_s_ha, period.value)
    usual = runoff_coefficients(settings.catalogue, design.runoff_coefficients)
    coefficients = raised_coefficients(usual, period.value)
    groundwater_percent = design.infiltration_percent or 0.0
    checks: list[Check] = [c for system, areas in systems for c in check_ground_coefficient(system, areas, usual)]
    tables, proposals = [], []
    nets = [design_network(system, drained_areas(areas), settings.sewage) for system, areas in systems]
    for net in nets:
        flows = pipe_flows(net, coefficients, intensity, design.inlet_time_min, groundwater_percent)
        hydraulics = pipe_hydraulics(net, flows)
        tables.append(hydraulics)
        sewers = net.by_gravity
        found = [
            *check_hydraulics(sewers, hydraulics, limits, period, design.network),
            *pressure_pipes_unchecked(net),
            *check_full_pipes(
                sewers,
                hydraulics,
                limits,
                surge_percent=design.surge_percent,
                intercepted_rain_times=design.intercepted_rain_times,
            ),
            *check_groundwater(net, limits, design.infiltration_percent),
            *check_sizes(sewers, limits, design.network, machine_cleaning=design.machine_cleaning),
            *check_manholes(sewers, limits, hydraulics),
            *check_cover(net, limits, settings.carriageway),
            *check_inlets(
                net,
                limits,
                kind=design.inlet,
                coefficients=coefficients,
                intensity_l_s_ha=intensity,
                inlet_time_min=design.inlet_time_min,
                lead_diameter_mm=settings.inlets.lead_diameter_mm,
            ),
        ]
        checks.extend(found)
        flows_again = partial(
            pipe_flows,
            coefficients=coefficients,
            intensity_l_s_ha=intensity,
            inlet_time_min=design.inlet_time_min,
            infiltration_percent=groundwater_percent,
        )
        proposals.append(
            suggestions(sewers, found, flows_again, limits, period, design.network, settings.carriageway)
        )
    trees = layers["trees"][stands(layers, "trees", settings.scenario(settings.compared[1]))]
    checks.extend(
        check_clearances(
            _all(nets, "pipes").assign(depth_m=np.concatenate([_depths_m(net) for net in nets] or [np.empty(0)])),
            _all(nets, "utilities"),
            _all(nets, "buildings"),
            trees,
            design,
            limits,
            settings.catalogue,
        )
    )
    return DesignReview(
        checks_table(checks), _joined(tables, HYDRAULIC_COLUMNS), _joined(proposals, SUGGESTION_COLUMNS), period
    )


def _intensity(formula: Callable[[float, float], Any], period_a: float, duration_min: float) -> float:
    return float(formula(period_a, duration_min))


def _all(nets: Sequence[DesignNetwork], name: str) -> gpd.GeoDataFrame:
    frames = [getattr(net, name) for net in nets]
    filled = [f for f in frames if len(f)]
    if not filled:
        return frames[0] if frames else gpd.GeoDataFrame({"geometry": []}, geometry="geometry")
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs=filled[0].crs)


def _depths_m(net: DesignNetwork) -> np.ndarray:
    """Depth of each pipe's invert below the ground of its nodes in m, at its deeper end; NaN where not known."""
    ground_m = net.nodes.set_index("node_id")["ground_m"].astype(float)
    ends = [
        net.pipes[node].map(ground_m).astype(float) - net.pipes[level].astype(float)
        for node, level in (("from_node", "invert_up_m"), ("to_node", "invert_down_m"))
    ]
    deeper: np.ndarray = np.fmax(ends[0].to_numpy(), ends[1].to_numpy())
    return deeper


def _joined(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [p for p in parts if len(p)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
