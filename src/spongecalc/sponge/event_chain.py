"""The events of a ground, each run by itself, as one row of volumes after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spongecalc.batch.runoff_batch import Failures, GroundVolumes, RunoffTask, Volumes
from spongecalc.swmm.runoff_volumes import RunoffVolumes


@dataclass(frozen=True)
class EventChain:
    """Marks of some events one after the other in s, and the positions among them at which events end."""

    marks_s: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, tasks: Sequence[RunoffTask]) -> EventChain:
        """The chain of some events' tasks in their order."""
        marks: list[int] = []
        ends: list[int] = []
        begin = 0
        for task in tasks:
            marks.extend(begin + mark for mark in task.marks_s)
            begin += task.marks_s[-1]
            ends.append(len(marks) - 1)
        return cls(tuple(marks), tuple(ends))


def chained(results: Sequence[tuple[Volumes, Failures]]) -> tuple[Volumes, Failures]:
    """Volumes of each ground through all events, gathered since the first began; and those that lack one.

    Parameters
    ----------
    results
        What came of each event, in their order.
    """
    failed = {key: reason for _, of_event in results for key, reason in of_event.items()}
    keys = [key for key in results[0][0] if key not in failed] if results else []
    events = {key: [done[key] for done, _ in results] for key in keys}
    joined = {
        key: GroundVolumes(_joined([e.volumes for e in own]), coarse=all(e.coarse for e in own))
        for key, own in events.items()
    }
    return joined, failed


def _joined(events: Sequence[RunoffVolumes]) -> RunoffVolumes:
    def gathered(name: str) -> np.ndarray:
        parts = [getattr(e, name) for e in events]
        before = np.cumsum([np.zeros_like(parts[0][-1]), *(p[-1] for p in parts[:-1])], axis=0)
        return np.concatenate([p + b for p, b in zip(parts, before, strict=True)])

    return RunoffVolumes(
        gathered("rain_m3"),
        gathered("runoff_m3"),
        gathered("infiltration_m3"),
        gathered("evaporation_m3"),
        max((e.continuity_percent for e in events), key=abs),
    )
