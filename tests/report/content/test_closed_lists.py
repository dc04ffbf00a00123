"""Codes of closed lists are words wherever a person reads them: each has one, in both languages, and its own."""

from __future__ import annotations

import io
import re

import openpyxl
import pandas as pd
import pytest
from tests.report.synthetic_review import synthetic_review

from spongecalc import contract
from spongecalc.assess.low_spots import BY_DISTANCE, BY_GROUND
from spongecalc.assess.misconnection_grades import GRADES
from spongecalc.assess.performance import EVENTS, SERIES
from spongecalc.assess.return_periods import CRITERIA
from spongecalc.catalogue.catalogue import shipped
from spongecalc.catalogue.structure_form import FORMS, KINDS, PASSING
from spongecalc.intake.ledger import FATES
from spongecalc.layers.price_list import UNITS
from spongecalc.layers.provenance import FLAGS
from spongecalc.network.cross_connections import STRUCTURE_JOINTS
from spongecalc.network.ledger import DUTY, PRESSURE, STANDBY, WET_WELL
from spongecalc.network.ponding_remedies import CAUSES
from spongecalc.project.storm_pattern import Pattern
from spongecalc.report.content.closed_lists import CLOSED_LISTS, OF_TABLE, closed_list, coded, worded_table
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.workbook import xlsx_bytes
from spongecalc.report.tables.csv_tables import csv_text
from spongecalc.standards.tables import table
from spongecalc.swmm.model import FLOODING

LANGUAGES = ("zh", "en")
CLEARANCES = table("utility_clearances")
LIMITS = pd.concat([table("sewer_design_limits"), table("design_rules")])
# What the program itself can write into a column, from where it is defined.
DEFINED = {
    "system": contract.SYSTEMS,
    "status": contract.STATUSES,
    "shape": (*contract.SHAPES, PRESSURE),
    "receives": contract.RECEIVERS,
    "material": shipped().cover_ids,
    "kind": (
        *(*contract.NODE_KINDS, *contract.CONNECTION_KINDS, *contract.FACILITY_KINDS),
        *(*KINDS, *STRUCTURE_JOINTS),
    ),
    "form": FORMS,
    "item": (
        *(*contract.UTILITIES, *contract.NODE_KINDS, *contract.FACILITY_KINDS, *PASSING),
        *(WET_WELL, DUTY, STANDBY),
    ),
    "layer": tuple(contract.SCHEMAS),
    "other_layer": tuple(contract.SCHEMAS),
    "role": (
        *(f"outfall_{r}" for r in contract.RECEIVERS),
        *(*FLOODING, "pipe", "lead", "tank", "tank_overflow", "tank_reuse", "tank_flush", "tank_filling"),
        *("tank_let_off", "basin_chamber", "basin_throttle", "basin_overflow"),
    ),
    "grade": GRADES,
    "capture_method": (SERIES, EVENTS),
    "cause": CAUSES,
    "joined_by": (BY_GROUND, BY_DISTANCE),
    "criterion": CRITERIA,
    "flag": FLAGS,
    "fate": FATES,
    # Signs of units are the same in every language, words are not.
    "unit": tuple(u for u in {*UNITS, *LIMITS["unit"]} if re.search("[a-z]{4}", u)),
    "pattern": Pattern.__args__,
    "parameter": tuple(table("sponge_ranges")["parameter"].unique()),
    "applies_to": (
        *LIMITS["applies_to"].unique(),
        *(f"{r.a} - {r.b}" for r in CLEARANCES.itertuples()),
    ),
    "how_known": tuple({*LIMITS["how_known"], *CLEARANCES["how_known"]} - {""}),
}
# Columns of the result tables that hold ids, names, days, files and sentences; never codes.
NO_CODES = frozenset(
    {
        "above",
        "action",
        "at",
        "at_node",
        "because_of",
        "changed",
        "clause",
        "communities",
        "community_id",
        "connection_id",
        "district",
        "engine_version",
        "facility_id",
        "feature_id",
        "features",
        "file",
        "first_id",
        "from_time",
        "laid_on",
        "message",
        "model",
        "model_id",
        "model_sha256",
        "name",
        "network",
        "node_id",
        "nodes",
        "other_id",
        "outfall_id",
        "outfalls",
        "path",
        "phase",
        "pipe_id",
        "place",
        "price_row",
        "price_source",
        "reach",
        "record_id",
        "rule",
        "run_id",
        "sensor_id",
        "site_id",
        "site_nodes",
        "sources",
        "structure_id",
        "from_node",
        "to_node",
        "to_time",
    }
)
CODE = re.compile(r"[a-z][a-z_]*")
# What a column means for a code in its description in docs/results.md: "grade (light, medium, heavy)".
DESCRIBED = re.compile(r"\b([a-z_]+) \(((?:[a-z_]+(?: / |, ))+[a-z_]+)(?=[);:])")


def said(repository) -> list[tuple[str, str, str]]:
    """Table, column and code as docs/results.md lists them."""
    told = (repository / "docs" / "results.md").read_text(encoding="utf-8")
    found = []
    for part in re.split(r"^## ", told, flags=re.MULTILINE)[1:]:
        name, is_table, _ = part.partition(".csv ")
        if not is_table or " " in name:
            continue
        for column, codes in DESCRIBED.findall(part.replace("\n", " ")):
            found += [(name, column, c) for c in re.split(r" / |, ", codes)]
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_that_the_program_defines_has_a_word(lang):
    words = Wording(lang)
    for column, codes in DEFINED.items():
        assert codes, column
        for code in codes:
            named = coded(column, code, words)
            if lang == "zh":
                assert named != code and re.search(r"[\u4e00-\u9fff°]", named), (column, code)
            else:
                assert "_" not in named, (column, code)


def test_every_code_that_the_documents_list_has_a_word(repository):
    words = Wording("zh")
    listed = [(t, c, code) for t, c, code in said(repository) if closed_list(c, t) is not None]
    assert len(listed) > 60
    assert [k for k in listed if coded(k[1], k[2], words, k[0]) == k[2]] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_two_codes_of_a_column_have_the_same_word(lang):
    """Else a filter of the workbook could not tell them apart."""
    words = Wording(lang)
    for column, codes in DEFINED.items():
        named = {code: coded(column, code, words) for code in codes}
        assert len(set(named.values())) == len(named), (column, named)


def sheets(book):
    """Every table's sheet by the columns' names that its second heading row holds, and its first row of cells."""
    found = {}
    for sheet in book.worksheets[1:]:
        head = 3 if isinstance(sheet.cell(1, 1).value, str) and sheet.cell(1, 2).value is None else 2
        found[tuple(c.value for c in sheet[head] if c.value)] = (sheet, head + 1)
    return found


def untranslated(review, lang="zh") -> list[tuple[str, str, str]]:
    """Table, column and value of every cell of a closed list that still is the code of the CSV files."""
    held = sheets(openpyxl.load_workbook(io.BytesIO(xlsx_bytes(review, lang)), data_only=True))
    found = set()
    for columns, (sheet, first) in held.items():
        (name,) = [n for n, t in review.tables.items() if set(t.columns) - {"seconds"} == set(columns)]
        for at, column in enumerate(columns, 1):
            # A sign of a unit looks like a code.
            if column == "unit" or closed_list(column, name) is None:
                continue
            for row in range(first, sheet.max_row + 1):
                value = sheet.cell(row, at).value
                if isinstance(value, str) and CODE.match(value):  # a figure among answers is none
                    found.add((name, column, value))
    return sorted(found)


def test_no_closed_list_of_the_chinese_workbook_shows_a_code(whole_run):
    for review in (synthetic_review(), whole_run.review):
        assert untranslated(review) == []


def test_a_code_without_a_word_would_be_found():
    review = synthetic_review()
    review.tables["separation"].loc[0, "kind"] = "never_heard_of"
    assert untranslated(review) == [("separation", "kind", "never_heard_of")]


def test_every_column_of_text_is_known_to_hold_codes_or_none(whole_run):
    """A new column must be declared, here or among the closed lists."""
    undeclared = set()
    for name, frame in whole_run.review.tables.items():
        for column in frame.columns:
            held = frame[column].dropna()
            is_text = [isinstance(v, (str, bool)) for v in held] if held.dtype in (object, bool) else []
            if any(is_text) and closed_list(column, name) is None and column not in NO_CODES:
                undeclared.add((name, column))
    assert undeclared == set()
    assert not NO_CODES & set(CLOSED_LISTS)
    assert {c for _, c in OF_TABLE} - NO_CODES == {"source", "note", "column", "value"}


def test_ids_and_names_stay_whatever_they_are():
    frame = pd.DataFrame(
        {
            "community_id": ["yes", "TOTAL"],
            "name": ["storm", "before"],
            "node_id": ["no", "heavy"],
            "status": ["done", "done"],
            "volume_m3": [1.5, None],
        }
    )
    zh = Wording("zh")
    shown = worded_table(frame, "runs", zh)
    pd.testing.assert_frame_equal(shown.drop(columns="status"), frame.drop(columns="status"))
    assert list(shown["status"]) == ["已完成"] * 2
    assert list(worded_table(frame, "communities", zh)["community_id"]) == ["yes", "合计"]
    # The table itself, and so the CSV, is left alone.
    assert list(frame["status"]) == ["done"] * 2
    assert "done" in csv_text(frame)


@pytest.mark.parametrize(
    ("column", "held", "zh", "en"),
    [
        ("shape", "rect_closed 800x600", "矩形暗渠 800x600", "rectangular, closed 800x600"),
        ("limited_by", "pipe:EY01-Y03", "管道 EY01-Y03", "pipe EY01-Y03"),
        ("limited_by", "ground", "地面", "ground"),
        ("problems", "capacity;min_slope", "过流能力、最小坡度", "capacity, least slope"),
        (
            "applies_to",
            "drainage - water d>200",
            "排水管 - 给水管 d＞200 mm",
            "drainage pipe - water main d > 200 mm",
        ),
        ("applies_to", "P = 3 a", "P = 3 a", "P = 3 a"),
        ("material", "HDPE", "HDPE", "HDPE"),
        ("material", "roof", "屋面", "roof"),
        ("in_loop", True, "是", "yes"),
        ("separated_after", "unknown", "未知", "not known"),
        ("separation_grade_after", "heavy", "重度", "heavy"),
        ("how_known", "practice", "惯用值", "engineering practice"),
        ("status", None, "", ""),
        ("length_m", 2.0, "2.00", "2.00"),
        ("capture_method", "series", "SWMM 长系列连续模拟", "SWMM, continuous"),
        (
            "runs_not_sound",
            "before/traced: routing -7.61 %; after/P3-120: failed",
            "改造前，设计暴雨示踪（管网水量平衡误差 -7.61%）、改造后，暴雨 P3-120（未算完）",
            "before, the design storm with tracers (balance of routing off by -7.61 %), after, storm P3-120 "
            "(did not finish)",
        ),
    ],
)
def test_a_cell_in_words(column, held, zh, en):
    assert coded(column, held, Wording("zh")) == zh
    assert coded(column, held, Wording("en")) == en


def test_the_claims_of_the_layer_are_told_from_those_of_a_file():
    words = Wording("zh")
    assert coded("source", "communities", words, "claims") == "小区"
    assert coded("source", "communities.csv", words, "claims") == "communities.csv"
    assert coded("source", "communities", words) == "communities"


def test_a_figure_among_answers_stays_a_figure():
    """All of them were texts in the workbook, and nobody could reckon with them."""
    table = pd.DataFrame(
        {"figure": ["storm_laid", "separated", "cross_connections"], "value": [64.37, "no", 3]}, dtype=object
    )
    for lang, word in (("zh", "否"), ("en", "no")):
        assert worded_table(table, "answers", Wording(lang, shipped()))["value"].tolist() == [64.37, word, 3]
