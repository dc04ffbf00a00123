"""Files that go with a repaired copy beside its layers: those that settings name, and models with series."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from spongecalc.layers.carried_files import read_carried_file, series_of_model
from spongecalc.layers.repairs.fix import Repaired
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.input_digests import files_beside_layers
from spongecalc.project.load import Project
from spongecalc.whole_file import part_file


@dataclass(frozen=True)
class TakenModel:
    """A SWMM model among the sources: ``source`` as the project names it, ``file`` its name in the copy.

    The copy's layers come from the repaired file, and what the model holds beside layers from this one.
    """

    source: str
    file: str
    prefix: str


def models_beside(project: Project, mended: Repaired, own_files: Iterable[str]) -> tuple[TakenModel, ...]:
    """The models among a project's sources that hold rules, inflows or levels; ``own_files`` are the copy's own.

    One outside the project's folder goes into the copy's, under a name that nothing else has there.
    """
    used = {_plain(name) for name in (*own_files, *files_beside_layers(project.settings))}
    found: list[TakenModel] = []
    for model in mended.layers.carried:
        if not model.objects and not model.has_levels:
            continue
        name = PurePosixPath(_plain(model.file))
        inside = not name.is_absolute() and ".." not in name.parts and ":" not in model.file
        own = _plain(model.file) in {_plain(c.file) for c in project.settings.structures.carried}
        plain = first = name if inside else PurePosixPath(name.name)
        number = 1
        while not (own and inside) and (plain.as_posix() in used or plain.parts[0] in own_files):
            number += 1
            plain = PurePosixPath(f"{first.stem}_{number}{first.suffix}")
        used.add(plain.as_posix())
        found.append(TakenModel(model.file, plain.as_posix(), model.prefix))
    return tuple(found)


def carried_entries(project: Project, models: Iterable[TakenModel]) -> list[Any]:
    """The setting ``carried`` of the copy: the project's own, and the models that were sources."""
    sources = {_plain(model.source) for model in models}
    own = [(c.file, c.prefix) for c in project.settings.structures.carried if _plain(c.file) not in sources]
    named = [*own, *((model.file, model.prefix) for model in models)]
    return [{"file": file, "prefix": prefix} if prefix else file for file, prefix in named]


def take_along(project: Project, folder: Path, kept: Path, own_files: Iterable[str], *, anew: bool) -> None:
    """Take the files beside the layers into the copy; one that was edited there stays, unless all is made anew.

    The copy's own files are never written over, and a template that holds the copy, or lies in it, stays behind.

    Parameters
    ----------
    project
        The project that is copied.
    folder
        The copy's folder.
    kept
        The folder in it that keeps the files as they were taken along.
    own_files
        Names of what the copy itself writes, or is.
    anew
        What was edited in them is dropped.
    """
    for name in sorted(files_beside_layers(project.settings)):
        source, target = project.folder / name, folder / name
        if Path(name).parts[0] in own_files:
            continue
        if source.is_file():
            _take(source, name, folder, kept, anew=anew)
        elif source.is_dir() and (anew or not target.exists()):
            inside = folder == source or source in folder.parents or folder in source.parents
            if not inside:
                _take_folder(source, target)
    for carried in project.settings.structures.carried:
        _take_series(project.folder, carried.file, carried.file, folder, kept, anew=anew)


def _take_folder(source: Path, target: Path) -> None:
    """Copy a folder whole or not at all; of one that is there file by file, each whole."""

    def copied(file: Path, place: Path) -> None:
        with part_file(place) as part:
            shutil.copyfile(file, part)

    if target.exists():
        _copy_folder(source, target, copied)
        return
    with part_file(target) as part:
        _copy_folder(source, part, shutil.copy2)


def _copy_folder(source: Path, target: Path, copy: Callable[[Path, Path], object]) -> None:
    """Copy what a folder holds, links as links. The first error ends it: shutil's own gathers them as texts."""
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir()):
        place = target / entry.name
        if entry.is_symlink():
            place.unlink(missing_ok=True)
            place.symlink_to(entry.readlink())
        elif entry.is_dir():
            _copy_folder(entry, place, copy)
        else:
            copy(entry, place)


def take_models(project: Project, models: Iterable[TakenModel], folder: Path, kept: Path, *, anew: bool) -> None:
    """Take models that were sources into the copy, with the files that their time series are in."""
    for model in models:
        source = project.folder / model.source
        if source.is_file():
            _take(source, model.file, folder, kept, anew=anew)
            _take_series(project.folder, model.source, model.file, folder, kept, anew=anew)


def _take_series(home: Path, source: str, file: str, folder: Path, kept: Path, *, anew: bool) -> None:
    """Take the files of a model's series: to where they lay, or beside a model that has another place now."""
    try:
        model = read_carried_file(home / source)
    except SourceRefusedError:
        return
    for named, place in series_of_model(model, home / source, home):
        if Path(named).is_absolute() or not (home / place).is_file():
            continue
        stays = _plain(source) == file and ".." not in PurePosixPath(place).parts
        name = place if stays else (PurePosixPath(file).parent / PurePosixPath(place).name).as_posix()
        _take(home / place, name, folder, kept, anew=anew)


def _take(source: Path, name: str, folder: Path, kept: Path, *, anew: bool) -> None:
    """Copy a file, and once more to what is kept, unless it was edited in the copy."""
    target, before = folder / name, kept / name
    # Its source's own bytes are those of a call that was stopped before it kept them.
    same = (p.is_file() and p.read_bytes() == target.read_bytes() for p in (before, source))
    edited = target.is_file() and not any(same)
    if edited and not anew:
        return
    for place in (target, before):
        with part_file(place) as part:
            shutil.copyfile(source, part)


def _plain(name: str) -> str:
    return os.path.normpath(name.replace("\\", "/")).replace(os.sep, "/")
