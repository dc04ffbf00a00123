"""Levels over time that a project gives its outfalls, read; what cannot be read keeps their communities out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from spongecalc.layers.feature import Feature, feature_of
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.level_file import LevelFileError, read_level_file
from spongecalc.layers.level_series import LevelSeries
from spongecalc.project.outfall_level_settings import OutfallLevelSettings


@dataclass(frozen=True)
class OutfallLevels:
    """Levels over time by outfall and by receiver, and what was found on the way.

    ``meant`` are the outfalls that the project gives a file, whether or not it can be used.
    """

    by_outfall: Mapping[str, LevelSeries] = field(default_factory=dict)
    by_receiver: Mapping[str, LevelSeries] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    meant: frozenset[str] = frozenset()

    def of(self, nodes: pd.DataFrame) -> dict[str, LevelSeries]:
        """The levels of those outfalls among some nodes that have any, by node id."""
        # A county asks for each of thousands of systems, mostly without any.
        if not self.by_outfall and not self.by_receiver:
            return {}
        outfalls = nodes[nodes["kind"] == "outfall"]
        found = {
            str(outfall): self.by_outfall.get(str(outfall)) or self.by_receiver.get(str(receiver))
            for outfall, receiver in zip(outfalls["node_id"], outfalls["receives"], strict=True)
        }
        return {outfall: series for outfall, series in found.items() if series is not None}


def read_outfall_levels(
    folder: Path,
    sections: Sequence[OutfallLevelSettings],
    nodes: pd.DataFrame,
    longest_h: float,
    of_models: Mapping[str, LevelSeries] | None = None,
) -> OutfallLevels:
    """Read the files of a project's [[outfall_levels]].

    Parameters
    ----------
    folder
        The project's, from which files are named.
    sections
        What it gives.
    nodes
        Those of all scenarios, as they were read.
    longest_h
        Length of its longest storm with the time after it [h].
    of_models
        Levels over time that SWMM models among its sources have, by outfall; what the project gives goes before.
    """
    by_outfall: dict[str, LevelSeries] = {}
    by_receiver: dict[str, LevelSeries] = {}
    findings: list[Finding] = []
    meant: set[str] = set()
    outfalls = nodes[nodes["kind"] == "outfall"]
    named = {outfall for section in sections for outfall in section.outfalls}
    for section in sections:
        if section.receives is None:
            own = outfalls[outfalls["node_id"].isin(section.outfalls)]
        else:
            own = outfalls[(outfalls["receives"] == section.receives) & ~outfalls["node_id"].isin(named)]
        meant |= set(own["node_id"])
        findings.extend(_absent(section, own))
        try:
            series = read_level_file(folder / section.file, section.file)
        except LevelFileError as reason:
            places = [feature_of("nodes", row) for row in own.itertuples()] or [Feature("nodes")]
            findings.extend(Finding(reason.rule, place, reason.found) for place in places)
            continue
        by_outfall |= dict.fromkeys(section.outfalls, series)
        if section.receives is not None:
            by_receiver[section.receives] = series
        for row in own.itertuples():
            findings.extend(_taken(row, series, longest_h))
    for row in outfalls[~outfalls["node_id"].isin(meant)].itertuples():
        series_of_model = (of_models or {}).get(str(row.node_id))
        if series_of_model is not None:
            by_outfall[str(row.node_id)] = series_of_model
            meant.add(str(row.node_id))
            findings.extend(_taken(row, series_of_model, longest_h))
    return OutfallLevels(by_outfall, by_receiver, tuple(findings), frozenset(meant))


def _absent(section: OutfallLevelSettings, own: pd.DataFrame) -> Iterator[Finding]:
    """A section's outfalls that there are not."""
    for outfall in section.outfalls:
        if outfall not in set(own["node_id"]):
            where = Feature("nodes", feature_id=outfall)
            yield Finding("outfall.series_unknown", where, {"file": section.file, "outfall": outfall})
    if section.receives is not None and own.empty:
        found = {"file": section.file, "receives": section.receives}
        yield Finding("outfall.series_none", Feature("nodes"), found)


def _taken(row: object, series: LevelSeries, longest_h: float) -> Iterator[Finding]:
    """A level over time as it was taken at an outfall, and what is odd about it."""
    level_m, ground_m = float(row.outfall_level_m), float(row.ground_m)  # type: ignore[attr-defined]
    yield finding_at(
        "outfall.series_used",
        "nodes",
        row,
        file=series.file,
        first=f"{series.first_m:.2f}",
        low=f"{min(series.levels_m):.2f}",
        high=f"{series.highest_m:.2f}",
        hour=f"{series.highest_h:g}",
    )
    if not math.isnan(level_m):
        yield finding_at("outfall.series_and_level", "nodes", row, file=series.file, level=f"{level_m:.2f}")
    if series.highest_m > ground_m:
        over = f"{series.highest_m - ground_m:.2f}"
        yield finding_at("outfall.series_above_ground", "nodes", row, file=series.file, over=over)
    if series.hours[-1] < longest_h:
        ends = {"last": f"{series.hours[-1]:g}", "level": f"{series.levels_m[-1]:.2f}", "end": f"{longest_h:g}"}
        yield finding_at("outfall.series_ends", "nodes", row, file=series.file, **ends)
