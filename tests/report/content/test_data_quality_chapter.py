"""The page's part on the data, and the style of the findings in QGIS."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pyogrio
from tests.conftest import WholeRun
from tests.report.reading import captioned_of, figures_of, paragraphs_of

from spongecalc.layers.finding import SEVERITIES
from spongecalc.layers.ground_quality import GROUND_COLUMNS
from spongecalc.layers.rules.registry import rules
from spongecalc.report.content.data_quality_chapter import data_quality
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.drawn_figures import figure_svg
from spongecalc.report.tables.geopackage import write_geopackages


def test_findings_carry_a_style_that_qgis_opens(whole_run: WholeRun, tmp_path: Path) -> None:
    files = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        write_geopackages(whole_run.review, folder)
        files.append(folder / "findings.gpkg")
    assert files[0].read_bytes() == files[1].read_bytes()
    with sqlite3.connect(files[0]) as book:
        rows = book.execute("select f_table_name, useAsDefault, styleQML from layer_styles").fetchall()
    assert [(name, default) for name, default, _ in rows] == [("findings", 1)]
    style = ElementTree.fromstring(rows[0][2].partition(">")[2])
    assert style.find("renderer-v2").get("attr") == "severity"
    assert {c.get("value") for c in style.iter("category")} == set(SEVERITIES)
    assert len(pyogrio.read_dataframe(files[0], layer="findings")) == len(whole_run.review.tables["findings"])


def test_the_part_counts_what_the_tables_hold(whole_run: WholeRun) -> None:
    findings = whole_run.review.tables["findings"]
    provenance = whole_run.review.tables["provenance"]
    for language in ("zh", "en"):
        part = data_quality(whole_run.review, Wording(language))
        assert part is not None
        by_rule, by_column, intake = (table for _, table in captioned_of(part))
        ledger = whole_run.review.tables["intake"]
        assert sum(int(row[4].text) for row in intake.rows) == ledger["count"].sum() > 0
        assert sum(int(row[2].text) for row in by_rule.rows) == len(findings)
        counted = sum(int(cell.text) for row in by_column.rows for cell in row[2:])
        assert counted == provenance["count"].sum() > 0
        assert figure_svg(figures_of(part)[0], Wording(language)).count("<circle") <= len(findings)
        assert str(counted) in paragraphs_of(part)[1]


def test_the_part_says_how_far_the_ground_lies_from_what_was_measured(whole_run: WholeRun) -> None:
    rows = [
        ("A", "p.csv", 600, 1.0, 2.5, 14.25, 0.0, ""),
        ("B", "p.csv", 600, np.nan, np.nan, np.nan, np.nan, "dem.far"),
        ("C", "dem.tif", 0, 1.0, np.nan, np.nan, 0.0, ""),
    ]
    tables = {**whole_run.review.tables, "ground": pd.DataFrame(rows, columns=GROUND_COLUMNS)}
    for language, raster in (("zh", "栅格"), ("en", "raster")):
        part = data_quality(replace(whole_run.review, tables=tables), Wording(language))
        assert part is not None
        _, table = captioned_of(part)[-1]
        a, b, c = ([cell.text for cell in row] for row in table.rows)
        assert (a[:3], [float(v) for v in a[3:7]], a[7]) == (["A", "p.csv", "600"], [1, 2.5, 14.25, 0], "")
        assert (b[3:7], b[7]) == ([""] * 4, rules()["dem.far"].meaning(language))
        assert (c[2], c[4:6]) == (raster, ["", ""])
