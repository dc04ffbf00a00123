"""Rules of the bill of quantities: how borders cut pipes and how trenches are dug."""

from __future__ import annotations

from dataclasses import dataclass

from spongecalc.network.trench import TrenchRules, trench_rules
from spongecalc.project.bill_settings import BillSettings


@dataclass(frozen=True)
class BillRules:
    """``split_at_borders`` gives each community what lies in its area; ``trench`` is how trenches are dug."""

    split_at_borders: bool
    trench: TrenchRules


def bill_rules(settings: BillSettings) -> BillRules:
    """The rules that a project's ledger is made by."""
    trench = trench_rules(
        settings.soil,
        settings.digging,
        supported=settings.walls == "supported",
        support_m=settings.support_m,
        pavement_m=settings.pavement_m,
    )
    return BillRules(settings.borders == "split", trench)


DEFAULT_RULES = bill_rules(BillSettings())
