"""The design checks on the page: how many pass and fail, what fails, and what would pass."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.design.check import EXACT, FAIL, LIMIT_NOT_READ
from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.document import Chapter
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.structure_chapters import pressure_pipes_said
from spongecalc.report.content.table import Cell, Heading, Table, frame_table
from spongecalc.report.content.wording import Wording
from spongecalc.standards.provenance import BY_PROJECT

VERDICTS = (("passes", "pass"), ("fails", "fail"), ("unknown", "not_checkable"))
FAILED_COLUMNS = ("check", "feature_id", "other_id", "value", "limit", "excess", "unit", "reason", "clause")
SUGGESTION_COLUMNS = (
    "pipe_id",
    "option",
    "problems",
    "diameter_mm",
    "suggested_diameter_mm",
    "slope",
    "suggested_slope",
    "outfall_lowered_m",
    "recheck",
    "recheck_fails",
)
FULL_COLUMNS = (
    "pipe_id",
    "diameter_mm",
    "slope",
    "design_flow_l_s",
    "full_flow_l_s",
    "swmm_peak_l_s",
    "swmm_filling_percent",
    "swmm_surcharged_h",
)
OF_FULL_FLOW = ("capacity", "full_flow", "wet_weather", "swmm_peak")
"""Checks against the full flow of a pipe."""
# A community's page lists this many failed checks; all are in design_checks.csv.
LISTED = 12
CROWDED = ("horizontal_clearance", "vertical_clearance")


def county_design(review: Review, words: Wording) -> Chapter | None:
    """Counts by check over the whole project, and limits that the project set itself."""
    checks = review.tables.get("design_checks")
    if checks is None:
        return None
    if checks.empty:
        return inner_chapter(words, "design", _say("design_heading", words), (_say("design_none", words),))
    counts = {name: int((checks["verdict"] == verdict).sum()) for name, verdict in VERDICTS}
    failed = checks.loc[checks["verdict"] == FAIL, "status"]
    of = {"laid": int((failed == "proposed").sum()), "existing": int((failed == "existing").sum())}
    of["receivers"] = len(failed) - sum(of.values())
    paragraphs = [_say("design_county", words, total=len(checks), **counts, **of)]
    paragraphs.extend(pressure_pipes_said(checks, words))
    tables = [(_say("design_summary", words), _counted(checks, words))]
    undecided = checks[checks["reason"] == LIMIT_NOT_READ]
    if len(undecided):
        paragraphs.append(_say("design_undecided", words, count=len(undecided)))
    own = checks[checks["how_known"] == BY_PROJECT]
    if len(own):
        limits = own[["check", "applies_to", "limit", "unit", "clause"]].drop_duplicates()
        tables.append((_say("own_limits", words), frame_table(rounded(limits), list(limits.columns), words)))
    if len(undecided):
        keys = ["check", "applies_to", "limit", "unit", "clause"]
        found = undecided.groupby(keys, dropna=False, sort=True).size().reset_index(name="features")
        tables.append((_say("undecided_limits", words), frame_table(rounded(found), [*keys, "features"], words)))
    return inner_chapter(words, "design", _say("design_heading", words), tuple(paragraphs), tuple(tables))


def community_design(page: CommunityPage, review: Review, words: Wording) -> Chapter | None:
    """Failed checks of a community's new features, the gravest first, and suggestions for its pipes."""
    checks = review.tables.get("design_checks")
    if checks is None or checks.empty:
        return None
    own = checks[(checks["community_id"] == page.community_id) & (checks["status"] == "proposed")]
    if own.empty:
        return None
    failed = own[own["verdict"] == FAIL]
    tables: list[tuple[str, Table]] = []
    still_open = int((own["verdict"] == "not_checkable").sum())
    paragraphs = [_say("design_good", words, count=len(own), open=still_open)] if failed.empty else []
    if len(failed):
        tables.append((_say("design_summary", words), _counted(own, words)))
        tables.append(
            (_say("design_failed", words), frame_table(rounded(gravest(failed)), FAILED_COLUMNS, words))
        )
        if len(failed) > LISTED:
            paragraphs.append(_say("design_more", words, count=len(failed) - LISTED))
        over = _over_full(review, set(failed.loc[failed["check"].isin(OF_FULL_FLOW), "feature_id"]))
        if len(over):
            periods = own.loc[own["check"] == "capacity", "applies_to"].unique()
            caption = _say("over_full", words, period=", ".join(periods) or "-", storm=review.headline_storm)
            tables.append((caption, frame_table(over, FULL_COLUMNS, words)))
    beyond = own[(own["reason"] == LIMIT_NOT_READ) & (pd.to_numeric(own["excess"], errors="coerce") > EXACT)]
    if len(beyond):
        tables.append(
            (_say("design_beyond", words), frame_table(rounded(gravest(beyond)), FAILED_COLUMNS, words))
        )
        if len(beyond) > LISTED:
            paragraphs.append(_say("design_beyond_more", words, count=len(beyond) - LISTED))
    proposals = review.tables.get("design_suggestions")
    if proposals is not None and len(proposals):
        mine = proposals[proposals["community_id"] == page.community_id]
        if len(mine):
            tables.append((_say("suggestions", words), frame_table(mine, SUGGESTION_COLUMNS, words)))
    return inner_chapter(words, "design", _say("design_heading", words), tuple(paragraphs), tuple(tables))


def _over_full(review: Review, pipes: Collection[str]) -> pd.DataFrame:
    """Pipes whose flow is more than they carry full, with both flows; the largest share in SWMM first."""
    hydraulics = review.tables.get("pipe_hydraulics")
    if hydraulics is None or hydraulics.empty:
        return pd.DataFrame()
    over = hydraulics[hydraulics["pipe_id"].isin(pipes)]
    share = over["swmm_peak_l_s"] / over["full_flow_l_s"]
    return over.assign(_share=share).sort_values(["_share", "pipe_id"], ascending=[False, True]).head(LISTED)


def _say(key: str, words: Wording, **params: object) -> str:
    return words(f"bill.part.{key}", **params)


def gravest(failed: pd.DataFrame) -> pd.DataFrame:
    """A page's worth of failed checks: hydraulics and levels before clearances, the greatest excess first."""
    relative = failed["excess"].abs() / failed["limit"].abs().where(failed["limit"].abs() > 0)
    order = failed.assign(
        _crowded=failed["check"].isin(CROWDED), _relative=relative.fillna(failed["excess"].abs())
    ).sort_values(["_crowded", "_relative", "feature_id"], ascending=[True, False, True], kind="stable")
    return order.head(LISTED)


def rounded(checks: pd.DataFrame) -> pd.DataFrame:
    """Checks with their figures as printed: to a thousandth of their unit, slopes as other slopes are."""
    slopes = checks["unit"] == "m/m"
    return checks.assign(
        **{
            c: checks[c].round(3).where(~slopes, checks[c].round(5))
            for c in ("value", "limit", "excess")
            if c in checks.columns
        }
    )


def _counted(checks: pd.DataFrame, words: Wording) -> Table:
    """A row for each check with how many pass, fail and cannot be made."""
    table = checks.groupby(["check", "verdict"]).size().unstack(fill_value=0)
    headings = [Heading(words.name("column", "check"))]
    headings += [Heading(_say(name, words), True) for name, _ in VERDICTS]
    rows = [
        [Cell(coded("check", check, words)), *(Cell(str(int(row.get(v, 0)))) for _, v in VERDICTS)]
        for check, row in table.iterrows()
    ]
    sums = [int((checks["verdict"] == v).sum()) for _, v in VERDICTS]
    return Table(headings, rows, [Cell(_say("total", words)), *(Cell(str(s)) for s in sums)])
