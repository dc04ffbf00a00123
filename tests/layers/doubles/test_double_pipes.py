"""Pipes drawn twice: one counts, whatever it is called; what lies beside it is left alone."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point
from tests.planting import X, Y, add, both, edit, shape
from tests.small_project import CRS, Change, Frames, SmallProject

from spongecalc.layers.finding import Finding
from spongecalc.layers.repairs.change import changes_table
from spongecalc.network.ledger import ledger
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.steps.checked import Checked
from spongecalc.steps.intake import intake_of, intake_of_repair

Make = Callable[..., SmallProject]
# The storm pipe of C: 30 m, between its nodes at 10 and 40 m.
LINE = [(X + 10, Y + 8), (X + 40, Y + 8)]
RULES = ("pipe.double", "pipe.double_differs", "pipe.replaced", "pipe.shares_line", "pipe.on_other_kind")
NAN = float("nan")


def modelled(project: SmallProject) -> Built:
    """The project's models; its ledger of intake closes, and no sentence shows a program's word."""
    built = pipeline.build(pipeline.check(load_project(project.folder)))
    found = built.checked
    assert intake_of(built).open == ()
    for finding in found.findings:
        for language in ("zh", "en"):
            assert not {"None", "nan"} & set((finding.message(language) + finding.action(language)).split())
    return built


def checked(project: SmallProject) -> Checked:
    """The same, checked."""
    return modelled(project).checked


def doubles(found: Checked) -> list[Finding]:
    return [f for f in found.findings if f.rule in RULES]


def storm_m(found: Checked) -> float:
    """Metres of C's storm pipes in the bill."""
    rows = ledger(found.layers)
    own = rows[(rows["community_id"] == "C") & (rows["item"] == "pipe") & (rows["system"] == "storm")]
    return float(own["length_m"].sum())


def conduits(built: Built, scenario: str = "after") -> set[str]:
    """Ids of C's pipes that are links of its model."""
    models = [m for m in built.models if m.communities == ("C",) and m.scenario == scenario]
    return {str(i) for m in models for i in m.elements.query("layer == 'pipes'")["feature_id"]}


def copy(line: list[tuple[float, float]], **values: object) -> Change:
    """A second pipe like the storm pipe of C, on another line."""
    return add("pipes", "C-PR", **{"pipe_id": "C-PX", "geometry": LineString(line)} | values)


MIDDLE = (X + 25, Y + 8)


@pytest.mark.parametrize(
    ("line", "values", "gap_m"),
    [
        (LINE, {}, "0.000"),
        ([LINE[0], MIDDLE, LINE[1]], {}, "0.000"),
        ([(x, y + 0.003) for x, y in LINE], {}, "0.003"),
        (LINE[::-1], {}, "0.000"),
        (
            LINE[::-1],
            {"from_node": "C-R2", "to_node": "C-R1", "invert_up_m": 98.7, "invert_down_m": 99.0},
            "0.000",
        ),
        # Only the names are turned round: its levels lie below the nodes they are at.
        (LINE[::-1], {"from_node": "C-R2", "to_node": "C-R1"}, "0.000"),
        ([(x, y + 0.08) for x, y in LINE], {}, "0.080"),
        # Without names of nodes, but of the same make.
        ([(x + 0.06, y + 0.08) for x, y in LINE], {"from_node": None, "to_node": None}, "0.100"),
        # Nothing is known of it but that it lies on the same line.
        (
            [(x, y + 0.003) for x, y in LINE],
            {"diameter_mm": NAN, "material": None, "roughness": NAN, "invert_up_m": NAN, "invert_down_m": NAN},
            "0.003",
        ),
    ],
    ids=["same", "vertex", "3mm", "reversed", "turned", "names_turned", "8cm", "no_ends", "nothing_known"],
)
def test_a_second_drawing_of_a_pipe_does_not_count(
    small_project: Make, line: list[tuple[float, float]], values: dict[str, object], gap_m: str
) -> None:
    """30.00 m and one link, as without it; the finding names both, the distance and the shared metres."""
    built = modelled(small_project(second=copy(line, **values)))
    found = built.checked
    (finding,) = doubles(found)
    assert (finding.rule, finding.severity) == ("pipe.double", "warning")
    assert finding.feature.feature_id == "C-PX"
    assert finding.found["other"] == "C-PR"
    assert finding.found["gap"] == gap_m
    assert float(str(finding.found["metres"])) == pytest.approx(30.0, abs=0.07)
    assert storm_m(found) == pytest.approx(30.0, abs=1e-6)
    assert conduits(built) == {"C-PR", "C-PS"}
    table = intake_of(built).table
    out = table[(table["layer"] == "pipes") & (table["rule"] == "pipe.double")]
    assert out["count"].tolist() == [1]
    assert out["length_m"].iloc[0] == pytest.approx(LineString(line).length, abs=0.001)


@pytest.mark.parametrize("names", [("C-PX", "C-PR"), ("C-A", "C-Z"), ("C-Z", "C-A")])
@pytest.mark.parametrize("first", [True, False])
def test_the_better_known_counts_whatever_it_is_called(
    small_project: Make, names: tuple[str, str], first: bool
) -> None:
    """The one without a level lies 3 mm off: it is left out, with any ids and in any order of rows."""
    poor, good = names

    def change(frames: Frames) -> None:
        copy([(x, y + 0.003) for x, y in LINE], invert_up_m=NAN, pipe_id="C-P0")(frames)
        pipes = frames["pipes"]
        pipes["pipe_id"] = pipes["pipe_id"].replace({"C-PR": good, "C-P0": poor})
        frames["pipes"] = pipes.iloc[::-1].reset_index(drop=True) if first else pipes

    found = checked(small_project(second=change))
    assert [(f.feature.feature_id, f.found["other"]) for f in doubles(found)] == [(poor, good)]
    assert shapely.get_coordinates(found.layers["pipes"].set_index("pipe_id").geometry[good])[0, 1] == Y + 8


def test_what_counts_gets_what_it_lacks(small_project: Make) -> None:
    """The one that knows more gets the sediment of the other, flagged, and the finding says so."""
    change = both(
        edit("pipes", "C-PR", sediment_mm=NAN), copy(LINE, sediment_mm=40.0, diameter_mm=NAN, invert_up_m=NAN)
    )
    found = checked(small_project(second=change))
    (finding,) = doubles(found)
    assert (finding.feature.feature_id, finding.found["filled"]) == ("C-PX", "sediment_mm")
    row = found.layers["pipes"].set_index("pipe_id").loc["C-PR"]
    assert row["sediment_mm"] == 40.0
    assert "sediment_mm=inferred" in row["flags"]


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"diameter_mm": 400.0}, "diameter_mm"),
        ({"roughness": 0.013}, "roughness"),
        ({"invert_up_m": 99.2}, "invert_up_m"),
        ({"sediment_mm": 60.0}, "sediment_mm"),
        ({"to_node": "C-S2"}, "to_node"),
        ({"shape": "rect_closed", "diameter_mm": NAN, "width_mm": 300.0, "height_mm": 300.0}, "shape"),
        ({"status": "removed"}, ""),
    ],
)
def test_two_on_one_line_that_differ_are_an_error_that_names_both(
    small_project: Make, values: dict[str, object], column: str
) -> None:
    """Nobody can tell which is right: neither is left out, and C is not modelled. A and B are.

    One that is removed never stands with one that is proposed: that is a replacement, and no finding.
    """
    found = checked(small_project(second=copy(LINE, **values)))
    if not column:
        assert doubles(found) == []
        assert storm_m(found) == 60.0
        return
    told = {(f.rule, f.severity, f.feature.feature_id, f.found["other"]) for f in doubles(found)}
    assert told == {
        ("pipe.double_differs", "error", "C-PR", "C-PX"),
        ("pipe.double_differs", "error", "C-PX", "C-PR"),
    }
    assert all(column in str(f.found["differ"]) for f in doubles(found))
    assert found.excluded == {"C"}


@pytest.mark.parametrize("side_m", [0.3, 0.5, 1.0])
@pytest.mark.parametrize("size_mm", [300.0, 500.0])
def test_pipes_beside_one_another_are_two(small_project: Make, side_m: float, size_mm: float) -> None:
    """Twin barrels and parallel pipes, 0.3 to 1 m apart between the same nodes: 60 m, two links, no finding."""
    line = [LINE[0], (X + 11, Y + 8 - side_m), (X + 39, Y + 8 - side_m), LINE[1]]
    built = modelled(small_project(second=copy(line, diameter_mm=size_mm)))
    found = built.checked
    assert doubles(found) == []
    assert storm_m(found) == pytest.approx(30.0 + LineString(line).length)
    assert conduits(built) == {"C-PR", "C-PS", "C-PX"}


def test_pipes_that_follow_or_meet_one_another_are_no_doubles(small_project: Make) -> None:
    """A stub of 0.15 m at a node, and one that meets a pipe at a sharp angle: nothing is left out."""
    change = both(
        add("nodes", "C-R1", node_id="C-R8", kind="junction", geometry=Point(X + 9.85, Y + 8)),
        copy([(X + 9.85, Y + 8), LINE[0]], pipe_id="C-PT", from_node="C-R8", to_node="C-R1"),
        add("nodes", "C-R1", node_id="C-R9", kind="manhole", invert_m=99.4, geometry=Point(X + 30, Y + 9.5)),
        copy(
            [(X + 30, Y + 9.5), LINE[0]], from_node="C-R9", to_node="C-R1", invert_up_m=99.4, invert_down_m=99.0
        ),
    )
    built = modelled(small_project(second=change))
    found = built.checked
    assert doubles(found) == []
    assert {"C-PT", "C-PX", "C-PR"} <= conduits(built)


def two(**values: object) -> Change:
    """The storm pipe of C in two, 15 m each, with a manhole between."""
    return both(
        add("nodes", "C-R1", node_id="C-R5", kind="manhole", invert_m=98.85, geometry=Point(MIDDLE)),
        edit("pipes", "C-PR", to_node="C-R5", invert_down_m=98.85),
        shape("pipes", "C-PR", LineString([LINE[0], MIDDLE])),
        add(
            "pipes",
            "C-PR",
            **{
                "pipe_id": "C-PR2",
                "from_node": "C-R5",
                "to_node": "C-R2",
                "invert_up_m": 98.85,
                "invert_down_m": 98.7,
                "geometry": LineString([MIDDLE, LINE[1]]),
            }
            | values,
        ),
    )


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (LINE, {}),
        ([(x, y + 0.05) for x, y in LINE], {}),
        (LINE[::-1], {}),
        (LINE[::-1], {"from_node": "C-R2", "to_node": "C-R1", "invert_up_m": 98.7, "invert_down_m": 99.0}),
    ],
    ids=["same", "5cm", "reversed", "turned"],
)
def test_a_redraw_over_two_pipes_gives_way_to_them(
    small_project: Make, line: list[tuple[float, float]], values: dict[str, object]
) -> None:
    """The two count, since a manhole stands between them: 30.00 m, two links."""
    whole = copy(line, **{"from_node": "C-R1", "to_node": "C-R2", "invert_down_m": 98.7} | values)
    built = modelled(small_project(second=both(two(), whole)))
    found = built.checked
    (finding,) = doubles(found)
    assert (finding.rule, finding.feature.feature_id) == ("pipe.double", "C-PX")
    assert finding.found["other"] in ("C-PR, C-PR2", "C-PR2, C-PR")
    assert storm_m(found) == pytest.approx(30.0, abs=1e-6)
    assert conduits(built) == {"C-PR", "C-PR2", "C-PS"}
    assert not {"pipe.passes_node", "pipe.crossing"} & {f.rule for f in found.findings}


def test_a_redraw_over_three_pipes_gives_way_to_them(small_project: Make) -> None:
    third = (X + 32, Y + 8)
    change = both(
        two(to_node="C-R6", invert_down_m=98.78, geometry=LineString([MIDDLE, third])),
        add("nodes", "C-R1", node_id="C-R6", kind="manhole", invert_m=98.78, geometry=Point(third)),
        copy([third, LINE[1]], pipe_id="C-PR3", from_node="C-R6", to_node="C-R2", invert_up_m=98.78),
        edit("pipes", "C-PR3", invert_down_m=98.7),
        copy(LINE, from_node="C-R1", to_node="C-R2", invert_down_m=98.7),
    )
    found = checked(small_project(second=change))
    (finding,) = doubles(found)
    assert (finding.feature.feature_id, finding.found["other"]) == ("C-PX", "C-PR, C-PR2, C-PR3")
    assert storm_m(found) == pytest.approx(30.0, abs=1e-6)


def test_a_redraw_of_another_size_than_the_pipes_it_lies_on_is_an_error(small_project: Make) -> None:
    whole = copy(LINE, from_node="C-R1", to_node="C-R2", invert_down_m=98.7, diameter_mm=500.0)
    found = checked(small_project(second=both(two(), whole)))
    assert {(f.rule, f.feature.feature_id) for f in doubles(found)} == {
        ("pipe.double_differs", i) for i in ("C-PR", "C-PR2", "C-PX")
    }


def test_parts_that_no_node_joins_give_way_to_the_pipe(small_project: Make) -> None:
    """A pipe redrawn as two parts: nothing stands where they meet, so the pipe counts."""
    parts = both(
        copy([LINE[0], MIDDLE], pipe_id="C-PX1", to_node=None, invert_down_m=NAN),
        copy([MIDDLE, LINE[1]], pipe_id="C-PX2", from_node=None, invert_up_m=NAN),
    )
    found = checked(small_project(second=parts))
    assert [(f.rule, f.feature.feature_id, f.found["other"]) for f in doubles(found)] == [
        ("pipe.double", "C-PX1", "C-PR"),
        ("pipe.double", "C-PX2", "C-PR"),
    ]
    assert storm_m(found) == 30.0
    assert found.excluded == frozenset()


def test_a_stretch_that_two_pipes_share_is_named(small_project: Make) -> None:
    """15 m of 40 m: a pipe goes on from a manhole where it should begin; both count."""
    change = both(
        add("nodes", "C-R1", node_id="C-R5", kind="manhole", invert_m=98.85, geometry=Point(MIDDLE)),
        add("nodes", "C-R1", node_id="C-R7", kind="manhole", invert_m=98.8, geometry=Point(X + 25, Y + 33)),
        copy([LINE[0], MIDDLE, (X + 25, Y + 33)], from_node="C-R1", to_node="C-R7", invert_down_m=98.8),
    )
    found = checked(small_project(second=change))
    (finding,) = doubles(found)
    assert (finding.rule, finding.feature.feature_id) == ("pipe.shares_line", "C-PR")
    assert (finding.found["other"], finding.found["metres"]) == ("C-PX", "15.01")


def test_a_sewer_on_the_line_of_a_rain_pipe_is_a_finding_of_its_own(small_project: Make) -> None:
    built = modelled(small_project(second=copy(LINE, system="sewage")))
    found = built.checked
    (finding,) = doubles(found)
    assert (finding.rule, finding.severity) == ("pipe.on_other_kind", "warning")
    assert (finding.found["system"], finding.found["metres"]) in (("storm", "30.00"), ("sewage", "30.00"))
    assert {"C-PX", "C-PR"} <= conduits(built)


def test_an_existing_pipe_gives_way_to_the_proposed_one_on_its_line(small_project: Make) -> None:
    """Before, the old one stands, after, the new one: 30 m of either status, and never two links."""
    old = both(
        edit("nodes", "C-R1", status="existing"),
        edit("nodes", "C-R2", status="existing"),
        copy(LINE, status="existing", diameter_mm=200.0),
    )
    built = modelled(small_project(second=old))
    found = built.checked
    (finding,) = doubles(found)
    assert (finding.rule, finding.feature.feature_id, finding.found["other"]) == ("pipe.replaced", "C-PX", "C-PR")
    assert conduits(built, "before") == {"C-PC", "C-PX"}
    assert conduits(built, "after") == {"C-PR", "C-PS"}
    assert storm_m(found) == 60.0


def test_a_copy_in_another_file_under_the_same_id_does_not_count(small_project: Make) -> None:
    """The storm pipe of C stands in the delivery of A and B as well."""
    project = small_project()
    pipes = gpd.read_file(project.first, layer="pipes")
    other = gpd.read_file(project.second, layer="pipes").query("pipe_id == 'C-PR'")
    both_ = gpd.GeoDataFrame(pd.concat([pipes, other], ignore_index=True), crs=CRS)
    both_.to_file(project.first, layer="pipes", driver="GPKG", mode="w")
    found = checked(project)
    assert [(f.rule, f.feature.feature_id) for f in doubles(found)] == [("pipe.double", "C-PR")]
    assert "id.duplicate" not in {f.rule for f in found.findings}
    assert storm_m(found) == 30.0
    assert found.excluded == frozenset()


@pytest.mark.parametrize("whole", [False, True], ids=["copy", "redraw"])
def test_the_repaired_copy_holds_one_and_the_trail_says_so(small_project: Make, whole: bool) -> None:
    """30 m less, which changes.csv tells; the ledger of the repair closes, and a check of it finds no double."""
    change = copy(LINE, invert_down_m=98.7, from_node="C-R1", to_node="C-R2")
    project = small_project(second=both(two(), change) if whole else change)
    found, mended = pipeline.fix(load_project(project.folder))
    trail = changes_table(mended.changes)
    trail = trail[trail["rule"] == "repair.double"]
    kept = "C-PR, C-PR2" if whole else "C-PR"
    assert trail[["feature_id", "before", "after"]].to_numpy().tolist() == [["C-PX", "C-PX", kept]]
    assert trail[["length_before_m", "length_after_m"]].to_numpy().tolist() == [[30.0, 0.0]]
    assert "C-PX" not in set(mended.layers["pipes"]["pipe_id"])
    assert intake_of_repair(found, mended).open == ()
    assert doubles(found) == []


def test_a_repair_keeps_pipes_that_differ(small_project: Make) -> None:
    found, mended = pipeline.fix(load_project(small_project(second=copy(LINE, diameter_mm=400.0)).folder))
    assert {"C-PR", "C-PX"} <= set(mended.layers["pipes"]["pipe_id"])
    assert {f.rule for f in doubles(found)} == {"pipe.double_differs"}
    assert intake_of_repair(found, mended).open == ()


def test_alternatives_that_never_stand_together_are_no_doubles(small_project: Make) -> None:
    """Two sizes of one pipe in two scenarios of a column."""

    def columns(frames: Frames) -> None:
        copy(LINE, diameter_mm=400.0)(frames)
        pipes = frames["pipes"]
        pipes["in"] = None
        pipes.loc[pipes["pipe_id"] == "C-PR", "in"] = "small"
        pipes.loc[pipes["pipe_id"] == "C-PX", "in"] = "large"

    scenarios = '\n[[scenarios]]\nname = "small"\ncolumn = "in"\n[[scenarios]]\nname = "large"\ncolumn = "in"\n'
    built = modelled(small_project(second=columns, toml=lambda text: text + scenarios))
    found = built.checked
    assert doubles(found) == []
    assert conduits(built, "small") == {"C-PR", "C-PS"}
    assert conduits(built, "large") == {"C-PS", "C-PX"}


def test_a_second_digitising_of_nodes_and_pipe_does_not_count(small_project: Make) -> None:
    """All of the storm network of C once more, 5 cm off and under other ids: two nodes, one pipe, 30.00 m."""
    line = [(x, y + 0.05) for x, y in LINE]
    again = both(
        add("nodes", "C-R1", node_id="C-A1", geometry=Point(line[0])),
        add("nodes", "C-R2", node_id="C-A2", geometry=Point(line[1])),
        copy(line, pipe_id="C-A", from_node="C-A1", to_node="C-A2"),
    )
    built = modelled(small_project(second=again))
    own = {(f.rule, f.feature.layer) for f in built.checked.findings if f.severity != "info"}
    assert {("node.joined", "nodes"), ("pipe.double", "pipes")} <= own
    assert not any(rule.startswith("network.") or rule == "node.close" for rule, _ in own)
    assert len(conduits(built) - {"C-PS"}) == 1
    assert storm_m(built.checked) == pytest.approx(30.0, abs=1e-6)
