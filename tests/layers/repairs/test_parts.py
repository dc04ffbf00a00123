"""Lines drawn in parts become a feature for each part: no part, no metre and no level at an end is lost."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely import LineString, MultiLineString
from tests.planting import X, Y, both, edit, shape
from tests.small_project import CRS, SmallProject, community

from spongecalc.layers.repairs.change import changes_table
from spongecalc.layers.repairs.fix import Repaired
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked

# The pipe from C-R1 to C-R2 with 0.4 m missing in its middle.
BROKEN = MultiLineString([[(X + 10, Y + 8), (X + 20, Y + 8)], [(X + 20.4, Y + 8), (X + 40, Y + 8)]])


def fixed(project: SmallProject) -> tuple[Checked, Repaired, pd.DataFrame]:
    checked, mended = pipeline.fix(load_project(project.folder))
    return checked, mended, changes_table(mended.changes)


def test_each_part_is_a_pipe_and_a_gap_gets_a_junction(small_project: Callable[..., SmallProject]) -> None:
    """10.0 and 19.6 m; the first keeps 99.0 m at C-R1, the second 98.7 m at C-R2; 30 m as written is shared."""
    change = both(edit("pipes", "C-PR", length_m=30.0), shape("pipes", "C-PR", BROKEN))
    checked, _, changes = fixed(small_project(second=change))
    pipes = checked.layers["pipes"].set_index("pipe_id").loc[["C-PR", "C-PR_2"]]
    assert pipes[["from_node", "to_node"]].values.tolist() == [["C-R1", "C-PR_END"], ["C-PR_END", "C-R2"]]
    assert pipes.loc["C-PR", "invert_up_m"] == 99.0
    assert pipes.loc["C-PR_2", "invert_down_m"] == 98.7
    assert pipes["length_m"].tolist() == [pytest.approx(30 * 10 / 29.6), pytest.approx(30 * 19.6 / 29.6)]
    row = changes[changes["rule"] == "repair.parts"]
    assert row[["feature_id", "before", "after"]].values.tolist() == [["C-PR", "C-PR", "C-PR, C-PR_2"]]
    assert row[["length_before_m", "length_after_m"]].values.tolist() == [[pytest.approx(29.6)] * 2]
    assert not [f for f in checked.findings if f.severity == "error"]


def test_the_order_in_which_parts_are_drawn_does_not_matter(small_project: Callable[..., SmallProject]) -> None:
    turned = MultiLineString(list(BROKEN.geoms)[::-1])
    checked, _, _ = fixed(small_project(second=shape("pipes", "C-PR", turned)))
    pipes = checked.layers["pipes"].set_index("pipe_id").loc[["C-PR_2", "C-PR"]]
    assert pipes["from_node"].iloc[0] == "C-R1"
    assert pipes["to_node"].iloc[1] == "C-R2"
    # The junction stands at the first part's end; the other part reaches it over the gap of 0.4 m.
    assert pipes.geometry.length.tolist() == [pytest.approx(10.0), pytest.approx(20.0)]


def test_parts_that_touch_are_one_line(small_project: Callable[..., SmallProject]) -> None:
    """To the millimetre, as they are read: two parts 0.3 mm apart touch."""
    touching = MultiLineString([[(X + 10, Y + 8), (X + 20, Y + 8)], [(X + 20.0003, Y + 8), (X + 40, Y + 8)]])
    checked, _, changes = fixed(small_project(second=shape("pipes", "C-PR", touching)))
    pipe = checked.layers["pipes"].set_index("pipe_id").geometry["C-PR"]
    assert (pipe.geom_type, pipe.coords[0], pipe.length) == ("LineString", (X + 10, Y + 8), pytest.approx(30.0))
    assert not (changes["rule"] == "repair.parts").any()


def test_a_part_that_reaches_no_node_keeps_its_error(small_project: Callable[..., SmallProject]) -> None:
    apart = MultiLineString([[(X + 10, Y + 8), (X + 40, Y + 8)], [(X + 5, Y + 20), (X + 35, Y + 20)]])
    checked, _, _ = fixed(small_project(second=shape("pipes", "C-PR", apart)))
    errors = {(f.rule, f.feature.feature_id) for f in checked.findings if f.severity == "error"}
    assert ("end.no_node", "C-PR_2") in errors
    assert checked.layers["pipes"].set_index("pipe_id").geometry.length["C-PR_2"] == pytest.approx(30.0)


def test_two_layers_of_one_file_are_told_apart(small_project: Callable[..., SmallProject]) -> None:
    """The first feature of one layer is fine, that of the other in parts: the latter was lost from the copy."""
    project = small_project()
    parts = community("C", 2)["pipes"].iloc[[1]].assign(pipe_id="C-P9", from_node=None, to_node=None)
    far = MultiLineString([LineString([(X + 2, Y + 20 + n), (X + 12, Y + 20 + n)]) for n in (0, 5)])
    more = gpd.GeoDataFrame(parts.drop(columns="geometry"), geometry=[far], crs=CRS)
    pyogrio.write_dataframe(more, project.second, layer="more", driver="GPKG")
    page = project.folder / "spongecalc.toml"
    lines = '\n[[layers.pipes]]\nsource = "c.gpkg"\nlayer = "more"\n\n[rainfall]'
    page.write_text(page.read_text(encoding="utf-8").replace("\n[rainfall]", lines, 1), encoding="utf-8")
    checked, mended, _ = fixed(project)
    pipes = checked.layers["pipes"].set_index("pipe_id")
    assert pipes.geometry.length[["C-P9", "C-P9_2"]].tolist() == [10.0, 10.0]
    assert pipes.loc[["C-PR", "C-P9"], "file"].tolist() == ["c.gpkg|pipes", "c.gpkg|more"]
    assert mended.unplaced == {}
    assert np.isclose(mended.layers["pipes"].length.sum(), 9 * 30 + 20)
