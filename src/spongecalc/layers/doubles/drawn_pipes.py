"""Pipes that lie on one another, side by side: which is better known, and in what they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.pipe_section import CIRCULAR
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.pipe_ends import PIPE_ENDS, end_points, nearest_nodes, places_of
from spongecalc.layers.provenance import read_flags
from spongecalc.layers.same_place import SAME_LEVEL_M

# So near, two lines are one, whatever else is said of them: no two pipes lie there.
SAME_LINE_M = 0.01
# A level that is lower than its node's by more is not the node's.
LEVEL_M = 0.01
FILLED = (
    "shape",
    "diameter_mm",
    "width_mm",
    "height_mm",
    "wall_mm",
    "material",
    "roughness",
    "sediment_mm",
    "year",
    "laid",
)
"""Columns that a pipe that counts takes over where it lacks them."""
AT_ENDS = (("invert_up_m", "invert_down_m"), ("depth_up_m", "depth_down_m"))
ENDS = ("from_node", "to_node")
# Differences in these are told, but the model is the same.
TOLD = ("material", "year", "laid", "length_m")


def far_apart(one: object, two: object, by: float) -> bool:
    """True where two numbers are known and differ by more than that."""
    if one is None or two is None:
        return False
    return abs(float(one) - float(two)) > by  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class DrawnPipes:
    """Pipes that lie on others, by position in their layer: what is known of them, and the nodes they end at.

    ``places`` are those of their upper and lower nodes, or the ends of the line where it has none there.
    ``gap_m`` is how far their ends lie from these nodes, ``fits`` true where their levels are not below them. A
    value that one takes over from another stands in ``values`` from then on.
    """

    shapes: np.ndarray
    values: Mapping[str, dict[int, object]]
    ends: Mapping[int, tuple[str, str]]
    places: Mapping[int, tuple[shapely.Point, shapely.Point]]
    known_nodes: frozenset[str]
    gap_m: Mapping[int, float]
    fits: Mapping[int, bool]
    catalogue: Catalogue

    @classmethod
    def of(cls, layers: LayerSet, positions: np.ndarray, tolerance_m: float) -> DrawnPipes:
        """The pipes at ``positions``."""
        every = layers["pipes"]
        pipes = every.iloc[positions]
        nodes = layers["nodes"].dropna(subset=["node_id"]).drop_duplicates("node_id")
        nodes = nodes[nodes.geometry.notna()].reset_index(drop=True)
        inverts = nodes.set_index("node_id")["invert_m"]
        names, places = [], []
        gaps, below = np.zeros(len(pipes)), np.zeros(len(pipes), dtype=bool)
        for (column, vertex), level in zip(PIPE_ENDS.items(), AT_ENDS[0], strict=True):
            points = end_points(pipes, vertex)
            named = pipes[column].to_numpy(object)
            near = nearest_nodes(points, nodes, tolerance_m)
            ends = np.where(pd.isna(named), near, named)
            names.append(ends)
            at_nodes = places_of(nodes, pd.Series(ends))
            places.append(np.where(shapely.is_missing(at_nodes), points, at_nodes))
            gap = shapely.distance(points, at_nodes)
            gaps += np.nan_to_num(np.asarray(gap, dtype=float), nan=tolerance_m)
            under = pipes[level].to_numpy(float) < pd.Series(ends).map(inverts).to_numpy(float) - LEVEL_M
            below |= under
        columns = dict.fromkeys([*FILLED, *TOLD, *ENDS, *(c for two in AT_ENDS for c in two)])
        kept = [*columns, "community_id", "status", "flags", "pipe_id", "file", "file_row"]
        at = positions.tolist()
        return cls(
            every.geometry.to_numpy(),
            {c: dict(zip(at, pipes[c].to_numpy(object), strict=True)) for c in kept},
            {p: (str(a), str(b)) for p, a, b in zip(at, *names, strict=True)},
            dict(zip(at, zip(*places, strict=True), strict=True)),
            frozenset(nodes["node_id"].astype(str)),
            dict(zip(at, gaps.tolist(), strict=True)),
            dict(zip(at, (~below).tolist(), strict=True)),
            layers.catalogue,
        )

    def value(self, position: int, column: str) -> object:
        """A value of a pipe; None where there is none."""
        found = self.values[column][position]
        return None if pd.isna(found) else found

    def rank(self, position: int) -> tuple[object, ...]:
        """Make the key by which the pipe that counts comes first; ids tell only where all else is equal."""
        columns = [*FILLED, *ENDS, *(c for two in AT_ENDS for c in two)]
        known = [self.value(position, c) for c in columns]
        line = self.shapes[position]
        bends = len(shapely.get_coordinates(shapely.simplify(line, SAME_LINE_M)))
        written = [f"{v:.6f}" if isinstance(v, float) else str(v) for v in known]
        return (
            not self.fits[position],
            self._rises(position),
            -sum(v is not None for v in known),
            round(self.gap_m[position], 2),
            len(read_flags(self.values["flags"][position])),
            -bends,
            len(shapely.get_coordinates(line)),
            shapely.to_wkb(shapely.normalize(line)).hex(),
            *(w for c, w in zip(columns, written, strict=True) if c not in ENDS),
            *(str(self.values[c][position]) for c in ("pipe_id", "file")),
            int(self.values["file_row"][position]),  # type: ignore[call-overload]
        )

    def _rises(self, position: int) -> bool:
        """True where it is known to be higher at its lower end."""
        up, down = (self.value(position, c) for c in AT_ENDS[0])
        return up is not None and down is not None and float(up) < float(down)  # type: ignore[arg-type]

    def turned(self, kept: int, other: int) -> bool:
        """True where ``other`` runs from the lower end of ``kept`` to its upper end."""
        mine, its = self.ends[kept], self.ends[other]
        if mine == its and mine[0] != mine[1]:
            return False
        if mine == its[::-1]:
            return True
        return self.against(kept, other) != self.against(kept, kept)

    def against(self, line: int, pipe: int) -> bool:
        """True where ``pipe``, from its upper end to its lower one, runs against the drawn ``line``."""
        upper, lower = (shapely.line_locate_point(self.shapes[line], p) for p in self.places[pipe])
        return bool(upper > lower)

    def size_differs(self, kept: int, other: int) -> list[str]:
        """Columns in which the sections of two pipes differ, as a model takes them."""
        found = []
        shapes = [self._shape(p) for p in (kept, other)]
        if None not in shapes and shapes[0] != shapes[1]:
            found.append("shape")
        for column in ("diameter_mm", "width_mm", "height_mm", "sediment_mm"):
            if far_apart(self.value(kept, column), self.value(other, column), 0.5):
                found.append(column)
        if far_apart(self._roughness(kept), self._roughness(other), 1e-6):
            found.append("roughness" if self.value(kept, "roughness") is not None else "material")
        return found

    def _shape(self, position: int) -> object:
        """The shape; one that is not written is a circle, where a diameter is."""
        written = self.value(position, "shape")
        return written or (CIRCULAR if self.value(position, "diameter_mm") is not None else None)

    def _roughness(self, position: int) -> float | None:
        given, material = self.value(position, "roughness"), self.value(position, "material")
        if given is not None:
            return float(given)  # type: ignore[arg-type]
        n, known = self.catalogue.roughness(material) if material is not None else (0.0, False)
        return n if known else None

    def levels_differ(self, kept: int, other: int, *, turned: bool) -> list[str]:
        """Columns of levels in which two pipes between the same ends differ by more than a survey may."""
        found = []
        for two in AT_ENDS:
            its = two[::-1] if turned else two
            found += [
                c
                for c, d in zip(two, its, strict=True)
                if far_apart(self.value(kept, c), self.value(other, d), SAME_LEVEL_M)
            ]
        # One is the other with its direction mistaken: its levels are the same, but lie below its own nodes.
        mistaken = turned and self.fits[kept] and not self.fits[other]
        return [] if found and mistaken and not self.levels_differ(kept, other, turned=False) else found

    def ends_differ(self, mine: tuple[str, str], its: tuple[str, str], *, turned: bool) -> list[str]:
        """The ends at which two pipes are joined to different nodes; an end without a node differs from none."""
        its = its[::-1] if turned else its
        return [
            c
            for c, a, b in zip(ENDS, mine, its, strict=True)
            if a != b and a in self.known_nodes and b in self.known_nodes
        ]

    def same_ends(self, mine: tuple[str, str], its: tuple[str, str]) -> bool:
        """True where two pipes are between the same two nodes, either way."""
        return "" not in mine and mine in (its, its[::-1])

    def same_make(self, one: int, two: int) -> bool:
        """True where two pipes have one section, known of both."""
        known = any(self.value(one, c) is not None for c in ("diameter_mm", "height_mm")) and any(
            self.value(two, c) is not None for c in ("diameter_mm", "height_mm")
        )
        return known and not self.size_differs(one, two)

    def lacking(self, kept: int, other: int, *, turned: bool, at_ends: bool = True) -> dict[str, object]:
        """Values that ``kept`` lacks and ``other`` has."""
        found = {
            c: self.value(other, c)
            for c in FILLED
            if self.value(kept, c) is None and self.value(other, c) is not None
        }
        for two in (*AT_ENDS, ENDS) if at_ends else ():
            for mine, its in zip(two, two[::-1] if turned else two, strict=True):
                if self.value(kept, mine) is None and self.value(other, its) is not None:
                    found[mine] = self.value(other, its)
        # A level that is given is not to be worked out from another's depth, nor the other way round.
        for level, depth in zip(*AT_ENDS, strict=True):
            if self.value(kept, level) is not None:
                found.pop(depth, None)
            elif self.value(kept, depth) is not None:
                found.pop(level, None)
        return found

    def told(self, kept: int, other: int) -> list[str]:
        """Columns in which two pipes differ that make no difference to a model."""
        return [
            c
            for c in TOLD
            if None not in (self.value(kept, c), self.value(other, c))
            and self.value(kept, c) != self.value(other, c)
        ]
