"""``spongecalc trace``: what lies upstream and downstream of a place, and who lives there."""

from __future__ import annotations

from dataclasses import asdict

from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import checked_project
from spongecalc.cli.exit_codes import DONE
from spongecalc.language import text
from spongecalc.language.unknown_name import UnknownNameError


def run_trace(call: Call, place: str) -> int:
    """Trace a place up and down in each scenario."""
    output = call.output
    project = checked_project(call)
    rows: list[dict[str, object]] = []
    known: dict[str, None] = {}
    for system in project.systems():
        try:
            traces = (system.upstream_of(place), system.downstream_of(place))
        except UnknownNameError as unknown:
            known |= dict.fromkeys(unknown.known)
            continue
        rows.extend({"scenario": system.scenario, **asdict(trace)} for trace in traces)
    if not rows:
        raise RefusedError(UnknownNameError("place", place, known).sentence(output.language))
    output.document["traces"] = [{k: list(v) if isinstance(v, tuple) else v for k, v in r.items()} for r in rows]
    columns = ["scenario", "direction", "length_m", "area_m2", "households", "residents", "outfalls", "pipes"]
    # Few networks have any: a column for them stands only where they do.
    columns += ["structures"] if any(r["structures"] for r in rows) else []
    headers = [text(f"separation.trace_{c}", output.language) for c in columns]
    called = {s.name: s.called(output.language) for s in project.settings.scenarios}
    cells = [[called[str(r["scenario"])], *(_cell(c, r[c], output.language) for c in columns[1:])] for r in rows]
    output.table(text("separation.trace_title", output.language, place=place), headers, cells)
    return DONE


def _cell(column: str, value: object, language: str) -> str:
    if column == "direction":
        return text(f"separation.{value}", language)
    if isinstance(value, tuple):
        return " ".join(value)
    return f"{value:.1f}"
