"""From GIS layers of a community's drainage to SWMM models and a review report.

``import spongecalc as sc`` gives what ``__all__`` lists; :func:`open_project` is where to begin. Nothing else is
imported until it is asked for, so that the command line starts quickly.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spongecalc.api.model import Model
    from spongecalc.api.project import NotModelledError, Project, open_project
    from spongecalc.api.result import Result, RunFailedError
    from spongecalc.api.storms import chicago, storm_formula
    from spongecalc.api.system import System
    from spongecalc.language.unknown_name import UnknownNameError
    from spongecalc.project.load import ProjectError

__version__ = "0.1.0"

__all__ = [
    "Model",
    "NotModelledError",
    "Project",
    "ProjectError",
    "Result",
    "RunFailedError",
    "System",
    "UnknownNameError",
    "__version__",
    "chicago",
    "open_project",
    "storm_formula",
]

# Where each name lives: it is imported when it is first asked for.
_HOMES = {
    "Model": "api.model",
    "NotModelledError": "api.project",
    "Project": "api.project",
    "ProjectError": "project.load",
    "Result": "api.result",
    "RunFailedError": "api.result",
    "System": "api.system",
    "UnknownNameError": "language.unknown_name",
    "chicago": "api.storms",
    "open_project": "api.project",
    "storm_formula": "api.storms",
}


def __getattr__(name: str) -> object:
    """A public name, imported from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return sorted({*globals(), *__all__})
