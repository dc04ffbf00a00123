"""Result of checking a project's layers: the layers, the systems cut from them, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from spongecalc.assess.field_evidence import Measurements
from spongecalc.layers.bill_documents import BillDocuments
from spongecalc.layers.finding import Finding, communities_with_errors
from spongecalc.layers.layer_set import LayerSet
from spongecalc.project.load import Project
from spongecalc.scenario import DrainageSystem
from spongecalc.steps.sponge import ProjectRain


@dataclass(frozen=True)
class Checked:
    """A project's layers after reading and checking, and the drainage systems cut from them.

    ``rain`` is that of its measured series; None where the series is generated.
    ``rows`` are the features as they were delivered, for the ledger of intake.
    """

    project: Project
    layers: LayerSet
    systems: tuple[DrainageSystem, ...]
    findings: tuple[Finding, ...]
    community_ids: tuple[str, ...]
    documents: BillDocuments = field(default_factory=BillDocuments)
    measurements: Measurements = field(default_factory=Measurements)
    rain: ProjectRain | None = None
    rows: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    every_scenario: bool = True

    @property
    def excluded(self) -> frozenset[str]:
        """Communities that an error keeps from being modelled."""
        return communities_with_errors(self.findings)
