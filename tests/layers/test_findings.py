"""Every finding: planted once into the small project, found once, at its feature and in its community."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest
from shapely import LineString, Point, Polygon, box
from tests.planting import NOWHERE, X, Y, add, both, drop, edit, shape
from tests.small_project import Change, SmallProject

from spongecalc.language import LANGUAGES, catalogue
from spongecalc.layers.finding import Finding, findings_table
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

BOWTIE = Polygon([(X, Y + 15), (X + 40, Y + 40), (X + 40, Y + 15), (X, Y + 40)])
PIPE = LineString([(X + 10, Y + 8), (X + 40, Y + 8)])

# rule: the change, the layer and the feature it must be found at
PLANTED: dict[str, tuple[Change, str, str]] = {
    "value.not_a_number": (edit("pipes", "C-PR", invert_up_m="ninety-nine"), "pipes", "C-PR"),
    # The shape is said to be circular.
    "pipe.round_box": (edit("pipes", "C-PR", shape="circular", diameter_mm="600x800"), "pipes", "C-PR"),
    "pipe.size_unread": (edit("pipes", "C-PR", diameter_mm="DN300/DN400"), "pipes", "C-PR"),
    "pipe.outer_no_material": (edit("pipes", "C-PR", diameter_mm="De315", material=None), "pipes", "C-PR"),
    "value.missing": (edit("nodes", "C-R1", system=None), "nodes", "C-R1"),
    "value.not_allowed": (edit("nodes", "C-R1", kind="gully"), "nodes", "C-R1"),
    "value.out_of_bounds": (edit("pipes", "C-PR", diameter_mm=-300.0), "pipes", "C-PR"),
    "id.missing": (edit("buildings", "C-H", building_id=None), "buildings", "#1"),
    "name.formula": (edit("communities", "C", name="=1+1"), "communities", "C"),
    "community.none": (add("nodes", "C-S1", node_id="C-X", geometry=NOWHERE), "nodes", "C-X"),
    "community.unknown": (edit("nodes", "C-R1", community_id="Z"), "nodes", "C-R1"),
    # Its roof's downpipe still feeds the pipes: the ground has no inlet.
    "community.no_inlet": (edit("nodes", "C-R1", kind="manhole"), "communities", "C"),
    "geometry.empty": (shape("buildings", "C-H", None), "buildings", "C-H"),
    "geometry.wrong_type": (
        shape("surfaces", "C-G", LineString([(X, Y + 16), (X + 9, Y + 16)])),
        "surfaces",
        "C-G",
    ),
    "geometry.no_length": (
        shape("pipes", "C-PR", LineString([(X + 10, Y + 8), (X + 10.01, Y + 8)])),
        "pipes",
        "C-PR",
    ),
    # Three corners on one line, but for the millimetre.
    "geometry.no_area": (
        shape("buildings", "C-H", Polygon([(X + 5, Y + 25), (X + 15, Y + 30.001), (X + 25, Y + 35)])),
        "buildings",
        "C-H",
    ),
    "feature.away": (
        both(
            edit("buildings", "C-H", community_id="C"), shape("buildings", "C-H", box(X + 905, Y, X + 925, Y + 9))
        ),
        "buildings",
        "C-H",
    ),
    "geometry.mended": (shape("surfaces", "C-G", BOWTIE), "surfaces", "C-G"),
    "surface.overlap": (shape("surfaces", "C-L0", box(X, Y, X + 40, Y + 15.06)), "surfaces", "C-L0"),
    "surface.same_ground": (
        add("surfaces", "C-G", surface_id="C-Z", geometry=box(X + 30, Y + 30, X + 34, Y + 34)),
        "surfaces",
        "C-Z",
    ),
    "end.joined": (edit("pipes", "C-PR", from_node=None), "pipes", "C-PR"),
    "end.no_node": (
        both(
            edit("pipes", "C-PR", from_node=None),
            shape("pipes", "C-PR", LineString([(X + 13, Y + 8), (X + 40, Y + 8)])),
        ),
        "pipes",
        "C-PR",
    ),
    "end.unknown_node": (edit("pipes", "C-PR", to_node="C-R9"), "pipes", "C-PR"),
    "end.far": (shape("pipes", "C-PR", LineString([(X + 12, Y + 8), (X + 40, Y + 8)])), "pipes", "C-PR"),
    "end.near": (shape("pipes", "C-PR", LineString([(X + 10.4, Y + 8), (X + 40, Y + 8)])), "pipes", "C-PR"),
    # 30 m from end to end, and 30 m there, back and there again.
    "pipe.detour": (shape("pipes", "C-PR", LineString([*PIPE.coords, *PIPE.coords])), "pipes", "C-PR"),
    "node.other_system": (edit("nodes", "C-S1", system="storm"), "nodes", "C-S1"),
    "pipe.no_material": (edit("pipes", "C-PR", material=None), "pipes", "C-PR"),
    # 40 households: 39 residents are fewer than one in each.
    "building.residents_unlikely": (edit("buildings", "C-H", residents=39), "buildings", "C-H"),
    "pipe.loop": (edit("pipes", "C-PR", to_node="C-R1"), "pipes", "C-PR"),
    "pipe.no_size": (edit("pipes", "C-PR", diameter_mm=float("nan")), "pipes", "C-PR"),
    "pipe.full_of_sediment": (edit("pipes", "C-PR", sediment_mm=300.0), "pipes", "C-PR"),
    "pipe.adverse_slope": (edit("pipes", "C-PR", invert_down_m=99.2), "pipes", "C-PR"),
    "pipe.invert_from_node": (edit("pipes", "C-PR", invert_up_m=float("nan")), "pipes", "C-PR"),
    "pipe.node_not_in_scenario": (edit("nodes", "C-S1", status="removed"), "pipes", "C-PS"),
    "pipe.roughness_from_material": (edit("pipes", "C-PR", roughness=float("nan")), "pipes", "C-PR"),
    "pipe.roughness_assumed": (
        edit("pipes", "C-PR", roughness=float("nan"), material="bamboo"),
        "pipes",
        "C-PR",
    ),
    "node.invert_from_pipe": (edit("nodes", "C-R1", invert_m=float("nan")), "nodes", "C-R1"),
    "node.invert_above_pipe": (edit("nodes", "C-R1", invert_m=99.1), "nodes", "C-R1"),
    "node.no_invert": (
        both(edit("nodes", "C-R1", invert_m=float("nan")), edit("pipes", "C-PR", invert_up_m=float("nan"))),
        "nodes",
        "C-R1",
    ),
    "node.no_ground": (edit("nodes", "C-R1", ground_m=float("nan")), "nodes", "C-R1"),
    "node.ground_below_invert": (edit("nodes", "C-R1", ground_m=98.0), "nodes", "C-R1"),
    # A level of 96.99 m at pipes of 99.00 m.
    "node.deep_sump": (edit("nodes", "C-R1", invert_m=96.99), "nodes", "C-R1"),
    "node.deep": (edit("nodes", "C-R1", ground_m=120.0), "nodes", "C-R1"),
    "node.pump": (edit("nodes", "C-S1", kind="pump"), "nodes", "C-S1"),
    "node.alone": (
        add("nodes", "C-S1", node_id="C-X", geometry=Point(X + 30, Y + 30)),
        "nodes",
        "C-X",
    ),
    "node.reaches_no_outfall": (drop("pipes", "C-PR"), "nodes", "C-R1"),
    "outfall.no_receiver": (edit("nodes", "C-R2", receives=None), "nodes", "C-R2"),
    "outfall.leads_on": (edit("nodes", "C-S1", kind="outfall", receives="river"), "nodes", "C-S1"),
    "building.no_sewage_way": (drop("connections", "C-K1", "C-T1"), "buildings", "C-H"),
    "lateral.far_from_source": (
        shape("connections", "C-K1", LineString([(X + 35, Y + 30), (X + 10, Y + 12)])),
        "connections",
        "C-K1",
    ),
    "lateral.near_source": (
        add(
            "connections",
            "C-D1",
            connection_id="C-Y",
            source="C-R1",
            kind="yard_drain",
            to_node="C-R2",
            geometry=LineString([(X + 10.3, Y + 8), (X + 40, Y + 8)]),
        ),
        "connections",
        "C-Y",
    ),
    "connection.unknown_source": (edit("connections", "C-K1", source="C-H9"), "connections", "C-K1"),
    "connection.node_not_in_scenario": (
        edit("connections", "C-D0", status="existing"),
        "connections",
        "C-D0",
    ),
    "surface.gap": (drop("surfaces", "C-L1"), "communities", "C"),
}

# What lies nowhere and says no community belongs to none.
HOMELESS = ("community.none", "geometry.empty")


def found(project: SmallProject) -> tuple[Finding, ...]:
    return pipeline.build(pipeline.check(load_project(project.folder))).findings


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_fault_is_found_once(small_project: Callable[..., SmallProject], rule: str) -> None:
    change, layer, feature = PLANTED[rule]
    findings = found(small_project(second=change))
    table = findings_table(findings, "en")
    own = table[table["rule"] == rule]
    assert len(own) == 1, own.to_string()
    row = own.iloc[0]
    assert (row["layer"], row["feature_id"], row["file"]) == (layer, feature, "c.gpkg")
    assert row["community_id"] == ("" if rule in HOMELESS else "C")
    # The one grate of each community takes a little less than the storm brings: that is true, and not planted.
    told = table[table["severity"].isin(["error", "warning"]) & (table["rule"] != "inlet.short")]
    others = told[told["community_id"].isin(["A", "B"])]
    assert others.empty, others.to_string()
    for finding in findings:
        for language in LANGUAGES:
            for sentence in (finding.message(language), finding.action(language)):
                assert sentence
                assert "{" not in sentence


def test_a_doubled_id_is_found_at_both_features(small_project: Callable[..., SmallProject]) -> None:
    table = findings_table(found(small_project(second=edit("nodes", "C-S1", node_id="C-S2"))), "en")
    own = table[table["rule"] == "id.duplicate"]
    assert own["feature_id"].tolist() == ["C-S2", "C-S2"]
    assert own["community_id"].tolist() == ["C", "C"]


@pytest.mark.parametrize(
    ("rule", "change", "scenarios"),
    [
        ("community.no_outfall", both(drop("nodes", "C-R2", "C-S2"), drop("pipes", "C-PR", "C-PS")), ["after"]),
        (
            "community.no_network",
            both(
                drop("nodes", "C-R1", "C-R2", "C-S1", "C-S2", "C-C1", "C-C2"),
                drop("pipes", "C-PR", "C-PS", "C-PC"),
                drop("connections", "C-K0", "C-T0", "C-D0", "C-K1", "C-T1", "C-D1"),
            ),
            ["before", "after"],
        ),
    ],
)
def test_a_community_that_drains_nowhere_is_named_for_each_scenario(
    small_project: Callable[..., SmallProject], rule: str, change: Change, scenarios: list[str]
) -> None:
    findings = [f for f in found(small_project(second=change)) if f.rule == rule]
    assert [f.found["scenario"] for f in findings] == scenarios
    assert {f.feature.feature_id for f in findings} == {"C"}


def test_the_sound_project_has_no_error_and_warns_of_its_grates_alone(
    small_project: Callable[..., SmallProject],
) -> None:
    told = {(f.severity, f.rule) for f in found(small_project()) if f.severity != "info"}
    assert told == {("warning", "inlet.short")}


def test_both_languages_have_the_same_sentences_with_the_same_fields() -> None:
    english, chinese = (catalogue("findings", language) for language in ("en", "zh"))
    assert english.keys() == chinese.keys()
    for key, sentence in english.items():
        rule = key.rpartition(".")[0]
        known = {
            f for k in ("message", "action") for _, f, _, _ in string.Formatter().parse(english[f"{rule}.{k}"])
        }
        fields = {f for _, f, _, _ in string.Formatter().parse(chinese[key])}
        assert fields <= known, key
        assert sentence.strip()


def test_a_size_that_is_two_is_told_once_as_it_is_written(small_project: Callable[..., SmallProject]) -> None:
    findings = found(small_project(second=edit("pipes", "C-PR", diameter_mm="DN300/DN400")))
    table = findings_table([f for f in findings if f.feature.feature_id == "C-PR"], "en")
    errors = table[table["severity"] == "error"]
    assert errors["rule"].tolist() == ["pipe.size_unread"]
    assert 'diameter_mm is "DN300/DN400"' in errors["message"].iloc[0]
