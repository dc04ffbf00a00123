"""The step from checked layers to files of the network for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spongecalc.export.forms import Exported, contents_of, file_stem
from spongecalc.export.network import exported_network
from spongecalc.steps.checked import Checked
from spongecalc.whole_file import replace_files

FOLDER = "export"
"""Where files go, in the project's folder of results."""


class NoPipeError(ValueError):
    """No pipe of the communities stands in the scenario."""


def export(
    checked: Checked, scenario: str, communities: Sequence[str], forms: Sequence[str], folder: Path | None = None
) -> Exported:
    """Write the pipes and nodes of some communities that stand in a scenario; all forms or none.

    Parameters
    ----------
    scenario
        Name of a scenario of the project.
    communities
        Ids; none for all.
    forms
        Of :data:`spongecalc.export.forms.FORMS`.
    folder
        By default ``export`` in the project's results.

    Raises
    ------
    NoPipeError
        There is nothing to write.
    MissingIfcError
        IFC is asked for and ifcopenshell is not installed.
    OSError
        The files cannot be written; those that were there stay.
    """
    settings = checked.project.settings
    own = next(s for s in settings.scenarios if s.name == scenario)
    chosen = list(communities) or checked.layers.community_ids
    network = exported_network(settings.name, checked.layers, own, chosen)
    if network.pipes.empty:
        raise NoPipeError(scenario)
    contents, exported = contents_of(network, forms, file_stem(scenario, sorted(communities)))
    place = checked.project.results_folder / FOLDER if folder is None else folder
    files = {place / name: content for name, content in contents.items()}
    replace_files(files)
    return replace(exported, files=tuple(files))
