"""Projects of three scenarios, and of two alternatives: what each answers, and what the pair compared says."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.conftest import WholeRun
from tests.small_project import Frames, write_small_project
from typer.testing import CliRunner

from spongecalc.assess.answers import FIGURES
from spongecalc.assess.compared_columns import community_columns
from spongecalc.assess.trace import trace_figure
from spongecalc.cli.app import app
from spongecalc.project.load import load_project
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.tables.stored_tables import read_sources, read_tables
from spongecalc.steps import pipeline
from spongecalc.steps.model_files import write_models

PHASES = """
[[scenarios]]
name = "before"
[[scenarios]]
name = "phase1"
label = { zh = "一期后", en = "after phase 1" }
phases = ["1"]
[[scenarios]]
name = "phase2"
phases = ["1", "2"]

[[sweeps]]
name = "phase"
scenarios = ["phase1"]
values = { "sewage.quota" = ["100 L/d"] }
"""
DESIGNS = """
[[scenarios]]
name = "today"
statuses = ["existing", "removed"]
[[scenarios]]
name = "design_a"
column = "designs"
[[scenarios]]
name = "design_b"
column = "designs"
"""


def taken_through(folder: Path) -> WholeRun:
    """Check, build, run, assess the project in a folder and write its models and results."""
    built = pipeline.build(pipeline.check(load_project(folder)))
    write_models(built)
    results = pipeline.run(built, 2)
    review = pipeline.assess(built, results, "en")
    pipeline.write_results(built, review)
    return WholeRun(folder, built, results, review)


@pytest.fixture(scope="module")
def phased(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """A and B of the first phase, C of the second."""

    def second(frames: Frames) -> None:
        frames["communities"]["phase"] = "2"

    folder = tmp_path_factory.mktemp("phased") / "project"
    return taken_through(write_small_project(folder, second=second, toml=lambda t: t + PHASES).folder)


@pytest.fixture(scope="module")
def designed(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """Two designs: in the second the lane of A stays concrete, and its rain pipe is wider."""

    def first(frames: Frames) -> None:
        pipes, surfaces = frames["pipes"], frames["surfaces"]
        other = pipes[pipes["pipe_id"] == "A-PR"].assign(pipe_id="A-PR2", diameter_mm=400.0)
        frames["pipes"] = pd.concat([pipes, other], ignore_index=True)
        frames["pipes"]["designs"] = frames["pipes"]["pipe_id"].map({"A-PR": "design_a", "A-PR2": "design_b"})
        surfaces["designs"] = surfaces["surface_id"].map({"A-L1": "design_a", "A-L0": "today; design_b"})

    folder = tmp_path_factory.mktemp("designed") / "project"

    def toml(text: str) -> str:
        return 'compare = ["design_a", "design_b"]\n' + text + DESIGNS

    return taken_through(write_small_project(folder, first=first, toml=toml).folder)


def values(run: WholeRun, community: str, scenario: str) -> dict[tuple[str, str], object]:
    """A community's answers in a scenario, by figure and storm."""
    table = run.review.tables["answers"]
    own = table[(table["community_id"] == community) & (table["scenario"] == scenario)]
    return dict(zip(zip(own["figure"], own["storm_id"], strict=True), own["value"], strict=True))


def same(a: dict[tuple[str, str], object], b: dict[tuple[str, str], object]) -> bool:
    return a.keys() == b.keys() and all(a[k] == b[k] or str(a[k]) == str(b[k]) == "nan" for k in a)


def test_each_scenario_has_its_model_and_its_answers(phased: WholeRun) -> None:
    names = ["before", "phase1", "phase2"]
    assert [s.name for s in phased.review.scenarios] == names
    models = sorted(
        p.relative_to(phased.folder / "swmm_models").as_posix()
        for p in phased.folder.rglob("swmm_models/*/*.inp")
    )
    assert models == [f"{c}/{s}.inp" for c in "ABC" for s in names]
    answers = phased.review.tables["answers"]
    assert answers["scenario"].unique().tolist() == names
    assert set(answers["figure"]) == set(FIGURES)
    assert not answers.duplicated(["community_id", "scenario", "storm_id", "figure"]).any()
    for name in ("sponge", "runs", "elements", "separation_grades"):
        assert set(phased.review.tables[name]["scenario"]) == set(names), name
    sponge = phased.review.tables["sponge"]
    assert sponge[sponge["community_id"] == "A"]["scenario"].tolist() == names


def test_a_scenario_in_which_nothing_of_a_community_changed_answers_the_same(phased: WholeRun) -> None:
    # C is renovated in the second phase, A and B in the first
    assert same(values(phased, "C", "before"), values(phased, "C", "phase1"))
    assert same(values(phased, "A", "phase1"), values(phased, "A", "phase2"))
    assert not same(values(phased, "A", "before"), values(phased, "A", "phase1"))
    assert not same(values(phased, "C", "phase1"), values(phased, "C", "phase2"))


def test_phases_all_done_are_the_project_of_before_and_after(phased: WholeRun, whole_run: WholeRun) -> None:
    for community in "ABC":
        for phase, default in (("before", "before"), ("phase2", "after")):
            assert same(values(phased, community, phase), values(whole_run, community, default))
    plain, own = (r.review.tables["communities"] for r in (whole_run, phased))
    # A finding that names its scenario counts once in each of the three.
    shared = [c for c in plain.columns if c in own.columns and c not in ("phase", "warnings")]
    pd.testing.assert_frame_equal(plain[shared], own[shared])


def test_lengths_by_hand(phased: WholeRun) -> None:
    first, second = values(phased, "C", "phase1"), values(phased, "C", "phase2")
    assert first["combined_standing", ""] == pytest.approx(30)
    assert first["storm_standing", ""] == first["storm_laid", ""] == 0
    assert second["storm_standing", ""] == second["storm_laid", ""] == pytest.approx(30)
    assert second["combined_standing", ""] == 0
    assert (first["separated", ""], second["separated", ""]) == ("no", "yes")


@pytest.mark.parametrize("which", ["phased", "designed", "whole_run"])
def test_the_pivot_of_the_compared_pair_agrees_with_the_answers(
    which: str, request: pytest.FixtureRequest
) -> None:
    run: WholeRun = request.getfixturevalue(which)
    table = run.review.tables["communities"].set_index("community_id")
    compared = run.review.compared
    assert ["community_id", *table.columns] == community_columns(compared)
    headline = run.review.headline_storm
    checked = 0
    for community in table.index.drop("TOTAL"):
        for scenario in compared:
            known = values(run, community, scenario)
            for figure in (f for f in FIGURES.values() if f.column):
                column = figure.column.format(s=scenario)
                answer, cell = known[figure.name, figure.storm_id(headline)], table.loc[community, column]
                assert cell_text(column, cell) == cell_text(column, answer), (community, column)
                checked += 1
    assert checked == 3 * 2 * sum(1 for f in FIGURES.values() if f.column)


def test_two_designs_stand_side_by_side(designed: WholeRun) -> None:
    assert designed.review.compared == ("design_a", "design_b")
    table = designed.review.tables["communities"].set_index("community_id")
    # the concrete lane sheds what the permeable one takes in
    assert table.loc["A", "runoff_design_b_m3"] > 1.2 * table.loc["A", "runoff_design_a_m3"]
    assert table.loc["A", "runoff_reduction_percent"] < 0
    for community in "BC":
        assert same(values(designed, community, "design_a"), values(designed, community, "design_b"))
        assert table.loc[community, "runoff_reduction_percent"] == pytest.approx(0)
    a, b = (values(designed, "A", s)["storm_standing", ""] for s in ("design_a", "design_b"))
    assert a == b == pytest.approx(30)
    # design checks are of the last scenario compared
    checked = designed.review.tables["pipe_hydraulics"]["pipe_id"].tolist()
    assert "A-PR2" in checked
    assert "A-PR" not in checked


def test_what_is_on_disk_is_what_the_review_holds(phased: WholeRun) -> None:
    stored = read_tables(phased.folder / "results")
    answers = stored["answers"]
    kept = phased.review.tables["answers"]
    assert len(answers) == len(kept)
    own = answers[(answers["figure"] == "runoff") & (answers["scenario"] == "phase1")]
    assert [len(v.partition(".")[2]) for v in own["value"]] == [2, 2, 2]
    counts = answers[answers["figure"] == "cross_connections"]["value"]
    assert all("." not in v for v in counts)


def test_explain_follows_a_figure_of_any_scenario(phased: WholeRun) -> None:
    sources = read_sources(phased.folder / "results")
    assert sources.compared == ("before", "phase2")
    for scenario, table in (("phase2", "communities"), ("phase2", "answers"), ("phase1", "answers")):
        trace = trace_figure(sources, "A", f"runoff_{scenario}_m3", table)
        assert trace.address == f"{table}.csv:A:runoff_{scenario}_m3"
        assert trace.recomputed == pytest.approx(trace.value)
        assert [r for r, _ in trace.runs] == [f"A/{scenario}/P3-120"]
        assert all(model == f"A/{scenario}" for model, _, _ in trace.elements)
    said = CliRunner().invoke(app, ["explain", "answers.csv:C:ponding_phase1_m3", str(phased.folder)])
    assert said.exit_code == 0, said.output


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (
            "communities.csv:A:runoff_phase1_m3",
            ("has no column", "answers.csv:A:runoff_phase1_m3"),
        ),
        ("communities.csv:A:runof_phase2_m3", ("communities.csv has no column", "nearest is 'runoff_phase2_m3'")),
        ("answers.csv:A:households", ("answers.csv has no column households", "runoff_phase1_m3")),
        ("answers.csv:AA:runoff_phase1_m3", ("no community 'AA'", "The nearest is 'A'")),
        ("answers.csv:A:separated_phase1", ("holds words",)),
    ],
)
def test_explain_refuses_what_a_table_does_not_hold(
    phased: WholeRun, address: str, words: tuple[str, ...]
) -> None:
    said = CliRunner().invoke(app, ["explain", address, str(phased.folder), "--lang", "en"])
    assert said.exit_code == 2, said.output
    one_line = " ".join(said.output.split())
    assert all(w in one_line for w in words), one_line


def test_trace_names_the_nearest_place(phased: WholeRun) -> None:
    said = CliRunner().invoke(app, ["trace", "A-R99", str(phased.folder), "--lang", "en"])
    assert said.exit_code == 2, said.output
    assert "The nearest is 'A-R" in " ".join(said.output.split())


def run_json(*arguments: str) -> tuple[int, dict[str, object]]:
    said = CliRunner().invoke(app, [*arguments, "--json"])
    return said.exit_code, json.loads(said.stdout)


def test_two_scenarios_of_one_result_compared(phased: WholeRun, tmp_path: Path) -> None:
    folder, page = str(phased.folder), str(tmp_path / "page.html")
    code, document = run_json("compare", folder, "--scenarios", "before", "phase1", "--out", page)
    assert code == 0
    (answers,) = [d for d in document["differences"] if d["table"] == "answers"]  # type: ignore[union-attr,index]
    changed = {(c["row"], c["column"]) for c in answers["changes"]}
    assert ("A · P3-120", "runoff_m3") in changed
    assert not any(row.startswith("C") for row, _ in changed)
    assert "phase1" in Path(page).read_text(encoding="utf-8")
    code, document = run_json("compare", folder, "--scenarios", "phase1", "phase1", "--out", page)
    assert (code, document["differences"]) == (0, [])
    said = CliRunner().invoke(app, ["compare", folder, "--scenarios", "before", "phase9", "--lang", "en"])
    assert said.exit_code == 2
    assert "before, phase1, phase2" in said.output
    assert CliRunner().invoke(app, ["compare", folder]).exit_code == 2


def test_a_command_works_on_any_one_scenario(phased: WholeRun) -> None:
    folder = str(phased.folder)
    said = CliRunner().invoke(app, ["check", folder, "--scenario", "phase1", "--quiet"])
    assert said.exit_code == 0, said.output
    wrong = CliRunner().invoke(app, ["check", folder, "--scenario", "phase9"])
    assert wrong.exit_code == 2
    assert "before, phase1, phase2" in wrong.output
    code, document = run_json("trace", "A-H", folder, "--scenario", "phase1")
    assert code == 0
    assert {t["scenario"] for t in document["traces"]} == {"phase1"}  # type: ignore[union-attr,index]
    said = CliRunner().invoke(app, ["trace", "A-H", folder])
    assert "after phase 1" in said.output


def test_a_sweep_of_one_scenario(phased: WholeRun) -> None:
    code, document = run_json("sweep", "phase", str(phased.folder), "--dry-run")
    assert code == 0
    # three models, the base and one set, one storm
    assert document["points"] == 6
