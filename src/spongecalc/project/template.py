"""The file to start a project from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def write_template(path: Path) -> None:
    """Write the commented spongecalc.toml that ships with the package to ``path``."""
    source = resources.files("spongecalc.project") / "template.toml"
    path.write_text(source.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
