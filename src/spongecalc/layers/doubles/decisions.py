"""Decisions on pipes of one line: which counts, which is left out, and where nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from spongecalc.layers.doubles.drawn_pipes import AT_ENDS, SAME_LINE_M, DrawnPipes, far_apart
from spongecalc.layers.doubles.lines_on_lines import LinesOnLines
from spongecalc.layers.same_place import SAME_LEVEL_M

# A second digitising of a pipe; two pipes beside one another are at least their width apart.
REDRAWN_M = 0.2


@dataclass
class Decisions:
    """Decisions on the pipes of a layer, by position.

    ``out`` are left out for others that count; ``metres`` is how far they lie off, and the metres shared,
    ``told`` the columns in which they differ, ``filled`` the values that those that count take over. ``doubt``
    are pipes that differ from others on their line in what a model is made of, ``replaced`` existing ones on
    whose line a proposed one is drawn.
    """

    out: dict[int, tuple[int, ...]] = field(default_factory=dict)
    metres: dict[int, tuple[float, float]] = field(default_factory=dict)
    told: dict[int, str] = field(default_factory=dict)
    filled: dict[int, dict[str, object]] = field(default_factory=dict)
    doubt: dict[int, tuple[tuple[int, ...], str, float, float]] = field(default_factory=dict)
    replaced: dict[int, tuple[int, float, float]] = field(default_factory=dict)


def decide_copies(drawn: DrawnPipes, pairs: LinesOnLines, standing: np.ndarray, made: Decisions) -> None:
    """Decide on pipes that lie on one another from end to end."""
    whole = pairs.chosen(pairs.whole)
    back = {(int(a), int(b)): n for n, (a, b) in enumerate(zip(whole.line, whole.other, strict=True))}
    lines, others, gaps, shared = [], [], {}, {}
    for (a, b), n in back.items():
        if a > b or (b, a) not in back:
            continue
        gap = float(max(whole.gap_m[n], whole.gap_m[back[b, a]]))
        if gap > SAME_LINE_M and not drawn.same_ends(drawn.ends[a], drawn.ends[b]) and not drawn.same_make(a, b):
            continue
        lines.append(a)
        others.append(b)
        gaps[a, b] = gaps[b, a] = gap
        shared[a, b] = shared[b, a] = float(min(whole.overlap_m[n], whole.overlap_m[back[b, a]]))
    if not lines:
        return
    members, at = np.unique(np.concatenate([lines, others]), return_inverse=True)
    one, two = np.split(at, 2)
    graph = coo_matrix((np.ones(len(one)), (one, two)), shape=(len(members), len(members)))
    _, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    for group in np.split(members[order], np.flatnonzero(np.diff(label[order])) + 1):
        ranked = sorted((int(p) for p in group), key=drawn.rank)
        while ranked:
            kept = ranked.pop(0)
            for other in [p for p in ranked if (kept, p) in gaps]:
                _copy(drawn, kept, other, standing, (gaps[kept, other], shared[kept, other]), made)
            ranked = [p for p in ranked if p not in made.out]


def _copy(
    drawn: DrawnPipes, kept: int, other: int, standing: np.ndarray, metres: tuple[float, float], made: Decisions
) -> None:
    """Decide on two pipes of one line, of which ``kept`` is the better known."""
    gap, shared = metres
    turned = drawn.turned(kept, other)
    ends = drawn.ends_differ(drawn.ends[kept], drawn.ends[other], turned=turned)
    if (standing[kept] != standing[other]).any():
        statuses = {str(drawn.value(p, "status")): p for p in (kept, other)}
        if not ends and {"existing", "proposed"} == set(statuses):
            made.replaced.setdefault(statuses["existing"], (statuses["proposed"], gap, shared))
            return
        differ = ["status" if len(statuses) > 1 else "laid", *ends]
    else:
        differ = [
            *ends,
            *drawn.size_differs(kept, other),
            *drawn.levels_differ(kept, other, turned=turned),
            *_unless(drawn.value(kept, "community_id") == drawn.value(other, "community_id"), "community_id"),
        ]
    if differ:
        _doubt(made, (kept,), (other,), differ, metres)
        return
    made.out[other], made.metres[other] = (kept,), metres
    made.told[other] = ", ".join(drawn.told(kept, other))
    _fill(drawn, made, kept, drawn.lacking(kept, other, turned=turned))


def _unless(same: bool, column: str) -> tuple[str, ...]:
    return () if same else (column,)


def _fill(drawn: DrawnPipes, made: Decisions, position: int, values: Mapping[str, object]) -> None:
    """Give a pipe what it lacks; what it is compared with next is compared with that, too."""
    for column, value in values.items():
        drawn.values[column][position] = value
    if values:
        made.filled[position] = {**made.filled.get(position, {}), **values}


def _doubt(
    made: Decisions,
    some: tuple[int, ...],
    others: tuple[int, ...],
    differ: Sequence[str],
    metres: tuple[float, float],
) -> None:
    """Name pipes on one line that differ, each with the others."""
    words = ", ".join(dict.fromkeys(differ))
    for mine, its in ((some, others), (others, some)):
        for position in mine:
            made.doubt.setdefault(position, (its, words, *metres))


def decide_redraws(drawn: DrawnPipes, pairs: LinesOnLines, standing: np.ndarray, made: Decisions) -> None:
    """Decide on pipes of which one lies on several that follow one another."""
    gone = np.zeros(len(standing), dtype=bool)
    gone[[*made.out, *made.doubt, *made.replaced]] = True
    parts = pairs.chosen(pairs.whole & ~gone[pairs.line] & ~gone[pairs.other])
    mutual = set(zip(parts.line.tolist(), parts.other.tolist(), strict=True))
    by_whole: dict[int, list[int]] = {}
    for n, (part, whole) in enumerate(zip(parts.line.tolist(), parts.other.tolist(), strict=True)):
        if (whole, part) not in mutual:
            by_whole.setdefault(whole, []).append(n)
    for whole in sorted(by_whole, key=drawn.rank):
        rows = sorted(by_whole[whole], key=lambda n: (float(parts.start_m[n]), float(parts.end_m[n])))
        rows = [n for n in rows if int(parts.line[n]) not in made.out]
        length = float(shapely.length(drawn.shapes[whole]))
        stops = [0.0, *(float(parts.end_m[n]) for n in rows)]
        begins = [*(float(parts.start_m[n]) for n in rows), length]
        if len(rows) < 2 or max(abs(a - b) for a, b in zip(stops, begins, strict=True)) > 2 * REDRAWN_M:
            continue
        metres = (float(parts.gap_m[rows].max()), float(parts.overlap_m[rows].sum()))
        _redraw(drawn, whole, [int(parts.line[n]) for n in rows], standing, metres, made)


def _redraw(
    drawn: DrawnPipes,
    whole: int,
    chain: list[int],
    standing: np.ndarray,
    metres: tuple[float, float],
    made: Decisions,
) -> None:
    """Decide on one pipe and the chain of pipes on its line, in their order along it."""
    if drawn.against(whole, whole):
        chain = chain[::-1]
    turned = [drawn.against(whole, part) != drawn.against(whole, whole) for part in chain]
    ends = [drawn.ends[p][::-1] if t else drawn.ends[p] for p, t in zip(chain, turned, strict=True)]
    joined = all(a[1] == b[0] and a[1] in drawn.known_nodes for a, b in pairwise(ends))
    outer = (ends[0][0], ends[-1][1])
    if (
        metres[0] > SAME_LINE_M
        and not drawn.same_ends(drawn.ends[whole], outer)
        and not all(drawn.same_make(whole, p) for p in chain)
    ):
        return
    differ = drawn.ends_differ(drawn.ends[whole], outer, turned=False)
    for part in chain:
        if (standing[whole] != standing[part]).any():
            same = drawn.value(whole, "status") == drawn.value(part, "status")
            differ.append("laid" if same else "status")
        differ += drawn.size_differs(whole, part)
    first, last = chain[0], chain[-1]
    up, down = AT_ENDS[0]
    levels = [(up, down if turned[0] else up, first), (down, up if turned[-1] else down, last)]
    differ += [w for w, p, at in levels if far_apart(drawn.value(whole, w), drawn.value(at, p), SAME_LEVEL_M)]
    if differ:
        _doubt(made, tuple(chain), (whole,), differ, metres)
        return
    if joined:
        made.out[whole], made.metres[whole] = tuple(chain), metres
        told = dict.fromkeys(c for p in chain for c in drawn.told(p, whole) if c != "length_m")
        made.told[whole] = ", ".join(told)
        for part in chain:
            _fill(drawn, made, part, drawn.lacking(part, whole, turned=False, at_ends=False))
        for mine, its, part in levels:
            if drawn.value(part, its) is None and drawn.value(whole, mine) is not None:
                _fill(drawn, made, part, {its: drawn.value(whole, mine)})
        return
    for part in chain:
        made.out[part], made.metres[part] = (whole,), (metres[0], float(shapely.length(drawn.shapes[part])))
        made.told[part] = ", ".join(c for c in drawn.told(whole, part) if c != "length_m")
        _fill(drawn, made, whole, drawn.lacking(whole, part, turned=False, at_ends=False))
    for mine, its, part in levels:
        if drawn.value(whole, mine) is None and drawn.value(part, its) is not None:
            _fill(drawn, made, whole, {mine: drawn.value(part, its)})
