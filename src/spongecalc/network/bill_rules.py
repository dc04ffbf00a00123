"""What the bill of quantities rests on besides the layers: how borders cut and how trenches are dug."""

from __future__ import annotations

from dataclasses import dataclass

from spongecalc.network.trench import TrenchRules, trench_rules


@dataclass(frozen=True)
class BillRules:
    """``split_at_borders`` gives each community what lies in its area; ``trench`` is how trenches are dug."""

    split_at_borders: bool
    trench: TrenchRules


DEFAULT_RULES = BillRules(
    True, trench_rules("class_3", "by_hand", supported=False, support_m=0.1, pavement_m=0.0)
)
