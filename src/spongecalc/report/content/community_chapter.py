"""One community's chapter: first the page that decides, then its details."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from spongecalc.assess import criteria as judged
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.basis_chapters import inferred_share
from spongecalc.report.content.community_tables import (
    JOINT_COLUMNS,
    QUANTITY_COLUMNS,
    SITE_COLUMNS,
    facts,
    headline_storm,
    is_answered,
    numbered,
    reason_unanswered,
    run_table,
    site_gravity,
    storm_results,
    storm_table,
)
from spongecalc.report.content.criteria_tables import limit_figures
from spongecalc.report.content.document import (
    Beside,
    Block,
    Chapter,
    Drawing,
    Facts,
    Group,
    Items,
    MapSet,
    Paragraph,
    Subheading,
    TableBlock,
    VerdictLine,
    Verdicts,
)
from spongecalc.report.content.figures import CommunityMap, RunoffCurves
from spongecalc.report.content.finding_table import finding_blocks
from spongecalc.report.content.inner_chapter import held
from spongecalc.report.content.long_section import long_sections
from spongecalc.report.content.map_extent import map_extent
from spongecalc.report.content.map_series import map_series
from spongecalc.report.content.media import of_both, on_screen_alone, with_tables_on_screen
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.outfall_chapters import outfall_table
from spongecalc.report.content.result_chapters import confirmations
from spongecalc.report.content.roles import ChapterPlace, FigureRole, Medium, TextRole
from spongecalc.report.content.scenario_lines import scenario_lines
from spongecalc.report.content.settled_chapters import settled_rows
from spongecalc.report.content.table import Table, frame_table
from spongecalc.report.content.unsound_runs import missing_said
from spongecalc.report.content.verdict_words import found_said
from spongecalc.report.content.wording import Wording


def community_chapter(
    page: CommunityPage, review: Review, anchor: str, inner: Sequence[Chapter], words: Wording
) -> Chapter:
    """The chapter of one community.

    Parameters
    ----------
    page
        The community.
    review
        The review that it is of.
    anchor
        The chapter's key.
    inner
        The chapters that stand among its details.
    words
        Of the report's language.
    """
    row = page.row
    headline = review.headline_storm
    judgements = judged.verdicts(row, review.judging)
    storms = storm_results(review, page.community_id)
    joints, sites = (numbered(t, words.scenario_names) for t in (page.joints, page.sites))
    failed = not judged.finished(row)
    findings = _findings(page, words)
    blocks: list[Block] = [Facts(facts(page, review, words))]
    if failed:
        blocks.append(Paragraph(_failure(page, judgements, words), TextRole.REASON))
    elif missing := missing_said(row, words):
        blocks.append(Paragraph(missing, TextRole.REASON))
    blocks.append(Verdicts([_verdict_line(v, page, review, words) for v in judgements]))
    if failed:
        blocks += findings
    blocks += _maps(page, review, joints, sites, words)
    chart, by_storm = _runoff(page, review, anchor, words), storm_table(storms, words)
    tabled = [TableBlock(words("table.by_storm"), by_storm, "by_storm")] if by_storm.rows else []
    blocks.append(Beside([chart], tabled, Medium.SCREEN))
    leaving = outfall_table(review, page.community_id, words)
    if leaving.rows:
        blocks.append(TableBlock(words("table.outfalls", storm=headline), leaving, "outfalls"))
    no_joints = (
        "table.no_joints" if is_answered(row, "cross_connections", review.compared) else "table.no_joints_unknown"
    )
    no_sites = (
        "table.no_sites" if is_answered(row, "ponding_sites", review.compared) else "table.no_sites_unknown"
    )
    blocks += _table("joints", words("table.joints"), frame_table(joints, JOINT_COLUMNS, words), words(no_joints))
    named = sites.assign(number=[f"P{n}" for n in sites["number"]])
    shown = frame_table(named, SITE_COLUMNS, words)
    caption = words("table.sites", storm=headline)
    blocks += _table("sites", caption, shown, words(no_sites), site_gravity(sites, review.compared[1]))
    closing = _closing(page, review, words)
    # On paper the page that decides is one page: storms beyond the headline's stand in the annex.
    blocks += of_both(closing, [Beside([chart], closing)])
    details = of_both([], tabled)
    if not any(c.key == "bill" for c in inner):
        laid = frame_table(page.quantities, QUANTITY_COLUMNS, words)
        details += _table("quantities", words("table.quantities"), laid, words("table.no_quantities"))
    details += [_for_media(held(c)) for c in inner]
    details += _profiles(page, review, words)
    runs = _table("runs", words("table.runs"), run_table(page.runs, words), words("table.no_runs"))
    details += with_tables_on_screen(Group("runs", runs)).blocks
    if not failed:
        details += findings
    beside = page.community_id if page.name != page.community_id else ""
    overall = judged.overall(row, review.judging)
    return Chapter(anchor, page.name, blocks, ChapterPlace.COMMUNITY, overall, beside, details=details)


PRINTED = frozenset({"structures", "separation", "evidence", "design", "settled"})
"""Parts of a community's details that print whole: what fails, is misled or is not certain."""
SUMMED_UP = frozenset({"capture", "ponding-ground"})
"""Parts whose sentences and figures print; their tables, and all of the others, are looked up in the workbook."""


def _for_media(part: Group) -> Group:
    if part.key in PRINTED:
        return part
    return with_tables_on_screen(part) if part.key in SUMMED_UP else on_screen_alone(part)


def _closing(page: CommunityPage, review: Review, words: Wording) -> list[Block]:
    """The end of the page: the checks in a sentence, how good the data is, what is to be confirmed."""
    blocks = _checks(page, review, words)
    inferred, features = inferred_share(page)
    if features:
        percent = cell_text("_percent", 100 * inferred / features)
        quality = words("document.quality_of", features=features, inferred=inferred, percent=percent)
        blocks += [Subheading(words("document.quality_heading")), Paragraph(quality)]
    points = confirmations(page, review, words)
    return [*blocks, Subheading(words("document.confirm_heading")), Items(points)]


def _findings(page: CommunityPage, words: Wording) -> list[Block]:
    """Findings about the data: all of them on a screen, on paper what wants an engineer's eye."""
    heading = words("table.findings")
    grave = page.findings[page.findings["severity"] != "info"] if "severity" in page.findings else page.findings
    nothing: list[Block] = [Subheading(heading), Paragraph(words("table.no_findings"), TextRole.NOTHING)]
    every = finding_blocks(page.findings, heading, words) or nothing
    if len(grave) == len(page.findings):
        return every
    notes = Paragraph(words("document.notes_elsewhere", count=len(page.findings) - len(grave)), TextRole.REMARK)
    return of_both(every, [*(finding_blocks(grave, heading, words) or [Subheading(heading)]), notes])


def _failure(page: CommunityPage, judgements: Sequence[judged.Verdict], words: Wording) -> str:
    """The reason why a community was not answered, and the questions that stay open."""
    reason = reason_unanswered(page.row, words)
    unknown = [words(f"criterion.{v.criterion}") for v in judgements if v.answer == judged.UNDECIDED]
    unanswered = words("status.cannot_answer", questions=words.listed(unknown)) if unknown else ""
    return f"{reason} {unanswered}".strip()


def _verdict_line(verdict: judged.Verdict, page: CommunityPage, review: Review, words: Wording) -> VerdictLine:
    limit = words.filled(f"limit.{verdict.criterion}", limit_figures(review))
    beside = ""
    if reason := review.not_decisive.get(verdict.criterion):
        beside = words("verdict.not_decisive_here", reason=reason)
        limit = f"{limit}{words.between}{beside}"
    return VerdictLine(verdict.criterion, verdict.answer, found_said(verdict, page, review, words), limit, beside)


def _maps(
    page: CommunityPage, review: Review, joints: pd.DataFrame, sites: pd.DataFrame, words: Wording
) -> list[Block]:
    """The maps of all scenarios, in one extent; that there are none where nothing has a place."""
    extent = map_extent(page.boundary, page.layers.values())
    drawable = any(len(layer) for layers in page.layers.values() for layer in layers.values())
    if extent is None or not drawable:
        missing = words("map.no_geometry" if drawable else "map.missing")
        return [Subheading(words("table.maps")), Paragraph(missing, TextRole.NOTHING)]
    volumes = (
        pd.to_numeric(sites["volume_m3"], errors="coerce") if "volume_m3" in sites else pd.Series(dtype=float)
    )
    largest = float(volumes.max()) if volumes.notna().any() else 0.0
    titles = {s: words.scenario(s) for s in words.scenario_names}
    maps: dict[str, CommunityMap] = {}
    for scenario, title in titles.items():
        # Also without layers the outline is drawn: where the community lies is known.
        own_joints, own_sites = (t[t["scenario"] == scenario] if "scenario" in t else t for t in (joints, sites))
        label = words(
            "map.label",
            name=page.name,
            scenario=title,
            joints=len(own_joints),
            sites=len(own_sites),
        )
        maps[scenario] = CommunityMap(
            label,
            page.boundary,
            page.layers.get(scenario, {}),
            own_joints,
            own_sites,
            extent,
            largest,
            # The checks are made of the network of the last scenario compared.
            _failed_checks(review, page.community_id) if scenario == review.compared[1] else None,
            _unsettled(review, page.community_id, scenario),
        )
    captions = {s: f"{words('table.maps')} · {named}" for s, named in titles.items()}
    return [MapSet(titles, captions, maps, map_series(page))]


def _failed_checks(review: Review, community_id: str) -> pd.DataFrame | None:
    """Rows of design_checks.csv that fail in a community; None where the checks were not made."""
    checks = review.tables.get("design_checks")
    if checks is None or checks.empty:
        return None
    return checks[(checks["community_id"] == community_id) & (checks["verdict"] == "fail")]


def _unsettled(review: Review, community_id: str, scenario: str) -> pd.DataFrame | None:
    """Rows of settled.csv of a community in a scenario; None where there are none."""
    rows = settled_rows(review, community_id)
    own = rows[rows["scenario"] == scenario]
    return own if len(own) else None


def _runoff(page: CommunityPage, review: Review, anchor: str, words: Wording) -> Block:
    """The runoff over time under the headline storm."""
    curves = _curves(page, review, anchor, words)
    if curves is None:
        return Paragraph(words("chart.none"), TextRole.NOTHING)
    return Drawing(words("chart.title", storm=review.headline_storm), curves, FigureRole.HYDROGRAPH)


def _curves(page: CommunityPage, review: Review, anchor: str, words: Wording) -> RunoffCurves | None:
    known = {s: series.dropna() for s, series in page.hydrographs.items() if series is not None}
    known = {s: known[s] for s in words.scenario_names if s in known and not known[s].empty}
    if not known:
        return None
    storm = headline_storm(review)
    peaks = {
        f"peak_{place}": cell_text("peak_l_s", page.row.get(f"peak_{s}_l_s")) or words("page.unknown")
        for place, s in zip(("first", "last"), review.compared, strict=True)
    }
    return RunoffCurves(
        words("chart.label", name=page.name, **peaks),
        f"{anchor}-flow",
        known,
        storm.intensity_mm_h if storm is not None and len(storm.intensity_mm_h) else None,
        scenario_lines(words, known),
    )


def _checks(page: CommunityPage, review: Review, words: Wording) -> list[Block]:
    """A sentence on how many design checks of the community's new features pass, fail, and cannot be made."""
    checks = review.tables.get("design_checks")
    if checks is None or not {"community_id", "status", "verdict"} <= set(checks.columns):
        return []
    own = checks.loc[(checks["community_id"] == page.community_id) & (checks["status"] == "proposed"), "verdict"]
    if own.empty:
        return []
    counts = {name: int((own == name).sum()) for name in ("pass", "fail", "not_checkable")}
    said = words("document.checks_of", passed=counts["pass"], failed=counts["fail"], open=counts["not_checkable"])
    return [Paragraph(said)]


def _profiles(page: CommunityPage, review: Review, words: Wording) -> list[Block]:
    """Long sections of the main paths; none where no path has levels."""
    drawn: list[Block] = []
    for section in long_sections(page, words, settled_rows(review, page.community_id)):
        caption = words(
            "document.profile_caption",
            name=section.name,
            system=words.name("system", section.system),
            scenario=words.scenario(section.scenario),
        )
        if section.has_levels:
            drawn.append(Drawing(caption, section, FigureRole.PROFILE))
    if not drawn:
        return []
    pairs = [Beside(drawn[n : n + 1], drawn[n + 1 : n + 2]) for n in range(0, len(drawn), 2)]
    return [Group("profiles", [Subheading(words("document.section_profiles")), *of_both(drawn, pairs)])]


def _table(
    name: str, heading: str, table: Table, empty: str, gravity: Sequence[tuple[float, ...]] = ()
) -> list[Block]:
    if table.rows:
        return [TableBlock(heading, table, name, gravity=gravity)]
    return [Subheading(heading), Paragraph(empty, TextRole.NOTHING)]
