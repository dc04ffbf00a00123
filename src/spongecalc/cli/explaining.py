"""``spongecalc explain``: where a figure of the result tables comes from."""

from __future__ import annotations

import re

from spongecalc.assess.answers import TABLE as ANSWERS
from spongecalc.assess.trace import UnknownFigureError, trace_figure
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import opened_project
from spongecalc.cli.exit_codes import DONE
from spongecalc.language import text
from spongecalc.report.content.traces import trace_document, trace_lines
from spongecalc.report.content.wording import Wording
from spongecalc.report.tables.stored_tables import StoredTablesError, read_sources

ADDRESS = re.compile(r"^(?P<table>[^:]+):(?P<row>.+):(?P<column>[^:]+)$")
# On a terminal nothing is cut short.
WHOLE = 10**6


def run_explain(call: Call, address: str) -> int:
    """Explain one figure by its address ``communities.csv:EY03:ponding_after_m3``."""
    output = call.output
    project = opened_project(call)
    found = ADDRESS.match(address)
    try:
        if found is None:
            raise UnknownFigureError("bad_address", address=address)
        if found["table"].removesuffix(".csv") not in ("communities", ANSWERS):
            raise UnknownFigureError("only_communities", table=found["table"])
        trace = trace_figure(read_sources(project.results_folder), found["row"], found["column"])
    except UnknownFigureError as reason:
        raise RefusedError(text(f"trace.{reason.rule}", output.language, **reason.values)) from None
    except StoredTablesError as reason:
        broken = text("trace.results_broken", output.language, file=reason.file, reason=reason.reason)
        raise RefusedError(broken) from None
    output.document.update(trace_document(trace))
    settings = project.settings
    said = Wording(output.language, scenarios=settings.scenarios, compared=settings.compared)
    for label, words in trace_lines(trace, said, WHOLE):
        output.sentence(f"{label}: {words}" if output.language == "en" else f"{label}：{words}")
    return DONE
