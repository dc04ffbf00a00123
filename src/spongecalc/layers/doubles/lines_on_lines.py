"""Lines that lie on other lines: by how many metres, how far off, and whether all along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

# Where on a line another is looked for: one that lies on it for less than a quarter of it may be missed.
SAMPLES = (0.25, 0.5, 0.75)
# Of a line within reach of another, the least part of its length by which it must follow that one: a stub at the
# end of a pipe lies within reach of it, too, and goes elsewhere.
FOLLOWS = 0.75
# What a length may lack of a line that lies within reach all along: the arc of the reach is of straight pieces.
ROUND_M = 0.01


@dataclass(frozen=True, eq=False)
class LinesOnLines:
    """Pairs of lines of one layer, by position: ``line`` runs within reach of ``other`` for ``overlap_m``.

    ``gap_m`` is the greatest distance of a vertex of ``line`` from ``other``; ``whole`` is true where ``line``
    lies on ``other`` from end to end; ``start_m`` and ``end_m`` are where on ``other`` it begins and ends, the
    smaller first. A pair stands there both ways round.
    """

    line: np.ndarray
    other: np.ndarray
    overlap_m: np.ndarray
    gap_m: np.ndarray
    whole: np.ndarray
    start_m: np.ndarray
    end_m: np.ndarray

    def __len__(self) -> int:
        return len(self.line)

    def chosen(self, mask: np.ndarray) -> LinesOnLines:
        """The pairs where ``mask`` holds."""
        return LinesOnLines(*(np.asarray(getattr(self, name))[mask] for name in self.__dataclass_fields__))


def lines_on_lines(shapes: np.ndarray, reach_m: float) -> LinesOnLines:
    """Pairs of lines of which one runs within ``reach_m`` (m) of the other, at a quarter, half or three quarters.

    Parameters
    ----------
    shapes
        LineStrings, in a CRS of metres.
    reach_m
        Distance within which a line lies on another.
    """
    count = len(shapes)
    samples = np.concatenate([shapely.line_interpolate_point(shapes, s, normalized=True) for s in SAMPLES])
    sample, other = shapely.STRtree(shapes).query(samples, predicate="dwithin", distance=reach_m)
    line = sample % max(count, 1)
    apart = line != other
    pairs = np.column_stack([line[apart], other[apart]])
    pairs = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0).reshape(-1, 2)
    line, other = pairs[:, 0], pairs[:, 1]
    length = shapely.length(shapes[line])
    overlap = shapely.length(shapely.intersection(shapes[line], shapely.buffer(shapes[other], reach_m)))
    begin, end = (
        shapely.line_locate_point(shapes[other], shapely.get_point(shapes[line], vertex)) for vertex in (0, -1)
    )
    follows = np.abs(end - begin) >= FOLLOWS * length
    return LinesOnLines(
        line,
        other,
        overlap,
        _gap_m(shapes, line, other),
        follows & (overlap >= length - ROUND_M),
        np.minimum(begin, end),
        np.maximum(begin, end),
    )


def _gap_m(shapes: np.ndarray, line: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The greatest distance of a vertex of each line from its other."""
    places, of = shapely.get_coordinates(shapes[line], return_index=True)
    gap = np.zeros(len(line))
    np.maximum.at(gap, of, shapely.distance(shapely.points(places), shapes[other][of]))
    return gap
