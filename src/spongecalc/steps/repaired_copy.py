"""The repaired copy of a project: made from the sources, or carried on from what was edited in it by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.gate import stored, text, vector
from spongecalc.gate.entrance import Entrance
from spongecalc.intake.ledger import IntakeLedger
from spongecalc.layers.carried_files import series_files
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.repairs.change import changes_table
from spongecalc.layers.repairs.fix import Repaired
from spongecalc.layers.repairs.hand_edits import RULE, SOURCE, hand_edits
from spongecalc.project.input_digests import input_digests
from spongecalc.project.load import FILE_NAME, Project, load_project
from spongecalc.report.tables import copy_in_steps
from spongecalc.report.tables.repaired_project import (
    AS_WRITTEN,
    CHANGES,
    FILE,
    FOLDER,
    SOURCES,
    read_trail,
    write_repaired,
)
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked
from spongecalc.steps.intake import intake_of_repair


@dataclass(frozen=True)
class Repair:
    """A repair that was made: the layers checked, what was changed, the edits found, and the files written.

    ``carried_on`` is true where the copy, with what was edited in it by hand, was taken instead of the sources.
    """

    checked: Checked
    mended: Repaired
    edits: tuple[Finding, ...]
    files: tuple[Path, ...]
    intake: IntakeLedger
    carried_on: bool


def repair(project: Project, communities: Iterable[str], language: str, *, again: bool = False) -> Repair:
    """Make every repair and write the repaired copy.

    Parameters
    ----------
    project
        The project, or its repaired copy.
    communities
        Ids that the findings are to be about; none means all.
    language
        "zh" or "en", of the sentences written.
    again
        Make the copy anew from the sources, and drop what was edited in it by hand.

    Returns
    -------
    What was done. A copy that somebody has edited is taken as it is and repaired further; its trail goes on.
    """
    inside = project.folder.name == FOLDER and (project.folder / AS_WRITTEN).is_dir()
    folder = project.folder if inside else project.folder / FOLDER
    origin = load_project(folder.parent) if inside and (folder.parent / FILE_NAME).is_file() else project
    copy_in_steps.settle(folder, folder / AS_WRITTEN, (FILE, FILE_NAME))
    edits = None if again else _edits(folder)
    if edits is None and not (inside and origin is project):
        checked, mended = pipeline.fix(origin, communities)
        found = (*mended.changes, *checked.findings)
        intake = intake_of_repair(checked, mended)
        digests = input_digests(origin, series_files(origin))
        files = write_repaired(folder, origin, mended, found, language, intake.table, digests, anew=again)
        return Repair(checked, mended, (), files, intake, carried_on=False)
    copy = load_project(folder)
    edits = (*(edits or ()), *_changed_sources(folder, origin))
    checked, mended = pipeline.fix(copy, communities, more=_own_columns(folder / FILE))
    found = (*edits, *mended.changes, *checked.findings)
    intake = intake_of_repair(checked, mended)
    files = write_repaired(folder, copy, mended, found, language, intake.table, None, _trail(folder), edits)
    return Repair(checked, mended, edits, files, intake, carried_on=True)


def _edits(folder: Path) -> tuple[Finding, ...] | None:
    """Edits made by hand since the copy was written; None where nobody ever made any, or there is no copy."""
    if not (folder / FILE).is_file() or not (folder / FILE_NAME).is_file():
        return None
    kept = folder / AS_WRITTEN
    if not (kept / FILE).is_file() or not (kept / FILE_NAME).is_file():
        # Nobody can tell any more; what is there may be somebody's work.
        return ()
    found = hand_edits(_layers(kept / FILE), _layers(folder / FILE))
    trail = _trail(folder)
    with Entrance(folder / FILE_NAME, "settings"):
        settings = text.read_bytes(folder / FILE_NAME) != text.read_bytes(kept / FILE_NAME)
    if found or settings or (trail["rule"] == RULE).any():
        return found
    return None


def _layers(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """The layers of the contract in a copy, by the file's own numbers of the features."""
    with Entrance(path, "stored"):
        return {
            str(name): vector.read_dataframe(path, layer=name, fid_as_index=True)
            for name, kind in vector.list_layers(path)
            if name in SCHEMAS and kind is not None
        }


def _own_columns(path: Path) -> tuple[str, ...]:
    """Columns of a copy that the contract does not have: where a feature came from, and what somebody added."""
    found: dict[str, None] = {SOURCE: None}
    with Entrance(path, "stored"):
        for name, kind in vector.list_layers(path):
            if name in SCHEMAS and kind is not None:
                fields = vector.read_info(path, layer=name)["fields"]
                found |= dict.fromkeys(str(f) for f in fields if f not in SCHEMAS[name].column_names)
    return tuple(c for c in found if c != "community_id")


def _trail(folder: Path) -> pd.DataFrame:
    path = folder / f"{CHANGES}.csv"
    return read_trail(path) if path.is_file() else changes_table(())


def _changed_sources(folder: Path, project: Project) -> tuple[Finding, ...]:
    """A finding for each source that is no longer what the copy was made from."""
    path = folder / AS_WRITTEN / SOURCES
    if not path.is_file() or project.folder == folder:
        return ()
    with Entrance(path, "stored"):
        was = stored.table(path, dtype=str, keep_default_na=False)
        kept = dict(zip(was["file"], was["sha256"], strict=True))
    now = input_digests(project, series_files(project))
    return tuple(
        Finding("repair.source_changed", Feature(file=name), {"file": name})
        for name in dict.fromkeys([*kept, *now])
        if kept.get(name) != now.get(name)
    )
