"""The ledger of intake closes, and its sums are those that geopandas makes of the sources on its own."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import LineString, MultiLineString, Polygon
from tests.layers.rules.test_mixed_defects import DEFECTS
from tests.planting import NOWHERE, X, Y, add, both, edit, shape
from tests.small_project import SmallProject
from tests.test_broken_projects import WAYS
from tests.test_broken_projects import write as broken

from spongecalc.cli.bill_commands import run_design, run_quantities
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DATA_ERRORS
from spongecalc.cli.project_commands import run_build, run_check
from spongecalc.intake.ledger import LEFT_OUT, NOT_ASKED, READ, TAKEN, IntakeLedger
from spongecalc.layers.source_read import Amount
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.steps.checked import Checked
from spongecalc.steps.intake import intake_of, intake_of_repair


def run_build_anew(call: Call) -> int:
    """``spongecalc build``."""
    return run_build(call, only_check=False)


def by_geopandas(folder: Path) -> dict[str, Amount]:
    """Features, metres and square metres of each layer's sources, read and summed without the package."""
    document = tomllib.loads((folder / "spongecalc.toml").read_text(encoding="utf-8"))
    sums = {}
    for layer, given in document["layers"].items():
        if layer == "dem":
            continue
        count, length, area = 0, 0.0, 0.0
        for source in given if isinstance(given, list) else [given]:
            path = folder / source["source"]
            frame = gpd.read_file(path, layer=source.get("layer")).to_crs(document["crs"])
            count += len(frame)
            lines = frame.geom_type.isin(["LineString", "MultiLineString"])
            length += frame[lines].length.sum()
            area += frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])].area.sum()
        sums[layer] = Amount(count, length, area)
    return sums


def built(folder: Path, **asked: object) -> Built:
    return pipeline.build(pipeline.check(load_project(folder), **asked))  # type: ignore[arg-type]


def assert_sums(ledger: IntakeLedger, folder: Path) -> None:
    """Read is what geopandas reads, and what was taken, left out and not asked for sums to it."""
    assert ledger.open == ()
    for layer, wanted in by_geopandas(folder).items():
        own = ledger.table[ledger.table["layer"] == layer]
        read = own[own["fate"] == READ]
        rest = own[own["fate"].isin([TAKEN, LEFT_OUT, NOT_ASKED])]
        mended = own[own["fate"] == "mended"]
        assert read["count"].sum() == rest["count"].sum() == wanted.count, layer
        # To the centimetre, and a millimetre for each line: coordinates are kept on it.
        near = {"abs": 0.01 + 0.001 * wanted.count}
        assert read["length_m"].sum() == pytest.approx(wanted.length_m, **near), layer
        assert rest["length_m"].sum() == pytest.approx(wanted.length_m, **near), layer
        near = {"abs": 0.01 + 0.1 * wanted.count}
        assert read["area_m2"].sum() == pytest.approx(wanted.area_m2, **near), layer
        whole = rest["area_m2"].sum() - mended["area_m2"].sum()
        assert whole == pytest.approx(wanted.area_m2, **near), layer


def test_all_of_a_sound_project_is_taken(small_project: Callable[..., SmallProject]) -> None:
    """Nine pipes of 30 m, eighteen laterals, three squares of 40 m."""
    folder = small_project().folder
    ledger = intake_of(built(folder))
    assert_sums(ledger, folder)
    table = ledger.table.groupby(["layer", "fate"])[["count", "length_m", "area_m2"]].sum()
    assert table.loc[("pipes", TAKEN)].tolist() == [9, pytest.approx(270.0), 0]
    assert table.loc[("communities", TAKEN)].tolist() == [3, 0, pytest.approx(4800.0)]
    assert set(ledger.table["fate"]) == {READ, TAKEN}


def test_the_example_closes(repository: Path) -> None:
    assert_sums(intake_of(built(repository)), repository)


@pytest.mark.parametrize("step", [1, 3, 5])
def test_it_closes_with_defects_in_any_mixture(small_project: Callable[..., SmallProject], step: int) -> None:
    chosen = sorted(DEFECTS)[:: max(step, 1)]
    folder = small_project(second=both(*(DEFECTS[rule][0] for rule in chosen))).folder
    made = built(folder)
    ledger = intake_of(made)
    assert_sums(ledger, folder)
    # Whatever is left out has its rule among the findings.
    assert set(ledger.reasons()) <= {f.rule for f in made.findings}


@pytest.mark.parametrize("name", sorted(set(WAYS) - {"corrupt file", "missing layer", "no CRS"}))
def test_it_closes_in_each_broken_project(tmp_path: Path, name: str) -> None:
    """Fields that are not there, layers without features, ids twice: the sums of the sources are told in full."""
    folder = broken(tmp_path, WAYS[name]).folder
    ledger = intake_of(built(folder))
    assert ledger.open == ()
    for layer, wanted in by_geopandas(folder).items():
        own = ledger.table[ledger.table["layer"] == layer]
        told = own.groupby("fate")["count"].sum()
        assert told[READ] == told.drop([READ, "mended"], errors="ignore").sum() == wanted.count, layer


@pytest.mark.parametrize("name", ["corrupt file", "missing layer", "no CRS"])
def test_what_cannot_be_read_is_told_as_nothing_read(tmp_path: Path, name: str) -> None:
    """Of a file that geopandas reads no better, nothing is counted; of the others all is."""
    folder = broken(tmp_path, WAYS[name]).folder
    ledger = intake_of(built(folder))
    assert ledger.open == ()
    frame = gpd.read_file(folder / "ab.gpkg", layer="pipes")
    own = ledger.table[(ledger.table["layer"] == "pipes") & (ledger.table["file"] == "ab.gpkg")]
    read = own[own["fate"] == READ]
    assert read["count"].sum() == len(frame)
    assert read["length_m"].sum() == pytest.approx(frame.length.sum())


def test_each_feature_left_out_is_told_with_its_finding(small_project: Callable[..., SmallProject]) -> None:
    """A tree of reasons: no place, in no community, in no scenario, and a crossed outline that was mended."""
    crossed = Polygon([(X, Y + 15), (X + 40, Y + 40), (X + 40, Y + 15), (X, Y + 40)])
    far = LineString([(NOWHERE.x, NOWHERE.y), (NOWHERE.x + 7, NOWHERE.y)])
    change = both(
        shape("surfaces", "C-G", crossed),
        add("connections", "C-K0", connection_id="C-K9", source=None, to_node=None, geometry=far),
    )
    folder = small_project(second=change).folder
    ledger = intake_of(built(folder))
    assert ledger.open == ()
    left = ledger.table[ledger.table["fate"] == LEFT_OUT].set_index(["layer", "rule"])
    assert left.loc[("connections", "community.none"), ["count", "length_m"]].tolist() == [1, pytest.approx(7.0)]
    mended = ledger.table[ledger.table["fate"] == "mended"]
    # The rings of the bow tie run against one another: they sum to 0, mended they are 2 x 250 m2.
    assert mended["area_m2"].tolist() == [pytest.approx(500.0)]


def test_a_community_with_an_error_is_left_out_with_that_error(
    small_project: Callable[..., SmallProject],
) -> None:
    folder = small_project(second=edit("pipes", "C-PR", diameter_mm=3.0)).folder
    made = built(folder)
    ledger = intake_of(made)
    assert_sums(ledger, folder)
    left = ledger.table[ledger.table["fate"] == LEFT_OUT]
    assert set(left["community_id"]) == {"C"}
    own = left[left["layer"] == "pipes"].set_index("rule")
    assert set(left["rule"]) == {"value.out_of_bounds"}
    assert set(own.index) <= {f.rule for f in made.findings if f.feature.feature_id == "C-PR"}
    assert left[left["layer"] == "pipes"][["count", "length_m"]].sum().tolist() == [3, pytest.approx(90.0)]


def test_a_community_without_id_is_left_out_with_its_error(small_project: Callable[..., SmallProject]) -> None:
    """It could not be told from what a mistake of the program loses: nothing was written for the other two."""
    folder = small_project(second=edit("communities", "C", community_id=None)).folder
    ledger = intake_of(built(folder))
    assert ledger.open == ()
    left = ledger.table[ledger.table["fate"] == LEFT_OUT].set_index(["layer", "rule"])
    assert left.loc[("communities", "id.missing"), ["count", "area_m2"]].tolist() == [1, pytest.approx(1600.0)]


def test_a_vertex_at_no_place_has_no_area(small_project: Callable[..., SmallProject]) -> None:
    """An outline with an infinite vertex held 1.8e308 m2, which nothing could balance."""
    endless = Polygon([(X, Y + 15), (X + 40, Y + 15), (float("inf"), Y + 40)])
    ledger = intake_of(built(small_project(second=shape("surfaces", "C-G", endless)).folder))
    assert ledger.open == ()
    left = ledger.table[ledger.table["fate"] == LEFT_OUT].set_index(["layer", "rule"])
    # The surface itself, and the two others of its community, which is not modelled without it.
    lost = left.loc[("surfaces", "geometry.not_finite"), ["count", "area_m2"]]
    assert sorted(lost.to_numpy().tolist()) == [[1, 0], [2, 1200]]


def test_what_was_not_asked_for_is_no_loss(small_project: Callable[..., SmallProject]) -> None:
    folder = small_project().folder
    ledger = intake_of(built(folder, communities=["A"]))
    assert_sums(ledger, folder)
    assert ledger.total(TAKEN).length_m == pytest.approx(ledger.total(READ).length_m / 3)
    ledger = intake_of(built(folder, scenarios=["before"]))
    assert_sums(ledger, folder)
    pipes = ledger.table[ledger.table["layer"] == "pipes"].groupby("fate")["length_m"].sum()
    assert pipes.to_dict() == {READ: 270.0, TAKEN: 90.0, NOT_ASKED: 180.0}


def test_a_filter_and_a_file_that_cannot_be_placed_are_told(small_project: Callable[..., SmallProject]) -> None:
    project = small_project()
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8")
    first = 'source = "ab.gpkg"\nlayer = "pipes"'
    text = text.replace(first, f'{first}\nfilter = {{ system = ["combined"] }}')
    page.write_text(text.replace('source = "c.gpkg"\nlayer = "nodes"', 'source = "n.shp"'), encoding="utf-8")
    nodes = gpd.read_file(project.second, layer="nodes").drop(columns=["receives"])
    pyogrio.write_dataframe(
        nodes.set_crs(None, allow_override=True).translate(5e6, 5e6).to_frame("geometry"),
        project.folder / "n.shp",
    )
    ledger = intake_of(built(project.folder))
    assert ledger.open == ()
    table = ledger.table.groupby(["layer", "file", "fate", "rule"])[["count", "length_m"]].sum()
    assert table.loc[("pipes", "ab.gpkg", LEFT_OUT, "filter.left_out")].tolist() == [4, pytest.approx(120.0)]
    refused = table.loc[("nodes", "n.shp", LEFT_OUT)]
    assert refused["count"].tolist() == [6]
    assert refused.index[0].startswith("crs.")


def test_a_silent_loss_fails_the_command(
    small_project: Callable[..., SmallProject],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A pipe is taken from the systems behind the check's back: the ledger says which source lacks 30 m."""
    folder = small_project().folder
    checked = pipeline.check(load_project(folder))
    system = checked.systems[0]
    robbed = replace(system, pipes=system.pipes.iloc[1:].reset_index(drop=True))
    made = pipeline.build(replace(checked, systems=(robbed, *checked.systems[1:])))
    ledger = intake_of(made)
    assert not ledger.closes
    ((layer, file, missing),) = ledger.open
    assert (layer, file, missing.count, missing.length_m) == ("pipes", "ab.gpkg", 1, pytest.approx(30.0))
    monkeypatch.setattr("spongecalc.cli.project_commands.intake_of", lambda _: ledger)
    with pytest.raises(RefusedError) as refusal:
        run_check(Call(Output("en"), folder))
    assert refusal.value.exit_code != 0
    assert "ab.gpkg pipes: 1 feature, 30.00 m" in capsys.readouterr().err


def test_check_writes_the_ledger_and_the_bill_and_design_say_it(
    small_project: Callable[..., SmallProject], capsys: pytest.CaptureFixture[str]
) -> None:
    """Read is what geopandas sums; of nine pipes of 30 m those of C are left out."""
    folder = small_project(second=edit("pipes", "C-PR", diameter_mm=3.0)).folder
    wanted = by_geopandas(folder)
    count = sum(a.count for a in wanted.values())
    length = sum(a.length_m for a in wanted.values())
    for command in (run_check, run_quantities, run_design):
        assert command(Call(Output("en"), folder)) == DATA_ERRORS
        said = " ".join(capsys.readouterr().out.split())
        assert f"Read: {count} features, {length:.2f} m of lines" in said, command
    table = pd.read_csv(folder / "results" / "intake.csv", encoding="utf-8-sig", keep_default_na=False)
    own = table.groupby(["layer", "fate"])[["count", "length_m"]].sum()
    assert own.loc[("pipes", READ)].tolist() == [9, 270.0]
    assert own.loc[("pipes", TAKEN)].tolist() == [6, 180.0]
    assert own.loc[("pipes", LEFT_OUT)].tolist() == [3, 90.0]
    assert set(table.loc[table["fate"] == LEFT_OUT, "community_id"]) == {"C"}


def _robbed(checked: Checked) -> Checked:
    """The systems without one pipe, taken behind the check's back."""
    system = checked.systems[0]
    rest = replace(system, pipes=system.pipes.iloc[1:].reset_index(drop=True))
    return replace(checked, systems=(rest, *checked.systems[1:]))


@pytest.mark.parametrize("command", [run_check, run_build_anew, run_quantities, run_design])
def test_every_command_whose_ledger_is_open_fails_and_writes_nothing(
    command: Callable[[Call], int],
    small_project: Callable[..., SmallProject],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = small_project().folder
    whole = pipeline.check
    monkeypatch.setattr("spongecalc.api.project.pipeline.check", lambda *a, **k: _robbed(whole(*a, **k)))
    with pytest.raises(RefusedError) as refusal:
        command(Call(Output("en"), folder))
    assert refusal.value.exit_code == DATA_ERRORS
    assert "ab.gpkg pipes: 1 feature, 30.00 m" in " ".join(capsys.readouterr().err.split())
    assert not list(folder.glob("results/*.csv"))


def test_a_repair_closes_with_what_it_split_joined_and_made(small_project: Callable[..., SmallProject]) -> None:
    """30 m in two parts of 10 and 19.6 m become two pipes; a junction stands between, 0.4 m are bridged."""
    broken = MultiLineString([[(X + 10, Y + 8), (X + 20, Y + 8)], [(X + 20.4, Y + 8), (X + 40, Y + 8)]])
    folder = small_project(second=shape("pipes", "C-PR", broken)).folder
    ledger = intake_of_repair(*pipeline.fix(load_project(folder)))
    assert ledger.open == ()
    sums = ledger.table.groupby(["layer", "fate"])[["count", "length_m"]].sum()
    assert sums.loc[("pipes", "read")].tolist() == [9, pytest.approx(269.6)]
    assert sums.loc[("pipes", "split")].tolist() == [1, pytest.approx(0.0)]
    assert sums.loc[("pipes", "joined")].tolist() == [0, pytest.approx(0.4)]
    assert sums.loc[("nodes", "made")].tolist() == [1, 0]
    assert sums.loc[("pipes", "taken")].tolist() == [10, pytest.approx(270.0)]
    wanted = by_geopandas(folder)
    assert sums.loc[("pipes", "read"), "length_m"] == pytest.approx(wanted["pipes"].length_m)
