"""The package's own template of a design institute, copied into a folder to start from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from spongecalc.whole_file import replace_file

SETTINGS, LAYOUT = "template.toml", "report.typ"


def write_template(folder: Path) -> list[Path]:
    """Copy the package's own template into a folder; files that are there stay as they are."""
    written = []
    for name, source in ((SETTINGS, "institute.toml"), (LAYOUT, LAYOUT)):
        target = folder / name
        if target.exists():
            continue
        with resources.as_file(resources.files("spongecalc.report.render") / "templates" / source) as file:
            replace_file(target, file.read_bytes())
        written.append(target)
    return written
