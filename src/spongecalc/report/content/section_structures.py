"""Pumps, weirs, orifices and outlets on the way of a long section, with the levels that they work by."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from spongecalc.catalogue.structure_form import KINDS, PUMP
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.wording import Wording


@dataclass(frozen=True)
class Installed:
    """A structure between two stations; levels in m, NaN where they are not known.

    ``floor_m`` and ``ground_m`` are those of the node that it takes from: of a pump, of its wet well.
    """

    structure_id: str
    kind: str
    start_m: float
    end_m: float
    floor_m: float
    ground_m: float
    crest_m: float
    on_level_m: float
    off_level_m: float

    @property
    def is_pump(self) -> bool:
        """True for a pump."""
        return self.kind == PUMP

    @property
    def sill_m(self) -> float:
        """Level at which water begins to pass: the crest, the floor where none is known or of a pump."""
        return self.floor_m if self.is_pump or math.isnan(self.crest_m) else self.crest_m

    @property
    def levels_m(self) -> tuple[float, ...]:
        """All of its levels that are known."""
        levels = (self.crest_m, self.on_level_m, self.off_level_m)
        return tuple(level for level in levels if not math.isnan(level))

    def said(self, words: Wording) -> str:
        """It in words: its id, kind, and the levels that are known."""
        parts = [self.structure_id, words.name("kind", self.kind)]
        for column in ("crest_m", "on_level_m", "off_level_m"):
            level = getattr(self, column)
            if not math.isnan(level):
                parts.append(f"{words.name('column', column)} {cell_text(column, level)}")
        return " · ".join(parts)


def installed(row: Mapping[str, object], start_m: float, end_m: float, node: Mapping[str, object]) -> Installed:
    """A row of the layer of structures between two stations, ``node`` the row of the node that it takes from."""
    return Installed(
        str(row["structure_id"]),
        str(row.get("kind")),
        start_m,
        end_m,
        *(_number(node.get(c)) for c in ("invert_m", "ground_m")),
        *(_number(row.get(c)) for c in ("crest_m", "on_level_m", "off_level_m")),
    )


def structures_on_ways(
    structures: gpd.GeoDataFrame | None, nodes: pd.DataFrame, system: str
) -> Sequence[dict[str, object]]:
    """Rows of the structures that lead water on in a system, each with the line that it takes in plan.

    Those whose system nobody has said are of that of the node that they take from. One drawn as a point, or not
    at all, takes the straight line between its nodes.

    Parameters
    ----------
    structures
        The layer in a scenario; None where there is none.
    nodes
        The layer of nodes by id.
    system
        One of the contract's systems.
    """
    if structures is None or structures.empty:
        return []
    found = []
    for row in structures.sort_values("structure_id").to_dict("records"):
        ends = [row.get(c) for c in ("from_node", "to_node")]
        if row.get("kind") not in KINDS or any(end not in nodes.index for end in ends) or ends[0] == ends[1]:
            continue
        own = row["system"] if is_known(row.get("system")) else nodes.loc[ends[0], "system"]
        if own == system:
            found.append(
                {**{str(k): v for k, v in row.items()}, "geometry": _line(row.get("geometry"), nodes, ends)}
            )
    return found


def _line(drawn: object, nodes: pd.DataFrame, ends: Sequence[object]) -> shapely.LineString:
    if isinstance(drawn, shapely.LineString) and not drawn.is_empty:
        return drawn
    return shapely.LineString([nodes.loc[end, "geometry"].centroid for end in ends])


def _number(value: object) -> float:
    return float(value) if is_known(value) else math.nan  # type: ignore[arg-type]
