"""The point file of CASS: number, code, east, north, height, without a heading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spongecalc.layers.read import read_layers
from spongecalc.layers.sources.describe import describe
from spongecalc.project.layer_source import LayerSource

GRID = "EPSG:4543"
LINES = "1,YSJ,541010.250,2675018.400,1623.11\n2,雨水口,541020.5,2675018.4,1623.05\n3,,541030,2675018,\n"


def nodes_of(folder: Path, data: bytes, **source: object):
    (folder / "points.dat").write_bytes(data)
    layers, findings = read_layers(
        folder, {"nodes": (LayerSource(source="points.dat", crs=GRID, **source),)}, GRID
    )
    return layers["nodes"], [f for f in findings if f.feature.layer == "nodes"]


@pytest.mark.parametrize(
    "data",
    [
        LINES.encode("utf-8"),
        LINES.encode("gbk"),
        b"\xef\xbb\xbf" + LINES.encode("utf-8"),
        LINES.replace("\n", "\r\n").encode("gbk") + b"\x1a",
        LINES.replace(",", "，").encode("gbk"),
        "1 YSJ 541010.250 2675018.400 1623.11\n2 雨水口 541020.5 2675018.4 1623.05\n3,,541030,2675018\n".encode(),
    ],
    ids=["utf-8", "gbk", "bom", "dos", "full width", "blanks"],
)
def test_points_are_nodes_with_east_first(tmp_path: Path, data: bytes) -> None:
    nodes, findings = nodes_of(tmp_path, data, fields={"kind": "编码"}, values={"kind": {"YSJ": "manhole"}})
    assert nodes["node_id"].tolist() == ["1", "2", "3"]
    assert [tuple(p.coords[0]) for p in nodes.geometry] == [
        (541010.25, 2675018.4),
        (541020.5, 2675018.4),
        (541030, 2675018),
    ]
    np.testing.assert_allclose(nodes["ground_m"].to_numpy(float), [1623.11, 1623.05, np.nan])
    assert nodes["kind"].tolist() == ["manhole", "inlet", None]
    assert not [f for f in findings if f.severity != "info"]


def test_codes_filter_and_north_first_can_be_said(tmp_path: Path) -> None:
    swapped = b"1,YSJ,2675018.4,541010.25,1623.11\n2,LD,2675018.4,541020.5,1623.05\n"
    nodes, _ = nodes_of(tmp_path, swapped, axes="north_east", filter={"编码": ["YSJ"]})
    assert [tuple(p.coords[0]) for p in nodes.geometry] == [(541010.25, 2675018.4)]


def test_lines_that_hold_no_point_are_named(tmp_path: Path) -> None:
    nodes, findings = nodes_of(tmp_path, b"2\n1,YSJ,541010.25,2675018.4,1623.11\n2,YSJ,54101o.25,2675018.4,1\n\n")
    assert len(nodes) == 1
    bad = [f for f in findings if f.rule == "cass.bad_lines"]
    assert bad[0].found["count"] == 2
    assert bad[0].found["lines"] == "1 (2), 3 (2,YSJ,54101o.25,2675018.4,1)"


@pytest.mark.parametrize("data", [b"", b"time,rain\n1,2\n", bytes(range(256))])
def test_a_file_without_points_is_refused(tmp_path: Path, data: bytes) -> None:
    nodes, findings = nodes_of(tmp_path, data)
    assert nodes.empty
    assert [f.rule for f in findings if f.severity == "error"] == ["cass.no_points"]


def test_it_holds_no_pipes(tmp_path: Path) -> None:
    (tmp_path / "points.dat").write_text(LINES, encoding="utf-8")
    _, findings = read_layers(tmp_path, {"pipes": (LayerSource(source="points.dat", crs=GRID),)}, GRID)
    assert "table.no_geometry" in [f.rule for f in findings]


def test_sources_drafts_the_nodes(tmp_path: Path) -> None:
    (tmp_path / "points.dat").write_bytes(LINES.encode("gbk"))
    seen = describe("points.dat", tmp_path)
    assert (seen.form, seen.layers[0].count, seen.layers[0].meant_for) == ("CASS", 3, "nodes")
    assert {f.name: f.filled for f in seen.layers[0].fields} == {"点号": 3, "编码": 2, "高程": 2}
    assert "[[layers.nodes]]" in seen.layers[0].draft
