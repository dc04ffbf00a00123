"""Findings over all communities: pipe hydraulics, quantities, ponding sites, separation, conclusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from spongecalc.assess import criteria as judged
from spongecalc.assess.ponding_agreement import AGREE, DIFFER
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.assess.unsound_runs import INCOMPLETE
from spongecalc.design.check import LIMIT_NOT_READ
from spongecalc.language import has_text, text
from spongecalc.report.content import runoff_change
from spongecalc.report.content.anchors import anchored_pages
from spongecalc.report.content.bill_chapters import has_bill
from spongecalc.report.content.community_tables import numbered, site_gravity
from spongecalc.report.content.county_tables import counts, not_passing, separated_counts, total_row
from spongecalc.report.content.criteria_tables import not_decisive_said
from spongecalc.report.content.document import Block, Chapter, Items, Paragraph, TableBlock
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.ponding_levels import county_levels_said, levels_table
from spongecalc.report.content.roles import TextRole
from spongecalc.report.content.settled_chapters import settled_said
from spongecalc.report.content.table import Cell, Heading, Table, figure_text, frame_table, other_end
from spongecalc.report.content.wording import Wording
from spongecalc.standards.documents import clause_name
from spongecalc.standards.provenance import decides


def hydraulics_chapter(review: Review, words: Wording) -> Chapter:
    """Pipes under the headline storm: how fast, how full, surcharged or not."""
    figures = ("pipes", "surcharged", "surcharged_h", "full_nodes", "velocity", "flow")
    headings = [Heading(words("column.community"), column="community"), Heading(words("column.scenario"))]
    headings += [Heading(words(f"document.hydraulics_{f}"), True) for f in figures]
    rows = []
    for page, anchor in anchored_pages(review):
        for scenario in words.scenario_names:
            found = page.hydraulics.get(scenario)
            if found is None or found.pipes.empty:
                continue
            full = found.pipes[found.pipes["surcharged_h"] > 0]
            cells = [
                Cell(page.name, link=f"#{anchor}", over=page.community_id, column="community"),
                Cell(words.scenario(scenario)),
                Cell(str(len(found.pipes))),
                Cell(str(len(full))),
                Cell(cell_text("_h", found.pipes["surcharged_h"].max())),
                Cell(str(int((found.nodes["flooded_h"] > 0).sum()))),
                Cell(cell_text("_l_s", found.pipes["max_velocity_m_s"].max())),
                Cell(cell_text("_l_s", found.pipes["peak_l_s"].max())),
            ]
            rows.append(cells)
    blocks: list[Block] = [Paragraph(words("document.hydraulics_said", storm=review.headline_storm))]
    if rows:
        caption = words("document.hydraulics_table")
        blocks.append(TableBlock(caption, Table(headings, rows), "hydraulics"))
    else:
        blocks = [Paragraph(words("document.no_hydraulics"), TextRole.NOTHING)]
    return Chapter("hydraulics", words("document.section_hydraulics"), blocks)


QUANTITY_FIGURES = ("length_m", "true_length_m", "count", "volume_m3", "area_m2")


def quantities_chapter(review: Review, words: Wording) -> Chapter:
    """Everything laid, over all communities (工程量表); a row per item, system, size and material.

    Where there is a bill, its own chapter inside this one says all of that.
    """
    table = review.tables.get("quantities", pd.DataFrame())
    keys = [c for c in ("item", "system", "shape", "diameter_mm", "material", "depth_band") if c in table]
    blocks: list[Block] = []
    if not has_bill(review) and keys and "length_m" in table and "status" in table:
        laid = table[table["status"] == "proposed"]
        if len(laid):
            figures = [c for c in QUANTITY_FIGURES if c in laid]
            sums = laid.groupby(keys, dropna=False, sort=True)[figures].sum(min_count=1).reset_index()
            for item in dict.fromkeys(sums.get("item", [])):
                own = sums[sums["item"] == item].drop(columns="item")
                used = [c for c in own.columns if (own[c].notna() & (own[c] != "")).any()]
                name = words.name("item", item)
                caption = words("document.quantities_of", item=name)
                made = frame_table(own[used], used, words, sums=[c for c in figures if c in used])
                blocks.append(TableBlock(caption, made, "laid"))
    if not blocks and not has_bill(review):
        blocks.append(Paragraph(words("table.no_quantities"), TextRole.NOTHING))
    return Chapter("quantities", words("document.section_quantities"), blocks)


PONDING_COLUMNS = ("node_count", "volume_m3", "duration_h", "max_depth_m", "households")


def ponding_chapter(review: Review, words: Wording) -> Chapter:
    """Every ponding site of the headline storm with what became of it (积水点整治一览表)."""
    rows = []
    gravity = []
    for page, anchor in anchored_pages(review):
        sites = numbered(page.sites, words.scenario_names)
        gravity += site_gravity(sites, review.compared[1])
        for row in sites.to_dict("records"):
            cells = [
                Cell(page.community_id, link=f"#{anchor}"),
                Cell(f"P{row['number']}"),
                Cell(words.scenario(row.get("scenario", review.compared[0]))),
                Cell(cell_text("node_id", row.get("node_id"))),
                *(Cell(cell_text(c, row.get(c))) for c in PONDING_COLUMNS),
                Cell(words.name("verdict", row.get("verdict"))),
            ]
            rows.append(cells)
    headings = [
        Heading(words("column.community_id")),
        Heading(words("table.number")),
        Heading(words("column.scenario")),
        Heading(words("column.node_id")),
        *(Heading(words.name("column", c), True) for c in PONDING_COLUMNS),
        Heading(words("column.verdict")),
    ]
    blocks: list[Block] = []
    if rows:
        caption = words("table.sites", storm=review.headline_storm)
        blocks.append(TableBlock(caption, Table(headings, rows), "allsites", gravity=gravity))
    else:
        blocks.append(Paragraph(words("table.no_sites"), TextRole.NOTHING))
    if levels := county_levels_said(review, words):
        blocks.append(Paragraph(levels))
    both = levels_table(review, words)
    if both is not None:
        caption = words("ponding.table_levels", storm=review.headline_storm)
        blocks.append(TableBlock(caption, both, "ponding_levels"))
    return Chapter("ponding", words("document.section_ponding"), blocks)


JOINT_COLUMNS = ("kind", "feature_id", "at_node", "carries", "households", "outfalls")


def separation_chapter(review: Review, words: Wording) -> Chapter:
    """Cross-connections that remain in the last scenario compared, over all communities."""
    rows = []
    gravity: list[tuple[float]] = []
    for page, anchor in anchored_pages(review):
        joints = numbered(page.joints, words.scenario_names)
        if "scenario" not in joints:
            continue
        for row in joints[joints["scenario"] == review.compared[1]].to_dict("records"):
            cells = [Cell(page.community_id, link=f"#{anchor}"), Cell(str(row["number"]))]
            for c in JOINT_COLUMNS:
                named = c in ("kind", "carries")
                cells.append(Cell(words.name(c, row.get(c)) if named else cell_text(c, row.get(c))))
            rows.append(cells)
            households = row.get("households")
            gravity.append((float(str(households)) if is_known(households) else 0.0,))
    headings = [Heading(words("column.community_id")), Heading(words("table.number"))]
    headings += [Heading(words.name("column", c), c == "households") for c in JOINT_COLUMNS]
    first, last = separated_counts(review)
    said = words("document.separated_said", count_first=first, count_last=last, total=len(review.pages))
    blocks: list[Block] = [Paragraph(said)]
    if rows:
        caption = words("document.joints_left")
        blocks.append(TableBlock(caption, Table(headings, rows), "alljoints", gravity=gravity))
    elif review.pages:
        blocks.append(Paragraph(words("document.no_joints_left"), TextRole.NOTHING))
    return Chapter("separation", words("document.section_separation"), blocks)


def conclusions_chapter(review: Review, words: Wording) -> Chapter:
    """The answers in sentences, and what the reviewer must still confirm."""
    total = total_row(review)
    numbers = counts(review)
    said = [words("document.conclusion_counts", total=len(review.pages), **numbers)]
    if total:
        for key, columns in CONCLUSIONS.items():
            figures = {c: _figure(judged.column(c, review.compared), total) for c in columns}
            told = f"document.conclusion_{key}"
            if REDUCED in figures:
                told = runoff_change.told(told, figures[REDUCED])
                figures[REDUCED] = runoff_change.size(figures[REDUCED])
            said.append(words.filled(told, figures))
            if key == "lengths" and not _none(total.get("combined_laid_m")):
                said.append(words.filled("document.conclusion_combined", {c: total.get(c) for c in COMBINED}))
            if key == "ponding" and (levels := county_levels_said(review, words)):
                said[-1] = f"{said[-1]}{words.between}{levels}"
    said += settled_said(review, words)
    blocks: list[Block] = [Items(said), *_reasons(review, words)]
    open_points = county_confirmations(review, words)
    if open_points:
        blocks += [Paragraph(words("document.confirm_said")), Items(open_points)]
    return Chapter("conclusions", words("document.section_conclusions"), blocks)


def _figure(column: str, row: Mapping[str, object]) -> object:
    """A figure of a row, as text with both ends where it is known to a range only."""
    return figure_text(column, row) if is_known(row.get(other_end(column))) else row.get(column)


def _reasons(review: Review, words: Wording) -> list[Block]:
    """Every community that does not simply pass, with its verdict and what it does not pass."""
    listed = [
        words("document.conclusion_reason", community=name, verdict=verdict, reasons=reasons)
        for _, name, verdict, reasons in not_passing(review, words)
    ]
    return [Items([*listed, *not_decisive_said(review, words)])] if listed else []


def _none(meters: object) -> bool:
    """True where nothing was laid, or nothing is known of it."""
    return not float(str(meters or "nan")) > 0


COMBINED = ("combined_laid_m",)
REDUCED = "runoff_reduction_percent"
CONCLUSIONS: Mapping[str, Sequence[str]] = {
    "lengths": ("storm_laid_m", "claimed_storm_m", "sewage_laid_m", "claimed_sewage_m"),
    "separation": ("cross_connections_first", "cross_connections_last", "sewage_to_storm_last_m3_d"),
    "runoff": ("runoff_first_m3", "runoff_last_m3", REDUCED),
    "ponding": ("ponding_first_m3", "ponding_last_m3", "ponding_sites_last", "households_relieved"),
}


def county_confirmations(review: Review, words: Wording) -> list[str]:
    """Points that nobody but the reviewer can confirm, for the project as a whole."""
    points = []
    if any(key == "note_formula_of_another_place" for key, _ in review.notes):
        points.append(words("document.confirm_formula"))
    if not all(decides(s.formula_how_known) for s in review.storms):
        points.append(words("document.confirm_recalled"))
    points += unread_clauses(review, words)
    checks = review.tables.get("design_checks")
    undecided = 0 if checks is None or checks.empty else int((checks["reason"] == LIMIT_NOT_READ).sum())
    if undecided:
        points.append(words("document.confirm_limits", count=undecided))
    unfinished = [p.community_id for p in review.pages if not judged.finished(p.row)]
    if unfinished:
        points.append(words("document.confirm_unfinished", ids=words.listed(unfinished)))
    without_tracers = [p.community_id for p in review.pages if p.row.get("status") == INCOMPLETE]
    if without_tracers:
        points.append(words("document.confirm_incomplete", ids=words.listed(without_tracers)))
    return points


def unread_clauses(review: Review, words: Wording) -> list[str]:
    """Points on criteria that are decided by a clause which nobody has read and the project has not confirmed."""
    basis = review.tables.get("design_basis")
    if basis is None or basis.empty:
        return []
    own = basis[(basis["applied_as"] == "criterion") & (basis["decides"] == "yes")]
    return [
        words(
            "document.confirm_clause",
            criterion=words(f"criterion.{r.applied_to}"),
            clause=f"{r.document} {clause_name(str(r.clause), words.lang)}",
        )
        for r in own.itertuples()
        if not decides(str(r.how_known))
    ]


def meaning(rule: str, words: Wording) -> str:
    """Meaning of a rule's breach for the model; the rule's id where it is of another part of the product."""
    key = f"rules.{rule}.meaning"
    return text(key, words.lang).rstrip("。.") if has_text(key, words.lang) else rule


def confirmations(page: CommunityPage, review: Review, words: Wording) -> list[str]:
    """Points that the reviewer must still confirm of one community."""
    points = []
    for verdict in judged.verdicts(page.row, review.judging):
        if verdict.answer == judged.UNDECIDED:
            points.append(words("document.confirm_question", question=words(f"criterion.{verdict.criterion}")))
    unread = judged.figure(page.row, "design_unconfirmed")
    if unread > 0:
        points.append(words("document.confirm_unread", count=int(unread)))
    found = page.findings
    if {"severity", "rule"} <= set(found.columns):
        for rule, own in found[found["severity"] == "warning"].groupby("rule", sort=True):
            ids = own["feature_id"].astype(str).tolist() if "feature_id" in own else []
            listed = words.listed(ids[:4]) + ("…" if len(ids) > 4 else "")
            said = own["message"].iloc[0] if "message" in own and len(own) == 1 else meaning(str(rule), words)
            key = "document.confirm_warning" if listed else "document.confirm_warning_of_none"
            points.append(words(key, rule=str(said).rstrip("。."), count=len(own), ids=listed))
    if "unstable_links" in page.runs and pd.to_numeric(page.runs["unstable_links"]).fillna(0).sum() > 0:
        points.append(words("document.confirm_unstable"))
    if any(key == "note_formula_of_another_place" for key, _ in review.notes):
        points.append(words("document.confirm_formula"))
    if page.row.get("ponding_levels") not in (AGREE, DIFFER):
        points.append(words("document.confirm_ponding_level"))
    return points
