"""``make bench``: how many figures of the worked example are settled, and what it costs to know.

Every model under the headline storm, and those with pipes under pressure once more by the reference scheme
(docs/methods.md, Settled or not). ``--community ID`` (any number of times) takes only some.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.assess.modelled import join_results
from spongecalc.assess.settled import COMPARED, MODELS_TABLE, TABLE, SettledFound, settled_counts
from spongecalc.batch.cores import cores
from spongecalc.batch.reference_runs import plan_reference_runs
from spongecalc.batch.runs import execute, plan_runs
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from tests.bench.example import REPOSITORY


def main() -> None:
    """Print a row per scenario and the figures of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--community", action="append", default=[])
    built = pipeline.build(pipeline.check(load_project(REPOSITORY), parser.parse_args().community))
    storm = built.headline.storm_id
    events = [e for e in built.events if e.storm_id == storm]
    with tempfile.TemporaryDirectory() as folder:
        runs = plan_runs(built.models, events, Path(folder), keep_out=False)
        results = execute(runs, processes=cores())
        references = plan_reference_runs(runs, results, storm)
        found = execute(list(references.values()), processes=cores())
        by_run = {run_id: found[run.run_id] for run_id, run in references.items()}
        settled = SettledFound(storm, by_run)
        for one in join_results(built.checked.systems, built.models, results):
            settled.add(one)
        seconds = [sum(r.seconds for r in all_of.values()) for all_of in (results, by_run)]
    scenarios = built.checked.project.settings.scenario_names
    tables = settled.tables(built.checked.community_ids, scenarios)
    models = tables[MODELS_TABLE]
    compared = models[models["answer"] == COMPARED]
    print(models.groupby(["scenario", "answer"], sort=False).size().to_string())
    print(", ".join(f"{name} {count}" for name, count in settled_counts(tables).items()))
    if len(compared):
        figures = compared.drop(columns=["model", "scenario", "storm_id", "answer"]).astype(float)
        print(f"of {figures['peaks_compared'].sum():.0f} peaks and {figures['depths_compared'].sum():.0f} nodes")
        print(f"largest difference of depth {figures['largest_depth_change_m'].max():.3f} m")
        print(f"largest continuity error of a reference {figures['reference_error_percent'].max():.2f} %")
        print(_shares(tables[TABLE]))
    print(f"{len(results)} runs {seconds[0]:.1f} s, {len(by_run)} reference runs {seconds[1]:.1f} s of a worker")


def _shares(rows: pd.DataFrame) -> str:
    """The largest relative difference of a figure by what it is of."""
    change = np.abs(rows["value"] - rows["reference_value"]) / rows["reference_value"].where(
        rows["reference_value"] > 0
    )
    worst = change.groupby([rows["object"], rows["figure"]]).max()
    return "\n".join(f"{kind} {figure}: up to {100 * share:.0f} %" for (kind, figure), share in worst.items())


if __name__ == "__main__":
    main()
