"""Each cause that was planted is the one that is found: by re-runs of SWMM, and of the flow over the ground."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from tests.small_project import ORIGIN_X, ORIGIN_Y, Frames, write_small_project
from typer.testing import CliRunner

from spongecalc.assess.ponding_causes import Tried, chosen, ends, stored_causes
from spongecalc.batch.own_files import RECORD, note_written
from spongecalc.batch.unchanged import STATE
from spongecalc.overland.store import make_all
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.ponding import coupled_runs
from spongecalc.steps.ponding_causes import search_causes
from spongecalc.steps.return_periods import period_storms, search_return_periods

HARD = {'"3 a"': '"50 a"', '"2 h"': '"30 min"', '"1 h"': '"20 min"'}


def hard(text: str, more: str = "") -> str:
    """A short and heavy storm."""
    for old, new in HARD.items():
        text = text.replace(old, new)
    return text.replace("\n[rainfall]", f"{more}\n[rainfall]")


def change(frame: gpd.GeoDataFrame, key: str, identifier: str, **values: object) -> None:
    for column, value in values.items():
        frame.loc[frame[key] == identifier, column] = value


def plant_first(frames: Frames) -> None:
    """A: the rain pipe of 75 mm is too small. B: a pipe of 400 mm is full of silt."""
    change(frames["pipes"], "pipe_id", "A-PR", diameter_mm=75.0)
    change(frames["pipes"], "pipe_id", "B-PR", diameter_mm=400.0, sediment_mm=340.0)


def plant_second(frames: Frames) -> None:
    """C: a pipe of 400 mm whose outfall lies under water 20 cm above the street."""
    change(frames["pipes"], "pipe_id", "C-PR", diameter_mm=400.0)
    frames["nodes"]["outfall_level_m"] = np.nan
    change(frames["nodes"], "node_id", "C-R2", outfall_level_m=100.20)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("causes") / "project"
    # Grates that are not the limit: what each pipe holds up is to be found.
    wide = '\n[ponding]\ninlet_capacity = "100 L/s"\n'
    write_small_project(folder, first=plant_first, second=plant_second, toml=lambda t: hard(t, wide))
    built = pipeline.build(pipeline.check(load_project(folder), (), ("after",)))
    results = pipeline.run(built, 1)
    return built, results, search_causes(built, results, 1)


def test_each_planted_cause_is_found(planted) -> None:
    _, _, table = planted
    named = table[table["chosen"] == "yes"].set_index("community_id")
    assert named["cause"].to_dict() == {"A": "pipe", "B": "silt", "C": "outfall_level"}
    assert (named["ends"] == "yes").all()
    assert named.loc["B", "changed"] == "B-PR"
    assert named.loc["C", "changed"] == "C-R2"
    assert named.loc["A", "changed"].startswith("A-PR DN75>DN150")
    # every change that was possible was run: what is not there was not changed
    tried = table.groupby("community_id")["cause"].agg(set).to_dict()
    assert tried == {
        "A": {"pipe", "inlets"},
        "B": {"silt", "pipe", "inlets"},
        "C": {"outfall_level", "pipe", "inlets"},
    }


def test_causes_stand_in_the_tables_while_they_belong_to_the_layers(planted) -> None:
    built, results, _ = planted
    review = pipeline.assess(built, results, "en")
    sites = review.tables["ponding"].set_index("community_id")
    assert sites["cause"].to_dict() == {"A": "pipe", "B": "silt", "C": "outfall_level"}
    assert sites["limited_by"].to_dict() == {"A": "pipe:A-PR", "B": "pipe:B-PR", "C": "outfall:C-R2"}
    path = built.search.folder / "ponding_causes.csv"
    kept = pd.read_csv(path)
    kept.loc[kept["community_id"] == "B", "model_sha256"] = "of other layers"
    kept.to_csv(path, index=False)
    note_written(built.search.folder, [path])  # as if a call had written it, of other layers
    review = pipeline.assess(built, results, "en")
    assert review.tables["ponding"].set_index("community_id")["cause"].to_dict() == {
        "A": "pipe",
        "B": "",
        "C": "outfall_level",
    }
    assert [n for n in review.notes if n[0] == "note_stale_ponding"] == [
        ("note_stale_ponding", {"models": "B/after/P50-30"})
    ]
    # Where the record is gone, or cut, the table may have been edited by hand: figures that no run gave.
    record = built.search.folder / STATE / RECORD
    whole = record.read_bytes()
    for content in (whole[:-9], None):
        record.unlink()
        if content is not None:
            record.write_bytes(content)
        rows, stale = stored_causes(built.search.folder, {("B", "after", "P50-30", 1): "sha"})
        assert len(rows) == 0
        assert stale == ("B/after/P50-30",)
    note_written(built.search.folder, [path])


def test_too_few_inlets(tmp_path: Path) -> None:
    """All ground drains to one inlet with a lead of 100 mm into a pipe of 400 mm."""

    def plant(frames: Frames) -> None:
        change(frames["pipes"], "pipe_id", "A-PR", diameter_mm=400.0)
        nodes, leads = frames["nodes"], frames["connections"]
        change(nodes, "node_id", "A-R1", kind="manhole")
        place = shapely.Point(ORIGIN_X + 10, ORIGIN_Y + 5)
        inlet = nodes[nodes["node_id"] == "A-R1"].assign(
            node_id="A-IN", kind="inlet", invert_m=99.3, geometry=[place]
        )
        frames["nodes"] = gpd.GeoDataFrame(pd.concat([nodes, inlet], ignore_index=True), crs=nodes.crs)
        line = shapely.LineString([place, nodes.loc[nodes["node_id"] == "A-R1", "geometry"].iloc[0]])
        lead = leads[leads["connection_id"] == "A-D1"].assign(
            connection_id="A-LEAD", source="A-IN", kind="yard_drain", to_node="A-R1", geometry=[line]
        )
        frames["connections"] = gpd.GeoDataFrame(pd.concat([leads, lead], ignore_index=True), crs=leads.crs)

    folder = tmp_path / "project"
    write_small_project(
        folder, first=plant, toml=lambda t: hard(t, '\n[inlets]\nlead_diameter = "DN80"\nlead_slope = "1 %"\n')
    )
    built = pipeline.build(pipeline.check(load_project(folder), ["A"], ("after",)))
    table = search_causes(built, pipeline.run(built, 1), 1)
    named = table[table["chosen"] == "yes"]
    assert named[["site_id", "cause", "changed"]].to_numpy().tolist() == [["A:A-IN", "inlets", "A-IN"]]


def test_ground_without_a_way_out_and_too_few_inlets_over_the_ground(tmp_path: Path) -> None:
    """Level 3 before the works: A's inlet in its hollow takes too little; B's hollow has no inlet at all."""
    folder = tmp_path / "project"
    more = '\n[layers.dem]\nsource = "dem.tif"\n\n[ponding]\ninlet_capacity = "7 L/s"\nsearch_radius = "5 m"\n'

    def plant(frames: Frames) -> None:
        change(frames["pipes"], "pipe_id", "A-PC", diameter_mm=500.0, sediment_mm=0.0)
        change(frames["pipes"], "pipe_id", "B-PC", diameter_mm=500.0, sediment_mm=0.0)

    write_small_project(folder, first=plant, toml=lambda t: hard(t, more).replace('"50 a"', '"5 a"'))
    x, y = np.meshgrid(np.arange(170) + 0.5 - 20, 70 - np.arange(90) - 0.5)
    z = 100 + 0.01 * (y - 10)
    for at_x, at_y, radius in ((10, 10, 8), (40 + 30, 8, 6)):
        reach = np.hypot(x - at_x, y - at_y)
        z = np.where(reach < radius, z - 0.35 * (1 - reach / radius), z)
    transform = from_origin(ORIGIN_X - 20, ORIGIN_Y + 70, 1.0, 1.0)
    profile = {"driver": "GTiff", "width": 170, "height": 90, "count": 1, "dtype": "float32"}
    with rasterio.open(folder / "dem.tif", "w", crs="EPSG:4543", transform=transform, **profile) as out:
        out.write(z.astype("float32"), 1)
    built = pipeline.build(pipeline.check(load_project(folder), ["A", "B"], ("before",)))
    results = pipeline.run(built, 1)
    checked, chosen = built.checked, [s for s in built.storms if s.storm_id == "P5-30"]
    runs, _ = coupled_runs(checked.systems, built.models, chosen, checked.project.settings)
    done = make_all(runs, built.checked.project.results_folder, 1, lambda *_: None)
    assert [d.status for d in done] == ["done", "done"]
    table = search_causes(built, results, 1)
    over_ground = table[(table["level"] == 3) & (table["chosen"] == "yes")]
    largest = over_ground.sort_values("volume_m3").drop_duplicates("community_id", keep="last")
    assert largest.set_index("community_id")["cause"].to_dict() == {"A": "inlets", "B": "ground"}
    assert (largest["ends"] == "yes").all()
    sites = pipeline.assess(built, results, "en").tables["ponding_2d"].set_index("site_id")
    assert sites.loc[largest["site_id"], "cause"].tolist() == largest["cause"].tolist()


def test_choice_of_the_cause_by_hand() -> None:
    silt, pipe = Tried("silt", ("P1",), 0.4, 0.0), Tried("pipe", ("P1",), 0.0, 0.0)
    assert chosen(10.0, [pipe, silt], 0.5) == 1  # both end it: the less work
    moved = Tried("silt", ("P1",), 0.0, 9.0)
    assert not ends(10.0, moved, 0.5)  # the water only stands elsewhere
    assert chosen(10.0, [pipe, moved], 0.5) == 0
    half, third = Tried("silt", (), 5.0, 0.0), Tried("pipe", (), 3.0, 0.0)
    assert chosen(10.0, [half, third], 0.5) == 1  # none ends it: what is left of it is least
    assert chosen(10.0, [Tried("pipe", (), 9.5, 0.0)], 0.5) == -1
    assert chosen(10.0, [], 0.5) == -1


def test_return_periods_are_those_of_single_runs(planted) -> None:
    """The rung found holds and the next does not, when run as a storm of its own."""
    from dataclasses import replace

    from spongecalc.assess.modelled import Modelled
    from spongecalc.assess.ponding import ponding_sites
    from spongecalc.batch.runs import execute, plan_runs
    from spongecalc.swmm.event import storm_event

    built, _, _ = planted
    table = search_return_periods(built, 1)
    assert len(table) == 6
    settings = built.checked.project.settings
    storms = {s.return_period_a: s for s in period_storms(settings)}
    dry = table[(table["criterion"] == "dry") & (table["community_id"] == "A")].iloc[0]
    assert dry["first_id"] == "A-R1"
    assert dry["fails_at_a"] / dry["return_period_a"] == pytest.approx(1.05, abs=0.01)
    for period, count in ((dry["return_period_a"], 0), (dry["fails_at_a"], 1)):
        storm = storms[period]
        model = replace(next(m for m in built.models if m.name == "A"), storms=(storm,))
        runs = plan_runs(
            [model], (storm_event(storm, settings.simulation),), built.search.folder / "own", keep_out=False
        )
        one = Modelled(
            built.checked.systems[0], model, {storm.storm_id: execute(runs, processes=1)[runs[0].run_id]}
        )
        assert len(ponding_sites(one, storm.storm_id, period, settings.ponding)) == count
    pipes = table[(table["criterion"] == "pipes") & (table["community_id"] == "A")].iloc[0]
    assert pipes["return_period_a"] <= dry["return_period_a"]
    # C lies under the street's water: its pipe is full at any storm
    under = table[(table["criterion"] == "pipes") & (table["community_id"] == "C")].iloc[0]
    assert (under["return_period_a"], under["bound"]) == (0.0, "below")


def test_command_writes_tables_and_report(planted) -> None:
    """``spongecalc ponding --causes --return-periods``: what is kept is not run again, and the report says it."""
    from spongecalc.cli.app import app

    built, _, _ = planted
    folder = built.checked.project.folder
    words = ["ponding", str(folder), "--causes", "--return-periods", "--community", "A", "--lang", "en"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "silt 1, pipes too small 1" in " ".join(done.output.split()), done.output
    table = pd.read_csv(folder / "results" / "communities.csv").set_index("community_id")
    periods = pd.read_csv(folder / "results" / "ponding_return_periods.csv")
    own = periods[(periods["community_id"] == "A") & (periods["criterion"] == "dry")].set_index("scenario")
    for scenario in ("before", "after"):
        assert table.loc["A", f"dry_return_period_{scenario}_a"] == own.loc[scenario, "return_period_a"]
    # what was kept of the communities that were not asked for stays
    kept = pd.read_csv(built.search.folder / "ponding_causes.csv")
    assert set(kept["community_id"]) == {"A", "B", "C"}
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "A-PR DN75&gt;DN150" in page
    assert "Dry up to, after (years)" in page


def test_measured_storm_has_no_other_return_period(tmp_path: Path) -> None:
    from spongecalc.cli.app import app

    folder = tmp_path / "project"
    measured = 'pattern = "measured"\ndepths_mm = [5, 20, 10, 2]\n'
    write_small_project(
        folder, toml=lambda t: hard(t).replace('duration = "30 min"\n', f'duration = "20 min"\n{measured}')
    )
    done = CliRunner().invoke(app, ["ponding", str(folder), "--return-periods", "--lang", "en"])
    assert done.exit_code == 2
    assert "was measured: it has no other return period" in " ".join(done.output.split())
