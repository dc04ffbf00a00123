"""``spongecalc quantities``, ``design``, ``claims`` and ``compare``."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from spongecalc.assess.design import DESIGN_TABLES
from spongecalc.batch.own_files import refuse_files_of_others
from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import (
    built_project,
    checked_project,
    opened_project,
    print_findings,
    say_closed_intake,
    with_checked_layers,
)
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DATA_ERRORS, DONE, WRONG_USAGE
from spongecalc.gate.cause import on_one_line
from spongecalc.language import text
from spongecalc.layers.claim_sheet import HEADINGS, ClaimError, read_claim
from spongecalc.layers.deliveries import compare
from spongecalc.layers.earlier_delivery import EarlierError, read_earlier
from spongecalc.layers.finding import Finding, findings_table
from spongecalc.layers.value_change import NOW, WAS
from spongecalc.network.bill_rules import bill_rules
from spongecalc.network.claims import claims_table, measured_features
from spongecalc.network.ledger import ledger
from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.quantities_workbook import FILE_NAME, write_workbook
from spongecalc.report.tables.csv_tables import write_own_tables
from spongecalc.steps.intake import intake_of, intake_of_check

if TYPE_CHECKING:
    from spongecalc.api.project import Project

LONGEST_STEM = 180
"""Bytes of a contractor's sheet's name that its table repeats: a disk takes 255 for all."""
SHOWN_CLAIM = ("row", "community_id", "item", "system", "feature_id", "kind", "claimed_m", "measured_m")
SHOWN_CHECK = ("community_id", "check", "feature_id", "other_id", "value", "limit", "excess", "unit")
SHOWN_CHANGE = ("layer", "feature_id", "community_id", "change", "column", WAS, NOW, "moved_m")


def _shown(output: Output, key: str, table: pd.DataFrame, columns: Sequence[str], catalogue: Catalogue) -> None:
    """Print the columns of a table with the names that the report gives them."""
    words = Wording(output.language, catalogue)
    rows = [
        [coded(c, v, words) for c, v in zip(columns, row, strict=True)]
        for row in table[list(columns)].itertuples(index=False, name=None)
    ]
    output.table(text(f"bill.cli.{key}", output.language), [words.name("column", c) for c in columns], rows)


def _say(output: Output, key: str, **params: object) -> None:
    output.sentence(text(f"bill.cli.{key}", output.language, **params))


def _results(project: Project) -> Path:
    folder = project.results_folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run_quantities(call: Call) -> int:
    """``spongecalc quantities``: the bill, its ledger, claims, progress and costs, without any model run."""
    call.made.unfinished = True  # these commands show what they find each time they are called
    output = call.output
    project = checked_project(call)
    code = print_findings(project.checked.findings, output)
    say_closed_intake(intake_of_check(project.checked), output)
    with output.working("assess"):
        tables = project.bill_tables(communities=call.communities or None)
    if not call.communities:
        folder = _results(project)
        refuse_files_of_others(folder, [folder / FILE_NAME], {})
        write_own_tables(tables, folder)
        write_workbook(tables, folder / FILE_NAME, output.language)
    bill = tables["quantities"]
    laid = bill[(bill["status"] == "proposed") & bill["length_m"].notna()]
    sums = laid.groupby(["item", "system"], sort=True)[["length_m", "count"]].sum().reset_index()
    _shown(output, "laid", sums, ("item", "system", "length_m", "count"), project.settings.catalogue)
    differ = tables["claims"].query("kind != 'agrees'")
    if len(differ):
        _shown(output, "claims", differ, SHOWN_CLAIM, project.settings.catalogue)
    files = ", ".join([*(f"{n}.csv" for n in tables), FILE_NAME])
    _say(output, "not_written" if call.communities else "written", files=files, folder=project.settings.results)
    output.frame("quantities", bill)
    output.frame("claims", tables["claims"])
    return code


def run_design(call: Call) -> int:
    """``spongecalc design``: the design checks; with SWMM's flows beside them where runs are on disk."""
    call.made.unfinished = True  # these commands show what they find each time they are called
    output = call.output
    project = built_project(call)
    code = print_findings(project.built.findings, output)
    say_closed_intake(intake_of(project.built), output)
    with output.working("assess"):
        tables = _design_tables(project, call)
    if not call.communities:
        write_own_tables(tables, _results(project))
    checks = tables["design_checks"]
    failed = checks[checks["verdict"] == "fail"]
    counts = checks.groupby(["check", "verdict"]).size().unstack(fill_value=0)
    words = Wording(output.language, project.settings.catalogue)
    output.table(
        text("bill.part.design_summary", output.language),
        [
            words.name("column", "check"),
            *(text(f"bill.part.{k}", output.language) for k in ("passes", "fails", "unknown")),
        ],
        [
            [coded("check", name, words), *(str(int(row.get(v, 0))) for v in ("pass", "fail", "not_checkable"))]
            for name, row in counts.iterrows()
        ],
    )
    own = failed[failed["status"] == "proposed"]
    crowded = own["check"].isin(["horizontal_clearance", "vertical_clearance"])
    _shown(output, "failed", pd.concat([own[~crowded], own[crowded]]), SHOWN_CHECK, project.settings.catalogue)
    _say(
        output,
        "design",
        total=len(checks),
        fails=len(failed),
        swmm=text(f"bill.cli.{'with_swmm' if project.results else 'without_swmm'}", output.language),
    )
    files = ", ".join(f"{n}.csv" for n in tables)
    _say(output, "not_written" if call.communities else "written", files=files, folder=project.settings.results)
    output.frame("design_checks", checks)
    output.frame("design_suggestions", tables["design_suggestions"])
    return code


def _design_tables(project: Project, call: Call) -> dict[str, pd.DataFrame]:
    """The tables as ``spongecalc assess`` writes them where every run is there; else without checks of runs."""
    if call.communities or len(project.results) < len(project.built.runs):
        return project.design_tables()
    tables = project.review(call.output.language).tables
    return {name: tables[name] for name in DESIGN_TABLES}


def claim_table_names(files: Sequence[Path]) -> list[str]:
    """Names of the tables of contractors' sheets, in their order: no two alike on any system.

    Sheets of one name in two folders or with two endings, or that differ in capitals alone, get a number from the
    second on.
    """
    stems = [_table_stem(file) for file in files]
    taken = {_alike(stem) for stem in stems}
    seen: set[str] = set()
    names = []
    for stem in stems:
        own, number = stem, 1
        if _alike(stem) in seen:
            while _alike(own) in taken:
                number += 1
                own = f"{stem}-{number}"
        seen.add(_alike(own))
        taken.add(_alike(own))
        names.append(f"claims-{own}")
    return names


def _table_stem(file: Path) -> str:
    """A file's name without its ending, as any system takes it and a line of the console shows it."""
    stem = "".join(c if c.isprintable() and c not in '<>:"/\\|?*' else "_" for c in file.stem)
    return stem.encode()[:LONGEST_STEM].decode(errors="ignore")


def _alike(name: str) -> str:
    """A name as disks compare it that know no capitals and put letters and their marks together."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def run_claims(call: Call, files: Sequence[Path], fields: Sequence[str], sheet: str | None) -> int:
    """``spongecalc claims``: contractors' sheets against the layers; 1 where anything differs."""
    call.made.unfinished = True  # these commands show what they find each time they are called
    output = call.output
    project = opened_project(call)
    headings = dict(f.split("=", 1) for f in fields if "=" in f)
    if len(headings) < len(fields) or not set(headings) <= set(HEADINGS):
        raise RefusedError(text("bill.cli.bad_field", output.language, known=", ".join(HEADINGS)))
    checked = with_checked_layers(call, project).checked
    print_findings(checked.findings, output)
    say_closed_intake(intake_of_check(checked), output)
    rows = ledger(checked.layers, bill_rules(project.settings.quantities))
    measured = measured_features(rows, checked.layers)
    code = DONE
    for file, name in zip(files, claim_table_names(files), strict=True):
        try:
            claim = read_claim(file, headings, sheet)
        except ClaimError as reason:
            told = Finding(reason.rule, found=reason.found)
            output.error(told.message(output.language))
            output.error(told.action(output.language))
            code = WRONG_USAGE
            continue
        table = claims_table(
            [claim], measured, rows, project.settings.targets.length_difference_m, project.settings.catalogue
        )
        write_own_tables({name: table}, _results(project))
        differ = table[table["kind"] != "agrees"]
        if len(differ):
            code = code or DATA_ERRORS
            columns = (*SHOWN_CLAIM, "difference_m", "features")
            _shown(output, "claims", differ, columns, project.settings.catalogue)
        # Two sheets of one name are told apart by their folders.
        shown = on_one_line(file.name if [f.name for f in files].count(file.name) == 1 else str(file))
        _say(output, "claim_compared", file=shown, lines=len(table), differ=len(differ), table=f"{name}.csv")
        output.frame(name, table)
    return code


def _laid_by_system_m(rows: pd.DataFrame) -> pd.Series:
    """Meters of new pipe by system, from the ledger."""
    pipes = rows[(rows["item"] == "pipe") & (rows["status"] == "proposed")]
    return pipes.groupby("system")["length_m"].sum()


def run_changes(call: Call, earlier: Path) -> int:
    """``spongecalc changes``: what changed since an earlier delivery of the layers."""
    call.made.unfinished = True  # these commands show what they find each time they are called
    output = call.output
    project = opened_project(call)
    try:
        before, after, left_out, found = read_earlier(project.files, earlier)
    except EarlierError as reason:
        raise RefusedError(*reason.sentences(output.language)) from None
    unread = findings_table([f for f in found if f.severity == "error"], output.language)
    for row in unread.itertuples():
        output.error(f"{row.file} {row.layer} {row.feature_id}: {row.message} {row.action}")
    changes = compare(before, after)
    if call.communities:
        changes = changes[changes["community_id"].isin(call.communities)].reset_index(drop=True)
    write_own_tables({"changes": changes}, _results(project))
    words = Wording(output.language, project.settings.catalogue)
    counts = changes.groupby(["layer", "change"]).size().reset_index(name="count")
    _shown(output, "changes", counts, ("layer", "change", "count"), project.settings.catalogue)
    _shown(output, "each_change", changes, SHOWN_CHANGE, project.settings.catalogue)
    rules = bill_rules(project.settings.quantities)
    was, now = (_laid_by_system_m(ledger(layers, rules)) for layers in (before, after))
    for system in sorted({*was.index, *now.index}):
        old, new = (float(sums.get(system, 0.0)) for sums in (was, now))
        _say(
            output,
            "laid_change",
            system=coded("system", system, words),
            before=cell_text("length_m", old),
            after=cell_text("length_m", new),
            change=cell_text("length_m", new - old),
        )
    if left_out:
        _say(output, "not_compared", layers=words.listed(words.name("layer", n) for n in left_out))
    _say(output, "compared", count=len(changes), table=f"{project.settings.results}/changes.csv")
    output.frame("changes", changes)
    return DATA_ERRORS if len(unread) else DONE
