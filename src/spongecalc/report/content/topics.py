"""The topics that add a part of their own to the page, in its order; each is one function of one module."""

from __future__ import annotations

from collections.abc import Callable

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.bill_chapters import community_bill, county_bill
from spongecalc.report.content.capture_chapters import community_part as community_capture
from spongecalc.report.content.capture_chapters import county_part as county_capture
from spongecalc.report.content.data_quality_chapter import data_quality
from spongecalc.report.content.design_chapters import community_design, county_design
from spongecalc.report.content.evidence_chapters import community_evidence, county_evidence
from spongecalc.report.content.outfall_chapters import community_outfalls, county_outfalls
from spongecalc.report.content.part import Part
from spongecalc.report.content.ponding_chapters import community_ponding, county_ponding
from spongecalc.report.content.separation_chapters import community_separation, county_separation
from spongecalc.report.content.wording import Wording

CommunityPart = Callable[[CommunityPage, Review, Wording], Part | None]
CountyPart = Callable[[Review, Wording], Part | None]

# A function returns None where its topic has nothing to say.
COMMUNITY_PARTS: tuple[CommunityPart, ...] = (
    community_outfalls,
    community_separation,
    community_evidence,
    community_capture,
    community_bill,
    community_design,
    community_ponding,
)
COUNTY_PARTS: tuple[CountyPart, ...] = (
    data_quality,
    county_outfalls,
    county_separation,
    county_evidence,
    county_capture,
    county_bill,
    county_design,
    county_ponding,
)
