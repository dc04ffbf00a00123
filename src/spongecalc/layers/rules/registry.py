"""Every rule of the data checks, by id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import pandas as pd

from spongecalc.language import text

SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True)
class Rule:
    """One rule.

    ``severity`` is one of ``SEVERITIES`` and the same wherever the rule is broken; what is graver in one case
    than in another is two rules. ``stage`` is where it is checked: one of the headings of docs/rules.md.
    ``repair`` names what ``check --fix`` does about it, if anything.
    """

    id: str
    severity: str
    stage: str
    repair: str

    def meaning(self, language: str) -> str:
        """Say what a breach means for the model, in ``language`` ("zh" or "en")."""
        return text(f"rules.{self.id}.meaning", language)


@cache
def rules() -> dict[str, Rule]:
    """All rules by id, in the order of the table."""
    file = resources.files("spongecalc.layers.rules") / "rules.csv"
    with file.open(encoding="utf-8") as stream:
        rows = pd.read_csv(stream, keep_default_na=False)
    found: dict[str, Rule] = {}
    for number, row in enumerate(rows.itertuples(), start=2):
        rule = Rule(str(row.id), str(row.severity), str(row.stage), str(row.repair))
        if rule.severity not in SEVERITIES:
            raise ValueError(f"rules.csv, row {number}: severity of {rule.id} is {rule.severity!r}")
        if rule.id in found:
            raise ValueError(f"rules.csv, row {number}: {rule.id} stands twice")
        found[rule.id] = rule
    return found


def severity_of(rule: str) -> str:
    """The severity of a rule; raises KeyError for one that is not registered."""
    return rules()[rule].severity
