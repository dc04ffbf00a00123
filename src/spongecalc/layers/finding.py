"""A finding: one thing that is wrong or noteworthy in the data, at one feature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from spongecalc.language import text

SEVERITIES = ("error", "warning", "info")

FINDING_COLUMNS = [
    "severity",
    "rule",
    "community_id",
    "layer",
    "feature_id",
    "file",
    "message",
    "action",
    "x_m",
    "y_m",
]


@dataclass(frozen=True)
class Finding:
    """What a rule found at a feature.

    ``rule`` is also the key of its sentences in the language catalogue ``findings``; ``found`` holds their
    parameters. ``community_id`` is empty where the finding concerns a whole layer. Only a finding of
    severity ``error`` keeps its own community from being modelled.
    """

    rule: str
    severity: str
    layer: str = ""
    feature_id: str = ""
    community_id: str = ""
    file: str = ""
    x_m: float = float("nan")
    y_m: float = float("nan")
    found: Mapping[str, object] = field(default_factory=dict)

    def message(self, language: str) -> str:
        """What was found, as a sentence in ``language`` ("zh" or "en")."""
        return text(f"findings.{self.rule}.message", language, **self.found)

    def action(self, language: str) -> str:
        """What was done about it, or what the user is to do, as a sentence in ``language``."""
        return text(f"findings.{self.rule}.action", language, **self.found)


def findings_table(findings: Iterable[Finding], language: str) -> pd.DataFrame:
    """Findings as rows of findings.csv: errors first, then by community, layer, feature and rule."""
    rows = [
        {
            "severity": f.severity,
            "rule": f.rule,
            "community_id": f.community_id,
            "layer": f.layer,
            "feature_id": f.feature_id,
            "file": f.file,
            "message": f.message(language),
            "action": f.action(language),
            "x_m": f.x_m,
            "y_m": f.y_m,
        }
        for f in findings
    ]
    rows.sort(
        key=lambda r: (
            SEVERITIES.index(str(r["severity"])),
            r["community_id"],
            r["layer"],
            r["feature_id"],
            r["rule"],
            r["message"],
        )
    )
    return pd.DataFrame(rows, columns=FINDING_COLUMNS).drop_duplicates(ignore_index=True)


def communities_with_errors(findings: Iterable[Finding]) -> frozenset[str]:
    """Ids of the communities that an error keeps from being modelled."""
    return frozenset(f.community_id for f in findings if f.severity == "error" and f.community_id)
