"""The models in the project's folder: what belongs there, what is stale, and writing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from spongecalc.steps.built import Built
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.identifiers import folder_name


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
    stale = [p for p, text in wanted.items() if not p.is_file() or not _holds(p, text)]
    return tuple(sorted([*stale, *_left_over(built, wanted)]))


def _holds(path: Path, text: str) -> bool:
    """True where a file is this text; one that was saved in another encoding is another."""
    return path.read_bytes().replace(b"\r\n", b"\n") == text.encode("utf-8")


def write_models(built: Built) -> tuple[Path, ...]:
    """Write the models; files that would not change are left alone. Returns those written or removed."""
    changed = stale_models(built)
    wanted = ModelFiles(built)
    for path in changed:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
    return changed


def _left_over(built: Built, wanted: Mapping[Path, str]) -> list[Path]:
    checked = built.checked
    whole = set(checked.community_ids) == set(checked.layers.community_ids)
    names = checked.project.settings.scenario_names
    if not whole or {s.scenario for s in checked.systems} != set(names):
        return []
    folder = checked.project.folder / checked.project.settings.models
    return [p for name in names for p in folder.glob(f"*/{name}.inp") if p not in wanted]
