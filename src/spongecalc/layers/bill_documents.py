"""Claims and prices that a project names, read; what cannot be read is a finding and the rest goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spongecalc.layers.claim_sheet import Claim, ClaimError, read_claim
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.price_list import Price, PriceError, read_prices


@dataclass(frozen=True)
class BillDocuments:
    """Claims, the project's own prices, and findings about their files."""

    claims: tuple[Claim, ...] = ()
    prices: tuple[Price, ...] = ()
    findings: tuple[Finding, ...] = field(default=())


def read_bill_documents(folder: Path, claims: Sequence[str], prices: str | None) -> BillDocuments:
    """Read the files of a project's [quantities]; paths are relative to its folder."""
    findings: list[Finding] = []
    read: list[Claim] = []
    for file in claims:
        try:
            read.append(read_claim(folder / file))
        except ClaimError as reason:
            findings.append(Finding(reason.rule, Feature(file=file), reason.found))
    priced: tuple[Price, ...] = ()
    if prices is not None:
        try:
            priced = read_prices(folder / prices)
        except PriceError as reason:
            findings.append(Finding(reason.rule, Feature(file=prices), reason.found))
    return BillDocuments(tuple(read), priced, tuple(findings))
