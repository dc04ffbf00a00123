"""The models in the project's folder: what belongs there, what is stale, and writing them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from spongecalc.batch.own_files import note_written, own_files, remove_left_over
from spongecalc.steps.built import Built
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.identifiers import folder_name
from spongecalc.whole_file import replace_file

EDITED = ".edited.inp"
"""End of the name under which a model that somebody changed is kept beside the one that is written anew."""


class ModelFiles(Mapping[Path, str]):
    """Path of each model in the project's folder of models -> its text for the headline storm.

    A text is written when it is looked at: those of a county need not be in memory together.
    """

    def __init__(self, built: Built) -> None:
        project = built.checked.project
        folder = project.folder / project.settings.models
        self._event = storm_event(built.headline, project.settings.simulation, report_all=True)
        self._models = {folder / folder_name(m.name) / f"{m.scenario}.inp": m for m in built.models}

    def __getitem__(self, path: Path) -> str:
        """The text of a model. Raises KeyError where no model belongs."""
        return self._models[path].text(self._event)

    def __iter__(self) -> Iterator[Path]:
        """Paths of the models, in their order."""
        return iter(self._models)

    def __len__(self) -> int:
        """Number of models."""
        return len(self._models)

    def __contains__(self, path: object) -> bool:
        """True where a model belongs there; no text is written for it."""
        return path in self._models


def stale_models(built: Built) -> tuple[Path, ...]:
    """Model files that are not what the layers give: missing, different, or left over from other layers.

    Left-overs are looked for only when the whole project was built.
    """
    wanted = ModelFiles(built)
    return tuple(sorted([*_changed(wanted), *_left_over(built, wanted)]))


def models_changed_by_hand(built: Built) -> tuple[Path, ...]:
    """Model files that somebody changed since they were written, and that are not what the layers give.

    One that no record names counts where it is no text of ours at all, such as one in another encoding. Where the
    record is damaged nobody knows, and each counts.
    """
    return edited_models(built, _changed(ModelFiles(built)))


def edited_models(built: Built, changed: Iterable[Path]) -> tuple[Path, ...]:
    """Those of some model files that somebody changed since they were made; none is what the layers give.

    As :func:`models_changed_by_hand` has it, without looking for what changed once more.
    """
    record = own_files(_folder(built))
    return tuple(
        path
        for path in changed
        if path.is_file() and (record.is_damaged or record.edited(path) or not _is_text(path))
    )


def keep_edited(built: Built) -> dict[Path, Path]:
    """Copy every model file that somebody changed to a name beside it: the next writing puts the layers' there.

    Returns
    -------
    The copy of each such file; one that has a copy of the same content already keeps that.

    Raises
    ------
    OSError
        A copy cannot be written; no model has been touched then.
    """
    return _kept(models_changed_by_hand(built), ModelFiles(built))


def _kept(edited: Iterable[Path], wanted: Mapping[Path, str]) -> dict[Path, Path]:
    kept = {}
    for path in edited:
        content, number = path.read_bytes(), 1
        # Another call may have written the model meanwhile.
        if _is_that(content, wanted[path]):
            continue
        copy = path.with_suffix(EDITED)
        while copy.exists() and (not copy.is_file() or copy.read_bytes() != content):
            number += 1
            copy = path.with_suffix(f".{number}{EDITED}")
        if not copy.exists():
            replace_file(copy, content)
        kept[path] = copy
    return kept


def models_left(built: Built) -> tuple[Path, ...]:
    """Left-over model files that spongecalc does not remove: it has no record of writing them as they are now."""
    record = own_files(_folder(built))
    return tuple(p for p in _left_over(built, ModelFiles(built)) if not record.is_own(p))


def models_left_out(built: Built, asked: Collection[str] = ()) -> tuple[Path, ...]:
    """Model files of communities that errors keep out: they are of earlier layers, and stay as they are.

    ``asked`` are the communities that the call is for, none for all. Where a source could not be read, nobody
    knows which communities there are, and every model counts that the layers do not give.
    """
    folder, wanted = _folder(built), ModelFiles(built)
    names = built.checked.project.settings.scenario_names
    layers = built.checked.layers
    out = set(layers.community_ids) - set(built.checked.community_ids)
    folders = [folder / folder_name(community) for community in (out & set(asked) if asked else out)]
    if _is_in_part(built) and not asked:
        folders = [p for p in folder.glob("*") if p.is_dir()]
    found = (place / f"{name}.inp" for place in folders for name in names)
    return tuple(sorted(p for p in found if p not in wanted and p.is_file() and _begins_as_ours(p)))


def write_models(built: Built) -> tuple[Path, ...]:
    """Write the models; files that would not change are left alone. Returns those written or removed.

    A left-over file is removed only if it is recorded as written by spongecalc and nobody changed it since; one
    that somebody changed is kept under another name before it is written anew.
    """
    wanted = ModelFiles(built)
    folder = _folder(built)
    changed = _changed(wanted)
    _kept(edited_models(built, changed), wanted)
    for path in changed:
        replace_file(path, wanted[path].encode("utf-8"))
    removed = remove_left_over(folder, _left_over(built, wanted))
    for place in {path.parent for path in removed}:
        if not any(place.iterdir()):
            place.rmdir()
    record = own_files(folder)
    if changed or removed or record.is_damaged or not record.is_there:
        note_written(folder, wanted)
    return tuple(sorted([*changed, *removed]))


def _folder(built: Built) -> Path:
    project = built.checked.project
    return project.folder / project.settings.models


def _changed(wanted: Mapping[Path, str]) -> list[Path]:
    """Model files that are missing, or not what the layers give."""
    return [p for p, text in wanted.items() if not p.is_file() or not _holds(p, text)]


def _holds(path: Path, text: str) -> bool:
    """True where a file is this text; one that was saved in another encoding is another."""
    return _is_that(path.read_bytes(), text)


def _is_that(content: bytes, text: str) -> bool:
    return content.replace(b"\r\n", b"\n") == text.encode("utf-8")


def _is_text(path: Path) -> bool:
    try:
        return "\0" not in path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False


def _left_over(built: Built, wanted: Mapping[Path, str]) -> list[Path]:
    """Models by our name and title of what is no longer in the layers; other files there are none of ours.

    Nobody knows of any where a part of the layers could not be read.
    """
    checked = built.checked
    whole = set(checked.community_ids) == set(checked.layers.community_ids)
    names = checked.project.settings.scenario_names
    if not whole or _is_in_part(built) or {s.scenario for s in checked.systems} != set(names):
        return []
    found = (p for name in names for p in _folder(built).glob(f"*/{name}.inp") if p not in wanted)
    return [p for p in found if p.is_file() and _begins_as_ours(p)]


def _is_in_part(built: Built) -> bool:
    """True where an error is of no community: what was not read may be a whole one."""
    return any(f.severity == "error" and not f.feature.community_id for f in built.checked.findings)


def _begins_as_ours(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(200).replace(b"\r\n", b"\n").startswith(b"[TITLE]\nspongecalc ")
