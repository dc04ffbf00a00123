"""The loop of a repair: repair, correct by hand in the copy, repair again; no edit and no metre is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import LineString, MultiLineString, Point
from tests.layers.sources.swmm_cases import changed
from tests.planting import X, Y, add, both, edit, shape
from tests.pumped_project import rows, write
from tests.small_project import CRS, SmallProject
from tests.swmm.model_project import write_model_project

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.repaired_copy import Repair, repair
from spongecalc.swmm.event import dry_event, storm_event

LINES = ("pipes", "connections")


def mend(folder: Path, *, again: bool = False) -> Repair:
    return repair(load_project(folder), (), "en", again=again)


def metres(*files: Path) -> dict[str, float]:
    """Metres of line layers of some files, as geopandas reads them."""
    return {layer: sum(gpd.read_file(f, layer=layer).length.sum() for f in files) for layer in LINES}


def trail(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "changes.csv", encoding="utf-8-sig", dtype={"before": str, "after": str})


def rewrite(file: Path, layer: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
    """Change a layer of the copy as QGIS would: every other feature keeps its number."""
    frames = {str(n): pyogrio.read_dataframe(file, layer=n) for n, _ in pyogrio.list_layers(file)}
    frames[layer] = change(frames[layer])
    file.unlink()
    for name, frame in frames.items():
        pyogrio.write_dataframe(frame, file, layer=name, driver="GPKG")


@pytest.fixture
def messy(small_project: Callable[..., SmallProject]) -> SmallProject:
    """Ends off their nodes, a node on a pipe, a line in parts, one without length, a missing level."""
    off = LineString([(X + 10.3, Y + 12), (X + 39.8, Y + 12.1)])
    parts = MultiLineString([[(X + 5, Y + 20), (X + 15, Y + 20)], [(X + 15.3, Y + 20), (X + 25, Y + 20)]])
    nothing = LineString([(X + 30, Y + 30), (X + 30.01, Y + 30)])
    return small_project(
        second=both(
            shape("pipes", "C-PS", off),
            add(
                "nodes", "C-R1", node_id="C-R9", kind="manhole", invert_m=98.85, geometry=Point(X + 25, Y + 8.03)
            ),
            add("pipes", "C-PR", pipe_id="C-P7", from_node=None, to_node=None, geometry=parts),
            add("pipes", "C-PR", pipe_id="C-P0", geometry=nothing),
            edit("pipes", "C-PS", invert_down_m=float("nan")),
        )
    )


def test_metres_before_and_after_differ_by_what_changes_csv_says(messy: SmallProject) -> None:
    sources = metres(messy.first, messy.second)
    mend(messy.folder)
    copy = messy.folder / "repaired"
    changes = trail(copy)
    assert set(changes["rule"]) >= {"repair.snapped", "repair.split", "repair.parts", "repair.inferred"}
    for layer, before in sources.items():
        own = changes[changes["layer"] == layer]
        said = (own["length_after_m"] - own["length_before_m"]).sum()
        assert metres(copy / "layers.gpkg")[layer] == pytest.approx(before + said, abs=0.005)
    assert sources["pipes"] != pytest.approx(metres(copy / "layers.gpkg")["pipes"], abs=0.2)


def test_a_hand_edit_between_two_repairs_is_kept(messy: SmallProject) -> None:
    """A moved end, a corrected size, a deleted line and a new node are in the copy after the second repair."""
    sources = metres(messy.first, messy.second)
    assert not mend(messy.folder).carried_on
    copy = messy.folder / "repaired"
    first = trail(copy)

    def by_hand(pipes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        place = pipes.set_index("pipe_id").index
        pipes.loc[place == "C-PR", "diameter_mm"] = 400.0
        pipes.loc[place == "C-PS", "geometry"] = LineString(
            [(X + 10, Y + 12), (X + 25, Y + 14), (X + 40, Y + 12)]
        )
        return pipes[~pipes["pipe_id"].isin(["C-P0"])]

    # The line without length is the last feature: the others keep their numbers.
    rewrite(copy / "layers.gpkg", "pipes", by_hand)
    done = mend(messy.folder)
    assert done.carried_on
    pipes = gpd.read_file(copy / "layers.gpkg", layer="pipes").set_index("pipe_id")
    assert pipes.loc["C-PR", "diameter_mm"] == 400.0
    assert len(pipes.geometry["C-PS"].coords) == 3
    assert "C-P0" not in pipes.index
    assert pipes.loc["A-PC", "source_file"] == "ab.gpkg"
    changes = trail(copy)
    assert changes.iloc[: len(first)].equals(first)
    hand = changes[changes["rule"] == "repair.by_hand"].set_index(["feature_id", "column"])
    assert hand.loc[("C-PR", "diameter_mm"), ["before", "after"]].tolist() == ["300", "400"]
    assert hand.loc[("C-P0", "geometry"), ["length_before_m", "length_after_m"]].tolist() == [0.01, 0.0]
    said = changes[changes["layer"] == "pipes"]
    said = (said["length_after_m"] - said["length_before_m"]).sum()
    assert metres(copy / "layers.gpkg")["pipes"] == pytest.approx(sources["pipes"] + said, abs=0.005)
    # A third repair finds nothing edited since, and keeps what was.
    written = (copy / "layers.gpkg").read_bytes()
    assert mend(messy.folder).carried_on
    assert (copy / "layers.gpkg").read_bytes() == written
    assert len(trail(copy)) == len(changes)
    # So does one that is asked for in the copy itself.
    assert mend(copy).carried_on
    assert not (copy / "repaired").exists()
    # Only --again goes back to the sources.
    assert not mend(messy.folder, again=True).carried_on
    pipes = gpd.read_file(copy / "layers.gpkg", layer="pipes").set_index("pipe_id")
    assert pipes.loc["C-PR", "diameter_mm"] == 300.0
    assert trail(copy).equals(first)


def test_a_correction_by_hand_ends_the_error_and_the_next_repair_goes_on_from_it(
    small_project: Callable[..., SmallProject],
) -> None:
    """C-P7 ends at nothing; drawn to C-R1 by hand with no level, it gets its ends and levels from there."""
    loose = LineString([(X + 3, Y + 20), (X + 3, Y + 30)])
    lost = {"from_node": None, "to_node": None, "invert_up_m": float("nan"), "invert_down_m": 99.0}
    project = small_project(second=add("pipes", "C-PR", pipe_id="C-P7", geometry=loose, **lost))
    first = mend(project.folder)
    assert {(f.rule, f.feature.feature_id) for f in first.checked.findings if f.severity == "error"} == {
        ("end.no_node", "C-P7")
    }
    copy = project.folder / "repaired"
    points = gpd.read_file(copy / "findings.gpkg", layer="findings")
    own = points[(points["rule"] == "end.no_node") & (points["feature_id"] == "C-P7")]
    assert {(round(p.x - X, 1), round(p.y - Y, 1)) for p in own.geometry} == {(3.0, 20.0)}

    def draw(pipes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        row = pipes["pipe_id"] == "C-P7"
        pipes.loc[row, "geometry"] = LineString([(X + 3, Y + 8), (X + 10, Y + 8)])
        return pipes

    def node(nodes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        like = nodes[nodes["node_id"] == "C-R1"].assign(node_id="C-R0", invert_m=99.2)
        like = gpd.GeoDataFrame(like, geometry=[Point(X + 3, Y + 8)], crs=CRS)
        return gpd.GeoDataFrame(pd.concat([nodes, like], ignore_index=True), crs=CRS)

    rewrite(copy / "layers.gpkg", "pipes", draw)
    rewrite(copy / "layers.gpkg", "nodes", node)
    second = mend(project.folder)
    assert not [f for f in second.checked.findings if f.severity == "error"]
    pipe = gpd.read_file(copy / "layers.gpkg", layer="pipes").set_index("pipe_id").loc["C-P7"]
    assert (pipe["from_node"], pipe["to_node"], pipe["invert_up_m"]) == ("C-R0", "C-R1", 99.2)
    assert {c for s in pipeline.check(load_project(copy)).systems for c in s.communities} == {"A", "B", "C"}


def test_a_source_that_changed_meanwhile_is_named_and_the_edits_stay(messy: SmallProject) -> None:
    mend(messy.folder)
    copy = messy.folder / "repaired"

    def wider(pipes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return pipes.assign(diameter_mm=500.0)

    rewrite(copy / "layers.gpkg", "pipes", wider)
    rewrite(messy.second, "nodes", lambda nodes: nodes.assign(ground_m=101.0))
    done = mend(messy.folder)
    named = [f for f in done.edits if f.rule == "repair.source_changed"]
    assert [(f.severity, f.feature.file) for f in named] == [("warning", "c.gpkg")]
    assert set(gpd.read_file(copy / "layers.gpkg", layer="pipes")["diameter_mm"]) == {500.0}
    assert 101.0 not in set(gpd.read_file(copy / "layers.gpkg", layer="nodes")["ground_m"])


def test_a_source_that_cannot_be_read_stays_a_source_of_the_copy(
    small_project: Callable[..., SmallProject],
) -> None:
    project = small_project()
    project.second.write_bytes(b"no GeoPackage")
    mend(project.folder)
    again = pipeline.check(load_project(project.folder / "repaired"))
    named = {(f.feature.layer, f.feature.file) for f in again.findings if f.rule == "file.unreadable"}
    layers = ("communities", "nodes", "pipes", "surfaces", "buildings", "connections")
    assert named == {(layer, "../c.gpkg") for layer in layers}


def test_what_somebody_added_to_the_copy_stays(messy: SmallProject) -> None:
    """A column of remarks and a layer of notes are nobody's business but theirs."""
    mend(messy.folder)
    copy = messy.folder / "repaired"
    rewrite(copy / "layers.gpkg", "pipes", lambda pipes: pipes.assign(remark="seen on site"))
    notes = gpd.GeoDataFrame({"note": ["ask the plumber"]}, geometry=[Point(X, Y)], crs=CRS)
    pyogrio.write_dataframe(notes, copy / "layers.gpkg", layer="notes", driver="GPKG")
    mend(messy.folder)
    assert set(gpd.read_file(copy / "layers.gpkg", layer="pipes")["remark"]) == {"seen on site"}
    assert gpd.read_file(copy / "layers.gpkg", layer="notes")["note"].tolist() == ["ask the plumber"]


def test_a_layer_that_was_numbered_anew_has_the_edits_that_were_made_and_no_others(messy: SmallProject) -> None:
    """A script that deletes a pipe amid the others and writes the layer back moves all that follow up by one."""
    sources = metres(messy.first, messy.second)
    mend(messy.folder)
    copy = messy.folder / "repaired"
    first = len(trail(copy))
    before = gpd.read_file(copy / "layers.gpkg", layer="pipes").set_index("pipe_id").length

    def by_hand(pipes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        pipes.loc[pipes["pipe_id"] == "C-PS", "diameter_mm"] = 250.0
        pipes.loc[pipes["pipe_id"] == "B-PC", "pipe_id"] = "B-PC1"
        drawn = pipes[pipes["pipe_id"] == "C-PC"].assign(pipe_id="H1")
        drawn = drawn.set_geometry([LineString([(X + 10, Y + 10), (X + 10, Y + 12)])], crs=CRS)
        kept = pipes[pipes["pipe_id"] != "A-PR"].iloc[::-1]
        return gpd.GeoDataFrame(pd.concat([drawn, kept], ignore_index=True), crs=CRS)

    rewrite(copy / "layers.gpkg", "pipes", by_hand)
    mend(messy.folder)
    changes = trail(copy)
    hand = changes.iloc[first:]
    hand = hand[hand["rule"] == "repair.by_hand"][["feature_id", "column", "before", "after"]]
    assert sorted(hand.fillna("").values.tolist()) == [
        ["A-PR", "geometry", f"{before['A-PR']:.3f} m", ""],
        ["B-PC1", "pipe_id", "B-PC", "B-PC1"],
        ["C-PS", "diameter_mm", "200", "250"],
        ["H1", "geometry", "", "2.000 m"],
    ]
    said = changes[changes["layer"] == "pipes"]
    said = (said["length_after_m"] - said["length_before_m"]).sum()
    assert metres(copy / "layers.gpkg")["pipes"] == pytest.approx(sources["pipes"] + said, abs=0.005)


def test_files_of_rain_and_levels_go_with_the_copy(small_project: Callable[..., SmallProject]) -> None:
    """The copy is a project of its own: it loads, and its outfall has the level over time."""

    def with_files(text: str) -> str:
        level = '[[outfall_levels]]\nfile = "levels/river.csv"\noutfalls = ["C-R2"]\n'
        storm = '[[storms]]\nid = "M1"\nreturn_period = "5 a"\npattern = "measured"\nfile = "event.csv"\n'
        return text.replace("[simulation]", f"{level}{storm}[simulation]")

    folder = small_project(toml=with_files).folder
    (folder / "levels").mkdir()
    (folder / "levels" / "river.csv").write_text("0,98.5\n4,99.4\n", encoding="utf-8")
    event = "time,rain_mm\n2024-07-01 14:00,0.5\n2024-07-01 14:05,2.0\n2024-07-01 14:10,0.5\n"
    (folder / "event.csv").write_text(event, encoding="utf-8")
    mend(folder)
    found = pipeline.check(load_project(folder / "repaired"), ["C"])
    system = next(s for s in found.systems if s.scenario == "after")
    assert system.outfall_levels["C-R2"].levels_m == (98.5, 99.4)


def test_every_other_file_that_the_project_names_goes_with_the_copy(
    small_project: Callable[..., SmallProject],
) -> None:
    """Claims, prices, a sweep's table and the institute's template, each in the folder that the project names."""
    named = ("bill/claims.csv", "bill/prices.csv", "sweeps/rises.csv", "house/template.toml")

    def with_files(text: str) -> str:
        bill = f'[quantities]\nclaims = ["{named[0]}"]\nprices = "{named[1]}"\n'
        rest = f'[[sweeps]]\nname = "rise"\ntable = "{named[2]}"\n[document]\ntemplate = "house"\n'
        return f"{text}\n{bill}\n{rest}"

    folder = small_project(toml=with_files).folder
    for name in named:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"# {name}\n", encoding="utf-8")
    mend(folder)
    assert load_project(folder / "repaired").settings.quantities.claims == (named[0],)
    for name in named:
        assert (folder / "repaired" / name).read_bytes() == (folder / name).read_bytes()


def test_edits_of_files_taken_along_stay_and_a_changed_source_is_told(
    small_project: Callable[..., SmallProject],
) -> None:
    bill = '[quantities]\nclaims = ["claims.csv"]\nprices = "changes.csv"\n'
    folder = small_project(toml=lambda t: f"{t}\n{bill}").folder
    (folder / "claims.csv").write_text("# sent\n", encoding="utf-8")
    (folder / "changes.csv").write_text("# prices\n", encoding="utf-8")
    mend(folder)
    copy = folder / "repaired"
    assert (copy / "claims.csv").read_text(encoding="utf-8") == "# sent\n"
    # The trail of changes is the copy's own file: nothing is written over it.
    assert (copy / "changes.csv").read_text(encoding="utf-8-sig").startswith("rule,layer,")
    # A source that changed comes in as long as nobody edited the copy's.
    (folder / "claims.csv").write_text("# sent again\n", encoding="utf-8")
    mend(folder)
    assert (copy / "claims.csv").read_text(encoding="utf-8") == "# sent again\n"
    (copy / "claims.csv").write_text("# corrected\n", encoding="utf-8")
    mend(folder)
    mend(copy)
    assert (copy / "claims.csv").read_text(encoding="utf-8") == "# corrected\n"
    # Once layers or settings are edited the copy is carried on, and says which sources changed.
    with (copy / "spongecalc.toml").open("a", encoding="utf-8") as toml:
        toml.write("\n# looked at\n")
    (folder / "claims.csv").write_text("# sent a third time\n", encoding="utf-8")
    found = mend(folder)
    changed = [f.feature.file for f in found.edits if f.rule == "repair.source_changed"]
    assert changed == ["claims.csv"]


MODEL = changed(
    ("O1 1897.0 FREE YES", "O1 1897.0 TIDAL TD YES"),
    (
        "[DWF]",
        "TD TIDAL 0 1897.2\nTD 6 1898\nTD 24 1897.2\n"
        "[CONTROLS]\nRULE FULL\nIF NODE st1 DEPTH > 2\nAND LINK C6 FLOW > 0.05\nTHEN ORIFICE or1 SETTING = 0.5\n"
        "[INFLOWS]\nJ2 FLOW WAVE FLOW 1 2 0.005 DAY\n"
        "[PATTERNS]\nDAY HOURLY 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 2\n[DWF]",
    ),
    ("J1 FLOW 0.01", "J1 FLOW 0.01 DAY"),
    ("[TIMESERIES]", '[TIMESERIES]\nWAVE FILE "series/wave.dat"\n'),
)
PUT_BACK = ("CONTROLS", "INFLOWS", "PATTERNS", "TIMESERIES", "OUTFALLS", "DWF")


def put_back(folder: Path) -> dict[str, list[str]]:
    """Rows of what no layer holds, in the models of a storm and of a dry day, by scenario and event."""
    built = pipeline.build(pipeline.check(load_project(folder)))
    settings = built.checked.project.settings.simulation
    found: dict[str, list[str]] = {}
    for model in built.models:
        for name, event in (("storm", storm_event(model.storms[0], settings)), ("dry", dry_event(settings))):
            section = ""
            rows = found[f"{model.scenario} {name}"] = []
            for line in model.text(event).splitlines():
                section = line.strip("[]") if line.startswith("[") else section
                if section in PUT_BACK and line and not line.startswith(";"):
                    rows.append(" ".join(line.split()))
    return found


@pytest.mark.parametrize("prefix", ["", "N1-"])
@pytest.mark.parametrize("outside", [False, True])
def test_what_a_model_holds_beside_layers_goes_with_the_copy(prefix: str, outside: bool, tmp_path: Path) -> None:
    """Rules, inflows, patterns, series of files and tides are in the copy's models, and after an edit, too."""
    folder = write_model_project(tmp_path / "project", MODEL, prefix=prefix)
    (folder / "series").mkdir()
    (folder / "series" / "wave.dat").write_text("0:00 0\n1:00 0.02\n3:00 0\n", encoding="utf-8")
    if outside:
        (folder / "model.inp").rename(tmp_path / "model.inp")
        (folder / "series").rename(tmp_path / "series")
        page = folder / "spongecalc.toml"
        text = page.read_text(encoding="utf-8").replace('"model.inp"', '"../model.inp"')
        page.write_text(f'{text}\n[security]\noutside = ["../model.inp", "../series"]\n', "utf-8")
    before = put_back(folder)
    assert any("ORIFICE" in row for row in before["after storm"])
    assert any(f"{prefix}J2" in row and "WAVE" in row for row in before["after storm"])
    mend(folder)
    copy = folder / "repaired"
    settings = load_project(copy).settings
    assert [(c.file, c.prefix) for c in settings.structures.carried] == [("model.inp", prefix)]
    assert put_back(copy) == before
    assert {f.rule for f in pipeline.check(load_project(copy)).findings} >= {
        "model.carried",
        "outfall.series_used",
    }
    rules = copy / "model.inp"
    rules.write_text(rules.read_text(encoding="utf-8").replace("SETTING = 0.5", "SETTING = 0.25"), "utf-8")
    rewrite(copy / "layers.gpkg", "nodes", lambda nodes: nodes.assign(material="brick"))
    assert mend(folder).carried_on
    assert any("SETTING = 0.25" in row for row in put_back(copy)["after storm"])
    mend(folder, again=True)
    assert put_back(copy) == before


def test_a_changed_series_is_a_changed_source(tmp_path: Path) -> None:
    folder = write_model_project(tmp_path, MODEL)
    (folder / "series").mkdir()
    wave = folder / "series" / "wave.dat"
    wave.write_text("0:00 0\n1:00 0.02\n", encoding="utf-8")
    mend(folder)
    copy = folder / "repaired"
    rewrite(copy / "layers.gpkg", "nodes", lambda nodes: nodes.assign(material="brick"))
    assert not [f for f in mend(folder).edits if f.rule == "repair.source_changed"]
    wave.write_text("0:00 0\n1:00 0.03\n", encoding="utf-8")
    told = [f.found["file"] for f in mend(folder).edits if f.rule == "repair.source_changed"]
    assert told == ["series/wave.dat"]


def test_a_file_of_rules_goes_with_the_copy(tmp_path: Path) -> None:
    """A GIS project's own: beside the layers, with the files of its series."""
    folder = write(tmp_path, rows(), '[structures]\ncarried = ["in/rules.inp"]\n')
    (folder / "in").mkdir()
    (folder / "in" / "rules.inp").write_text(
        "RULE BY_HOUR\nIF SIMULATION TIME > 0\nTHEN PUMP PU SETTING = TIMESERIES SHARE\n"
        '[TIMESERIES]\nSHARE FILE "share.dat"\n',
        encoding="utf-8",
    )
    (folder / "in" / "share.dat").write_text("0 1\n5 0.5\n", encoding="utf-8")
    before = put_back(folder)
    assert any("SHARE" in row for row in before["after dry"])
    mend(folder)
    assert put_back(folder / "repaired") == before


class StoppedError(Exception):
    """The end of a call in the midst of its writes."""


def stopped_at(monkeypatch: pytest.MonkeyPatch, folder: Path, number: int) -> bool:
    """Repair, and stop before the move of a number of a file to its place; False where there were not so many."""
    count = 0
    moved = Path.replace

    def replace(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count > number:
            raise StoppedError
        return moved(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace)
        try:
            mend(folder)
        except StoppedError:
            return True
    return False


def content(folder: Path) -> dict[str, bytes]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and ".spongecalc" not in p.parts)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


MOVES = (2, 4, 5, 8)
"""Moves of files to their places after which a call is stopped: around layers, settings and tables."""


def test_a_repair_that_was_stopped_is_made_anew_and_no_edit_of_anybodys(
    messy: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Layers that had been written and not yet kept were taken for edited by hand, and the copy carried on."""
    copy = messy.folder / "repaired"
    assert not mend(messy.folder).carried_on
    whole = content(copy)
    for number in MOVES:
        shutil.rmtree(copy)
        assert stopped_at(monkeypatch, messy.folder, number)
        assert not mend(messy.folder).carried_on, number
        assert content(copy) == whole, number


def test_an_edit_outlives_a_repair_that_was_stopped(messy: SmallProject, monkeypatch: pytest.MonkeyPatch) -> None:
    copy, edited = messy.folder / "repaired", messy.folder / "edited"
    mend(messy.folder)

    def wider(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.assign(diameter_mm=frame["diameter_mm"].where(frame["pipe_id"] != "C-PR", 450.0))

    rewrite(copy / "layers.gpkg", "pipes", wider)
    copy.rename(edited)
    shutil.copytree(edited, copy)
    assert mend(messy.folder).carried_on
    whole = content(copy)
    for number in MOVES:
        shutil.rmtree(copy)
        shutil.copytree(edited, copy)
        assert stopped_at(monkeypatch, messy.folder, number)
        assert mend(messy.folder).carried_on, number
        now = content(copy)
        for name in ("layers.gpkg", "spongecalc.toml", "changes.csv"):
            assert now[name] == whole[name], (number, name)
