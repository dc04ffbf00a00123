"""``spongecalc ponding``: the flow over the ground, coupled to the pipes, and the results and report with it."""

from __future__ import annotations

import math

import pandas as pd

from spongecalc.assess.ponding_causes import NONE
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import built_project
from spongecalc.cli.exit_codes import RUN_FAILED
from spongecalc.cli.incremental import project_lock
from spongecalc.cli.project_commands import answer, made_runs
from spongecalc.language import text
from spongecalc.layers.finding import findings_table
from spongecalc.network.ponding_remedies import CAUSES
from spongecalc.overland.store import FlowDone, make_all
from spongecalc.steps.ponding import coupled_runs
from spongecalc.steps.ponding_causes import search_causes
from spongecalc.steps.return_periods import UNFINISHED, NoSearchError, search_return_periods


def run_ponding(call: Call, storm_ids: tuple[str, ...], *, causes: bool = False, periods: bool = False) -> int:
    """Make the coupled runs that are not kept, then write results and report; returns the exit code.

    With ``causes`` or ``periods`` the searches for causes and return periods are made instead.
    """
    with project_lock(call):
        return _search(call, causes, periods) if causes or periods else _run(call, storm_ids)


def _search(call: Call, causes: bool, periods: bool) -> int:
    """Search for what would end each site, or for return periods; then write results and report."""
    output = call.output
    project = built_project(call)
    code = made_runs(project, call)
    built = project.built
    if causes:
        with output.progress() as progress:
            table = search_causes(built, project.results, call.jobs, progress)
        named = table[table["chosen"] == "yes"]
        counts = named["cause"].value_counts()
        listed = ", ".join(
            f"{text(f'ponding.cause_{c}', output.language)} {counts[c]}" for c in [*CAUSES, NONE] if c in counts
        )
        output.say_of("ponding", "causes_found", sites=len(named), listed=listed or "-")
        output.frame("causes", table)
    if periods:
        try:
            with output.progress() as progress:
                table = search_return_periods(built, call.jobs, progress)
        except NoSearchError as reason:
            sentence = text("ponding.no_period_search", output.language, storm=reason)
            raise RefusedError(sentence) from None
        output.say_of("ponding", "periods_found", communities=table["community_id"].nunique())
        output.frame("return_periods", table)
        if (table["first_id"] == UNFINISHED).any():
            code = RUN_FAILED
    answer(project, call, with_report=True)
    return code


def _run(call: Call, storm_ids: tuple[str, ...]) -> int:
    try:
        import itzi_core  # noqa: F401, PLC0415  an extra
    except ImportError:
        raise RefusedError(text("ponding.no_itzi", call.output.language)) from None
    output = call.output
    project = built_project(call)
    built = project.built
    known = [s.storm_id for s in built.storms]
    wanted = storm_ids or (project.settings.headline_storm,)
    unknown = [s for s in wanted if s not in known]
    if unknown:
        ids, listed = ", ".join(unknown), ", ".join(known)
        raise RefusedError(text("ponding.unknown_storm", output.language, ids=ids, known=listed))
    checked = built.checked
    storms = [s for s in built.storms if s.storm_id in wanted]
    runs, findings = coupled_runs(checked.systems, built.models, storms, checked.project.settings)
    for row in findings_table(findings, output.language).itertuples():
        output.error(f"{row.community_id}: {row.message} {row.action}")
    results = project.results_folder

    def tell(done: int, to_go_s: float) -> None:
        if math.isfinite(to_go_s):
            output.say_of("ponding", "progress", done=done, total=len(runs), seconds=f"{to_go_s:.0f}")

    flows = make_all(runs, results, call.jobs, tell)
    failed = [f for f in flows if f.status != "done"]
    for flow in failed:
        output.error(text("ponding.failed", output.language, run=flow.run_id, reason=flow.why(output.language)))
    output.say_of("ponding", "made", runs=len(flows), failed=len(failed), worst=_worst(flows))
    output.frame("flows", flow_table(flows, output.language))
    code = made_runs(project, call)
    answer(project, call, with_report=True)
    return RUN_FAILED if failed else code


def _worst(flows: list[FlowDone]) -> str:
    errors = [abs(f.error_percent) for f in flows if math.isfinite(f.error_percent)]
    return f"{max(errors):.2f}" if errors else "-"


def flow_table(flows: list[FlowDone], lang: str) -> pd.DataFrame:
    """The runs with their water balances in m3, a row each; why one failed is said in a language."""
    rows = [
        {
            "run_id": f.run_id,
            "status": f.status,
            "reason": f.reason,
            "message": f.why(lang),
            "error_percent": f.error_percent,
            "made_percent": f.made_percent,
            "seconds": f.seconds,
            **{f"{term}_m3": value for term, value in f.balance_m3.items()},
        }
        for f in flows
    ]
    return pd.DataFrame(rows)
