"""Water that the example's inlets cannot take, and EY08's peak, without run-on: an audit's figures again.

The ground's runoff is the bare engine's, minute by minute; what comes to a grate beyond its rated 20 l/s is
summed here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from swmm.toolkit import output, solver
from swmm.toolkit.shared_enum import ElementType, SubcatchAttribute, Time

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.swmm.event import storm_event
from tests.test_example import copy_project

pytestmark = pytest.mark.example

RATED_L_S = 20.0


@pytest.fixture(scope="module")
def plain_folder(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with every ground draining to its inlet by itself."""
    folder = copy_project(repository, tmp_path_factory.mktemp("inlets") / "project")
    with (folder / "spongecalc.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[surfaces]\nrun_on_by_dem = false\n")
    return folder


@pytest.fixture(scope="module")
def plain(plain_folder: Path) -> Built:
    return pipeline.build(pipeline.check(load_project(plain_folder)))


def refused_m3(text: str, folder: Path) -> float:
    """What the grates of a model cannot take, in m3, as if each took all up to its rated capacity."""
    folder.mkdir(parents=True)
    own = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["IGNORE_QUALITY"]:
            own.append("IGNORE_ROUTING YES")
        own.append("REPORT_STEP 00:01:00" if words[:1] == ["REPORT_STEP"] else line)
    (folder / "m.inp").write_text("\n".join(own) + "\n", encoding="utf-8")
    solver.swmm_open(*(str(folder / f"m.{end}") for end in ("inp", "rpt", "out")))
    solver.swmm_start(True)
    while solver.swmm_stride(3600) > 0:
        pass
    solver.swmm_end()
    solver.swmm_close()
    outlet, section = {}, ""
    for line in text.splitlines():
        section = line if line.startswith("[") else section
        words = line.split()
        if section == "[SUBCATCHMENTS]" and len(words) > 3 and not line.startswith((";", "[")):
            outlet[words[0]] = words[2]
    flows: dict[str, np.ndarray] = {}
    handle = output.init()
    output.open(handle, str(folder / "m.out"))
    try:
        last = output.get_times(handle, Time.NUM_PERIODS) - 1
        for number in range(output.get_proj_size(handle)[0]):
            to = outlet[output.get_elem_name(handle, ElementType.SUBCATCH, number)]
            if to.endswith("__GUTTER"):
                runoff = output.get_subcatch_series(handle, number, SubcatchAttribute.RUNOFF_RATE, 0, last)
                flows[to] = flows.get(to, 0.0) + np.array(runoff)
    finally:
        output.close(handle)
    return sum(float(np.maximum(q - RATED_L_S, 0).sum()) * 60 / 1000 for q in flows.values())


@pytest.mark.parametrize("storm_id", ["P3-120", "P20-120"])
def test_inlets_take_all_that_comes(plain: Built, tmp_path: Path, storm_id: str) -> None:
    """An audit found 15.5 and 159.0 m3 refused where inlets stood 18 m apart along the lane alone."""
    storm = next(s for s in plain.storms if s.storm_id == storm_id)
    event = storm_event(storm, plain.checked.project.settings.simulation)
    after = [m for m in plain.models if m.scenario == "after"]
    refused = sum(refused_m3(m.text(event), tmp_path / m.name) for m in after)
    assert refused == pytest.approx(0, abs=0.5)


def test_the_peak_of_a_full_tanks_community_falls_as_an_audit_found(plain_folder: Path) -> None:
    """EY08's by 21 % where its tank does not begin empty; by 40 % where it does."""
    built = pipeline.build(pipeline.check(load_project(plain_folder), ["EY07", "EY08"]))
    table = pipeline.assess(built, pipeline.run(built, 2), "en").tables["communities"].set_index("community_id")
    assert float(table.loc["EY08", "peak_reduction_percent"]) == pytest.approx(21, abs=1)
