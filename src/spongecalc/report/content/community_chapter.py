"""One community's chapter: first the page that decides, then its details."""

from __future__ import annotations

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.basis_chapters import inferred_share
from spongecalc.report.content.community_tables import Section
from spongecalc.report.content.document import (
    Beside,
    Block,
    Chapter,
    Drawing,
    Facts,
    Group,
    Items,
    MapPair,
    Paragraph,
    Subheading,
    TableBlock,
    Verdicts,
)
from spongecalc.report.content.long_section import long_sections
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.part import Part
from spongecalc.report.content.result_chapters import confirmations
from spongecalc.report.content.time_series import series_json
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.long_section_svg import section_svg


def part_blocks(part: Part, level: int, words: Wording) -> Group:
    """A topic's part as blocks of the document."""
    blocks: list[Block] = [Subheading(part.heading, level)]
    blocks += [Paragraph(text) for text in part.paragraphs]
    blocks += [Drawing(caption, svg, _look(svg)) for caption, svg in part.figures]
    for caption, table in part.tables:
        if not table.rows:
            continue
        blocks.append(TableBlock(caption, table, f"detail t-{part.key}"))
    if len(blocks) == 1 and part.tables:
        blocks.append(Paragraph(words("document.part_empty"), "none"))
    return Group(f"p-{part.key}", blocks)


def _look(svg: str) -> str:
    """A chart is drawn smaller than a map."""
    return "curve" if svg.startswith('<svg class="chart"') else ""


def community_chapter(section: Section, page: CommunityPage, review: Review, words: Wording) -> Chapter:
    """The chapter of one community, from what its section gathers."""
    headline = review.headline_storm
    blocks: list[Block] = [Facts(section.facts)]
    if section.reason:
        blocks.append(Paragraph(f"{section.reason} {section.unanswered}".strip(), "reason"))
    blocks.append(Verdicts(section.verdicts))
    if section.reason:
        blocks += _table(section, "findings", words("table.findings"))
    if section.maps:
        captions = {s: f"{words('table.maps')} · {words(f'scenario.{s}')}" for s in section.maps}
        blocks.append(MapPair(captions, section.maps, series_json(page)))
    else:
        blocks += [Subheading(words("table.maps")), Paragraph(section.empty["maps"], "none")]
    chart: list[Block] = [
        Drawing(words("chart.title", storm=headline), section.chart, "flow")
        if section.chart
        else Paragraph(words("chart.none"), "none")
    ]
    storms = section.tables["by_storm"]
    beside: list[Block] = (
        [TableBlock(words("table.by_storm"), storms, "detail t-by_storm")] if storms.rows else []
    )
    blocks.append(Beside(chart, beside))
    if section.tables["outfalls"].rows:
        caption = words("table.outfalls", storm=headline)
        blocks.append(TableBlock(caption, section.tables["outfalls"], "detail t-outfalls"))
    blocks += _table(section, "joints", words("table.joints"))
    blocks += _table(section, "sites", words("table.sites", storm=headline))
    blocks += _checks(page, review, words)
    inferred, features = inferred_share(page)
    if features:
        percent = cell_text("_percent", 100 * inferred / features)
        quality = words("document.quality_of", features=features, inferred=inferred, percent=percent)
        blocks += [Subheading(words("document.quality_heading")), Paragraph(quality)]
    points = confirmations(page, review, words)
    blocks += [Subheading(words("document.confirm_heading")), Items(points)]
    details: list[Block] = []
    if not any(p.key == "bill" for p in section.parts):
        details += _table(section, "quantities", words("table.quantities"))
    details += [part_blocks(p, 2, words) for p in section.parts]
    details += _profiles(page, words)
    details += _table(section, "runs", words("table.runs"))
    if not section.reason:
        details += _table(section, "findings", words("table.findings"))
    beside_name = section.community_id if section.name != section.community_id else ""
    return Chapter(
        section.anchor, section.name, blocks, "community", section.overall, beside_name, details=details
    )


def _checks(page: CommunityPage, review: Review, words: Wording) -> list[Block]:
    """How many design checks of the community's new features pass, fail, and cannot be made."""
    checks = review.tables.get("design_checks")
    if checks is None or not {"community_id", "status", "verdict"} <= set(checks.columns):
        return []
    own = checks.loc[(checks["community_id"] == page.community_id) & (checks["status"] == "proposed"), "verdict"]
    if own.empty:
        return []
    counts = {name: int((own == name).sum()) for name in ("pass", "fail", "not_checkable")}
    said = words("document.checks_of", passed=counts["pass"], failed=counts["fail"], open=counts["not_checkable"])
    return [Paragraph(said)]


def _profiles(page: CommunityPage, words: Wording) -> list[Block]:
    """Long sections of the main paths; none where no path has levels."""
    drawn: list[Block] = []
    for section in long_sections(page):
        caption = words(
            "document.profile_caption",
            name=section.name,
            system=words.name("system", section.system),
            scenario=words(f"scenario.{section.scenario}"),
        )
        svg = section_svg(section, words)
        if svg:
            drawn.append(Drawing(caption, svg, "profile"))
    return [Group("profiles", [Subheading(words("document.section_profiles")), *drawn])] if drawn else []


def _table(section: Section, key: str, heading: str) -> list[Block]:
    table = section.tables[key]
    shown: Block = (
        TableBlock(heading, table, f"detail t-{key}") if table.rows else Paragraph(section.empty[key], "none")
    )
    return [Subheading(heading), shown] if not table.rows else [shown]
