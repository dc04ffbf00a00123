"""The file to start a project from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from spongecalc.whole_file import replace_file


def write_template(path: Path) -> None:
    """Write the commented spongecalc.toml that ships with the package to ``path``."""
    source = resources.files("spongecalc.project") / "template.toml"
    replace_file(path, source.read_text(encoding="utf-8").encode("utf-8"))
