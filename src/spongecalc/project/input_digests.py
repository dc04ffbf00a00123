"""Digests of the files that a project is made from, so that a report says which they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from spongecalc.project.load import FILE_NAME, Project
from spongecalc.project.settings import Settings
from spongecalc.project.sponge_settings import GENERATED

# A shapefile is several files of one name.
BESIDE_SHP = (".dbf", ".shx", ".prj", ".cpg")
# What a GeoPackage has not taken in yet, behind its whole name.
BESIDE_GPKG = ("-wal", "-journal")


def input_digests(project: Project, more: Iterable[str] = ()) -> dict[str, str]:
    """SHA-256 of spongecalc.toml, of every source and every other file that it names, by name in the project.

    A source that is not a file (a database's address) is left out; one that is missing has an empty digest.
    ``more`` are files that one of those names, such as a SWMM model its time series.
    """
    sources = sorted(
        {s.source for given in project.settings.layers.values() for s in given if "://" not in s.source}
    )
    template = project.settings.document.template  # a folder: what it holds are no data
    others = sorted((files_beside_layers(project.settings) | set(more)) - {*sources, template})
    found: dict[str, str] = {}
    for name in (FILE_NAME, *sources, *others):
        path = project.folder / name
        beside = [path.with_suffix(s) for s in BESIDE_SHP] if path.suffix.lower() == ".shp" else []
        found[name] = _digest(path)
        if path.suffix.lower() == ".gpkg":
            logs = {name + end: path.with_name(path.name + end) for end in BESIDE_GPKG}
            found |= {n: _digest(p) for n, p in logs.items() if p.is_file() and p.stat().st_size}
        found |= {Path(name).with_suffix(p.suffix).as_posix(): _digest(p) for p in beside if p.is_file()}
    return found


def rain_and_level_files(settings: Settings) -> set[str]:
    """Files of rain and of levels outside that settings name, as they name them."""
    named = {s.file.file for s in settings.storms if s.file is not None}
    if settings.sponge.series.file != GENERATED:
        named.add(settings.sponge.series.file)
    if settings.evidence.rain is not None:
        named.add(settings.evidence.rain.file)
    return named | {given.file for given in settings.outfall_levels}


def files_beside_layers(settings: Settings) -> set[str]:
    """All files that settings name but for layers: rain, levels, rules, claims, prices, sweeps, a template."""
    bill = settings.quantities
    given = (bill.prices, *bill.claims, *(s.table for s in settings.sweeps), settings.document.template)
    given += tuple(c.file for c in settings.structures.carried)
    return rain_and_level_files(settings) | {name for name in given if name}


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
