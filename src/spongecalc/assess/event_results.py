"""Results of the events of a portion of the communities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spongecalc.batch.runoff_batch import GroundVolumes
from spongecalc.sponge.question import Portion


@dataclass(frozen=True)
class EventResults:
    """A portion of what is asked, and what came of its events."""

    portion: Portion
    volumes: Mapping[tuple[str, ...], GroundVolumes]
    range_volumes: Mapping[tuple[str, ...], GroundVolumes]
    failed: Mapping[tuple[str, ...], str]
