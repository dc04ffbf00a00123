"""``spongecalc explain``: where a figure of the result tables comes from."""

from __future__ import annotations

import re

from spongecalc.assess.answers import TABLE as ANSWERS
from spongecalc.assess.trace import COMMUNITIES, UnknownFigureError, trace_figure
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import opened_project
from spongecalc.cli.exit_codes import DONE
from spongecalc.language import text
from spongecalc.language.unknown_name import UnknownNameError
from spongecalc.report.content.traces import trace_document, trace_lines
from spongecalc.report.content.wording import Wording
from spongecalc.report.tables.stored_tables import StoredTablesError, read_sources

ADDRESS = re.compile(r"^(?P<table>[^:]+):(?P<row>.+):(?P<column>[^:]+)$")
# On a terminal nothing is cut short.
WHOLE = 10**6


def run_explain(call: Call, address: str) -> int:
    """Explain one figure by its address ``communities.csv:EY03:ponding_after_m3``, or of answers.csv."""
    output = call.output
    project = opened_project(call)
    found = ADDRESS.match(address)
    try:
        if found is None:
            raise UnknownFigureError("bad_address", address=address)
        table = found["table"].removesuffix(".csv")
        if table not in (COMMUNITIES, ANSWERS):
            raise UnknownFigureError("only_communities", table=found["table"])
        trace = trace_figure(read_sources(project.results_folder), found["row"], found["column"], table)
    except UnknownFigureError as reason:
        raise RefusedError(_sentence(reason, output.language)) from None
    except UnknownNameError as unknown:
        raise RefusedError(unknown.sentence(output.language)) from None
    except StoredTablesError as reason:
        broken = text("trace.results_broken", output.language, file=reason.file, reason=reason.reason)
        raise RefusedError(broken) from None
    output.document.update(trace_document(trace))
    settings = project.settings
    said = Wording(output.language, scenarios=settings.scenarios, compared=settings.compared)
    for label, words in trace_lines(trace, said, WHOLE):
        output.sentence(f"{label}: {words}" if output.language == "en" else f"{label}：{words}")
    return DONE


def _sentence(reason: UnknownFigureError, lang: str) -> str:
    """Say why there is no such figure, with the nearest one where there is one like it."""
    between = "、" if lang == "zh" else ", "
    values = {k: between.join(v) if isinstance(v, tuple) else v for k, v in reason.values.items()}
    if near := values.get("near"):
        values["near"] = ("" if lang == "zh" else " ") + text("api.unknown.nearest", lang, near=repr(near))
    return text(f"trace.{reason.rule}", lang, **values)
