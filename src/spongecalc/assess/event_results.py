"""Results of the events of a portion of the communities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spongecalc.batch.runoff_batch import GroundVolumes
from spongecalc.sponge.cause_runs import CauseRuns
from spongecalc.sponge.question import Portion


@dataclass(frozen=True)
class EventResults:
    """A portion of what is asked, and what came of its events.

    ``causes`` are the runs that tell why the ways differ, by community and scenario.
    """

    portion: Portion
    volumes: Mapping[tuple[str, ...], GroundVolumes]
    range_volumes: Mapping[tuple[str, ...], GroundVolumes]
    failed: Mapping[tuple[str, ...], str]
    causes: Mapping[tuple[str, str], CauseRuns] = field(default_factory=dict)
