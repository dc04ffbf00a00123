"""Files in SWMM's language that a project names: their names and units, and what is said of what is not taken."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.layers.sources.swmm_cases import changed
from tests.pumped_project import rows, write
from tests.swmm.model_project import write_model_project

from spongecalc.batch.unchanged import inputs_state
from spongecalc.layers.carried_files import series_files
from spongecalc.layers.finding import Finding, findings_table
from spongecalc.project.input_digests import input_digests
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.model import SwmmModel

RULE = "RULE HOLD\nIF NODE r2 DEPTH > 1.5\nAND LINK pm FLOW > {flow}\nTHEN PUMP pu STATUS = OFF\n"
IN_CMS = "[OPTIONS]\nFLOW_UNITS CMS\n"
IN_FEET = "[OPTIONS]\nFLOW_UNITS CFS\n"


def pumped(folder: Path, text: str, setting: str = 'carried = ["rules.inp"]') -> Checked:
    """The project with the lift station and a file of rules, checked."""
    write(folder, rows(), f"[structures]\n{setting}\n")
    (folder / "rules.inp").write_text(text, encoding="utf-8")
    return pipeline.check(load_project(folder))


def after(checked: Checked) -> SwmmModel:
    return next(model for model in pipeline.build(checked).models if model.scenario == "after")


def controls(checked: Checked) -> list[str]:
    return [" ".join(row) for row in after(checked).sections.get("CONTROLS", [])]


def told(findings: Sequence[Finding], rule: str) -> set[tuple[str, str, str]]:
    """Section, names and reason of what is told by a rule."""
    return {
        (str(f.found["section"]), str(f.found["names"]), getattr(f.found.get("reason"), "key", ""))
        for f in findings
        if f.rule == rule
    }


@pytest.mark.parametrize(
    "text, depth, flow",
    [
        (RULE.format(flow="2"), "1.5", "2"),
        ("; by hand\n\n" + RULE.format(flow="2"), "1.5", "2"),
        ("[CONTROL]\n" + RULE.format(flow="2"), "1.5", "2"),
        (IN_CMS + "[CONTROLS]\n" + RULE.format(flow="0.002"), "1.5", "2"),
        (RULE.format(flow="0.002") + IN_CMS, "1.5", "2"),
        (IN_FEET + "[CONTROLS]\n" + RULE.format(flow="1"), "0.4572", "28.3168466"),
    ],
)
def test_rules_have_the_layers_ids_and_units(text: str, depth: str, flow: str, tmp_path: Path) -> None:
    checked = pumped(tmp_path, text)
    assert controls(checked) == [
        "RULE HOLD",
        f"IF NODE R2 DEPTH > {depth}",
        f"AND LINK PM FLOW > {flow}",
        "THEN PUMP PU STATUS = OFF",
    ]
    assert told(checked.findings, "model.carried") == {("CONTROLS", "RULE HOLD", "")}


@pytest.mark.parametrize(
    "clauses, reason",
    [
        ("IF NODE R9 DEPTH > 1\nTHEN PUMP PU STATUS = OFF", "no_feature"),
        ("IF NODE R2 DEPTH > 1\nTHEN PUMP PX STATUS = OFF", "no_feature"),
        ("IF NODE R2 DEPTH > 1\nTHEN WEIR PU SETTING = 0", "unread"),
        ("IF NODE R2 DEPTH > 1\nTHEN PUMP PU STAUTS = OFF", "unread"),
        ("IF NODE R2 DEPTH > 1\nTHEN PUMP PU STATUS = CLOSED", "unread"),
        ("IF NODE R2 DEPTH > 1\nTHEN ORIFICE OR STATUS = ON", "unread"),
        ("IF NODE R2 DEPTH > 1\nTHEN ORIFICE OR SETTING = half", "unread"),
        ("IF NODE R2 DEPTH > 1\nTHEN CONDUIT PM SETTING = 0.5", "unread"),
        ("IF NODE R2 DEPHT > 1\nTHEN PUMP PU STATUS = OFF", "unread"),
        ("IF NODE R2 DEPTH > deep\nTHEN PUMP PU STATUS = OFF", "unread"),
        ("IF NODE R2 DEPTH > 1 THEN PUMP PU STATUS = OFF", "unread"),
        ("IF GAGE G 6-HR_DEPTH > 1\nTHEN PUMP PU STATUS = OFF", "rain"),
    ],
)
def test_a_rule_that_swmm_would_refuse_is_named(clauses: str, reason: str, tmp_path: Path) -> None:
    """The engine refuses the whole model for one of them; the others stand in it, and it runs."""
    checked = pumped(
        tmp_path, f"RULE BAD\n{clauses}\nRULE GOOD\nIF NODE R2 HEAD > 98\nTHEN PUMP PU SETTING = 0.5"
    )
    assert controls(checked) == ["RULE GOOD", "IF NODE R2 HEAD > 98", "THEN PUMP PU SETTING = 0.5"]
    assert told(checked.findings, "model.left_out") == {("CONTROLS", "RULE BAD", reason)}


@pytest.mark.parametrize("content", [None, b"", b"nothing of SWMM's\n", b"\x00\xff\xfe\x01" * 50, "folder"])
def test_a_file_that_cannot_be_read_is_told(content: bytes | str | None, tmp_path: Path) -> None:
    write(tmp_path, rows(), '[structures]\ncarried = ["rules.inp"]\n')
    if content == "folder":
        (tmp_path / "rules.inp").mkdir()
    elif isinstance(content, bytes):
        (tmp_path / "rules.inp").write_bytes(content)
    checked = pipeline.check(load_project(tmp_path))
    (found,) = [f for f in checked.findings if f.rule == "model.carried_unread"]
    assert (found.severity, found.feature.file) == ("error", "rules.inp")
    for language in ("zh", "en"):
        (row,) = findings_table([found], language).itertuples()
        assert "rules.inp" in row.message and "spongecalc.toml" in row.action
    assert after(checked).sections["PUMPS"]


def test_inflows_patterns_and_tides_of_a_file_stand_in_the_model(tmp_path: Path) -> None:
    """In m3/s: 3 l/s with a day's pattern flow into R1, and the tide at the outfall is by the layers' id."""
    layers = rows()
    next(n for n in layers["nodes"] if n["node_id"] == "S1")["inflow_pattern"] = "NIGHT"
    write(tmp_path, layers, '[structures]\ncarried = "more.inp"\n')
    hours = " ".join(["1"] * 24)
    (tmp_path / "more.inp").write_text(
        f"{IN_CMS}[JUNCTIONS]\nX 1 2\n[OUTFALLS]\nro 96 TIDAL TD\nQ 1 TIDAL TD\n"
        "[CURVES]\nTD TIDAL 0 97\nTD 24 98\n"
        f"[INFLOWS]\nr1 FLOW WAVE FLOW 1 1 0.003 DAY\nR9 FLOW WAVE\n[PATTERNS]\nDAY HOURLY {hours}\n"
        f"NIGHT HOURLY {hours}\nNEVER HOURLY {hours}\n"
        "[TIMESERIES]\nWAVE 0:00 0\nWAVE 1:00 0.01\n[POLLUTANTS]\nTSS MG/L 0\n",
        encoding="utf-8",
    )
    checked = pipeline.check(load_project(tmp_path))
    model = after(checked)
    event = storm_event(model.storms[0], checked.project.settings.simulation)
    lines = [" ".join(line.split()) for line in model.text(event).splitlines()]
    assert "R1 FLOW WAVE FLOW 1.0 1000 3 DAY" in lines
    assert next(row for row in model.sections["DWF"] if row[0] == "S1")[3] == "NIGHT"
    assert {row[0] for row in model.sections["PATTERNS"]} >= {"DAY", "NIGHT"}
    assert "NEVER" not in {row[0] for row in model.sections["PATTERNS"]}
    assert model.outfall_levels["RO"].file == "more.inp"
    assert model.outfall_levels["RO"].first_m == 97
    assert told(checked.findings, "model.left_out") == {("INFLOWS", "R9 FLOW", "no_feature")}
    assert told(checked.findings, "model.replaced") == {
        ("OPTIONS", "FLOW_UNITS", "replaced"),
        ("JUNCTIONS", "X", "of_layers"),
        ("OUTFALLS", "ro, Q", "of_layers"),
        ("PATTERNS", "NEVER", "unused"),
        ("POLLUTANTS", "TSS", "replaced"),
    }
    assert ("CURVES", "TD", "") in told(checked.findings, "model.carried")


def test_a_prefix_stands_before_the_names_of_a_file(tmp_path: Path) -> None:
    setting = 'carried = [{ file = "rules.inp", prefix = "p" }]'
    checked = pumped(tmp_path, "RULE HOLD\nIF NODE R2 DEPTH > 1\nTHEN PUMP U STATUS = OFF\n", setting)
    assert told(checked.findings, "model.left_out") == {("CONTROLS", "RULE HOLD", "no_feature")}
    layers = rows()
    for node in layers["nodes"]:
        node["node_id"] = f"P{node['node_id']}"
    for link in (*layers["pipes"], *layers["structures"]):
        link |= {end: f"P{link[end]}" for end in ("from_node", "to_node")}
    write(tmp_path / "all", layers, f"[structures]\n{setting}\n")
    (tmp_path / "all" / "rules.inp").write_text((tmp_path / "rules.inp").read_text())
    found = controls(pipeline.check(load_project(tmp_path / "all")))
    assert found[1:] == ["IF NODE PR2 DEPTH > 1", "THEN PUMP PU STATUS = OFF"]


SERIES = changed(
    ("[TIMESERIES]", '[INFLOWS]\nJ2 FLOW WAVE\n[TIMESERIES]\nWAVE FILE "wave.dat"\nIDLE FILE "idle.dat"\n'),
)


def test_a_model_named_twice_is_carried_on_once(tmp_path: Path) -> None:
    folder = write_model_project(tmp_path, SERIES)
    (folder / "wave.dat").write_text("0 0\n1 0.02\n", encoding="utf-8")
    once = after(pipeline.check(load_project(folder)))
    page = folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8") + '[structures]\ncarried = ["./model.inp"]\n', "utf-8")
    checked = pipeline.check(load_project(folder))
    twice = after(checked)
    assert twice.carried.inflows == once.carried.inflows
    assert len(twice.carried.inflows) == 1
    assert not [f for f in checked.findings if f.rule == "model.name_taken"]


@pytest.mark.parametrize("there", [True, False])
def test_files_of_series_are_inputs(there: bool, tmp_path: Path) -> None:
    """The file that an inflow reads, and not that of a series which nothing reads; it may come later, too."""
    folder = write_model_project(tmp_path, SERIES)
    (folder / "idle.dat").write_text("0 0\n", encoding="utf-8")
    if there:
        (folder / "wave.dat").write_text("0 0\n1 0.02\n", encoding="utf-8")
    project = load_project(folder)
    assert series_files(project) == ("wave.dat",)
    digests, state = (
        input_digests(project, series_files(project)),
        inputs_state(folder, series_files(project)),
    )
    assert bool(digests["wave.dat"]) == there
    (folder / "wave.dat").write_text("0 0\n1 0.03\n", encoding="utf-8")
    assert input_digests(project, series_files(project))["wave.dat"] != digests["wave.dat"]
    assert inputs_state(folder, series_files(project)) != state


def test_a_carried_file_is_an_input(tmp_path: Path) -> None:
    project = pumped(tmp_path, RULE.format(flow="2")).project
    digests, state = input_digests(project), inputs_state(tmp_path)
    assert digests["rules.inp"]
    (tmp_path / "rules.inp").write_text(RULE.format(flow="3"), encoding="utf-8")
    assert input_digests(project)["rules.inp"] != digests["rules.inp"]
    assert inputs_state(tmp_path) != state
