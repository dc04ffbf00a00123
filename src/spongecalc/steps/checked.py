"""Result of checking a project's layers: the layers, the systems cut from them, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field

import pandas as pd

from spongecalc.assess.field_evidence import Measurements
from spongecalc.layers.bill_documents import BillDocuments
from spongecalc.layers.finding import Finding, communities_with_errors
from spongecalc.layers.layer_set import LayerSet
from spongecalc.project.load import Project
from spongecalc.project.long_rain import LongRain
from spongecalc.scenario import DrainageSystem


@dataclass(frozen=True)
class Checked:
    """A project's layers after reading and checking, and the drainage systems cut from them.

    ``rain`` is its long rain; ``rows`` are the features as they were delivered, for the ledger of intake.
    """

    project: Project
    layers: LayerSet
    systems: tuple[DrainageSystem, ...]
    findings: tuple[Finding, ...]
    community_ids: tuple[str, ...]
    documents: BillDocuments = field(default_factory=BillDocuments)
    measurements: Measurements = field(default_factory=Measurements)
    rows: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    every_scenario: bool = True
    _: KW_ONLY
    rain: LongRain

    @property
    def excluded(self) -> frozenset[str]:
        """Communities that an error keeps from being modelled."""
        return communities_with_errors(self.findings)
