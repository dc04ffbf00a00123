"""Errors planted in claims are found and named; a sound claim agrees; differences are accounted for."""

import math
import random

import openpyxl
import pandas as pd
import pytest
from shapely import LineString, Point

from spongecalc.catalogue.catalogue import shipped
from spongecalc.layers.claim_sheet import Claim, ClaimError, read_claim
from spongecalc.network.claims import claims_table, community_claim, measured_features
from spongecalc.network.ledger import ledger
from tests.network.bill_layers import layer_set, node, pipe, square


@pytest.fixture(scope="module")
def layers():
    """40 rain and 40 sewage pipes of different lengths; each falls 5 %, so that slope and plan length differ."""
    pipes, nodes = [], []
    for i in range(80):
        system = "storm" if i < 40 else "sewage"
        length = 15 + 0.37 * i
        line = LineString([(0, 2 * i), (length, 2 * i)])
        for end, x, level in (("a", 0, 98.0), ("b", length, 98.0 - 0.05 * length)):
            nodes.append(node(f"N{i}{end}", Point(x, 2 * i), 100.0, level, system=system))
        pipes.append(
            pipe(
                f"P{i:02d}",
                line,
                system=system,
                from_node=f"N{i}a",
                to_node=f"N{i}b",
                invert_up_m=98.0,
                invert_down_m=98.0 - 0.05 * length,
            )
        )
    pipes.append(pipe("OLD", LineString([(0, -5), (33.3, -5)]), status="existing"))
    area = {**square("A", -1, 200), "claimed_storm_m": 100.0}
    return layer_set(communities=[area], pipes=pipes, nodes=nodes)


@pytest.fixture(scope="module")
def rows(layers):
    return ledger(layers)


@pytest.fixture(scope="module")
def measured(layers, rows):
    return measured_features(rows, layers)


def write_sheet(path, lines, headings=("序号", "管段编号", "类别", "管径(mm)", "管材", "长度（m）")):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某小区排水管工程量申报表"])
    sheet.append([])
    sheet.append(list(headings))
    for line in lines:
        sheet.append(line)
    book.save(path)
    return path


def honest(measured):
    words = {"storm": "雨水", "sewage": "污水"}
    new = measured[measured["status"] == "proposed"]
    return [
        [i + 1, r.feature_id, words[r.system], "DN300", "HDPE双壁波纹管", round(r.plan_m, 2)]
        for i, r in enumerate(new.itertuples())
    ]


def compared(path, measured, rows):
    return claims_table([read_claim(path)], measured, rows, 1.0, shipped())


def test_an_honest_claim_agrees(tmp_path, measured, rows):
    found = compared(write_sheet(tmp_path / "claim.xlsx", honest(measured)), measured, rows)
    assert len(found) == 80
    assert set(found["kind"]) == {"agrees"}


@pytest.mark.parametrize("seed", range(4))
def test_double_missing_and_slope_length_are_found_and_named(tmp_path, measured, rows, seed):
    dice = random.Random(seed)
    lines = honest(measured)
    double, missing, sloped = dice.sample(range(80), 3)
    true = measured.set_index("feature_id")["true_m"]
    lines[sloped][5] = round(float(true[lines[sloped][1]]), 2)
    lines.insert(dice.randrange(80), list(lines[double]))
    ids = [f"P{i:02d}" for i in range(80)]
    lines = [line for line in lines if line[1] != ids[missing]]
    planted = {("double", ids[double]), ("missing", ids[missing]), ("slope_length", ids[sloped])}
    found = compared(write_sheet(tmp_path / "claim.xlsx", lines), measured, rows)
    wrong = found[found["kind"] != "agrees"]
    assert set(zip(wrong["kind"], wrong["feature_id"], strict=True)) == planted
    assert len(wrong) == 3
    # What is explained is the whole of the difference.
    total = sum(line[5] for line in lines) - measured.loc[measured["status"] == "proposed", "plan_m"].sum()
    assert found["difference_m"].sum() == pytest.approx(total, abs=1e-6)


def test_other_rules_of_measuring_and_other_values(tmp_path, measured, rows):
    lines = honest(measured)
    bare = measured.set_index("feature_id")["without_manholes_m"]
    # DN300: manholes of 1000 mm at both ends, half of each taken off.
    assert bare["P05"] == pytest.approx(15 + 0.37 * 5 - 1.0)
    lines[5][5] = round(float(bare["P05"]), 2)
    lines[6][5] = 17
    lines[7][3] = "DN400"
    lines[8][4] = "钢筋混凝土管"
    lines[9][5] = lines[9][5] + 0.5
    lines[10][5] = "约二十米"
    lines[11][1] = "P11复"
    lines.append([81, "OLD", "雨水", "DN300", "", 33.3])
    found = compared(write_sheet(tmp_path / "claim.xlsx", lines), measured, rows)
    kinds = {(r.feature_id, r.kind) for r in found.itertuples() if r.kind != "agrees"}
    assert kinds == {
        ("P05", "manholes_deducted"),
        ("P06", "rounded"),
        ("P07", "size_differs"),
        ("P08", "material_differs"),
        ("P09", "differs"),
        ("P10", "not_a_number"),
        ("P11复", "not_in_layers"),
        ("P11", "missing"),
        ("OLD", "not_proposed"),
    }
    assert found.set_index("feature_id").loc["P11复", "features"] == "P11"


def test_a_wrong_sum_in_the_sheet_is_named(tmp_path, measured, rows):
    lines = honest(measured)
    total = sum(line[5] for line in lines)
    path = write_sheet(tmp_path / "right.xlsx", [*lines, ["", "合计", "", "", "", round(total, 2)]])
    assert "sum_wrong" not in set(compared(path, measured, rows)["kind"])
    path = write_sheet(tmp_path / "wrong.xlsx", [*lines, ["", "合计", "", "", "", round(total + 100, 2)]])
    wrong = compared(path, measured, rows).query("kind == 'sum_wrong'")
    assert wrong["claimed_m"].iloc[0] - wrong["measured_m"].iloc[0] == pytest.approx(100, abs=0.01)


def total_claim(**line):
    return Claim("totals", False, pd.DataFrame([{"row": 1, "feature_id": "", "is_total": False, **line}]))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda m: m.loc["P20", "plan_m"], "counted_twice"),
        (lambda m: -m.loc["P20", "plan_m"], "left_out"),
        (lambda m: (m["true_m"] - m["plan_m"])[m["system"] == "storm"].iloc[:40].sum(), "slope_length"),
        (lambda _: 33.3, "existing_counted"),
        (lambda _: -40.0, "manholes_deducted"),
    ],
)
def test_a_total_that_differs_is_explained(measured, rows, change, kind):
    by_id = measured.set_index("feature_id")
    by_id = by_id[(by_id["status"] == "proposed") | (by_id.index == "OLD")]
    new = by_id[(by_id["status"] == "proposed") & (by_id["system"] == "storm")]
    claimed = round(float(new["plan_m"].sum() + change(new if kind != "existing_counted" else by_id)), 2)
    claim = total_claim(community_id="A", item="pipe", system="storm", length_m=claimed, as_typed=f"{claimed}")
    found = claims_table([claim], measured, rows, 0.1, shipped())
    assert found["kind"].tolist()[0] == "differs"
    assert kind in found["kind"].tolist()[1:]
    named = found[found["kind"] == kind].iloc[0]
    assert named["difference_m"] == pytest.approx(found["difference_m"].iloc[0], abs=0.06)
    if kind in ("counted_twice", "left_out"):
        assert "P20" in named["features"].split(";")


@pytest.mark.parametrize(
    ("off", "kind"), [(1.0, "agrees"), (-1.0, "agrees"), (1.01, "differs"), (-1.01, "differs")]
)
def test_a_total_agrees_up_to_the_tolerance(measured, rows, off, kind):
    total = measured.query("status == 'proposed' and system == 'storm'")["plan_m"].sum() + off
    claim = total_claim(community_id="", item="pipe", system="storm", length_m=total, as_typed=f"{total:.2f}")
    assert claims_table([claim], measured, rows, 1.0, shipped())["kind"].iloc[0] == kind


def test_the_communities_own_claim_and_a_bulletin(layers, repository):
    stated = community_claim(layers["communities"])
    assert stated.lines[["community_id", "system", "length_m"]].to_numpy().tolist() == [["A", "storm", 100.0]]
    bulletin = read_claim(repository / "gis" / "eshan_bulletin.csv")
    lengths = {(r.item, r.system): r.length_m for r in bulletin.lines.itertuples()}
    assert lengths == {
        ("pipe", "storm"): 2537,
        ("pipe", "sewage"): 2638,
        ("telecom", ""): 6345,
        ("gas", ""): 2659,
    }


def test_files_that_cannot_be_read_say_why(tmp_path):
    with pytest.raises(ClaimError) as missing:
        read_claim(tmp_path / "none.xlsx")
    assert missing.value.rule == "claim.missing"
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(ClaimError) as broken:
        read_claim(tmp_path / "broken.xlsx")
    assert broken.value.rule == "claim.unreadable"
    path = write_sheet(tmp_path / "odd.xlsx", [["x", 1]], headings=("甲", "乙"))
    with pytest.raises(ClaimError) as odd:
        read_claim(path)
    assert odd.value.rule == "claim.no_heading"
    own = write_sheet(tmp_path / "own.xlsx", [["P01", 15.37]], headings=("甲", "乙"))
    claim = read_claim(own, {"feature_id": "甲", "length_m": "乙"})
    assert claim.itemised
    assert claim.lines["length_m"].tolist() == [15.37]
    with pytest.raises(ClaimError) as sheet:
        read_claim(own, sheet="附表")
    assert sheet.value.rule == "claim.no_sheet"


def test_a_formula_without_a_stored_value_is_no_number(tmp_path):
    path = write_sheet(tmp_path / "formula.xlsx", [[1, "P01", "雨水", 300, "HDPE", "=10+5"]])
    claim = read_claim(path)
    assert math.isnan(claim.lines["length_m"].iloc[0])


def test_a_csv_of_the_platform_s_own_encoding(tmp_path):
    path = tmp_path / "claim.csv"
    path.write_bytes("管段编号,长度(m)\nP01,15.37 m\n".encode("gb18030"))
    assert read_claim(path).lines["length_m"].tolist() == [15.37]


@pytest.mark.parametrize(
    ("typed", "length_m"),
    [("30,5", 30.5), ("30,5 m", 30.5), ("1,234.5", 1234.5), ("1,234,567", 1234567.0), ("1,623", math.nan)],
)
def test_a_comma_in_a_length_is_read_by_the_rule_of_layers(tmp_path, typed, length_m):
    """30,5 m were 305 m claimed, without a word; what has two readings is no number."""
    path = tmp_path / "c.csv"
    path.write_text(f'管段编号,长度,管径,类别\nP01,"{typed}",DN300,雨水\n', encoding="utf-8")
    (line,) = read_claim(path).lines.itertuples()
    assert line.length_m == pytest.approx(length_m, nan_ok=True)
    assert line.diameter_mm == 300
