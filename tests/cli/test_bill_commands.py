"""The commands quantities, design, claims and compare, called as a user calls them."""

import json
import shutil
import sys
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from tests.small_project import write_one_square, write_small_project
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.cli.bill_commands import claim_table_names

runner = CliRunner()


def call(*arguments):
    return runner.invoke(app, [str(a) for a in arguments])


def read(folder, name):
    return pd.read_csv(folder / "results" / f"{name}.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_small_project(tmp_path_factory.mktemp("small") / "project").folder


def test_quantities_are_written_without_any_run(folder):
    result = call("quantities", folder, "--lang", "en")
    assert result.exit_code == 0, result.output
    bill = read(folder, "quantities")
    laid = bill[(bill["item"] == "pipe") & (bill["status"] == "proposed")]
    # Three communities with 30 m of rain and 30 m of sewage pipe each.
    assert laid.groupby("system")["length_m"].sum().to_dict() == {"sewage": 90.0, "storm": 90.0}
    assert "90.00" in result.output
    features = read(folder, "quantity_features")
    assert set(laid["community_id"]) == {"A", "B", "C"}
    assert set(features.query("item == 'pipe' and status == 'proposed'")["feature_id"]) == {
        f"{c}-{p}" for c in "ABC" for p in ("PR", "PS")
    }
    assert (folder / "results" / "quantities.xlsx").is_file()
    claims = read(folder, "claims")
    assert set(claims["kind"]) == {"agrees"}


def test_quantities_of_one_community_as_json_and_in_chinese(folder):
    result = call("quantities", folder, "--community", "B", "--json")
    document = json.loads(result.output)
    assert {row["community_id"] for row in document["quantities"]} == {"B"}
    assert "排水管" in call("quantities", folder, "--lang", "zh").output
    assert call("quantities", folder, "--quiet").output == ""


def test_design_without_runs_says_so(folder):
    result = call("design", folder, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "no runs of SWMM" in result.output
    checks = read(folder, "design_checks")
    assert {"pass", "fail", "not_checkable"} == set(checks["verdict"])
    # DN300 rain at 1 %: by hand full 1.778 m/s with n = 0.010; the project states 0.011, so 1.617 m/s.
    hydraulics = read(folder, "pipe_hydraulics").set_index("pipe_id")
    assert hydraulics.loc["A-PR", "full_velocity_m_s"] == pytest.approx(1.617, abs=0.001)
    # 120 residents x 120 l x 0.85 / 86400 s.
    assert hydraulics.loc["A-PS", "mean_sewage_l_s"] == pytest.approx(120 * 120 * 0.85 / 86400, abs=0.005)
    assert hydraulics["swmm_peak_l_s"].isna().all()
    document = json.loads(call("design", folder, "--json").output)
    assert len(document["design_checks"]) == len(checks)


@pytest.mark.parametrize(("command", "table"), [("design", "design_checks"), ("quantities", "quantities")])
def test_a_part_of_the_communities_leaves_the_tables_of_all(folder, command, table):
    assert call(command, folder).exit_code == 0
    whole = read(folder, table)
    part = call(command, folder, "--community", "B", "--lang", "en")
    assert part.exit_code == 0
    assert "left as they are" in part.output
    assert read(folder, table).equals(whole)
    assert set(whole["community_id"]) > {"B"}


def test_an_unknown_community_is_refused(folder):
    for command in ("quantities", "design"):
        result = call(command, folder, "--community", "Z", "--lang", "en")
        assert result.exit_code == 2
    assert call("quantities", folder / "nothing").exit_code == 2


def sheet(path, rows):
    book = openpyxl.Workbook()
    for row in [["管段编号", "长度（m）"], *rows]:
        book.active.append(row)
    book.save(path)
    return path


def test_claims_of_a_contractor(folder, tmp_path):
    honest = [[f"{c}-{p}", 30.0] for c in "ABC" for p in ("PR", "PS")]
    good = call("claims", folder, sheet(tmp_path / "good.xlsx", honest), "--lang", "en")
    assert good.exit_code == 0, good.output
    bad = call("claims", folder, sheet(tmp_path / "bad.xlsx", [*honest[1:], honest[1]]), "--lang", "en")
    assert bad.exit_code == 1
    table = read(folder, "claims-bad")
    wrong = table[table["kind"] != "agrees"]
    assert set(zip(wrong["kind"], wrong["feature_id"], strict=True)) == {("missing", "A-PR"), ("double", "A-PS")}
    assert "claimed twice" in bad.output


def claim(path, length_m):
    path.parent.mkdir(exist_ok=True)
    rows = "".join(f"{c}-{p},{length_m}\n" for c in "ABC" for p in ("PR", "PS"))
    path.write_text(f"管段编号,长度（m）\n{rows}", encoding="utf-8")
    return path


def test_claims_of_one_name_have_a_table_each(folder, tmp_path):
    """The second took the place of the first: by two folders, two endings, or capitals."""
    book = sheet(tmp_path / "c.xlsx", [[f"{c}-{p}", 33.0] for c in "ABC" for p in ("PR", "PS")])
    sheets = [claim(tmp_path / f"{n}" / name, 30.0 + n) for n, name in ((1, "c.csv"), (2, "c.csv"))]
    odd = claim(tmp_path / "4" / "C.csv", 34.0)
    result = call("claims", folder, *sheets, book, odd, claim(tmp_path / "c-2.csv", 35.0), "--lang", "en")
    assert result.exit_code == 1, result.output
    names = {"claims-c": 31, "claims-c-3": 32, "claims-c-4": 33, "claims-C-5": 34, "claims-c-2": 35}
    for name, length_m in names.items():
        assert set(read(folder, name)["claimed_m"]) == {length_m}, name
    said = " ".join(result.output.split())
    for file, name in ((sheets[0], "claims-c"), (sheets[1], "claims-c-3"), ("c.xlsx", "claims-c-4")):
        assert f"{file}: 6 lines compared, 6 differ; see {name}.csv." in said


def test_names_of_claims_are_names_on_every_system():
    files = [
        Path(name) for name in ("a\nb.csv", "a\x1bb.csv", "a:b.csv", f"{'长' * 80}.csv", "Ａ.csv", "\udcff.csv")
    ]
    names = claim_table_names(files)
    assert names == ["claims-a_b", "claims-a_b-2", "claims-a_b-3", f"claims-{'长' * 60}", "claims-Ａ", "claims-_"]
    assert claim_table_names([Path("e\u0301.csv"), Path("\u00e9.csv")]) == ["claims-e\u0301", "claims-\u00e9-2"]


@pytest.mark.skipif(sys.platform == "win32", reason="no name there holds a line feed")
def test_a_line_feed_in_the_name_of_a_claim_goes_no_further(folder, tmp_path):
    result = call("claims", folder, claim(tmp_path / "my\nown\x1b[31m.csv", 30.0), "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "see claims-my_own_[31m.csv." in result.output
    assert "my\nown" not in result.output
    assert "\x1b" not in result.output
    assert set(read(folder, "claims-my_own_[31m")["kind"]) == {"agrees"}
    missing = call("claims", folder, tmp_path / "no\nsuch.csv", "--lang", "en")
    assert missing.exit_code == 2
    assert "no\nsuch" not in missing.output


def test_claims_that_cannot_be_read(folder, tmp_path):
    missing = call("claims", folder, tmp_path / "none.xlsx", "--lang", "en")
    assert missing.exit_code == 2
    assert "none.xlsx does not exist" in missing.output
    odd = call("claims", folder, sheet(tmp_path / "odd.xlsx", []), "--field", "colour=x", "--lang", "en")
    assert odd.exit_code == 2
    assert "Traceback" not in missing.output + odd.output


def test_compare_with_an_earlier_project_and_with_an_earlier_file(folder, tmp_path):
    earlier = tmp_path / "earlier"
    shutil.copytree(folder, earlier)
    assert "0 changes" in call("changes", folder, earlier, "--lang", "en").output
    pipes = gpd.read_file(earlier / "ab.gpkg", layer="pipes")
    pipes.loc[pipes["pipe_id"] == "A-PR", "diameter_mm"] = 200
    pipes = pipes[pipes["pipe_id"] != "B-PS"]
    pyogrio.write_dataframe(pipes, earlier / "ab.gpkg", layer="pipes", driver="GPKG")
    result = call("changes", folder, earlier, "--lang", "en")
    assert result.exit_code == 0, result.output
    changes = read(folder, "changes")[["feature_id", "change"]].to_numpy().tolist()
    assert changes == [["A-PR", "resized"], ["B-PS", "added"]]
    assert "60.00 m -> 90.00 m (30.00 m)" in result.output


def test_compare_with_nothing_is_refused_in_words(folder, tmp_path):
    for path in (tmp_path / "none.gpkg", tmp_path):
        result = call("changes", folder, path, "--lang", "en")
        assert result.exit_code == 2
        assert "Traceback" not in result.output
    (tmp_path / "text.gpkg").write_text("no layers")
    assert "no file of layers" in call("changes", folder, tmp_path / "text.gpkg", "--lang", "en").output


def test_prices_of_the_project_give_costs_and_bad_prices_a_finding(tmp_path):
    own = write_small_project(
        tmp_path / "priced", toml=lambda text: text + '\n[quantities]\nprices = "prices.csv"\n'
    ).folder
    (own / "prices.csv").write_text(
        "item,system,diameter_mm,unit,unit_price,source\npipe,,,m,100,tender\npipe,storm,300,m,150.5,tender\n"
    )
    assert call("quantities", own).exit_code == 0
    costs = read(own, "costs")
    paid = costs[costs["item"] == "pipe"].groupby("system")["cost"].sum().to_dict()
    assert paid == {"storm": 3 * 30 * 150.5, "sewage": 3 * 30 * 100.0}
    assert (costs.loc[costs["item"] == "manhole", "note"] == "no_price").all()
    (own / "prices.csv").write_text("item,unit,unit_price\npipe,mile,100\n")
    result = call("quantities", own, "--lang", "en")
    assert result.exit_code == 0
    assert "row 2, unit is mile" in " ".join(result.output.split())


OWN = "我自己的说明\n"


def refused(result, file):
    said = " ".join(result.output.split())
    assert result.exit_code == 3, result.output
    assert f"results/{file} is not written: a file of this name is there that spongecalc did not write" in said
    assert "Move it away" in said
    assert said.count("is not written") == 1


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("check", "intake.csv"),
        ("quantities", "quantities.csv"),
        ("quantities", "quantities.xlsx"),
        ("design", "pipe_hydraulics.csv"),
        ("claims", "claims-c2.csv"),
    ],
)
def test_a_file_of_the_user_under_the_name_of_a_result_stays(tmp_path, command, file):
    """It was replaced without a word, in a project that never ran."""
    folder = write_one_square(tmp_path / "p")
    more = [claim(tmp_path / "c2.csv", 30.0)] if command == "claims" else []
    theirs = folder / "results" / file
    theirs.parent.mkdir()
    theirs.write_text(OWN, encoding="utf-8")
    refused(call(command, folder, *more, "--lang", "en"), file)
    assert theirs.read_text("utf-8") == OWN
    assert [p.name for p in theirs.parent.iterdir() if p.is_file()] == [file]
    theirs.rename(folder / "results" / "mine.txt")
    for _ in range(2):  # what the first one wrote is ours
        assert call(command, folder, *more, "--lang", "en").exit_code in (0, 1)
    assert theirs.read_bytes() != OWN.encode()
    assert (folder / "results" / "mine.txt").read_text("utf-8") == OWN
