"""Columns that hold codes of closed lists, and the word of each code in the report's language.

Tables of every format take a code's word from here, so that it is the same wherever a reader meets it. The
result tables themselves (results/*.csv) hold the codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Number

import pandas as pd

from spongecalc.assess.communities import TOTAL
from spongecalc.assess.compared_columns import template_of
from spongecalc.assess.unsound_runs import COLUMN as RUNS
from spongecalc.language import text
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.standard_names import source_name
from spongecalc.report.content.unsound_runs import runs_said
from spongecalc.report.content.wording import Wording


@dataclass(frozen=True)
class ClosedList:
    """The place of a column's words, and how a cell holds its codes.

    A code that none of ``places`` names stands as it is: a material is what the survey wrote, a storm what the
    project calls it.
    """

    places: tuple[str, ...]
    """Of the language's catalogues, the first that names the code counts."""
    separator: str = ""
    """Sign between several codes of a cell."""
    joined_by: str = ""
    """Sign that stands between their words; empty: what the language sets between words in a row."""
    followed_by: str = ""
    """Sign after which an id or a size may follow the code."""
    named: Mapping[str, str] = field(default_factory=dict)
    """Codes whose text stands under another name, by that name."""
    answers: tuple[str, ...] = ()
    """Places of the words of what stands behind an equals sign: "outflow=fail" is a criterion and its answer."""
    of_scenarios: bool = False
    """The codes are the project's scenarios, which have labels of their own."""

    def word(self, code: str, words: Wording) -> str:
        """The word of one code."""
        if self.of_scenarios:
            return words.scenario(code)
        if code in self.named:
            return text(self.named[code], words.lang)
        if self.answers and "=" in code:
            asked, _, answer = code.partition("=")
            told = ClosedList(self.answers)
            return words("verdict.answered", criterion=self.word(asked, words), answer=told.word(answer, words))
        for place in self.places:
            word = words.of_list(place, code)
            if word is not None:
                return word
        return code

    def written(self, held: str, words: Wording) -> str:
        """A cell's codes in words."""
        if self.followed_by:
            code, sign, rest = held.partition(self.followed_by)
            return f"{self.word(code, words)} {rest}" if sign else self.word(code, words)
        if not self.separator:
            return self.word(held, words)
        named = [self.word(c, words) for c in held.split(self.separator) if c]
        return self.joined_by.join(named) if self.joined_by else words.listed(named)


@dataclass(frozen=True)
class RunsListed(ClosedList):
    """The runs that are not sound, each with its reason."""

    def written(self, held: str, words: Wording) -> str:
        """The runs in words; that there are none where none is listed."""
        return runs_said({RUNS: held}, words) or super().written(held, words)


def _values(*names: str) -> ClosedList:
    return ClosedList(tuple(f"report.value.{n}" for n in names))


_YES_NO = _values("yes_no")
_CHECKS = ClosedList(("report.value.check",), ";")
# Lists that are named as the column is.
_OWN_NAME = (
    "kind",
    "grade",
    "receives",
    "outfall_level",
    "event",
    "basis",
    "carries",
    "form",
    "system",
    "status",
    "item",
    "depth_band",
    "verdict",
    "severity",
    "layer",
    "storm_id",
    "within_limits",
    "check",
    "change",
    "reason",
    "option",
    "recheck",
    "answer",
    "cause",
    "criterion",
    "bound",
    "ends",
    "measurand",
    "unit",
    "figure",
    "pattern",
    "element",
    "role",
    "inflow_from",
    "joined_by",
    "object",
    "capture_method",
)
CLOSED_LISTS: Mapping[str, ClosedList] = {name: _values(name) for name in _OWN_NAME} | {
    "scenario": ClosedList((), of_scenarios=True),
    # A section that is not round has its width and height beside it.
    "shape": ClosedList(("report.value.shape",), followed_by=" "),
    # Of a surface the bill states its cover as material.
    "material": _values("material", "cover"),
    "from_system": _values("system"),
    "to_system": _values("system"),
    "other_layer": _values("layer"),
    "verdict_2d": _values("verdict"),
    "ponding_verdict": _values("verdict"),
    "ponding_2d_verdict": _values("verdict"),
    "ponding_levels": _values("answer"),
    "reasons": ClosedList(("report.value.ponding_reason",), ";"),
    "ponding_reasons": ClosedList(("report.value.ponding_reason",), ";"),
    "check_verdict": _values("verdict"),
    "swmm_storm_id": _values("storm_id"),
    # Of a community here, of a ponding site or a design check in the tables that have no criteria.
    "verdict_reasons": ClosedList(
        ("report.criterion", "report.value.reasons_of"), "; ", answers=("report.verdict", "report.value.status")
    ),
    "verdict_unsettled": ClosedList(("report.criterion",), "; ", answers=("report.verdict",)),
    # Of the outfalls together, what takes their water; of all else an id.
    "object_id": _values("receives"),
    "waterlogging_storm_id": _values("storm_id"),
    "ground_peak_rises": _values("rising"),
    "outfall_peak_rises": _values("rising"),
    "design_failing": _values("rising"),
    "verdict_warned": _values("rising"),
    "outfalls_over": _values("rising"),
    "outfalls_to_confirm": _values("rising"),
    RUNS: RunsListed(("report.value.rising",)),
    "discharge_verdict": ClosedList(("report.verdict",)),
    "in_smallest_set": _YES_NO,
    "differ": _YES_NO,
    "agrees": _YES_NO,
    "chosen": _YES_NO,
    "in_loop": _YES_NO,
    "how_known": ClosedList(("report.value.how_known", "standard_sources.how_known")),
    "document_status": ClosedList(("standard_sources.status",)),
    "mandatory": _YES_NO,
    "decides": _YES_NO,
    "applied_as": ClosedList(("standard_sources.applied_as",)),
    "applied_to": ClosedList(
        ("report.value.check", "report.criterion", "standard_sources.method", "standard_sources.table")
    ),
    "problems": _CHECKS,
    "recheck_fails": _CHECKS,
    "tracers": ClosedList(("report.value.measurand",), ";"),
    # A clearance is between two kinds of things.
    "applies_to": ClosedList(("report.value.applies_to",), " - ", " - "),
    "limited_by": ClosedList(("report.value.limited_by",), followed_by=":"),
    "flag": ClosedList(("survey.column",)),
    "fate": ClosedList(("intake.fate",)),
    "facility": ClosedList(("rain.facility",)),
    "parameter": ClosedList(("rain.parameter",)),
    "ways_differ_why": ClosedList(("rain.why",), ";", " "),
    "ways": ClosedList(("rain.from_to",)),
    "difference_cause": ClosedList(("rain.cause",)),
    "store": ClosedList(("rain.store",)),
    "state_source": ClosedList(("rain.state_source",)),
}
"""By the column's name; what holds for one table only is in ``OF_TABLE``."""
OF_SCENARIO: Mapping[str, ClosedList] = {
    "separated_{s}": _values("answer"),
    "separation_grade_{s}": _values("grade"),
}
"""By the template of a column that stands once for each scenario."""
OF_TABLE: Mapping[tuple[str, str], ClosedList] = {
    ("communities", "community_id"): ClosedList((), named={TOTAL: "report.table.total"}),
    # What the communities' own layer states, or the file that claims.
    ("claims", "source"): _values("layer"),
    ("costs", "note"): _values("cost_note"),
    ("answers", "value"): _values("answer", "grade"),
    ("provenance", "column"): ClosedList(("report.column",)),
}
"""By table and column, for columns that hold other things in other tables."""
SOURCES = ("clause", "cited_as")
"""Columns that cite sources of the standards' data, which have names of their own."""


def closed_list(column: str, table: str = "") -> ClosedList | None:
    """The closed list that a column holds codes of; None for an id, a figure, a name, a text."""
    found = OF_TABLE.get((table, column)) or CLOSED_LISTS.get(column)
    return found if found is not None else OF_SCENARIO.get(template_of(column)[0])


def coded(column: str, value: object, words: Wording, table: str = "") -> str:
    """A cell's text: codes by their words, a source by its name, a figure as in results/*.csv.

    Parameters
    ----------
    column
        Name of the column.
    value
        What results/*.csv hold there.
    words
        Of the report's language.
    table
        Name of the table as that of its file; "" where only what holds for all tables matters.
    """
    held = cell_text(column, value)
    if column in SOURCES:
        return source_name(held, words.lang)
    known = closed_list(column, table)
    return known.written(held, words) if known is not None and held else held


def worded_table(table: pd.DataFrame, name: str, words: Wording) -> pd.DataFrame:
    """A result table with the words in place of its codes; all else is as it was, a figure among codes too.

    Parameters
    ----------
    table
        The table with columns of codes.
    name
        Its name, that of its file.
    words
        Of the report's language.
    """
    found = {}
    for column in map(str, table.columns):
        if closed_list(column, name) is not None or column in SOURCES:
            # A county's checks hold the same few codes a million times.
            different = {v: _worded(column, v, words, name) for v in table[column].dropna().unique()}
            found[column] = table[column].map(different).astype(object).where(table[column].notna(), None)
    return table.assign(**found)


def _worded(column: str, value: object, words: Wording, table: str) -> object:
    """The words of a code; a number that stands for nothing but itself stays one, to be reckoned with."""
    said = coded(column, value, words, table)
    is_figure = isinstance(value, Number) and not isinstance(value, bool)
    return value if is_figure and said == cell_text(column, value) else said
