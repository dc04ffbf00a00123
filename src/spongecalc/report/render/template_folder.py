"""The package's own template of a design institute, copied into a folder to start from."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

SETTINGS, LAYOUT = "template.toml", "report.typ"


def write_template(folder: Path) -> list[Path]:
    """Copy the package's own template into a folder; files that are there stay as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, source in ((SETTINGS, "institute.toml"), (LAYOUT, LAYOUT)):
        target = folder / name
        if target.exists():
            continue
        with resources.as_file(resources.files("spongecalc.report.render") / "templates" / source) as file:
            shutil.copyfile(file, target)
        written.append(target)
    return written
