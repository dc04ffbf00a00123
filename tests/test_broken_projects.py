"""Broken input: an answer that names file, layer and feature, no traceback, and the other communities finish."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from tests.conftest import WholeRun, take_through
from tests.small_project import Change, Frames, SmallProject, joined, write_small_project


def set_value(layer: str, row: int, column: str, value: object) -> Change:
    def change(frames: Frames) -> None:
        frames[layer].loc[row, column] = value

    return change


def twice(frames: Frames) -> None:
    nodes = frames["nodes"]
    frames["nodes"] = gpd.GeoDataFrame(pd.concat([nodes, nodes.iloc[[2]]], ignore_index=True), crs=nodes.crs)


def no_outfall(frames: Frames) -> None:
    for layer, column in (("nodes", "kind"), ("pipes", "to_node")):
        wrong = frames[layer][column].isin(["outfall", "C-C2", "C-R2", "C-S2"])
        frames[layer] = frames[layer][~wrong].reset_index(drop=True)


def strange_names(frames: Frames) -> None:
    frames["communities"].loc[0, "community_id"] = "C/1"
    frames["communities"].loc[0, "name"] = '=1+1 "阳光/花园"'


def no_crs(project: SmallProject) -> None:
    project.second.unlink()
    for layer, frame in joined([("C", 2)]).items():
        bare = frame.set_crs(None, allow_override=True) if layer == "pipes" else frame
        pyogrio.write_dataframe(bare, project.second, layer=layer, driver="GPKG")


def corrupt(project: SmallProject) -> None:
    project.second.write_bytes(project.second.read_bytes()[:1500] + b"\0garbage" * 200)


def unknown_field(text: str) -> str:
    here = 'source = "c.gpkg"\nlayer = "pipes"'
    return text.replace(here, f'{here}\nfields = {{ diameter_mm = "GJ" }}')


@dataclass(frozen=True)
class Broken:
    """One way to break a project: what is changed, what the answer names, whether C is still modelled."""

    named: tuple[str, ...]
    second: Change | None = None
    toml: Callable[[str], str] | None = None
    after: Callable[[SmallProject], None] | None = None
    code: int = 1
    survivors: tuple[str, ...] = ("A", "B")


WAYS = {
    "missing layer": Broken(("c.gpkg", "pipes"), second=lambda frames: void(frames.pop("pipes"))),
    # The layer is taken to lie where the communities are, and the user is asked to confirm it.
    "no CRS": Broken(
        ("c.gpkg", "pipes", "coordinate reference system", "confirm"),
        after=no_crs,
        code=0,
        survivors=("A", "B", "C"),
    ),
    "unknown field in a mapping": Broken(("c.gpkg", "pipes", "GJ"), toml=unknown_field),
    "negative diameter": Broken(
        ("c.gpkg", "pipes", "C-PR", "-300"), second=set_value("pipes", 1, "diameter_mm", -300)
    ),
    "pipe to nowhere": Broken(
        ("c.gpkg", "pipes", "C-PR", "C-R9"), second=set_value("pipes", 1, "to_node", "C-R9")
    ),
    "empty layer": Broken(
        ("c.gpkg", "pipes"), second=lambda frames: void(frames.update(pipes=frames["pipes"].iloc[:0]))
    ),
    "duplicate id": Broken(("c.gpkg", "nodes", "C-R1"), second=twice),
    "strange names": Broken(("c.gpkg", "C/1"), second=strange_names, code=0, survivors=("A", "B", "C/1")),
    "no outfall": Broken(("c.gpkg", "communities", "C", "outfall"), second=no_outfall),
    "corrupt file": Broken(("c.gpkg",), after=corrupt),
}


def void(_: object) -> None:
    """Forget what a method returned, so that a lambda can be a change."""


def write(folder: Path, way: Broken) -> SmallProject:
    project = write_small_project(folder / "project", second=way.second, toml=way.toml)
    if way.after is not None:
        way.after(project)
    return project


def command(*words: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "spongecalc", *words]
    return subprocess.run(call, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], WholeRun]:
    """Each broken project taken through all steps, once."""
    done: dict[str, WholeRun] = {}

    def run(name: str) -> WholeRun:
        if name not in done:
            done[name] = take_through(write(tmp_path_factory.mktemp("broken"), WAYS[name]).folder)
        return done[name]

    return run


@pytest.mark.parametrize("name", WAYS)
def test_the_check_names_file_layer_and_feature(tmp_path: Path, name: str) -> None:
    way = WAYS[name]
    answer = command("check", str(write(tmp_path, way).folder), "--lang", "en")
    assert answer.returncode == way.code, answer.stdout + answer.stderr
    said = " ".join((answer.stdout + answer.stderr).split())
    assert "Traceback" not in said
    for part in way.named:
        assert part in said, said


@pytest.mark.parametrize("name", ["negative diameter", "strange names", "corrupt file"])
def test_the_run_ends_in_order(tmp_path: Path, name: str) -> None:
    way = WAYS[name]
    answer = command("run", str(write(tmp_path, way).folder), "--lang", "en", "--jobs", "2")
    assert answer.returncode == way.code, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr


@pytest.mark.parametrize("name", WAYS)
def test_the_other_communities_finish(finished: Callable[[str], WholeRun], name: str) -> None:
    rows = finished(name).review.tables["communities"].set_index("community_id")
    for community in WAYS[name].survivors:
        assert rows.loc[community, "status"] == "done"
        assert rows.loc[community, "runoff_after_m3"] > 0
    broken = [c for c in rows.index if c not in (*WAYS[name].survivors, "TOTAL")]
    for community in broken:
        assert rows.loc[community, "status"] == "data_error"
    assert rows.loc["TOTAL", "status"] == ("done" if not WAYS[name].code else "incomplete")


def test_strange_names_stay_as_they_are_and_their_folders_are_harmless(
    finished: Callable[[str], WholeRun],
) -> None:
    whole = finished("strange names")
    rows = whole.review.tables["communities"].set_index("community_id")
    assert rows.loc["C/1", "name"] == '=1+1 "阳光/花园"'
    runs = [p.name for p in (whole.folder / "results" / "runs").iterdir()]
    assert sorted(runs)[:2] == ["A", "B"]
    assert len(runs) == 3
    assert all(name.isascii() and "/" not in name for name in runs)
