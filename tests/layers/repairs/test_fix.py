"""Repairs: each value by hand, each change in the trail, the sources untouched."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, Polygon
from tests.planting import X, Y, add, both, edit, shape
from tests.small_project import Change, SmallProject

from spongecalc.layers.provenance import read_flags
from spongecalc.layers.repairs.change import changes_table
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked

NAN = float("nan")


def fixed(project: SmallProject, repair: str = "") -> tuple[Checked, pd.DataFrame]:
    if repair:
        page = project.folder / "spongecalc.toml"
        page.write_text(page.read_text(encoding="utf-8") + f"\n[repair]\n{repair}\n", encoding="utf-8")
    checked, mended = pipeline.fix(load_project(project.folder))
    return checked, changes_table(mended.changes)


def chain(*inverts: float) -> Change:
    """Three manholes at 10, 20 and 30 m before C-R1, with the inverts given (NaN: missing) and pipes between."""
    nodes = [
        add("nodes", "C-R1", node_id=f"C-M{n}", kind="manhole", invert_m=z, geometry=Point(X + 10, Y + 8 - 2 * n))
        for n, z in enumerate(inverts, start=1)
    ]
    pipes = [
        add(
            "pipes",
            "C-PR",
            pipe_id=f"C-Q{n}",
            from_node=f"C-M{n}",
            to_node=f"C-M{n - 1}" if n > 1 else "C-R1",
            invert_up_m=NAN,
            invert_down_m=NAN,
            geometry=LineString([(X + 10, Y + 8 - 2 * n), (X + 10, Y + 10 - 2 * n)]),
        )
        for n in range(1, len(inverts) + 1)
    ]
    return both(*nodes, *pipes)


def test_inverts_are_interpolated_along_the_path(small_project: Callable[..., SmallProject]) -> None:
    """99.0 at C-R1, 99.3 three pipes of 2 m above it: 99.1 and 99.2 between."""
    checked, changes = fixed(small_project(second=chain(NAN, NAN, 99.3)))
    nodes = checked.layers["nodes"].set_index("node_id")
    assert nodes.loc[["C-M1", "C-M2"], "invert_m"].tolist() == [pytest.approx(99.1), pytest.approx(99.2)]
    assert read_flags(nodes.loc["C-M1", "flags"])["invert_m"] == "inferred"
    pipes = checked.layers["pipes"].set_index("pipe_id")
    assert pipes.loc["C-Q2", ["invert_up_m", "invert_down_m"]].tolist() == [99.2, 99.1]
    trail = changes[(changes["feature_id"] == "C-M1") & (changes["column"] == "invert_m")]
    assert trail[["rule", "before", "after"]].values.tolist() == [["repair.inferred", "", "99.1"]]


def test_a_depth_is_assumed_only_where_the_project_allows_it(small_project: Callable[..., SmallProject]) -> None:
    """Ground 100, depth 0.8: 99.2, flagged as a default; without the setting the error stays."""
    checked, _ = fixed(small_project(second=chain(NAN)))
    assert {f.rule for f in checked.findings if f.severity == "error"} == {"node.no_invert"}
    page = checked.project.folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8") + '\n[repair]\ndefault_depth = "0.8 m"\n', encoding="utf-8")
    again, mended = pipeline.fix(load_project(checked.project.folder))
    node = again.layers["nodes"].set_index("node_id").loc["C-M1"]
    assert node["invert_m"] == pytest.approx(99.2)
    assert read_flags(node["flags"])["invert_m"] == "default"
    pipe = again.layers["pipes"].set_index("pipe_id").loc["C-Q1"]
    assert read_flags(pipe["flags"])["invert_up_m"] == "default"
    trail = changes_table(mended.changes).set_index(["feature_id", "column"])
    assert trail.loc[("C-M1", "invert_m"), ["rule", "before", "after"]].tolist() == ["repair.default", "", "99.2"]
    assert not [f for f in again.findings if f.severity == "error"]


def test_a_size_comes_from_the_neighbour_and_goes_to_the_tag(small_project: Callable[..., SmallProject]) -> None:
    change = both(chain(99.1), edit("pipes", "C-Q1", diameter_mm=NAN))
    checked, _ = fixed(small_project(second=change))
    pipe = checked.layers["pipes"].set_index("pipe_id").loc["C-Q1"]
    assert pipe["diameter_mm"] == 300
    built = pipeline.build(checked)
    model = next(m for m in built.models if m.name == "C" and m.scenario == "after")
    tags = model.text(built.events[0]).split("[TAGS]")[1]
    assert "C-Q1|diameter_mm=inferred" in tags
    assert "C-PR|" not in tags


def test_ends_are_snapped_and_turned(small_project: Callable[..., SmallProject]) -> None:
    change = both(
        shape("pipes", "C-PR", LineString([(X + 40, Y + 8), (X + 10, Y + 8)])),
        shape("pipes", "C-PS", LineString([(X + 10.3, Y + 12), (X + 40, Y + 12)])),
    )
    checked, changes = fixed(small_project(second=change))
    pipes = checked.layers["pipes"].set_index("pipe_id").geometry
    assert pipes["C-PR"].coords[0] == (X + 10, Y + 8)
    assert pipes["C-PS"].coords[0] == (X + 10, Y + 12)
    rules = changes.set_index("feature_id")["rule"]
    assert rules["C-PR"] == "repair.flipped"
    assert rules["C-PS"] == "repair.snapped"


def test_a_pipe_is_split_at_a_node_it_passes(small_project: Callable[..., SmallProject]) -> None:
    """From 99.0 to 98.7 over 30 m, a node after 15 m: 98.85."""
    change = add("nodes", "C-R1", node_id="C-R9", kind="manhole", invert_m=98.85, geometry=Point(X + 25, Y + 8))
    checked, changes = fixed(small_project(second=change))
    split = changes[changes["rule"] == "repair.split"]
    assert split[["feature_id", "before", "after"]].values.tolist() == [["C-PR", "C-PR", "C-PR, C-PR_2"]]
    pipes = checked.layers["pipes"].set_index("pipe_id")
    assert pipes.loc["C-PR", ["from_node", "to_node"]].tolist() == ["C-R1", "C-R9"]
    assert pipes.loc["C-PR_2", ["from_node", "to_node"]].tolist() == ["C-R9", "C-R2"]
    assert pipes.loc["C-PR_2", "invert_up_m"] == pytest.approx(98.85)
    assert pipes.geometry.length[["C-PR", "C-PR_2"]].sum() == pytest.approx(30)


def test_a_gap_between_two_pipes_is_closed_by_a_junction(small_project: Callable[..., SmallProject]) -> None:
    change = both(
        edit("pipes", "C-PR", to_node=None, invert_down_m=98.8),
        shape("pipes", "C-PR", LineString([(X + 10, Y + 8), (X + 25, Y + 8)])),
        add(
            "pipes",
            "C-PR",
            pipe_id="C-P9",
            from_node=None,
            to_node="C-R2",
            invert_up_m=98.8,
            invert_down_m=98.7,
            geometry=LineString([(X + 25.2, Y + 8), (X + 40, Y + 8)]),
        ),
    )
    checked, changes = fixed(small_project(second=change))
    pipes = checked.layers["pipes"].set_index("pipe_id")
    assert pipes.loc["C-PR", "to_node"] == pipes.loc["C-P9", "from_node"] == "C-PR_END"
    assert checked.layers["nodes"].set_index("node_id").loc["C-PR_END", "invert_m"] == pytest.approx(98.8)
    assert (changes["rule"] == "repair.gap_closed").sum() == 2


def test_a_pipe_shorter_than_the_tolerance_keeps_its_two_ends(small_project: Callable[..., SmallProject]) -> None:
    """Within 0.5 m both ends are nearest to C-R1; the farther one gets a junction, and the pipe its length."""
    stub = add(
        "pipes",
        "C-PR",
        pipe_id="C-P8",
        from_node=None,
        to_node=None,
        invert_up_m=98.9,
        invert_down_m=98.85,
        geometry=LineString([(X + 10, Y + 7.6), (X + 10, Y + 7.9)]),
    )
    checked, changes = fixed(small_project(second=stub))
    pipe = checked.layers["pipes"].set_index("pipe_id").loc["C-P8"]
    assert (pipe["from_node"], pipe["to_node"]) == ("C-P8_END", "C-R1")
    assert pipe.geometry.length == pytest.approx(0.4)
    node = checked.layers["nodes"].set_index("node_id").loc["C-P8_END"]
    assert node.geometry.equals(Point(X + 10, Y + 7.6))
    parted = changes[changes["rule"] == "repair.parted"]
    assert parted[["feature_id", "column", "before", "after"]].values.tolist() == [
        ["C-P8", "from_node", "C-R1", "C-P8_END"]
    ]
    assert not [f for f in checked.findings if f.severity == "error"]


def test_a_stub_keeps_its_length_where_the_survey_names_one_of_its_ends(
    small_project: Callable[..., SmallProject],
) -> None:
    """It leaves C-R1 by name and ends 0.4 m on, nearer to C-R1 than to any other node: 0.4 m, not a loop of 0."""
    stub = add(
        "pipes",
        "C-PR",
        pipe_id="C-P8",
        from_node="C-R1",
        to_node=None,
        geometry=LineString([(X + 10, Y + 8), (X + 10, Y + 7.6)]),
    )
    checked, _ = fixed(small_project(second=stub))
    pipe = checked.layers["pipes"].set_index("pipe_id").loc["C-P8"]
    assert (pipe["from_node"], pipe["to_node"]) == ("C-R1", "C-P8_END")
    assert pipe.geometry.length == pytest.approx(0.4)


def test_a_stub_between_two_loose_ends_gets_a_junction_at_each(
    small_project: Callable[..., SmallProject],
) -> None:
    """All four ends lie within 0.5 m; one junction for them would leave the stub of 0.3 m without length."""
    change = both(
        edit("pipes", "C-PR", to_node=None, invert_down_m=98.85),
        shape("pipes", "C-PR", LineString([(X + 10, Y + 8), (X + 25, Y + 8)])),
        *(
            add(
                "pipes",
                "C-PR",
                pipe_id=name,
                from_node=None,
                to_node=to_node,
                invert_up_m=98.85,
                invert_down_m=down,
                geometry=LineString([(X + start, Y + 8), (X + end, Y + 8)]),
            )
            for name, to_node, start, end, down in (
                ("C-P8", None, 25.0, 25.3, 98.85),
                ("C-P9", "C-R2", 25.3, 40.0, 98.7),
            )
        ),
    )
    checked, _ = fixed(small_project(second=change))
    pipes = checked.layers["pipes"].set_index("pipe_id")
    ends = pipes.loc[["C-PR", "C-P8", "C-P9"], ["from_node", "to_node"]].values.tolist()
    assert ends == [["C-R1", "C-PR_END"], ["C-PR_END", "C-P8_END"], ["C-P8_END", "C-R2"]]
    assert pipes.geometry.length["C-P8"] == pytest.approx(0.3)
    assert not [f for f in checked.findings if f.severity == "error"]


def test_the_repaired_copy_is_a_project_and_the_source_is_untouched(
    small_project: Callable[..., SmallProject],
) -> None:
    project = small_project(second=chain(NAN, NAN, 99.3))
    before = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in project.folder.iterdir()}

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "spongecalc", *words], capture_output=True, text=True, check=False
        )

    answer = command("check", "--fix", str(project.folder), "--lang", "en")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in before} == before
    copy = project.folder / "repaired"
    first = {p.name: p.read_bytes() for p in copy.iterdir() if p.is_file()}
    written = {"layers.gpkg", "spongecalc.toml", "changes.csv", "findings.csv", "findings.gpkg", "intake.csv"}
    assert set(first) == written
    command("check", "--fix", str(project.folder), "--lang", "en")
    assert {p.name: p.read_bytes() for p in copy.iterdir() if p.is_file()} == first
    again = pipeline.check(load_project(copy))
    nodes = again.layers["nodes"].set_index("node_id")
    assert nodes.loc["C-M1", "invert_m"] == pytest.approx(99.1)
    assert read_flags(nodes.loc["C-M1", "flags"])["invert_m"] == "inferred"
    assert not [f for f in again.findings if f.severity == "error"]
    assert np.isnan(
        pipeline.check(load_project(project.folder)).layers["nodes"].set_index("node_id").loc["C-M1", "depth_m"]
    )


def test_a_feature_without_a_place_stays_in_the_copy_with_its_error(
    small_project: Callable[..., SmallProject],
) -> None:
    """A building without geometry is still missing there, and a line without length has none.

    The building's place would tell its community; its six laterals do, so that C is not modelled without it.
    """
    no_length = LineString([(X + 30, Y + 30), (X + 30.01, Y + 30)])
    change = both(shape("buildings", "C-H", None), add("pipes", "C-PR", pipe_id="C-P0", geometry=no_length))
    project = small_project(second=change)
    subprocess.run(
        [sys.executable, "-m", "spongecalc", "check", "--fix", "--quiet", str(project.folder)],
        capture_output=True,
        check=False,
    )
    again = pipeline.check(load_project(project.folder / "repaired"))
    errors = [
        (f.rule, f.feature.feature_id, f.feature.community_id) for f in again.findings if f.severity == "error"
    ]
    laterals = ("C-K0", "C-T0", "C-D0", "C-K1", "C-T1", "C-D1")
    assert errors == [
        ("geometry.no_length", "C-P0", "C"),
        ("geometry.empty", "C-H", ""),
        *(("connection.unknown_source", lateral, "C") for lateral in laterals),
    ]
    assert {c for s in again.systems for c in s.communities} == {"A", "B"}


def test_a_layer_without_ids_nodes_levels_and_directions_becomes_a_model(
    small_project: Callable[..., SmallProject],
) -> None:
    """Two lines drawn the wrong way round, joined to nothing but the outfall, with no attribute at all."""
    bare = {
        "from_node": None,
        "to_node": None,
        "diameter_mm": NAN,
        "invert_up_m": NAN,
        "invert_down_m": NAN,
    }
    change = both(
        edit("nodes", "C-R2", invert_m=NAN),
        edit("pipes", "C-PR", **bare),
        shape("pipes", "C-PR", LineString([(X + 40, Y + 8), (X + 25, Y + 8)])),
        add("pipes", "C-PR", pipe_id=None, geometry=LineString([(X + 25, Y + 8), (X + 10, Y + 8)])),
        edit("nodes", "C-R1", invert_m=NAN),
    )
    wanted = 'default_diameter = "DN300"\ndefault_depth = "1.2 m"\nnodes_at_ends = true'
    checked, _ = fixed(small_project(second=change), wanted)
    assert not [f for f in checked.findings if f.severity == "error"]
    own = checked.layers["pipes"]
    own = own[(own["community_id"] == "C") & (own["system"] == "storm")]
    assert set(zip(own["from_node"], own["to_node"], strict=True)) == {("C-R1", "C-PR_END"), ("C-PR_END", "C-R2")}
    for flags in own["flags"].map(read_flags):
        assert flags["diameter_mm"] == flags["invert_up_m"] == flags["invert_down_m"] == "default"
    ground = checked.layers["nodes"].set_index("node_id").loc["C-PR_END"]
    assert (ground["ground_m"], read_flags(ground["flags"])["ground_m"]) == (100.0, "inferred")


def test_a_mended_outline_is_a_change_and_no_warning(small_project: Callable[..., SmallProject]) -> None:
    """The check warns of an outline that crosses itself; in the repaired copy it is a change that was made."""
    crossed = Polygon([(X, Y + 15), (X + 40, Y + 40), (X + 40, Y + 15), (X, Y + 40)])
    project = small_project(second=shape("surfaces", "C-G", crossed))
    warned = [f for f in pipeline.check(load_project(project.folder)).findings if f.rule == "geometry.mended"]
    assert [(f.severity, f.feature.feature_id) for f in warned] == [("warning", "C-G")]
    checked, mended = pipeline.fix(load_project(project.folder))
    own = [f for f in (*mended.changes, *checked.findings) if f.rule in ("repair.mended", "geometry.mended")]
    assert [(f.rule, f.severity, f.feature.feature_id) for f in own] == [("repair.mended", "info", "C-G")]
    trail = changes_table(mended.changes)
    assert trail[trail["rule"] == "repair.mended"]["column"].tolist() == ["geometry"]
