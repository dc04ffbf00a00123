"""A county is more than memory holds: results are read once, model by model, series for the report only."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterator, Mapping

import pandas as pd
from tests.conftest import WholeRun

from spongecalc.assess.hydraulics import HydraulicsOnDemand, hydraulics
from spongecalc.assess.model_rows import model_rows
from spongecalc.assess.modelled import join_results
from spongecalc.assess.ponding_tables import PondingFound
from spongecalc.assess.run_table import run_table
from spongecalc.assess.settled import SettledFound
from spongecalc.swmm.run_result import RunResult


class Noted(Mapping[str, RunResult]):
    """Results that note which were looked at, in order."""

    def __init__(self, results: Mapping[str, RunResult]) -> None:
        self.results, self.asked = results, list[str]()

    def __getitem__(self, run_id: str) -> RunResult:
        result = self.results[run_id]
        self.asked.append(run_id)
        return result

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __contains__(self, run_id: object) -> bool:
        return run_id in self.results


def test_each_models_results_are_looked_at_once_and_then_let_go(whole_run: WholeRun) -> None:
    built, noted = whole_run.built, Noted(whole_run.results)
    settings, storms = built.checked.project.settings, built.storms
    joined = join_results(built.checked.systems, built.models, noted)
    found = PondingFound(storms, settings, built.grounds, {})
    settled = SettledFound(settings.headline_storm)
    rows = model_rows(joined, built.runs, storms, settings, found, settled, "en")
    models = [run_id.rpartition("/")[0] for run_id in noted.asked]
    changes = [m for i, m in enumerate(models) if i == 0 or models[i - 1] != m]
    assert max(Counter(changes).values()) == 1
    assert set(noted.asked) == {run.run_id for run in built.runs}
    before = len(noted.asked)
    table = rows.run_table(built.runs, noted, "en")
    rows.sponge_table(built.checked.community_ids, settings.scenario_names)
    assert len(noted.asked) == before
    pd.testing.assert_frame_equal(table, run_table(built.runs, whole_run.results, "en"))


def test_figures_over_time_are_read_when_they_are_looked_at(whole_run: WholeRun) -> None:
    built, noted = whole_run.built, Noted(whole_run.results)
    headline = built.checked.project.settings.headline_storm
    joined = join_results(built.checked.systems, built.models, noted)
    of_a = {m.system.scenario: m for m in joined if "A" in m.system.communities}
    found = HydraulicsOnDemand(of_a, "A", headline)
    assert list(found) == ["before", "after"]
    assert noted.asked == []
    flows = found["before"].flow_l_s
    assert len(flows.columns)
    pd.testing.assert_frame_equal(flows, hydraulics(of_a["before"], "A", headline).flow_l_s)
    asked = len(noted.asked)
    assert found["before"].flow_l_s is flows
    assert len(noted.asked) == asked
    sent = pickle.loads(pickle.dumps(found))
    assert type(sent) is dict
    pd.testing.assert_frame_equal(sent["before"].flow_l_s, flows)
