"""``spongecalc explain``: where a figure of the result tables comes from."""

from __future__ import annotations

import re
from pathlib import Path

from spongecalc.assess.answers import TABLE as ANSWERS
from spongecalc.assess.trace import UnknownFigureError, trace_figure
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DONE, WRONG_USAGE
from spongecalc.language import text
from spongecalc.project.load import ProjectError, load_project
from spongecalc.report.content.traces import trace_document, trace_lines
from spongecalc.report.content.wording import Wording
from spongecalc.report.tables.stored_tables import StoredTablesError, read_sources

ADDRESS = re.compile(r"^(?P<table>[^:]+):(?P<row>.+):(?P<column>[^:]+)$")
# On a terminal nothing is cut short.
WHOLE = 10**6


def run_explain(address: str, folder: Path, language: str | None, *, quiet: bool, as_json: bool) -> int:
    """Explain one figure by its address ``communities.csv:EY03:ponding_after_m3``."""
    output = Output(language or "zh", quiet, as_json)
    try:
        project = load_project(folder)
    except ProjectError as mistakes:
        for sentence in mistakes.sentences(output.language):
            output.error(sentence)
        output.finish()
        return WRONG_USAGE
    output.language = language or project.settings.language
    found = ADDRESS.match(address)
    try:
        if found is None:
            raise UnknownFigureError("bad_address", address=address)
        if found["table"].removesuffix(".csv") not in ("communities", ANSWERS):
            raise UnknownFigureError("only_communities", table=found["table"])
        trace = trace_figure(read_sources(project.results_folder), found["row"], found["column"])
    except UnknownFigureError as reason:
        output.error(text(f"trace.{reason.rule}", output.language, **reason.values))
        output.finish()
        return WRONG_USAGE
    except StoredTablesError as reason:
        output.error(text("trace.results_broken", output.language, file=reason.file, reason=reason.reason))
        output.finish()
        return WRONG_USAGE
    output.document.update(trace_document(trace))
    settings = project.settings
    said = Wording(output.language, settings.scenarios, settings.compared)
    for label, words in trace_lines(trace, said, WHOLE):
        output.sentence(f"{label}: {words}" if output.language == "en" else f"{label}：{words}")
    output.finish()
    return DONE
