"""Elements of SWMM models as the layers have them: names, units, shapes, levels, encodings."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from swmm_api import SwmmInput
from tests.layers.sources.swmm_cases import ALL_KINDS, CASES, changed
from tests.swmm.model_project import write_model_project

from spongecalc.catalogue.point_pairs import pairs_of
from spongecalc.layers.sources.swmm.model import ModelContents, read_contents
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline


def contents(tmp_path: Path, text: str | bytes) -> ModelContents:
    path = tmp_path / "model.inp"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_contents(path)


def only(made: ModelContents, layer: str, name: str) -> dict[str, object]:
    frame = made.layers[layer]
    return dict(frame[frame.iloc[:, 0] == name].iloc[0].dropna())


def test_every_element_agrees_with_another_reader(tmp_path: Path) -> None:
    """The same figures as the package for SWMM files reads, where it can."""
    made = contents(tmp_path, ALL_KINDS)
    inp = SwmmInput.read_file(str(tmp_path / "model.inp"))
    pipes = made.layers["pipes"].set_index("pipe_id")
    for name, conduit in inp["CONDUITS"].items():
        own, section = pipes.loc[name], inp["XSECTIONS"][name]
        assert (own["from_node"], own["to_node"]) == (conduit.from_node, conduit.to_node)
        assert (own["length_m"], own["roughness"]) == (conduit.length, conduit.roughness)
        assert own["diameter_mm"] == 1000 * section.height
        assert (own["barrels"] if own["barrels"] > 1 else 1) == section.n_barrels
    structures = made.layers["structures"].set_index("structure_id")
    assert structures.loc["WE1", "crest_m"] == inp["JUNCTIONS"]["J5"].elevation + inp["WEIRS"]["WE1"].height_crest
    assert structures.loc["OR1", "coefficient"] == inp["ORIFICES"]["OR1"].discharge_coefficient
    assert structures.loc["P1", "curve"] == "0:0; 3:100"


def test_all_kinds_are_there(tmp_path: Path) -> None:
    made = contents(tmp_path, ALL_KINDS)
    assert only(made, "nodes", "ST1")["area_m2"] == 200
    assert only(made, "nodes", "O1")["flap_gate"] == "yes"
    assert only(made, "nodes", "J1")["inflow_l_s"] == 10
    assert only(made, "nodes", "J4")["ponded_m2"] == 200
    assert only(made, "pipes", "C2")["barrels"] == 3
    assert only(made, "pipes", "C4")["hazen_williams"] == 120
    assert only(made, "pipes", "C5")["sediment_mm"] == 100
    assert {k: only(made, "pipes", "C1")[k] for k in ("entry_loss", "exit_loss", "flap_gate")} == {
        "entry_loss": 0.5,
        "exit_loss": 0.5,
        "flap_gate": "yes",
    }


def test_names_are_compared_whatever_their_case(tmp_path: Path) -> None:
    pipe = only(contents(tmp_path, CASES["case"]), "pipes", "C4")
    assert (pipe["from_node"], pipe["to_node"]) == ("J4", "J5")
    assert pipe["geometry"].length == 50  # type: ignore[attr-defined]


def test_headings_are_known_by_their_beginning(tmp_path: Path) -> None:
    assert len(contents(tmp_path, CASES["short"]).layers["pipes"]) == 6


def test_a_map_in_feet_is_turned_to_metres_but_where_its_system_is_in_feet(tmp_path: Path) -> None:
    made = contents(tmp_path, CASES["feet"])
    assert made.layers["pipes"].geometry.length.tolist() == pytest.approx([15.24] * 6)
    in_feet = read_contents(tmp_path / "model.inp", crs="EPSG:2229")
    assert in_feet.layers["pipes"].geometry.length.tolist() == pytest.approx([50] * 6)


def test_a_line_with_too_few_items_is_an_error_at_its_line(tmp_path: Path) -> None:
    folder = write_model_project(tmp_path, CASES["few_items"])
    checked = pipeline.check(load_project(folder))
    (found,) = [f for f in checked.findings if f.rule == "model.row_short"]
    line = CASES["few_items"].split("\n").index("C2 J2 J3") + 1
    assert (found.feature.feature_id, found.found["line"], found.severity) == ("C2", line, "error")


@pytest.mark.parametrize(
    "change, rule, name",
    [
        (("C2 J2 J3 50", "C2 J2 J3 fifty"), "model.word_unread", "C2"),
        (("C2 J2 J3 50", "C2 J2 J3 nan"), "model.word_unread", "C2"),
        (("OR1 CIRCULAR 0.3", "OR1 EGG 0.3"), "model.no_opening", "OR1"),
        (("P1 ST1 J6 PC1", "P1 ST1 J6 PC9"), "model.word_unread", "P1"),
        (("C6 CIRCULAR 0.5 0 0 0 1", "C6 CIRCULAR 0.5 0 0 0 1 4"), "model.value_lost", "C6"),
        (("FUNCTIONAL 0 0 200 0 0", "FUNCTIONAL 0 0 200 0 0.5"), "model.value_lost", "ST1"),
        (("FUNCTIONAL 0 0 200 0 0", "FUNCTIONAL 0 0 200 0 0 100 5 0.3"), "model.value_lost", "ST1"),
        (("O1 1897.0 FREE YES", "O1 1897.0 FREE YES S1"), "model.value_lost", "O1"),
        (("O1 1897.0 FREE YES", "O1 1897.0 TIDAL None"), "model.value_lost", "O1"),
        (("C1 J1 J2", "C1 J1 J2"), "model.divider", "DV"),
    ],
)
def test_what_cannot_be_held_is_named(change: tuple[str, str], rule: str, name: str, tmp_path: Path) -> None:
    text = CASES["divider"].replace(*change, 1)
    assert (rule, name) in {(n.rule, n.feature_id) for n in contents(tmp_path, text).notes}


@pytest.mark.parametrize(
    "shape, area",
    [
        ("FUNCTIONAL 120 0.5 40", lambda d: 40 + 120 * d**0.5),
        ("FUNCTIONAL 10 2 5", lambda d: 5 + 10 * d**2),
        ("CONICAL 8 6 2", lambda d: math.pi * (4 + 2 * d) * (3 + 1.5 * d)),
        ("PARABOLIC 20 16 3", lambda d: math.pi * 80 * d / 3),
        ("PYRAMIDAL 10 8 1.5", lambda d: (10 + 3 * d) * (8 + 3 * d)),
    ],
)
def test_functions_of_area_become_curves_within_a_thousandth(shape: str, area: object, tmp_path: Path) -> None:
    """Areas and volumes straight between the points, against the function's own."""
    made = contents(tmp_path, changed(("FUNCTIONAL 0 0 200", shape), ("ST1 1895.5 4", "ST1 1895.5 3")))
    depths, areas = zip(*pairs_of(str(only(made, "nodes", "ST1")["storage_curve"])), strict=True)
    at = np.linspace(0, 3, 30001)
    exact = np.array([area(d) for d in at])  # type: ignore[operator]
    drawn = np.interp(at, depths, areas)
    assert np.abs(drawn - exact).max() <= 0.001 * exact.max()
    volumes = [np.concatenate([[0], np.cumsum((v[1:] + v[:-1]) / 2 * np.diff(at))]) for v in (drawn, exact)]
    assert np.abs(volumes[0] - volumes[1]).max() <= 0.001 * volumes[1][-1]
    assert len(depths) < 200


@pytest.mark.parametrize(
    "points, area_m2",
    [("0 100\nSB 2 200", 300.0), ("0 100\nSB 2 50", 50.0), ("0 100\nSB 5 200", 180.0)],
)
def test_a_table_goes_on_above_its_last_point_as_in_the_engine(
    points: str, area_m2: float, tmp_path: Path
) -> None:
    """SWMM lets the area grow on with the last slope, and never shrink."""
    text = changed(("FUNCTIONAL 0 0 200", "TABULAR SB"))
    text += f"\n[CURVES]\nSB STORAGE {points}\n"
    given = pairs_of(str(only(contents(tmp_path, text), "nodes", "ST1")["storage_curve"]))
    assert np.interp(4.0, *zip(*given, strict=True)) == pytest.approx(area_m2)


def test_without_a_depth_the_ground_is_the_highest_crown(tmp_path: Path) -> None:
    """As the engine takes it: C3 ends at J4 with its crown 0.4 m above the floor, C4 begins with 0.5 m."""
    made = contents(
        tmp_path,
        changed(("J4 1898.5 2.5 0 0 200", "J4 1898.5 0"), ("OR1 J4 ST1 SIDE 0.5", "OR1 J4 ST1 BOTTOM 0")),
    )
    assert only(made, "nodes", "J4")["ground_m"] == 1899.0


@pytest.mark.parametrize(
    "codec, name",
    [("utf-8", "泵站"), ("gb18030", "泵站"), ("latin-1", "Schöpfwerk"), ("utf-8-sig", "Schöpfwerk")],
)
def test_names_of_any_encoding(codec: str, name: str, tmp_path: Path) -> None:
    made = contents(tmp_path, ALL_KINDS.replace("ST1", name).encode(codec))
    assert name in set(made.layers["nodes"]["node_id"])
    assert only(made, "structures", "P1")["from_node"] == name


def test_an_outline_without_ground_is_named(tmp_path: Path) -> None:
    made = contents(tmp_path, changed(("S1 200 100\nS1 0 100\n", "")))
    assert made.layers["surfaces"].empty
    assert [(f.section, f.by) for f in made.fates if f.names == ("S1",) and f.section == "SUBCATCHMENTS"] == [
        ("SUBCATCHMENTS", "no_outline")
    ]


def test_a_channel_larger_than_any_pipe_is_taken_with_a_warning(tmp_path: Path) -> None:
    folder = write_model_project(
        tmp_path, changed(("C6 CIRCULAR 0.5", "C6 CIRCULAR 7.5"), ("J6 1897.5 3.0", "J6 1897.5 9"))
    )
    checked = pipeline.check(load_project(folder))
    (found,) = [f for f in checked.findings if f.rule == "model.size_beyond"]
    assert (found.feature.feature_id, found.severity) == ("C6", "warning")
    assert not [f for f in checked.findings if f.rule == "value.out_of_bounds"]


def test_a_pattern_whose_name_is_in_use_is_left_out(tmp_path: Path) -> None:
    """The project's own pattern of sewage has that name."""
    text = changed(("J1 FLOW 0.01", "J1 FLOW 0.01 HOURLY_SEWAGE\n[PATTERNS]\nHOURLY_SEWAGE HOURLY 1 1 1 1"))
    built = pipeline.build(pipeline.check(load_project(write_model_project(tmp_path, text))))
    assert {f.found["names"] for f in built.findings if f.rule == "model.name_taken"} == {"HOURLY_SEWAGE"}


def test_what_the_project_has_of_its_own_is_told_apart(tmp_path: Path) -> None:
    text = changed(("[DWF]", "[TREATMENT]\nJ1 TSS C = 1\n[DWF]"))
    checked = pipeline.check(load_project(write_model_project(tmp_path, text)))
    by_rule = {
        rule: {f.found["section"] for f in checked.findings if f.rule == rule}
        for rule in ("model.replaced", "model.left_out", "model.carried")
    }
    assert by_rule["model.replaced"] == {"OPTIONS", "SUBAREAS", "INFILTRATION", "RAINGAGES", "TIMESERIES"}
    assert by_rule["model.left_out"] == {"TREATMENT"}
    assert by_rule["model.carried"] == set()
