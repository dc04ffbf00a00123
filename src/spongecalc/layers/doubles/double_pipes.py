"""Pipes drawn twice: copies, second digitisings, several redrawn as one, one redrawn as parts.

One of them counts, the other is left out, each with its finding; which one never depends on ids or on the order
of rows. See docs/survey.md, Drawn twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.doubles.decisions import REDRAWN_M, Decisions, decide_copies, decide_redraws
from spongecalc.layers.doubles.drawn_pipes import SAME_LINE_M, DrawnPipes
from spongecalc.layers.doubles.lines_on_lines import LinesOnLines, lines_on_lines
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.provenance import INFERRED, read_flags, write_flags
from spongecalc.layers.rules.findings_at_rows import found_at, numbers
from spongecalc.layers.standing import REPLACED_BY, stands
from spongecalc.project.scenario_settings import Scenario

# Shorter than this, what two lines share is how they meet at a node or cross.
LEAST_SHARED_M = 1.0
SWMM_FILE = ".inp"


def leave_out_double_pipes(
    layers: LayerSet, scenarios: Sequence[Scenario], tolerance_m: float
) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Layers without the pipes that are drawn a second time, and what was found.

    Of two pipes of one system on one line that stand in the same scenarios, the one whose levels fit its nodes
    and of which more is known counts, then the one that ends nearer to its nodes; what it lacks it gets from the
    other. Of one pipe and several that follow one another on its line the several count, where nodes join them.
    Where they differ in what a model is made of, all stay and the difference is an error. An existing pipe that
    stands in a scenario with a proposed one on its line, between the same nodes, stands there no more
    (``replaced_by``).

    Parameters
    ----------
    layers
        Layers whose geometry is mended.
    scenarios
        All scenarios of the project.
    tolerance_m
        How near to a node a pipe without a named end ends there.
    """
    pipes = layers["pipes"]
    if len(pipes) < 2:
        return layers, ()
    pairs = lines_on_lines(pipes.geometry.to_numpy(), REDRAWN_M)
    if not len(pairs):
        return layers, ()
    standing = np.column_stack([stands(layers, "pipes", s) for s in scenarios])
    pairs = pairs.chosen(
        (standing[pairs.line] & standing[pairs.other]).any(axis=1) & ~_of_one_model(pipes, pairs)
    )
    if not len(pairs):
        return layers, ()
    drawn = DrawnPipes.of(layers, np.unique(pairs.line), tolerance_m)
    system = pipes["system"].to_numpy(object)
    alike = system[pairs.line] == system[pairs.other]
    made = Decisions()
    own = pairs.chosen(alike)
    decide_copies(drawn, own, standing, made)
    decide_redraws(drawn, own, standing, made)
    findings = [
        *_left_out(pipes, made),
        *_doubtful(pipes, made),
        *_replaced(pipes, made),
        *_partly(pipes, own, made),
        *_of_other_kind(pipes, pairs.chosen(~alike), system),
    ]
    return _without(layers, made), tuple(findings)


def _of_one_model(pipes: gpd.GeoDataFrame, pairs: LinesOnLines) -> np.ndarray:
    """Pairs of one SWMM model, in which two conduits between two nodes are meant."""
    files = pipes["file"].astype(str).to_numpy(object)
    model = pipes["file"].astype(str).str.lower().str.endswith(SWMM_FILE).to_numpy()
    return np.asarray(model[pairs.line] & (files[pairs.line] == files[pairs.other]), dtype=bool)


def _left_out(pipes: gpd.GeoDataFrame, made: Decisions) -> Iterator[Finding]:
    others, gap, shared, told, filled = _words(len(pipes))
    names = _named(pipes)
    mask = np.zeros(len(pipes), dtype=bool)
    for position, kept in made.out.items():
        mask[position] = True
        others[position] = ", ".join(names[list(kept)])
        gap[position], shared[position] = made.metres[position]
        told[position] = made.told[position] or "-"
        got = dict.fromkeys(c for k in kept for c in made.filled.get(k, {}))
        filled[position] = ", ".join(got) or "-"
    words = {"gap": numbers(gap, 3), "metres": numbers(shared, 2), "differ": told, "filled": filled}
    words["drawn_m"] = shapely.length(pipes.geometry.to_numpy())
    yield from found_at("pipe.double", "pipes", pipes, mask, other=others, **words)


def _words(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    texts = [np.full(count, "", dtype=object) for _ in range(3)]
    return texts[0], np.zeros(count), np.zeros(count), texts[1], texts[2]


def _named(pipes: gpd.GeoDataFrame) -> np.ndarray:
    """The id of each pipe; of one without an id its row in its file."""
    rows = "#" + pipes["file_row"].astype(str)
    return np.asarray(pipes["pipe_id"].where(pipes["pipe_id"].notna(), rows).to_numpy(object), dtype=object)


def _doubtful(pipes: gpd.GeoDataFrame, made: Decisions) -> Iterator[Finding]:
    others, gap, shared, differ, _ = _words(len(pipes))
    names = _named(pipes)
    mask = np.zeros(len(pipes), dtype=bool)
    for position, (its, columns, off, metres) in made.doubt.items():
        mask[position], differ[position] = True, columns
        others[position], gap[position], shared[position] = ", ".join(names[list(its)]), off, metres
    words = {"gap": numbers(gap, 3), "metres": numbers(shared, 2), "differ": differ}
    yield from found_at("pipe.double_differs", "pipes", pipes, mask, other=others, **words)


def _replaced(pipes: gpd.GeoDataFrame, made: Decisions) -> Iterator[Finding]:
    others, gap, shared, _, _ = _words(len(pipes))
    names = _named(pipes)
    mask = np.zeros(len(pipes), dtype=bool)
    for position, (new, off, metres) in made.replaced.items():
        mask[position], others[position] = True, names[new]
        gap[position], shared[position] = off, metres
    words = {"gap": numbers(gap, 3), "metres": numbers(shared, 2)}
    yield from found_at("pipe.replaced", "pipes", pipes, mask, other=others, **words)


def _partly(pipes: gpd.GeoDataFrame, pairs: LinesOnLines, made: Decisions) -> Iterator[Finding]:
    """Pipes that share a stretch and no more: named at the shorter of the two, both count."""
    told = np.zeros(len(pipes), dtype=bool)
    told[[*made.out, *made.doubt, *made.replaced]] = True
    open_ = ~told[pairs.line] & ~told[pairs.other]
    left = pairs.chosen(open_ & (pairs.overlap_m >= LEAST_SHARED_M))
    if not len(left):
        return
    shapes = pipes.geometry.to_numpy()
    tight = shapely.intersection(shapes[left.line], shapely.buffer(shapes[left.other], SAME_LINE_M))
    shared = shapely.length(tight)
    length = shapely.length(shapes)
    chosen = np.flatnonzero((shared >= LEAST_SHARED_M) & (length[left.line] <= length[left.other]))
    names = _named(pipes)
    metres, others = np.zeros(len(pipes)), np.full(len(pipes), "", dtype=object)
    mask = np.zeros(len(pipes), dtype=bool)
    for n in chosen:
        position = int(left.line[n])
        name = names[left.other[n]]
        others[position] = f"{others[position]}, {name}" if mask[position] else name
        metres[position] += shared[n]
        mask[position] = True
    yield from found_at("pipe.shares_line", "pipes", pipes, mask, other=others, metres=numbers(metres, 2))


def _of_other_kind(pipes: gpd.GeoDataFrame, pairs: LinesOnLines, system: np.ndarray) -> Iterator[Finding]:
    """Pipes of two systems on one line, named at the one whose system's name comes later."""
    later = system[pairs.line].astype(str) > system[pairs.other].astype(str)
    on = pairs.chosen(later & (pairs.whole | _back(pairs)) & (pairs.overlap_m >= LEAST_SHARED_M))
    others, gap, metres, kind, _ = _words(len(pipes))
    names = _named(pipes)
    mask = np.zeros(len(pipes), dtype=bool)
    for line, other, off, shared in zip(on.line, on.other, on.gap_m, on.overlap_m, strict=True):
        name = names[other]
        others[line] = f"{others[line]}, {name}" if mask[line] else name
        kind[line], gap[line] = system[other], max(gap[line], off) if mask[line] else off
        metres[line] += shared
        mask[line] = True
    words = {"gap": numbers(gap, 3), "metres": numbers(metres, 2), "system": kind}
    yield from found_at("pipe.on_other_kind", "pipes", pipes, mask, other=others, **words)


def _back(pairs: LinesOnLines) -> np.ndarray:
    """Pairs of which the other lies on the line from end to end."""
    whole = set(zip(pairs.line[pairs.whole].tolist(), pairs.other[pairs.whole].tolist(), strict=True))
    return np.array(
        [(b, a) in whole for a, b in zip(pairs.line.tolist(), pairs.other.tolist(), strict=True)], dtype=bool
    )


def _without(layers: LayerSet, made: Decisions) -> LayerSet:
    """Layers without the pipes left out; those that count have what they lacked, sensors the pipe that counts."""
    pipes = layers["pipes"]
    if made.filled:
        columns = {c for values in made.filled.values() for c in values}
        cells = {c: pipes[c].to_numpy(object).copy() for c in (*columns, "flags")}
        for position, values in made.filled.items():
            if position in made.out:
                continue
            for column, value in values.items():
                cells[column][position] = value
            flags = read_flags(cells["flags"][position])
            cells["flags"][position] = write_flags({**flags, **dict.fromkeys(values, INFERRED)})
        pipes = pipes.assign(
            **{c: pd.Series(v, index=pipes.index, dtype=object).astype(pipes[c].dtype) for c, v in cells.items()}
        )
    if made.replaced:
        names = np.full(len(pipes), None, dtype=object)
        for position, (new, _, _) in made.replaced.items():
            names[position] = pipes["pipe_id"].iloc[new]
        pipes = pipes.assign(**{REPLACED_BY: pd.Series(names, index=pipes.index, dtype=object)})
    if not made.out:
        return layers.with_frame("pipes", pipes)
    ids = pipes["pipe_id"]
    kept = np.ones(len(pipes), dtype=bool)
    kept[list(made.out)] = False
    renamed = {ids.iloc[p]: ids.iloc[k[0]] for p, k in made.out.items()}
    still = set(ids[kept])
    renamed = {old: new for old, new in renamed.items() if old not in still}
    monitoring = layers["monitoring"]
    if len(monitoring):
        named = monitoring["node_or_pipe"].map(lambda v: renamed.get(v, v)).astype(object)
        layers = layers.with_frame("monitoring", monitoring.assign(node_or_pipe=named.where(named.notna(), None)))
    return layers.with_frame("pipes", pipes[kept].reset_index(drop=True))
