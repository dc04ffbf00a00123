"""Roles: what a piece of the report is for its reader; each format decides how that looks."""

from __future__ import annotations

from enum import StrEnum


class TextRole(StrEnum):
    """A paragraph: plain; a remark beside the matter; nothing to show; a failure's reason; of screens alone."""

    PLAIN = ""
    REMARK = "remark"
    NOTHING = "nothing"
    REASON = "reason"
    SCREEN = "screen"


class CellRole(StrEnum):
    """A cell of a table: plain, or one that needs the reader's attention."""

    PLAIN = ""
    ATTENTION = "attention"


class TableRole(StrEnum):
    """A table: details, as wide as they need; a list over the full width; the summary of all communities."""

    DETAIL = "detail"
    LIST = "list"
    SUMMARY = "summary"


class Medium(StrEnum):
    """A block's medium: every one; a screen alone, whose reader unfolds what he wants; paper alone."""

    ANY = ""
    SCREEN = "screen"
    PAPER = "paper"


class FigureRole(StrEnum):
    """A figure: a map; all communities on one map; a storm; runoff over time; a small curve; a long section."""

    MAP = "map"
    OVERVIEW = "overview"
    HYETOGRAPH = "hyetograph"
    HYDROGRAPH = "hydrograph"
    CURVE = "curve"
    PROFILE = "profile"


class ChapterPlace(StrEnum):
    """A chapter's place in the review: answers for the county, details, one community, the closing pages."""

    COUNTY = "county"
    DETAIL = "detail"
    COMMUNITY = "community"
    CLOSING = "closing"
