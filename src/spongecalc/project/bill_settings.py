"""The part [quantities] of spongecalc.toml: what the bill of quantities rests on besides the layers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spongecalc.project.section import InsidePath, Meters, Section


class BillSettings(Section):
    """Rules of the bill: how borders cut, how trenches are dug, and where the project's own prices are."""

    borders: Literal["split", "owner"] = "split"
    soil: Literal["class_1_2", "class_3", "class_4"] = "class_3"
    digging: Literal["by_hand", "machine_in_trench", "machine_at_edge"] = "by_hand"
    walls: Literal["sloped", "supported"] = "sloped"
    support_m: Meters = Field(0.1, ge=0, le=1, alias="support")
    pavement_m: Meters = Field(0.0, ge=0, le=2, alias="pavement")
    prices: InsidePath | None = None
    claims: tuple[InsidePath, ...] = ()
