"""The chapters of the report: each is registered here, in the order of a design review, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.basis_chapters import (
    basis_chapter,
    capture_chapter,
    data_chapter,
    facilities_chapter,
    notes_chapter,
    storms_chapter,
    surfaces_chapter,
    targets_chapter,
)
from spongecalc.report.content.bill_chapters import community_bill, county_bill
from spongecalc.report.content.capture_chapters import community_capture, county_capture
from spongecalc.report.content.closing_chapters import (
    legend_chapter,
    method_chapter,
    origin_chapter,
    sign_chapter,
)
from spongecalc.report.content.community_chapter import community_chapter
from spongecalc.report.content.county_chapters import (
    claims_chapter,
    communities_chapter,
    overview_chapter,
    progress_chapter,
    totals_chapter,
)
from spongecalc.report.content.data_quality_chapter import data_quality
from spongecalc.report.content.design_chapters import community_design, county_design
from spongecalc.report.content.document import Chapter
from spongecalc.report.content.evidence_chapters import community_evidence, county_evidence
from spongecalc.report.content.outfall_chapters import community_outfalls, county_outfalls
from spongecalc.report.content.ponding_chapters import community_ponding, county_ponding
from spongecalc.report.content.result_chapters import (
    conclusions_chapter,
    hydraulics_chapter,
    ponding_chapter,
    quantities_chapter,
    separation_chapter,
)
from spongecalc.report.content.scenario_chapters import phases_chapter, scenarios_chapter
from spongecalc.report.content.separation_chapters import community_separation, county_separation
from spongecalc.report.content.settled_chapters import community_settled, county_settled
from spongecalc.report.content.structure_chapters import community_structures, county_structures
from spongecalc.report.content.sweep_chapters import sweeps_chapter
from spongecalc.report.content.wording import Wording

CountyTeller = Callable[[Review, Wording], Chapter | None]
"""Tells a chapter of the whole project; None where there is nothing to say."""
CommunityTeller = Callable[[CommunityPage, Review, Wording], Chapter | None]
"""Tells a chapter of one community; None where there is nothing to say."""


@dataclass(frozen=True)
class CountyEntry:
    """A chapter of the whole project under its key, and the chapters that stand inside it."""

    key: str
    tell: CountyTeller
    holds: tuple[CountyTeller, ...] = ()


@dataclass(frozen=True)
class CommunityEntry:
    """The place of the communities' chapters, one for each, and the chapters that stand inside each of them."""

    key: str
    tell: Callable[[CommunityPage, Review, str, Sequence[Chapter], Wording], Chapter]
    holds: tuple[CommunityTeller, ...]


Entry = CountyEntry | CommunityEntry


def in_order(*entries: Entry) -> tuple[Entry, ...]:
    """The entries as they stand; raises ValueError where two share a key or a function."""
    keys = [e.key for e in entries]
    tellers = [teller for e in entries for teller in (e.tell, *e.holds)]
    twice = [k for k in keys if keys.count(k) > 1] + [t.__name__ for t in tellers if tellers.count(t) > 1]
    if twice:
        raise ValueError(twice[0])
    return entries


CHAPTERS = in_order(
    CountyEntry("totals", totals_chapter),
    CountyEntry("overview", overview_chapter),
    CountyEntry("communities", communities_chapter),
    CountyEntry("claims", claims_chapter),
    CountyEntry("progress", progress_chapter),
    CountyEntry("scenarios", scenarios_chapter),
    CountyEntry("phases", phases_chapter),
    CountyEntry("notes", notes_chapter),
    CountyEntry("legend", legend_chapter),
    CommunityEntry(
        "each",
        community_chapter,
        (
            community_outfalls,
            community_structures,
            community_separation,
            community_evidence,
            community_capture,
            community_bill,
            community_design,
            community_ponding,
            community_settled,
        ),
    ),
    CountyEntry("basis", basis_chapter),
    CountyEntry("storms", storms_chapter),
    CountyEntry("data", data_chapter, (data_quality,)),
    CountyEntry("surfaces", surfaces_chapter),
    CountyEntry("targets", targets_chapter),
    CountyEntry("facilities", facilities_chapter),
    CountyEntry("capture", capture_chapter, (county_capture,)),
    CountyEntry(
        "hydraulics", hydraulics_chapter, (county_outfalls, county_structures, county_design, county_settled)
    ),
    CountyEntry("quantities", quantities_chapter, (county_bill,)),
    CountyEntry("ponding", ponding_chapter, (county_ponding,)),
    CountyEntry("separation", separation_chapter, (county_separation, county_evidence)),
    CountyEntry("sweeps", sweeps_chapter),
    CountyEntry("conclusions", conclusions_chapter),
    CountyEntry("method", method_chapter),
    CountyEntry("sign", sign_chapter),
    CountyEntry("origin", origin_chapter),
)
ORDER = tuple(entry.key for entry in CHAPTERS)
