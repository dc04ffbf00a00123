"""Two results side by side."""

from __future__ import annotations

from tests.report.reading import html_tables
from tests.report.synthetic_review import HOSTILE_ID, synthetic_review
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.report.content.comparison import compare
from spongecalc.report.content.comparison_document import comparison_document
from spongecalc.report.render.html_page import html_text
from spongecalc.report.tables.csv_tables import write_tables
from spongecalc.report.tables.stored_tables import read_tables


def two_results(tmp_path):
    """B has one site less, one figure changed, a text changed and a row more; its rows in another order."""
    a = dict(synthetic_review().tables)
    b = dict(a)
    communities = a["communities"].copy()
    communities.loc[communities["community_id"] == "A01", "runoff_after_m3"] = 170.0
    b["communities"] = communities.iloc[::-1]
    b["ponding"] = a["ponding"].drop(index=1)
    runs = a["runs"].copy()
    runs["seconds"] = 99.0
    b["runs"] = runs
    joints = a["separation"].copy()
    joints.loc[0, "carries"] = "rain"
    b["separation"] = joints
    del b["sponge"]
    write_tables(a, tmp_path / "a")
    write_tables(b, tmp_path / "b")
    return read_tables(tmp_path / "a"), read_tables(tmp_path / "b")


def test_what_differs_is_found_and_nothing_else(tmp_path):
    found = {d.table: d for d in compare(*two_results(tmp_path)) if d.differs}
    assert set(found) == {"communities", "ponding", "separation", "sponge"}
    (change,) = found["communities"].changes
    assert (change.row, change.column, change.a, change.b) == ("A01", "runoff_after_m3", "180.00", "170.00")
    assert change.difference_text == "-10.00"
    assert found["ponding"].only_a == ("A01 · before · P3-120 · 1 · A01:N3",) and found["ponding"].only_b == ()
    (word,) = found["separation"].changes
    assert (word.column, word.a, word.b, word.difference_text) == ("carries", "both", "rain", "")
    assert found["sponge"].missing_in == "b"


def test_a_result_does_not_differ_from_itself(tmp_path):
    a, _ = two_results(tmp_path)
    assert not [d for d in compare(a, a) if d.differs]
    tables, text = html_tables(html_text(comparison_document(compare(a, a), "a", "b", "en")))
    assert "The two results hold the same figures." in text and tables == []


def test_the_page_marks_what_changed(tmp_path):
    differences = compare(*two_results(tmp_path))
    tables, _ = html_tables(html_text(comparison_document(differences, "<b>old</b>", "new", "zh")))
    assert any(row[0] == "A01" and row[2:] == ["180.00", "170.00", "-10.00"] for t in tables for row in t)


def test_tables_come_back_from_disk_as_they_were(tmp_path):
    a, _ = two_results(tmp_path)
    assert HOSTILE_ID in set(a["separation"]["feature_id"])  # the apostrophe of the file is taken off


def test_the_command(tmp_path):
    two_results(tmp_path)
    runner = CliRunner()
    page = tmp_path / "c.html"
    done = runner.invoke(
        app, ["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(page), "--lang", "en"]
    )
    assert done.exit_code == 0 and "communities.csv: 1 figure changed" in done.output
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    wrong = runner.invoke(app, ["compare", str(tmp_path), str(tmp_path / "b"), "--lang", "en"])
    assert wrong.exit_code == 2
    (tmp_path / "b" / "ponding.csv").write_text("a,b\n1\n", encoding="utf-8")
    broken = runner.invoke(app, ["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--json"])
    assert broken.exit_code == 2 and "ponding.csv" in broken.output
