"""What the engine takes otherwise than one would guess is told by the file; no model of the product holds it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.language import text as words
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.input_file import parse_input
from spongecalc.swmm.surprises import FEATURES, surprises

OPTIONS = """[OPTIONS]
START_DATE 06/01/2026
START_TIME {begin}
END_DATE 06/01/2026
END_TIME 23:00:00
ALLOW_PONDING {pond}
"""

GROUND = (
    "[SUBAREAS]\nA 0.01 0.1 1 3 25 OUTLET\nB 0.01 0.1 1 3 25 OUTLET\n[INFILTRATION]\nA 60 5 4 7 0\nB 60 5 4 7 0\n"
)

# Feature -> a file that holds it, the object it is about, and what makes the same file harmless.
CASES = {
    "inlets_that_pond": (
        "[JUNCTIONS]\nM1 97.5 1.5 0 0 1000\n[INLET_USAGE]\nST1 GRATES m1 4\n",
        "m1",
        ("0 0 1000", "0 0 0"),
    ),
    "lid_drain_counted_twice": (
        f"{GROUND}[SUBCATCHMENTS]\nA G O 1\nB G O 1\n[LID_USAGE]\nA P 1 100 10 0 0 0 * B\n",
        "A",
        ("* B", "* J"),
    ),
    "lid_drain_without_load": (
        f"{GROUND}[SUBCATCHMENTS]\nA G O 0.1 0 50 1 0\nB G O 0.1 40 50 1 0\n[POLLUTANTS]\nRAIN MG/L 100 0 0 0\n"
        "[LID_CONTROLS]\nP PP\nP DRAIN 0.5 0.5 0\n[LID_USAGE]\nA P 1 500 10\nB P 1 500 10\n",
        "A",
        ("0.1 0 50", "0.1 5 50"),
    ),
    "washoff_before_removal": (
        "[LID_CONTROLS]\nP PP\nP DRAIN 0.5 0.5 0\nP REMOVALS SALT 60\n",
        "P",
        ("SALT 60", "SALT 0"),
    ),
    "pavers_share": ("[LID_CONTROLS]\nP PP\nP PAVEMENT 80 0.25 0.5 100 0\n", "P", ("0.25 0.5", "0.25 0")),
    "lids_without_their_state": (
        "[LID_USAGE]\nA P 1 100 10 0 0 0\n[FILES]\nUSE HOTSTART h.hsf\n",
        "A",
        ("USE", "SAVE"),
    ),
    "lid_drain_of_a_runoff_file": (
        "[LID_USAGE]\nA P 1 100 10 0 0 0 * J\n[FILES]\nUSE RUNOFF r.rff\n",
        "A",
        ("* J", "* *"),
    ),
    "storage_curve_drawn_on": (
        "[STORAGE]\nT 10 5 0 TABULAR AREAS 0 0\n[CURVES]\nAREAS STORAGE 1 1000\nAREAS 5 2000\n",
        "T",
        ("STORAGE 1 1000", "STORAGE 0 1000"),
    ),
    "storage_evaporates_in_rain": (
        "[EVAPORATION]\nCONSTANT 4\nDRY_ONLY YES\n[STORAGE]\nT 10 5 0 FUNCTIONAL 0 0 100 0 1\n",
        "T",
        ("100 0 1", "100 0 0"),
    ),
    "tide_by_the_run": ("[OUTFALLS]\nSEA 0 TIDAL TIDE NO\n", "SEA", ("TIDAL", "TIMESERIES")),
    "short_pattern": (
        f"[PATTERNS]\nDAY HOURLY {'0.5 ' * 12}\nDAY {'0.5 ' * 11}\n",
        "DAY",
        ("\nDAY 0.5", "\nDAY 1 0.5"),
    ),
    "row_replaced": ("[DWF]\nJ FLOW 10\nJ SEWAGE 100\nj flow 5\n", "j", ("j flow", "K FLOW")),
    "inflow_of_mass": ('[INFLOWS]\nJ SALT "" MASS 1 1 100\n', "J", ("MASS", "CONCEN")),
    "or_after_and": (
        "[CONTROLS]\nRULE SHUT\nIF NODE A DEPTH > 1\nAND NODE B DEPTH > 1\nOR SIMULATION TIME > 1\n"
        "THEN PUMP P STATUS = OFF\nAND PUMP Q STATUS = OFF\n",
        "SHUT",
        ("AND NODE", "OR NODE"),
    ),
    "rdii_beyond_the_end": (
        "[HYDROGRAPHS]\nU GAGE\nU ALL SHORT 0.01 8 3 0 0 0\n",
        "U",
        ("8 3", "5 3"),
    ),
    "grounds_in_a_circle": (
        f"{GROUND}[SUBCATCHMENTS]\nA G b 1 50 20 1\nB G A 1 50 20 1\n",
        "A, B",
        ("B G A", "B G J"),
    ),
    "ground_without_subareas": (
        f"{GROUND}[SUBCATCHMENTS]\nA G J 1 50 20 1\nC G J 1 50 20 1\n[INFILTRATION]\nC 60 5 4 7 0\n",
        "C",
        ("\nC G J", "\nB G J"),
    ),
    "ground_without_infiltration": (
        f"{GROUND}[SUBCATCHMENTS]\nA G J 1 50 20 1\nC G J 1 50 20 1\n[SUBAREAS]\nC 0.01 0.1 1 3 25\n",
        "C",
        ("\nC G J", "\nB G J"),
    ),
    "ground_of_no_size": (
        f"{GROUND}[SUBCATCHMENTS]\nA G J 0.0 50 20 1\nB G J 1 50 20 1\n",
        "A",
        ("J 0.0", "J 0.5"),
    ),
    "link_to_itself": ("[CONDUITS]\nC J1 j1 30 0.013\nD J1 J2 30 0.013\n", "C", ("J1 j1", "J1 J2")),
}


def found(content: str, begin: str = "20:00:00", pond: str = "YES") -> dict[str, str]:
    """Features that are told of a file, with what each is about."""
    content = OPTIONS.format(begin=begin, pond=pond) + content
    return {m.key.removeprefix("engine.run."): m.subject for m in surprises(parse_input(content.encode()))}


def test_every_feature_has_a_case() -> None:
    assert set(CASES) == set(FEATURES)


@pytest.mark.parametrize("feature", sorted(CASES))
def test_a_feature_is_told_with_its_object_and_not_where_it_does_no_harm(feature: str) -> None:
    content, about, (bad, good) = CASES[feature]
    begin = "20:00:00" if feature == "tide_by_the_run" else "00:00:00"
    assert found(content, begin) == {feature: about}
    assert bad in content
    assert found(content.replace(bad, good), begin) == {}


def test_without_ponding_inlets_lead_to_what_they_should() -> None:
    """And a tide in a run that begins at midnight is that of the day."""
    assert found(CASES["inlets_that_pond"][0], "00:00:00", pond="NO") == {}
    assert found(CASES["tide_by_the_run"][0], "00:00:00") == {}


def test_a_subcatchment_of_paving_alone_has_no_impervious_ground_either() -> None:
    content = CASES["lid_drain_without_load"][0].replace("0.1 0 50", "0.1 100 50")
    whole = "FLOW_UNITS LPS\n" + content.replace("A P 1 500", "A P 2 500")
    assert found(content, "00:00:00") == {}
    assert found(whole, "00:00:00") == {"lid_drain_without_load": "A"}


def test_of_many_objects_five_are_named_and_the_rest_counted() -> None:
    rows = "".join(f'J{n} SALT "" MASS 1 1 100\n' for n in range(8))
    assert found(f"[INFLOWS]\n{rows}", "00:00:00") == {"inflow_of_mass": "J0, J1, J2, J3, J4 (+3)"}


@pytest.mark.parametrize("name", ["EY01/before", "EY01/after", "EY03/after", "EY16/after"])
def test_the_products_own_models_hold_none(repository: Path, name: str) -> None:
    assert surprises(parse_input((repository / "swmm_models" / f"{name}.inp").read_bytes())) == ()


STREET = """[OPTIONS]
FLOW_UNITS LPS
FLOW_ROUTING DYNWAVE
START_DATE 06/01/2026
START_TIME 00:00:00
END_DATE 06/01/2026
END_TIME 03:00:00
REPORT_STEP 00:01:00
ROUTING_STEP 1
ALLOW_PONDING YES
[JUNCTIONS]
TOP 100 1 0 0 0
LOW 99 1 0 0 0
MANHOLE 97.5 1.5 0 0 1000
[OUTFALLS]
STREET_END 98 FREE
PIPE_END 96.5 FREE
[CONDUITS]
STREET1 TOP LOW 100 0.016 0 0
STREET2 LOW STREET_END 100 0.016 0 0
PIPE MANHOLE PIPE_END 100 0.013 0 0
[STREETS]
WHOLE 5 0.2 2 0.016 0 0 2 0 0 0
[XSECTIONS]
STREET1 STREET WHOLE
STREET2 STREET WHOLE
PIPE CIRCULAR 0.2 0 0 0
[INLETS]
GRATES GRATE 2 1 P_BAR-50
[INLET_USAGE]
STREET1 GRATES MANHOLE 4 0 0 0 0 ON_GRADE
[INFLOWS]
TOP FLOW RUNOFF FLOW 1 1
MANHOLE FLOW SEWER FLOW 1 1
[TIMESERIES]
RUNOFF 0:00 300
RUNOFF 1:00 300
RUNOFF 1:01 0
SEWER 0:00 100
SEWER 1:00 100
SEWER 1:01 0
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_run_names_the_inlets_that_double_the_water(tmp_path: Path, lang: str) -> None:
    """1452 m3 come; 1871 leave and 820 are stored, and the error of the balance is a tenth of a percent."""
    path = tmp_path / "street.inp"
    path.write_text(STREET, encoding="utf-8")
    totals = run_inp(path, tmp_path / "run").totals_m3
    assert totals["external_inflow"] == pytest.approx(1452, rel=0.001)
    assert totals["outflow"] + totals["storage_final"] == pytest.approx(2690, rel=0.02)
    assert totals["flooding"] < -1000
    answer = CliRunner().invoke(app, ["run", str(path), "--lang", lang], env={"COLUMNS": "600"})
    assert answer.exit_code == 0
    assert words("engine.run.inlets_that_pond.meaning", lang)[:20] in answer.output
    path.write_text(STREET.replace("1.5 0 0 1000", "1.5 0 0 0"), encoding="utf-8")
    right = run_inp(path, tmp_path / "run").totals_m3
    assert right["outflow"] + right["flooding"] + right["storage_final"] == pytest.approx(1452, rel=0.001)
    answer = CliRunner().invoke(app, ["run", str(path), "--lang", lang], env={"COLUMNS": "600"})
    assert words("engine.run.inlets_that_pond.meaning", lang)[:20] not in answer.output
