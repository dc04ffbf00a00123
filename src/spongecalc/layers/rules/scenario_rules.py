"""Rules on what scenarios read of the layers: columns that nobody filled, phases and names that nobody knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from spongecalc.contract import SCHEMAS, STATUSES
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.standing import DATED, last_days, phases_of, scenarios_listed, stands
from spongecalc.project.scenario_settings import Scenario

STANDING = tuple(name for name, schema in SCHEMAS.items() if "status" in schema.column_names)
"""Layers whose features stand in some scenarios and not in others."""


def check_scenarios(layers: LayerSet, scenarios: Sequence[Scenario]) -> Iterator[Finding]:
    """Findings about the project's scenarios; each value that leads nowhere is named once."""
    yield from _columns(layers, scenarios)
    yield from _phases(layers, scenarios)
    yield from _nowhere(layers, scenarios)
    for scenario in scenarios:
        if scenario.laid_by is not None and not any(last_days(layers[n]).notna().any() for n in DATED):
            found = {"scenario": scenario.name, "day": scenario.laid_by.isoformat()}
            yield Finding("scenario.no_dates", Feature("pipes"), found)


def _nowhere(layers: LayerSet, scenarios: Sequence[Scenario]) -> Iterator[Finding]:
    """One finding for each layer with features that stand in no scenario; a wrong status is told elsewhere."""
    for layer in STANDING:
        frame = layers[layer]
        if frame.empty:
            continue
        standing = np.zeros(len(frame), dtype=bool)
        for scenario in scenarios:
            standing |= stands(layers, layer, scenario)
        lost = (~standing & frame["status"].isin(STATUSES).to_numpy()).sum()
        if lost:
            yield Finding("scenario.nowhere", Feature(layer), {"layer": layer, "count": int(lost)})


def _columns(layers: LayerSet, scenarios: Sequence[Scenario]) -> Iterator[Finding]:
    names = {s.name for s in scenarios}
    for column in dict.fromkeys(s.column for s in scenarios if s.column is not None):
        own = ", ".join(s.name for s in scenarios if s.column == column)
        filled = False
        for layer in STANDING:
            listed = Counter(name for cell in scenarios_listed(layers[layer], column) for name in cell)
            filled |= bool(listed)
            for name in sorted(set(listed) - names):
                found = {
                    "column": column,
                    "layer": layer,
                    "name": name,
                    "count": listed[name],
                    "known": ", ".join(s.name for s in scenarios),
                }
                yield Finding("scenario.name_unknown", Feature(layer), found)
        if not filled:
            yield Finding("scenario.column_missing", found={"column": column, "scenarios": own})


def _phases(layers: LayerSet, scenarios: Sequence[Scenario]) -> Iterator[Finding]:
    by_phase = [s for s in scenarios if s.phases is not None]
    if not by_phase:
        return
    works = {name: layers[name]["status"].isin(["proposed", "removed"]).to_numpy() for name in STANDING}
    counts = {name: Counter(phases_of(layers, name)[mask].dropna()) for name, mask in works.items()}
    held = {str(phase) for own in counts.values() for phase in own}
    for scenario in by_phase:
        for phase in scenario.phases or ():
            if phase not in held:
                found = {"scenario": scenario.name, "phase": phase, "known": ", ".join(sorted(held)) or "-"}
                yield Finding("scenario.phase_unknown", Feature("communities"), found)
    # What stands by its status alone in another scenario is not lost.
    if any("proposed" in (s.statuses or ()) for s in scenarios):
        return
    named = {phase for s in by_phase for phase in s.phases or ()}
    for layer, own in counts.items():
        for phase in sorted(set(map(str, own)) - named):
            lost = {
                "layer": layer,
                "phase": phase,
                "count": own[phase],
                "known": ", ".join(sorted(named)) or "-",
            }
            yield Finding("scenario.phase_unnamed", Feature(layer), lost)
