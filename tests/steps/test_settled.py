"""Settled or not, on a community of the worked example: what its reference run says, and what is made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from swmm.toolkit import solver
from tests.conftest import REPOSITORY

from spongecalc.assess.modelled import Modelled, join_results
from spongecalc.assess.settled import COMPARED, FREE_SURFACE, NOT_RUN, REFUSED, SettledFound
from spongecalc.batch.reference_runs import REFERENCE, plan_reference_runs
from spongecalc.batch.run import Run
from spongecalc.batch.runs import due_runs, execute, plan_runs
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.reference_scheme import is_accepted
from spongecalc.swmm.run_result import RunResult

STORM = "P3-120"


class Ran:
    """EY01 in both scenarios under the headline storm, and its reference run."""

    def __init__(self, folder: Path) -> None:
        built = pipeline.build(pipeline.check(load_project(REPOSITORY), ["EY01"]))
        events = [e for e in built.events if e.storm_id == STORM]
        self.runs: tuple[Run, ...] = plan_runs(built.models, events, folder, keep_out=False)
        results = execute(self.runs, processes=2)
        self.references: Mapping[str, Run] = plan_reference_runs(self.runs, results, STORM)
        of_references = execute(list(self.references.values()), processes=2)
        self.found: dict[str, RunResult] = {i: of_references[r.run_id] for i, r in self.references.items()}
        self.modelled: tuple[Modelled, ...] = join_results(built.checked.systems, built.models, results)

    def settled(self, references: Mapping[str, RunResult]) -> SettledFound:
        found = SettledFound(STORM, references)
        for one in self.modelled:
            found.add(one)
        return found


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return Ran(tmp_path_factory.mktemp("settled"))


def peaks_l_s(text: str, folder: Path) -> dict[str, float]:
    """Peaks of links from the table that the bare engine prints, by code of its own."""
    folder.mkdir(parents=True)
    inp, report = folder / "m.inp", folder / "m.rpt"
    inp.write_text(text, encoding="utf-8")
    solver.swmm_run(str(inp), str(report), str(folder / "m.out"))
    table = report.read_text(encoding="utf-8").split("Link Flow Summary")[1].split("Conduit Surcharge Summary")[0]
    rows = re.findall(r"^\s+(\S+)\s+(?:CONDUIT|DUMMY|WEIR|ORIFICE|OUTLET)\s+([\d.]+)", table, re.MULTILINE)
    return {name: float(peak) for name, peak in rows}


def test_only_models_under_pressure_have_a_reference_and_it_is_kept(ran: Ran) -> None:
    assert list(ran.references) == [f"EY01/before/{STORM}"]
    reference = ran.references[f"EY01/before/{STORM}"]
    assert reference.folder == ran.runs[0].folder / REFERENCE
    assert reference.run_id == f"EY01/before/{STORM}/{REFERENCE}"
    assert due_runs([reference]) == {}
    # Twenty times as many steps may take twenty times as long.
    assert reference.steps == 20 * ran.runs[0].steps


def test_what_differs_is_what_the_bare_engine_prints_of_both(ran: Ran, tmp_path: Path) -> None:
    """The first pipe of the old combined sewer of EY01 fills from below, by 6.9 l/s or by 4.3."""
    text = ran.runs[0].text
    slot = text.replace("EXTRAN", "SLOT")
    slot = re.sub(r"(ROUTING_STEP\s+)2\.00", r"\g<1>0.1", slot)
    own, other = peaks_l_s(text, tmp_path / "own"), peaks_l_s(slot, tmp_path / "other")
    one = next(m for m in ran.modelled if m.model.scenario == "before")
    pipes = one.model.elements
    pipes = pipes[(pipes["element"] == "link") & (pipes["layer"] == "pipes")]
    apart = {
        feature: (own[link], other[link])
        for link, feature in zip(pipes["model_id"], pipes["feature_id"], strict=True)
        if max(own[link], other[link]) >= 5 and abs(own[link] - other[link]) > 0.05 * other[link]
    }
    assert apart
    rows = {str(r["object_id"]): r for r in ran.settled(ran.found).rows if r["object"] == "pipe"}
    assert set(rows) == set(apart)
    for feature, (value, reference) in apart.items():
        assert rows[feature]["value"] == pytest.approx(value, abs=0.006)
        assert rows[feature]["reference_value"] == pytest.approx(reference, abs=0.006)
        assert rows[feature]["reference_error_percent"] == pytest.approx(0.19, abs=0.02)


def test_each_model_says_what_it_was_held_against(ran: Ran) -> None:
    answers = {m["scenario"]: m["answer"] for m in ran.settled(ran.found).models}
    assert answers == {"before": COMPARED, "after": FREE_SURFACE}
    without = {m["scenario"]: m["answer"] for m in ran.settled({}).models}
    assert without == {"before": NOT_RUN, "after": FREE_SURFACE}
    failed = ran.settled(dict.fromkeys(ran.found, RunResult("failed")))
    assert [m["answer"] for m in failed.models] == [REFUSED, FREE_SURFACE]
    assert failed.rows == []


def test_shorter_steps_make_extran_worse_and_are_no_reference(ran: Ran, tmp_path: Path) -> None:
    text = re.sub(r"(ROUTING_STEP\s+)2\.00", r"\g<1>0.1", ran.runs[0].text)
    (tmp_path / "model.inp").write_text(text, encoding="utf-8")
    shorter = run_inp(tmp_path / "model.inp", tmp_path / "results")
    (reference,) = ran.found.values()
    assert is_accepted(reference)
    assert not is_accepted(shorter)
    assert shorter.routing_error_percent > 3
    # Of manholes: what stands before a grate is the ground's, not the pipes'.
    shafts = [n for n in reference.nodes.index if "__" not in n]
    flooded_m3 = [r.nodes.loc[shafts, "flood_volume_m3"].sum() for r in (reference, shorter)]
    assert flooded_m3[0] < 0.3
    assert flooded_m3[1] > 5
