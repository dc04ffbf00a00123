"""Covers and materials are listed in the catalogue's tables, and nowhere else."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from pathlib import Path

import spongecalc
from spongecalc.catalogue.catalogue import shipped
from spongecalc.catalogue.material import folded

ROOT = Path(spongecalc.__file__).parent
COVERS = frozenset(shipped().cover_ids)
COVER_NAMES = COVERS | frozenset(shipped().cover_names())
MATERIAL_NAMES = frozenset(folded(n) for m in shipped().materials.values() for n in m.names)
# Tables whose rows are the catalogue's, and columns that speak of a cover by its id.
TABLES = {"covers.csv", "materials.csv"}
REFERENCES = {
    # Which cover a facility's ground is like; what of retained rain is taken out of solids by what holds it.
    ("facility_ground.csv", "like"),
    ("solids_removal.csv", "facility"),
    # The codes of another format, and the materials and covers that they stand for.
    ("isybau_codes.csv", "code"),
    ("isybau_codes.csv", "value"),
    # Families of materials, two of which bear the name of one of theirs.
    ("nominal_diameters.csv", "family"),
}
ENOUGH = 3
"""Two words may meet by chance: "water" is a utility too, "concrete" a family."""


def _collections(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    """The texts of each list, tuple, set and mapping of a module, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            parts: list[ast.expr | None] = list(node.elts)
        elif isinstance(node, ast.Dict):
            parts = [*node.keys, *node.values]
        else:
            continue
        yield node.lineno, {p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)}


def _listed(texts: set[str]) -> bool:
    names = {folded(t) for t in texts}
    return len(texts & COVER_NAMES) >= ENOUGH or len(names & MATERIAL_NAMES) >= ENOUGH


def test_no_module_lists_covers_or_materials() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted(ROOT.rglob("*.py"))
        for line, texts in _collections(ast.parse(path.read_text(encoding="utf-8")))
        if _listed(texts)
    ]
    assert found == []


def test_no_other_table_lists_covers_or_materials() -> None:
    found = []
    for path in sorted(ROOT.rglob("*.csv")):
        if path.name in TABLES:
            continue
        with path.open(encoding="utf-8") as stream:
            table = list(csv.DictReader(stream))
        for column in table[0]:
            if (path.name, column) not in REFERENCES and _listed({row[column] or "" for row in table}):
                found.append(f"{path.name}, {column}")
    assert found == []


def test_no_language_file_or_style_names_covers() -> None:
    for path in sorted((ROOT / "report" / "templates").rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        assert [c for c in COVERS if f".a.{c}" in text] == [], path.name
    for path in sorted((ROOT / "language").glob("*.toml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        sections: dict[str, set[str]] = {}
        section = ""
        for line in lines:
            section = line if line.startswith("[") else section
            sections.setdefault(section, set()).add(line.partition(" = ")[0])
        assert [s for s, keys in sections.items() if len(keys & COVERS) >= ENOUGH] == [], path.name
