"""The repaired copy on disk: a project of its own beside the first, whose sources are never written to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from spongecalc.batch.own_files import note_written
from spongecalc.contract import SCHEMAS
from spongecalc.gate import stored, vector
from spongecalc.gate import text as text_of_file
from spongecalc.gate.entrance import Entrance
from spongecalc.language import text
from spongecalc.layers.border_cut import CUT
from spongecalc.layers.finding import Finding, findings_table
from spongecalc.layers.read import source_labels
from spongecalc.layers.repairs.change import CHANGE_COLUMNS, changes_table
from spongecalc.layers.repairs.fix import Repaired
from spongecalc.layers.repairs.hand_edits import SOURCE
from spongecalc.layers.unread_values import as_written
from spongecalc.project.load import FILE_NAME, Project
from spongecalc.report.tables import copy_in_steps
from spongecalc.report.tables.csv_tables import write_tables
from spongecalc.report.tables.geopackage import points_of, write_layers
from spongecalc.report.tables.qgis_style import finding_style
from spongecalc.report.tables.taken_along import (
    TakenModel,
    carried_entries,
    models_beside,
    take_along,
    take_models,
)
from spongecalc.whole_file import replace_file

FOLDER = "repaired"
FILE = "layers.gpkg"
CHANGES = "changes"
AS_WRITTEN = "as_written"
"""The folder in the copy that keeps what was written, so that edits made by hand are known from it."""
SOURCES = "sources.csv"
TAKEN_ALONG = "taken_along"
"""The folder of that one with the files beside the layers as they were taken along."""
OWN_FILES = frozenset(
    (FILE, FILE_NAME, f"{CHANGES}.csv", "findings.csv", "findings.gpkg", "intake.csv", AS_WRITTEN, FOLDER)
)
"""What the copy itself writes, or is."""


def write_repaired(
    folder: Path,
    project: Project,
    mended: Repaired,
    findings: Iterable[Finding],
    language: str,
    intake: pd.DataFrame,
    digests: Mapping[str, str] | None,
    trail: pd.DataFrame | None = None,
    edits: Iterable[Finding] = (),
    *,
    anew: bool = False,
) -> tuple[Path, ...]:
    """Write the copy: layers.gpkg, spongecalc.toml, changes.csv, intake.csv, findings.csv and .gpkg.

    The new project says the same as the old one, but for its layers, which come from the repaired copy; sources
    that could not be read stay sources of it, with their error. All other files that it names go with it. Same
    layers, same bytes.

    Parameters
    ----------
    folder
        The copy's folder.
    project
        The project that was repaired: the first one, or the copy itself.
    mended, findings
        The repaired layers, and all that was found and changed.
    language
        "zh" or "en".
    intake
        The ledger of intake of the repair.
    digests
        SHA-256 of the sources by name, of a copy that is made from them; None where the copy is carried on.
    trail, edits
        What had been changed before, and by hand since.
    anew
        What was edited by hand in files taken along is dropped.
    """
    folder.mkdir(exist_ok=True)
    kept = folder / AS_WRITTEN
    kept.mkdir(exist_ok=True)
    frames = _frames(mended)
    foreign = _foreign_layers(folder / FILE) if digests is None else {}
    whole, page = folder / FILE, folder / FILE_NAME
    write_layers(copy_in_steps.next_file(kept, FILE), [*frames.items(), *foreign.items()])
    models = models_beside(project, mended, OWN_FILES)
    content = _page_content(page, project, mended, frames, models, language)
    replace_file(copy_in_steps.next_file(kept, FILE_NAME), content)
    listed = list(findings)
    changes = changes_table(mended.changes)
    if trail is not None:
        changes = _continued(trail, [changes_table(edits), changes])
    # The trail tells of edits that nothing else tells of once the layers are written.
    (trail_file,) = write_tables({CHANGES: changes}, folder)
    for name in (FILE, FILE_NAME):
        copy_in_steps.put(folder, kept, name)
    found = findings_table(listed, language)
    points = points_of(found, mended.layers.crs.to_string())
    places = write_layers(folder / "findings.gpkg", [("findings", points)], {"findings": finding_style()})
    tables = [trail_file, *write_tables({"findings": found, "intake": intake}, folder)]
    take_models(project, models, folder, kept / TAKEN_ALONG, anew=anew)
    if digests is not None:
        take_along(project, folder, kept / TAKEN_ALONG, OWN_FILES, anew=anew)
        rows = pd.DataFrame({"file": list(digests), "sha256": list(digests.values())})
        write_tables({Path(SOURCES).stem: rows}, kept)
    copy_in_steps.settle(folder, kept, (FILE, FILE_NAME))
    written = tuple(path for path in (whole, page, *tables, places) if path.exists())
    note_written(folder, written)
    return written


def _continued(trail: pd.DataFrame, more: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The trail with more rows behind it; those that a call wrote which came to no end are not written twice."""
    added = [t for t in more if len(t)]
    if not added:
        return trail
    new = pd.concat(added, ignore_index=True)
    last = trail.tail(len(new))

    def rows(table: pd.DataFrame) -> str:
        return str(table[list(CHANGE_COLUMNS)].round(2).to_csv(index=False))

    if len(last) == len(new) and rows(last) == rows(new):
        return trail
    return pd.concat([t for t in (trail, new) if len(t)], ignore_index=True)


def read_trail(path: Path) -> pd.DataFrame:
    """The trail of earlier repairs as it was written."""
    with Entrance(path, "stored"):
        rows = stored.table(path, dtype=str, keep_default_na=False)
    rows = rows.reindex(columns=CHANGE_COLUMNS, fill_value="")
    numbers = [c for c in CHANGE_COLUMNS if c.endswith("_m")]
    return rows.assign(**{c: pd.to_numeric(rows[c], errors="coerce") for c in numbers})


def _frames(mended: Repaired) -> dict[str, gpd.GeoDataFrame]:
    """Layers of the copy: all features, placed or not, each with the source it came from."""
    frames = {}
    for name in SCHEMAS:
        parts = [f for f in (mended.layers[name], mended.unplaced.get(name)) if f is not None and len(f)]
        if not parts:
            continue
        whole = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=mended.layers.crs)
        source = whole["file"]
        if SOURCE in whole:
            source = whole[SOURCE].where(whole[SOURCE].notna(), source)
        if name == CUT:
            # Who shares it is told by its place, in the copy too.
            cut = [key in mended.layers.across for key in zip(whole["file"], whole["file_row"], strict=True)]
            whole["community_id"] = whole["community_id"].astype(object).mask(cut, None)
        frames[name] = as_written(whole.drop(columns=["file", "file_row"]).assign(**{SOURCE: source}))
    return frames


def _foreign_layers(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """Layers that somebody put into the copy and that are none of the contract's."""
    if not path.is_file():
        return {}
    with Entrance(path, "stored"):
        return {
            str(name): vector.read_dataframe(path, layer=name)
            for name, kind in vector.list_layers(path)
            if name not in SCHEMAS and kind is not None
        }


def _page_content(
    page: Path,
    project: Project,
    mended: Repaired,
    frames: Iterable[str],
    models: Sequence[TakenModel],
    language: str,
) -> bytes:
    """The copy's spongecalc.toml; where it says all that already, it stays as somebody left it."""
    import tomli_w  # noqa: PLC0415  only a repair needs it

    source = project.folder / FILE_NAME
    with Entrance(source, "settings"):
        document = text_of_file.read_settings(source)
    stated = document.get("layers", {})
    layers: dict[str, Any] = {}
    for name in SCHEMAS:
        entries = [{"source": FILE, "layer": name}] if name in set(frames) else []
        given = stated.get(name, [])
        listed = given if isinstance(given, list) else [given]
        labels = source_labels(project.settings.layers.get(name, ()))
        refused = mended.refused.get(name, ())
        entries += [
            _moved(entry, project.folder, page.parent)
            for entry, label in zip(listed, labels, strict=False)
            if label in refused
        ]
        if entries:
            layers[name] = entries if len(entries) > 1 else entries[0]
    dem = stated.get("dem")
    if dem is not None:
        moved = [
            _moved(entry, project.folder, page.parent) for entry in (dem if isinstance(dem, list) else [dem])
        ]
        layers["dem"] = moved if len(moved) > 1 else moved[0]
    note = text("survey.repaired_note", language)
    notes = list(document.get("notes", ()))
    if source != page:
        notes = notes if note in notes else [*notes, note]
        if set(frames):
            # Where nothing could be placed, nobody knows the system either.
            document["crs"] = mended.layers.crs.to_string()
        document["notes"] = notes
    elif stated == layers:
        with Entrance(page, "settings"):
            return text_of_file.read_bytes(page)
    document["layers"] = layers
    if source != page:
        document["security"] = _security(document.get("security", {}), layers)
    if models:
        carried = carried_entries(project, models)
        document["structures"] = {**document.get("structures", {}), "carried": carried}
    scalars = {k: v for k, v in document.items() if not isinstance(v, (dict, list)) or k == "notes"}
    rest = {k: v for k, v in document.items() if k not in scalars}
    return tomli_w.dumps({**scalars, **rest}).encode("utf-8")


def _security(stated: Mapping[str, Any], layers: Mapping[str, Any]) -> dict[str, Any]:
    """The section [security] of the copy: sources that stay where they are lie outside its folder."""
    given = stated.get("outside", [])
    outside = [o if Path(o).is_absolute() else f"../{o}" for o in ([given] if isinstance(given, str) else given)]
    for entry in (e for listed in layers.values() for e in (listed if isinstance(listed, list) else [listed])):
        named = [entry["source"], entry.get("points", ""), *(look["source"] for look in entry.get("lookups", ()))]
        outside += [path for path in named if path.startswith("../")]
    kept = {k: v for k, v in stated.items() if k != "outside"}
    return {"outside": list(dict.fromkeys(outside)), **kept} if outside else kept


def _moved(entry: dict[str, Any], folder: Path, copy: Path) -> dict[str, Any]:
    """An entry of the first project's layers as the copy writes it."""

    def path(given: str) -> str:
        stays = folder == copy or "://" in given or Path(given).is_absolute()
        return given if stays else f"../{given}"

    moved: dict[str, Any] = {k: path(v) if k in ("source", "points") else v for k, v in entry.items()}
    if "lookups" in moved:
        moved["lookups"] = [{**look, "source": path(look["source"])} for look in moved["lookups"]]
    return moved
