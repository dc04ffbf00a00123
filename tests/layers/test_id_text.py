"""One rule for ids: those that people write in different ways mean the same, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from tests.planting import edit
from tests.small_project import Frames, SmallProject

from spongecalc.layers.folder_names import names_folder
from spongecalc.layers.id_text import id_text, with_plain_ids
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked
from spongecalc.steps.model_files import write_models
from spongecalc.swmm.identifiers import folder_name, run_folder_name


def checked(project: SmallProject) -> Checked:
    return pipeline.check(load_project(project.folder))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Y1", "Y1"),
        ("Ｙ２", "Y2"),
        (" Y2\u3000", "Y2"),
        ("雨 \t 3", "雨 3"),
        ("12.0", "12"),
        ("12.50", "12.50"),
        ("Ａ－１", "A-1"),
        ("y1", "y1"),
    ],
)
def test_an_id_is_kept_by_one_rule(written: str, kept: str) -> None:
    assert id_text(written) == kept


def test_what_names_a_feature_finds_it_however_it_is_written(small_project: Callable[..., SmallProject]) -> None:
    """Full-width in the nodes, blanks and another case in the pipes: the network of C is whole."""

    def delivered(frames: Frames) -> None:
        edit("nodes", "C-R1", node_id="Ｃ-Ｒ１")(frames)
        edit("pipes", "C-PR", from_node=" c-r1", to_node="C-R2 ")(frames)
        edit("connections", "C-D1", to_node="C-r1")(frames)

    found = checked(small_project(second=delivered))
    assert not [f for f in found.findings if f.severity == "error"]
    pipe = found.layers["pipes"].set_index("pipe_id").loc["C-PR"]
    assert (pipe["from_node"], pipe["to_node"]) == ("C-R1", "C-R2")
    told = " ".join(f.message("en") for f in found.findings if f.rule == "id.read_as")
    for pair in ("'Ｃ-Ｒ１' = C-R1", "c-r1 = C-R1", "C-r1 = C-R1"):
        assert pair in told


def test_of_two_ids_that_differ_by_case_a_third_writing_means_neither(
    small_project: Callable[..., SmallProject],
) -> None:
    def delivered(frames: Frames) -> None:
        edit("nodes", "C-S1", node_id="C-r1")(frames)
        edit("pipes", "C-PR", from_node="c-R1")(frames)

    found = checked(small_project(second=delivered))
    assert "end.unknown_node" in {f.rule for f in found.findings if f.feature.feature_id == "C-PR"}


def test_lists_of_ids_follow_the_same_rule_and_take_the_prefix() -> None:
    cells = pd.Series(["Ｇ１； G2", None], dtype=object)
    columns = {"surface_id": pd.Series(["L1", "L2"], dtype=object), "receives_from": cells}
    out = with_plain_ids("surfaces", columns, "a/", "s.gpkg", [])
    assert out["receives_from"].iloc[0] == "a/G1;a/G2"
    assert out["receives_from"].iloc[1] is None
    assert out["surface_id"].tolist() == ["a/L1", "a/L2"]


def test_numbers_are_ids_whole_or_with_a_point(small_project: Callable[..., SmallProject]) -> None:
    """Integers in one layer, floats in the other, as a spreadsheet and a database write them."""
    names = {f"C-{k}": n for n, k in enumerate(("C1", "C2", "R1", "R2", "S1", "S2"), start=1)}

    def numbered(frames: Frames) -> None:
        frames["nodes"]["node_id"] = frames["nodes"]["node_id"].map(names).astype("int64")
        for column in ("from_node", "to_node"):
            frames["pipes"][column] = frames["pipes"][column].map(names).astype(float)
        frames["connections"]["to_node"] = frames["connections"]["to_node"].map(lambda v: f"{names[v]}.0")

    found = checked(small_project(second=numbered))
    assert not [f for f in found.findings if f.severity == "error"]
    assert found.layers["pipes"].set_index("pipe_id").loc["C-PR", "from_node"] == "3"


def test_a_prefix_tells_the_numbers_of_each_drawing_apart(small_project: Callable[..., SmallProject]) -> None:
    """Both deliveries count from 1; with prefix = "c/" for the second nothing is double, communities stay."""

    def bare(frames: Frames) -> None:
        for layer in ("nodes", "pipes", "connections"):
            for column in ("node_id", "pipe_id", "from_node", "to_node"):
                if column in frames[layer]:
                    frames[layer][column] = frames[layer][column].str.replace(r"^C-", "A-", regex=True)

    def prefixed(toml: str) -> str:
        for layer in ("nodes", "pipes", "connections"):
            here = f'source = "c.gpkg"\nlayer = "{layer}"'
            assert here in toml
            toml = toml.replace(here, f'{here}\nprefix = "c/"')
        return toml

    plain = checked(small_project(second=bare))
    assert "id.duplicate" in {f.rule for f in plain.findings}
    project = SmallProject(
        plain.project.folder, plain.project.folder / "ab.gpkg", plain.project.folder / "c.gpkg"
    )
    page = project.folder / "spongecalc.toml"
    page.write_text(prefixed(page.read_text(encoding="utf-8")), encoding="utf-8")
    found = checked(project)
    errors = [f for f in found.findings if f.severity == "error"]
    # A lateral's source is an id too; the buildings of C have no prefix.
    assert {f.rule for f in errors} == {"connection.unknown_source"}
    assert "id.duplicate" not in {f.rule for f in found.findings}
    pipe = found.layers["pipes"].set_index("pipe_id").loc["c/A-PR"]
    assert (pipe["from_node"], pipe["community_id"]) == ("c/A-R1", "C")


def test_ids_that_a_spreadsheet_made_days_of_are_named(small_project: Callable[..., SmallProject]) -> None:
    """1-2 and 1-3 typed into Excel come back as 2 and 3 January of the year in which it was done."""

    def delivered(frames: Frames) -> None:
        days = {"C-R1": pd.Timestamp("2026-01-02"), "C-R2": pd.Timestamp("2026-01-03")}
        nodes = frames["nodes"]
        nodes["node_id"] = [str(days.get(v, v)) for v in nodes["node_id"]]

    found = checked(small_project(second=delivered))
    own = [f for f in found.findings if f.rule == "id.days"]
    assert [(f.severity, f.feature.layer, f.found["column"]) for f in own] == [("warning", "nodes", "node_id")]
    assert own[0].found["likely"] == "1-2, 1-3"


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("EY01", True),
        ("EY07+EY08", True),
        ("阳光小区", True),
        ("阳光小区一期.2", True),
        ("a b", False),
        ("CON", False),
        ("nul.txt", False),
        ("Com1", False),
        ("console", True),
        ("EY01.", False),
        (".hidden", False),
        ("-x", False),
        ("a/b", False),
        ("a:b", False),
        ("", False),
        ("x" * 41, False),
    ],
)
def test_a_folder_has_its_communitys_name_wherever_any_file_system_takes_it(name: str, fits: bool) -> None:
    assert names_folder(name) is fits
    assert (folder_name(name) == name) is fits
    # SWMM opens files by names in ASCII on every system.
    assert run_folder_name(name).isascii()
    assert names_folder(folder_name(name))


def test_models_of_a_chinese_community_lie_in_its_folder(small_project: Callable[..., SmallProject]) -> None:
    project = small_project(second=edit("communities", "C", community_id="阳光小区"))
    found = checked(project)
    assert "name.unsafe_id" not in {f.rule for f in found.findings}
    written = write_models(pipeline.build(found))
    assert project.folder / "swmm_models" / "阳光小区" / "after.inp" in written
