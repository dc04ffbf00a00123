"""Proof that nothing has changed since a command last ended, found without reading a layer.

What a command makes follows from the settings, the files they name, this program and the libraries it uses.
When a command has ended, the digests of all these are kept with those of the files it made; a later call
whose digests agree has nothing to do. Contents are compared, not times: touching a file changes nothing, and a
file that was put back is the same file. Nothing heavy is imported here, since that is what a call with nothing
to do would wait for.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path

from spongecalc.gate import stored
from spongecalc.gate import text as text_of_file
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.sealed_json import sealed_json
from spongecalc.whole_file import named_error, only_regular, replace_file

FILE_NAME = "spongecalc.toml"
STATE = ".spongecalc"
"""Folder below the results for what spongecalc remembers."""

LIBRARIES = (
    "geopandas",
    "jinja2",
    "networkx",
    "numpy",
    "openpyxl",
    "pandas",
    "pint",
    "pydantic",
    "pyogrio",
    "pyproj",
    "pyswmm",
    "rasterio",
    "scipy",
    "shapely",
    "swmm-toolkit",
    "xlsxwriter",
)
# Results of commands of their own, in the folder of results, which assess and report join and do not make: files,
# and folders of files.
JOINED_RESULTS = ("sponge_continuous.json",)
JOINED_FOLDERS = ("ponding_search", "runs_2d")
_FORMAT = 1
_GLOB = ("*", "?")


@dataclass(frozen=True)
class Stamp:
    """The record that a command left: digests of what it read and of what it made, and what it said.

    ``more`` are files that were read though the settings do not name them, such as those named in a layer.
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    exit_code: int = 0
    errors: tuple[str, ...] = ()
    document: Mapping[str, object] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    format: int = _FORMAT


def project_file(place: Path) -> Path:
    """The project's file, from its folder or itself."""
    return place / FILE_NAME if place.is_dir() or place.suffix != ".toml" else place


def results_folder(place: Path) -> Path | None:
    """Folder of a project's results; None where its file cannot be read."""
    path = project_file(place)
    try:
        with Entrance(path, "settings"):
            results = text_of_file.read_settings(path).get("results", "results")
    except InputRefusedError:
        return None
    return path.parent / results if isinstance(results, str) else None


def inputs_state(place: Path, more: Iterable[str] = ()) -> dict[str, str] | None:
    """Digests of everything that a project's results follow from, by name.

    Returns None where that cannot be known: the settings are unreadable, or name what is no file.
    """
    path = project_file(place)
    try:
        with Entrance(path, "settings"):
            content = text_of_file.read_bytes(path)
            document = text_of_file.read_settings(path)
    except InputRefusedError:
        return None
    if any("://" in text for text in _texts(document.get("layers"))):
        return None  # a database: it has to be asked
    state = {"settings": hashlib.sha256(content).hexdigest(), "program": _program_digest(), **_versions()}
    outputs = {str(document.get(k, d)) for k, d in (("models", "swmm_models"), ("results", "results"))}
    try:
        for text in sorted({*_texts(document), *more}):
            if text not in outputs:
                state.update(_files_state(path.parent, text))
        for name in () if _makes_series_itself(document) else JOINED_RESULTS:
            joined = path.parent / str(document.get("results", "results")) / name
            if joined.is_file():
                state[name] = _digest(joined)
        results = path.parent / str(document.get("results", "results"))
        for kept in sorted(p for name in JOINED_FOLDERS for p in (results / name).rglob("*") if p.is_file()):
            state[kept.relative_to(results).as_posix()] = _digest(kept)
    except OSError:
        return None
    return state


def _makes_series_itself(document: Mapping[str, object]) -> bool:
    """True where assess runs the long series when it is due: what is kept of it then follows from the inputs."""
    sponge = document.get("sponge")
    return not isinstance(sponge, dict) or sponge.get("continuous", True) is not False


def current_stamp(place: Path, name: str) -> Stamp | None:
    """The record of a command, if neither what it read nor what it made has changed since; else None."""
    stamp = read_stamp(place, name)
    if stamp is None or not stamp.outputs or stamp.inputs != inputs_state(place, stamp.more):
        return None
    folder = project_file(place).parent
    try:
        whole = all(_digest(folder / output) == digest for output, digest in stamp.outputs.items())
    except OSError:
        return None
    return stamp if whole else None


def changed_inputs(place: Path, name: str) -> tuple[str, ...] | None:
    """Names of the inputs that are not what they were when a command last ended; None if it never has."""
    stamp = read_stamp(place, name)
    if stamp is None:
        return None
    now = inputs_state(place, stamp.more) or {}
    return tuple(sorted(k for k in {*now, *stamp.inputs} if now.get(k) != stamp.inputs.get(k)))


def read_stamp(place: Path, name: str) -> Stamp | None:
    """The record of a command; None where it left nothing that can be read."""
    path = _stamp_path(place, name)
    try:
        if path is None:
            return None
        with Entrance(path, "stored"):
            document = stored.sealed(path)
            stamp = Stamp(**{**document, "errors": tuple(document["errors"]), "more": tuple(document["more"])})
    except InputRefusedError:
        return None
    return stamp if stamp.format == _FORMAT else None


def write_stamp(place: Path, name: str, stamp: Stamp) -> None:
    """Keep what a command left. Raises OSError where it cannot be written."""
    path = _stamp_path(place, name)
    if path is None:
        return
    replace_file(path, sealed_json(asdict(stamp)))


def forget(place: Path, name: str) -> None:
    """Forget what a command left, before it begins to change it."""
    path = _stamp_path(place, name)
    if path is not None:
        with named_error(path):
            path.unlink(missing_ok=True)


def outputs_state(place: Path, files: Iterable[Path]) -> dict[str, str]:
    """Digests of files that a command made, by their path in the project. Raises OSError for one that is gone."""
    folder = project_file(place).parent.resolve()
    return {os.path.relpath(path.resolve(), folder): _digest(path) for path in files}


def _stamp_path(place: Path, name: str) -> Path | None:
    results = results_folder(place)
    return results / STATE / f"{name}.json" if results else None


def _texts(value: object) -> Iterator[str]:
    """Every text in a settings file, whatever its key: any of them may name a file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _files_state(folder: Path, text: str) -> Iterator[tuple[str, str]]:
    """The files that a text of the settings names, with those beside them that belong to them."""
    if not text.strip() or len(text) > 500 or "\n" in text or "\0" in text:
        return
    if any(sign in text for sign in _GLOB):
        try:
            found = sorted(folder.glob(text)) if not Path(text).is_absolute() else []
        except (ValueError, NotImplementedError):
            found = []
        for path in found:
            if path.is_file():
                yield os.path.relpath(path, folder), _digest(path)
        return
    path = folder / text
    try:
        if path.is_dir() and path.suffix:  # such as a file geodatabase
            for inner in sorted(path.rglob("*")):
                if inner.is_file():
                    yield os.path.relpath(inner, folder), _digest(inner)
            return
        if not path.is_file():
            return
        # A shapefile is several files of one name; a database may have pages that are not in it yet.
        family = [p for p in path.parent.glob(f"{_escaped(path.stem)}.*") if p.is_file()]
    except (OSError, ValueError):
        return
    for member in sorted(family):
        if not member.name.endswith(("-shm", "-journal")):
            yield os.path.relpath(member, folder), _digest(member)


def _escaped(stem: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)


def _program_digest() -> str:
    """Digest of this package's own files, so that a changed program never passes for the one that ran."""
    folder = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix != ".pyc" and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _versions() -> dict[str, str]:
    versions = {"python": sys.version}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = ""
    return versions


def _digest(path: Path) -> str:
    with only_regular(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
