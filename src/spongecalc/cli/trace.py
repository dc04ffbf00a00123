"""``spongecalc trace``: what lies upstream and downstream of a place, and who lives there."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from spongecalc.cli.command_project import checked_project
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DONE, WRONG_USAGE
from spongecalc.cli.incremental import language_of
from spongecalc.language import text
from spongecalc.network.tracing import trace
from spongecalc.surfaces.subcatchments import subcatchments

if TYPE_CHECKING:
    from spongecalc.cli.call import Call


def run_trace(call: Call, place: str) -> int:
    """Trace a place up and down in each scenario."""
    output = Output(language_of(call), call.quiet, call.as_json)
    checked = checked_project(call, output)
    if checked is None:
        return WRONG_USAGE
    settings = checked.project.settings
    rows = []
    for system in checked.systems:
        areas: dict[str, float] = {}
        try:
            trace(system, place, "downstream", residents_per_household=1.0)
        except KeyError:
            continue
        for area in subcatchments(system, settings.surfaces, None)[0]:
            areas[area.outlet_node] = areas.get(area.outlet_node, 0.0) + area.area_m2
        for direction in ("upstream", "downstream"):
            found = trace(
                system,
                place,
                direction,
                residents_per_household=settings.sewage.residents_per_household,
                areas_m2=areas,
            )
            rows.append({"scenario": system.scenario, **asdict(found)})
    if not rows:
        output.error(text("separation.trace_unknown", output.language, place=place))
        output.finish()
        return WRONG_USAGE
    output.document["traces"] = [{k: list(v) if isinstance(v, tuple) else v for k, v in r.items()} for r in rows]
    columns = ("scenario", "direction", "length_m", "area_m2", "households", "residents", "outfalls", "pipes")
    headers = [text(f"separation.trace_{c}", output.language) for c in columns]
    called = {s.name: s.called(output.language) for s in settings.scenarios}
    cells = [[called[str(r["scenario"])], *(_cell(c, r[c], output.language) for c in columns[1:])] for r in rows]
    output.table(text("separation.trace_title", output.language, place=place), headers, cells)
    output.finish()
    return DONE


def _cell(column: str, value: object, language: str) -> str:
    if column == "direction":
        return text(f"separation.{value}", language)
    if isinstance(value, tuple):
        return " ".join(value)
    return f"{value:.1f}"
