"""The sweeps that a report shows, from the runs that are on disk and still belong to the layers."""

from __future__ import annotations

from spongecalc.assess.swept import Swept
from spongecalc.batch.runs import stored_results
from spongecalc.steps.built import Built
from spongecalc.sweep.error import SweepError
from spongecalc.sweep.plan import plan_sweep
from spongecalc.sweep.tables import changed_keys, sweep_tables


def swept_of(built: Built) -> tuple[Swept, ...]:
    """Every sweep of the project that is ``in_report``, with its rows; without rows where runs of it are due.

    One of communities that are not worked on, or that errors keep out, is left out.
    """
    checked = built.checked
    found = []
    for sweep in checked.project.settings.sweeps:
        if not sweep.in_report:
            continue
        try:
            plan = plan_sweep(sweep, checked.project, checked.systems)
        except SweepError:
            # The command that makes it says what is wrong with it.
            found.append(Swept(sweep.name, (), None))
            continue
        if not plan.points:
            continue
        results, due = stored_results(plan.runs)
        table = None if due else sweep_tables(plan, results)[sweep.name]
        found.append(Swept(sweep.name, tuple(changed_keys(plan)), table))
    return tuple(found)
