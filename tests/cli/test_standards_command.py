"""``spongecalc standards``: counts by how values are known, and rows that nobody has read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.small_project import write_small_project
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.standards.provenance import counts_by_how_known

CONFIRMED = """
[standards.confirmed.design_rules]
rows = ["inlet_capacity"]
who = "design office"
why = "16S518, page 21"
"""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = write_small_project(
        tmp_path_factory.mktemp("standards") / "project", toml=lambda written: written + CONFIRMED
    ).folder
    result = CliRunner().invoke(app, ["standards", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_the_counts_are_those_of_the_tables(document: dict) -> None:
    counts = counts_by_how_known()
    printed = {r["table"]: r["printed"] for r in document["standards"]}
    assert printed == dict(zip(counts["table"], counts["printed"], strict=True))
    # GB 50014-2021, tables 4.1.3 and 4.1.4.
    assert printed["return_periods"] == 13


def test_every_row_not_read_is_named_with_who_confirms_it(document: dict) -> None:
    who = {(r["table"], r["row"]): r["who"] for r in document["not_read"]}
    assert who["design_rules", "inlet_capacity - single flat grating"] == "design office"
    assert who["sewer_design_limits", "min_slope - community main (plastic sewage)"] == ""


BASIS = """document,clause,document_status,mandatory,applied_as,applied_to,count,decides,how_known,cited_as
GB 55027-2022,3.2.1,in_force,yes,criterion,runoff,3,yes,printed,GB 55027-2022 3.2.1
GB 50014-2021,4.1.3 table 4.1.3,in_force,no,check,capacity,6,yes,printed,GB 50014-2021 4.1.3 table 4.1.3
,,,,value,solids_removal,1,no,practice,plain green is no facility: no removal is counted
"""


def test_the_basis_of_design_is_that_of_the_last_run(tmp_path: Path) -> None:
    folder = write_small_project(tmp_path / "project").folder
    before = CliRunner().invoke(app, ["standards", str(folder)], env={"COLUMNS": "200"})
    assert before.exit_code == 0 and "no results yet" in before.output
    (folder / "results").mkdir()
    (folder / "results" / "design_basis.csv").write_text(BASIS, encoding="utf-8-sig")
    after = CliRunner().invoke(app, ["standards", str(folder)], env={"COLUMNS": "200"})
    assert "no results yet" not in after.output
    assert "GB 55027-2022" in after.output and "in force from 2022-10-01" in after.output
    document = json.loads(CliRunner().invoke(app, ["standards", str(folder), "--json"]).output)
    assert [r["clause"] for r in document["design_basis"]] == ["3.2.1", "4.1.3 table 4.1.3", ""]
