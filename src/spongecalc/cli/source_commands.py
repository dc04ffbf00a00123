"""``spongecalc sources`` and ``check --fix``: what is in a file, repaired copies."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import opened_project, print_findings, say_intake
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DATA_ERRORS, DONE, WRONG_USAGE
from spongecalc.language import text
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.model_sources import Reason, shown_names
from spongecalc.layers.repairs.change import is_change
from spongecalc.layers.repairs.hand_edits import RULE as BY_HAND
from spongecalc.layers.sources.describe import Seen, describe
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.layers.sources.swmm.ledger import CARRIED_ON, LAYER, Fate
from spongecalc.project.database_address import is_web_address
from spongecalc.project.load import FILE_NAME, ProjectError, claim_folder
from spongecalc.project.refused_value import shown
from spongecalc.steps.repaired_copy import repair


def say_refusal(source: str, refusal: SourceRefusedError, output: Output) -> None:
    """Print why a source cannot be read."""
    found = {"file": source, "layer": "-", "url": source, **refusal.found}
    finding = Finding(refusal.rule, Feature(file=source), found)
    output.error(f"{finding.message(output.language)} {finding.action(output.language)}")


def run_sources(call: Call, source: str) -> int:
    """``spongecalc sources FILE``: what it holds, and a mapping drafted for spongecalc.toml."""
    output = call.output
    try:
        seen = describe(*_within_project(source))
    except ValidationError:
        # A password is refused with the line; what is left is an address that nothing can be read from.
        rule = "web_address" if is_web_address(source) else "database_url"
        sentence = text(f"project.improper.{rule}", output.language, found=shown(source), allowed="")
        raise RefusedError(sentence) from None
    except SourceRefusedError as refusal:
        say_refusal(source, refusal, output)
        return WRONG_USAGE if refusal.rule == "file.missing" else DATA_ERRORS
    _print_seen(seen, output)
    return DATA_ERRORS if any(s.refusal for s in seen.layers) else DONE


def _within_project(source: str) -> tuple[str, Path]:
    """A file as the project that it lies in names it, and that project's folder; as typed where there is none.

    The draft goes into that project's spongecalc.toml, whose paths begin in its own folder, and its limits count.
    """
    path = Path(source)
    if path.exists():
        for folder in path.resolve().parents:
            if (folder / FILE_NAME).is_file():
                claim_folder(folder)
                return path.resolve().relative_to(folder).as_posix(), folder
    return source, Path()


def _print_seen(seen: Seen, output: Output) -> None:
    language = output.language
    output.sentence(
        text("survey.source_is", language, source=seen.source, form=seen.form, encoding=seen.encoding or "-")
    )
    for note in seen.notes:
        about = {"file": seen.source, "layer": "-", **note.found}
        finding = Finding(note.rule, Feature(feature_id=note.feature_id, file=seen.source), about)
        at = f"{note.feature_id}: " if note.feature_id else ""
        output.sentence(f"{at}{finding.message(language)} {finding.action(language)}")
    _print_fates(seen, output)
    headers = [text(f"survey.column_{c}", language) for c in ("layer", "count", "geometry", "crs", "meant_for")]
    rows = [
        (s.name, "-" if s.refusal else str(s.count), s.geometry or "-", s.crs or "-", s.meant_for or "-")
        for s in seen.layers
    ]
    output.table(text("survey.layers", language), headers, rows)
    heads = [text(f"survey.column_{c}", language) for c in ("field", "kind", "filled", "examples")]
    for layer in seen.layers:
        if layer.refusal is not None:
            say_refusal(seen.source, layer.refusal, output)
        if layer.fields:
            cells = [
                (f.name, text(f"survey.kind.{f.kind}", language), str(f.filled), " | ".join(f.examples))
                for f in layer.fields
            ]
            output.table(layer.name, heads, cells)
    drafts = [s.draft for s in seen.layers if s.draft]
    if drafts:
        output.sentence(text("survey.draft", language))
        output.sentence("\n\n".join(drafts))
    output.document["source"] = {
        "source": seen.source,
        "form": seen.form,
        "encoding": seen.encoding,
        "notes": [note.rule for note in seen.notes],
        "fates": [fate.__dict__ for fate in seen.fates],
        "layers": [
            {
                "name": s.name,
                "count": s.count,
                "geometry": s.geometry,
                "crs": s.crs,
                "meant_for": s.meant_for,
                "fields": [f.__dict__ for f in s.fields],
                "draft": s.draft,
                "refused": s.refusal.rule if s.refusal is not None else None,
            }
            for s in seen.layers
        ],
    }


def _print_fates(seen: Seen, output: Output) -> None:
    """Print what becomes of every object of a SWMM model, before anything is done with it."""
    if not seen.fates:
        return
    language = output.language

    def said(fate: Fate) -> str:
        if fate.fate == LAYER:
            return text("survey.model_fate.layer", language, layer=fate.by)
        if fate.fate == CARRIED_ON:
            return text("survey.model_fate.carried", language)
        return text("survey.model_fate.named", language, reason=Reason(fate.by).sentence(language))

    headers = [text(f"survey.model_fate.{c}", language) for c in ("section", "count", "fate", "names")]
    rows = [(f.section, str(len(f.names)), said(f), shown_names(f.names)) for f in seen.fates]
    output.table(text("survey.model_fate.title", language), headers, rows)


def run_fix(call: Call, *, again: bool = False) -> int:
    """``spongecalc check --fix``: repaired/ beside the project, with the trail; the sources stay as they are."""
    output = call.output
    project = opened_project(call)
    try:
        with output.working("check"):
            done = repair(project.files, call.communities, output.language, again=again)
    except ProjectError as mistakes:
        raise RefusedError(*mistakes.sentences(output.language)) from None
    changes = done.mended.changes
    every = (*done.edits, *changes, *done.checked.findings)
    code = print_findings(every, output)
    code = say_intake(done.intake, output) or code
    counts = pd.Series([c.rule for c in changes], dtype=object).value_counts().sort_index()
    output.document["repairs"] = {str(k): int(v) for k, v in counts.items()}
    folder = done.files[0].parent
    output.document["written"] = [p.relative_to(folder.parent).as_posix() for p in done.files]
    output.document["carried_on"] = done.carried_on
    if done.carried_on:
        edited = sum(f.rule == BY_HAND for f in done.edits)
        output.sentence(text("survey.carried_on", output.language, count=edited, folder=folder.name))
    listed = sum(is_change(c) for c in changes)
    output.sentence(text("survey.repaired", output.language, count=listed, folder=folder.name))
    return code
