"""The features that stand in a scenario: the layers held to the rule that the project gives it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.layers.layer_set import LayerSet
from spongecalc.project.scenario_settings import LAID, PHASE, Scenario

DATED = tuple(name for name, schema in SCHEMAS.items() if LAID in schema.column_names)
"""Layers of which the contract has the day on which a feature was laid."""


REPLACED_BY = "replaced_by"
"""Column of pipes on whose line a proposed one is drawn: its id. Where that one stands, they do not."""


def stands(layers: LayerSet, layer: str, scenario: Scenario) -> np.ndarray:
    """A mask of a layer's features that stand in a scenario.

    - ``statuses``: those of these statuses.
    - ``phases``: what exists; proposed features of these phases; removed features of all others. A feature's
      phase is its own (a column ``phase`` of its layer), else its community's.
    - ``laid_by``: what exists; proposed features laid on or before the day; removed features of a community in
      which none was. See :func:`laid`.
    - ``column``: those whose cell lists the scenario; one with an empty cell stands unless it is removed.

    Whatever the rule, a feature that another replaces (``replaced_by``) does not stand where that one does.
    """
    frame = layers[layer]
    standing = _by_rule(layers, layer, scenario)
    if REPLACED_BY not in frame.columns:
        return standing
    new = frame[SCHEMAS[layer].id_column][standing]
    return np.asarray(standing & ~(frame[REPLACED_BY].notna() & frame[REPLACED_BY].isin(new)), dtype=bool)


def _by_rule(layers: LayerSet, layer: str, scenario: Scenario) -> np.ndarray:
    """A mask of the features that the scenario's rule alone lets stand."""
    frame = layers[layer]
    status = frame["status"]
    if scenario.statuses is not None:
        return np.asarray(status.isin(list(scenario.statuses)), dtype=bool)
    if scenario.column is not None:
        listed = scenarios_listed(frame, scenario.column)
        kept = (status != "removed").to_numpy()
        return np.array(
            [scenario.name in own if own else stays for own, stays in zip(listed, kept, strict=True)], dtype=bool
        )
    if scenario.phases is not None:
        new = done = phases_of(layers, layer).isin(list(scenario.phases)).to_numpy()
    else:
        assert scenario.laid_by is not None
        new, done = laid(layers, layer, scenario.laid_by)
    standing = (
        (status == "existing")
        | ((status == "proposed") & np.asarray(new, dtype=bool))
        | ((status == "removed") & ~np.asarray(done, dtype=bool))
    )
    return np.asarray(standing, dtype=bool)


def scenarios_listed(frame: pd.DataFrame, column: str) -> list[tuple[str, ...]]:
    """The scenarios that each feature lists in a column; none where the layer does not have it."""
    if column not in frame.columns:
        return [()] * len(frame)
    cells = [str(cell) if pd.notna(cell) else "" for cell in frame[column]]
    return [tuple(part.strip() for part in cell.replace("；", ";").split(";") if part.strip()) for cell in cells]


def phases_of(layers: LayerSet, layer: str) -> pd.Series:
    """The phase of each feature of a layer: its own, else its community's; nothing where neither has one."""
    frame = layers[layer]
    of_community = layers["communities"].drop_duplicates("community_id").set_index("community_id")[PHASE]
    phase = frame["community_id"].map(of_community)
    return frame[PHASE].where(frame[PHASE].notna(), phase) if PHASE in frame.columns else phase


def laid(layers: LayerSet, layer: str, by: date) -> tuple[np.ndarray, np.ndarray]:
    """Masks of a layer's features: laid by a day if they are proposed, and replaced by it if they are removed.

    Pipes, surfaces and utilities have the day on which they were laid; one without a day is only designed. All
    else has none, and is laid with the pipes of its community: once the first of them is (a lateral may not stand
    without the node it leads to). What is removed goes when the first proposed feature of its own layer is laid
    in its community; where a layer has no days, the first pipe. A community in which nothing of that layer is
    proposed goes by whatever of it is dated.
    """
    frame = layers[layer]
    replaced = frame["community_id"].isin(_begun(layers, layer if layer in DATED else "pipes", by)).to_numpy()
    own = last_days(frame)
    day = pd.Timestamp(by)
    if layer in DATED:
        return (own <= day).to_numpy(), replaced
    return np.where(own.notna(), own <= day, replaced), replaced


def last_days(frame: pd.DataFrame) -> pd.Series:
    """The day by which each feature was laid for certain: of a month or a year its last; NaT where unknown."""
    return days_laid(frame)[1]


def days_laid(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the first and the last day on which each feature may have been laid; NaT where that is unknown."""
    if LAID not in frame.columns:
        unknown = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]")
        return unknown, unknown
    typed = frame[LAID].astype("string").str.strip()
    first = pd.to_datetime(typed, errors="coerce", format="ISO8601")
    size = typed.str.len().fillna(0)
    last = first.where(size > 7, first + pd.offsets.MonthEnd(0))
    return first, last.where(size > 4, first + pd.offsets.YearEnd(0))


def _begun(layers: LayerSet, layer: str, by: date) -> list[str]:
    """Communities in which a proposed feature of a dated layer is laid by a day."""
    begun, planned = _dated_communities(layers, (layer,), by)
    elsewhere, _ = _dated_communities(layers, DATED, by)
    return [*begun, *(c for c in elsewhere if c not in planned)]


def _dated_communities(layers: LayerSet, names: Sequence[str], by: date) -> tuple[list[str], set[str]]:
    """Communities in which a proposed feature is laid by a day, and those in which any is proposed."""
    begun: dict[str, None] = {}
    planned: set[str] = set()
    for name in names:
        new = layers[name][layers[name]["status"] == "proposed"]
        planned.update(new["community_id"].dropna())
        done = new[(last_days(new) <= pd.Timestamp(by)).to_numpy()]
        begun.update(dict.fromkeys(done["community_id"].dropna()))
    return list(begun), planned
