"""Read an earlier delivery of a project's layers: another project's folder, or one file of layers."""

from __future__ import annotations

from pathlib import Path

from spongecalc.contract import SCHEMAS
from spongecalc.gate import vector
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.language import text
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.membership import assign_communities
from spongecalc.layers.read import read_layers
from spongecalc.project.load import Project, ProjectError, load_project


class EarlierError(Exception):
    """An earlier delivery that cannot be read at all."""

    def __init__(self, rule: str, mistakes: ProjectError | None = None, **found: object) -> None:
        super().__init__(rule)
        self.rule, self.mistakes, self.found = rule, mistakes, found

    def sentences(self, language: str) -> list[str]:
        """Say in words why the earlier delivery cannot be compared."""
        if self.mistakes is not None:
            return self.mistakes.sentences(language)
        return [text(f"bill.cli.{self.rule}", language, **self.found)]


def read_earlier(
    project: Project, earlier: Path
) -> tuple[LayerSet, LayerSet, tuple[str, ...], tuple[Finding, ...]]:
    """Both deliveries as read, with communities but without repairs, in the project's CRS.

    Parameters
    ----------
    project
        The project as it is now.
    earlier
        The folder of the project as it was, with its own spongecalc.toml; or a file that holds the layers
        under the names, and with the fields, of the project's own sources.

    Returns
    -------
    The earlier and the present layers, the names of layers that the earlier file does not hold and that are
    left out of both, and what was found while reading.

    Raises
    ------
    EarlierError
        Nothing there, no project file, or not a file of layers.
    """
    settings = project.settings
    now, found = read_layers(project.folder, settings.layers, settings.crs, catalogue=settings.catalogue)
    now = _placed(now)
    crs = now.crs.to_string()
    if not earlier.exists():
        raise EarlierError("earlier_missing", path=earlier)
    if earlier.is_dir() or earlier.suffix == ".toml":
        try:
            other = load_project(earlier)
        except ProjectError as mistakes:
            raise EarlierError("earlier_project", mistakes) from None
        before, early = read_layers(other.folder, other.settings.layers, crs, catalogue=other.settings.catalogue)
        left_out: tuple[str, ...] = ()
    else:
        try:
            with Entrance(earlier, "vector"):
                held = {str(name) for name in vector.list_layers(earlier)[:, 0]}
        except UnreadableError:
            raise EarlierError("earlier_unreadable", path=earlier) from None
        sources = {
            layer: (own[0].model_copy(update={"source": earlier.name}),)
            for layer, own in settings.layers.items()
            if layer in SCHEMAS and own and (own[0].layer or layer) in held
        }
        before, early = read_layers(earlier.parent, sources, crs, catalogue=settings.catalogue)
        left_out = tuple(n for n in SCHEMAS if n in settings.layers and n not in sources)
        for name in left_out:
            now = now.with_frame(name, before[name])
        early = tuple(f for f in early if f.rule not in ("layer.not_given", "layer.needed"))
    return _placed(before), now, left_out, (*early, *found)


def _placed(layers: LayerSet) -> LayerSet:
    """Layers with the community that each feature belongs to beside the one that it states."""
    assigned, _ = assign_communities(layers)
    for name in SCHEMAS:
        frame = layers[name]
        if len(frame):
            layers = layers.with_frame(name, frame.assign(belongs_to=assigned[name]["community_id"]))
    return layers
