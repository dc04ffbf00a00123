"""Versions of what a result rests on."""

from __future__ import annotations

from importlib.metadata import version

PACKAGES = ("spongecalc", "pyswmm", "swmm-toolkit", "geopandas", "shapely", "networkx", "numpy", "pandas")


def versions() -> dict[str, str]:
    """Installed versions of the package and of the libraries whose figures it reports."""
    return {name: version(name) for name in PACKAGES}
