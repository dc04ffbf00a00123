"""The packages stand in one order, each imports only what stands before it, and no modules import in a ring."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

import spongecalc

ROOT = Path(spongecalc.__file__).parent
# From the ground up; those of one row do not import one another.
ORDER = (
    ("standards", "language", "decimals", "formula_guard", "progress", "versions", "whole_file", "sealed_json"),
    ("gate",),
    ("catalogue",),
    ("contract",),
    ("rainfall",),
    ("project",),
    ("layers",),
    ("evidence", "scenario"),
    ("intake",),
    ("ground",),
    ("surfaces", "network"),
    ("design", "swmm"),
    ("batch",),
    ("sponge", "overland", "sweep"),
    ("assess",),
    ("report",),
    ("export",),
    ("steps",),
    ("api",),
    ("cli",),
    ("__main__",),
)
LEVEL = {package: level for level, row in enumerate(ORDER) for package in row}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_name(path): path for path in sorted(ROOT.rglob("*.py")) if path.parent != ROOT or path.stem[0] != "_"
}
MODULES["__main__"] = ROOT / "__main__.py"


def import_statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Every import below a node: in functions too, and those for the type checker alone."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child


def imported(path: Path) -> set[str]:
    """The modules of the package that a file imports."""
    names: list[str] = []
    for statement in import_statements(ast.parse(path.read_text(encoding="utf-8"))):
        lead = f"{statement.module}." if isinstance(statement, ast.ImportFrom) else ""
        names.extend(f"{lead}{alias.name}" for alias in statement.names)
    own = [name.removeprefix("spongecalc.") for name in names if name.startswith("spongecalc.")]
    # The name of a module, or of something in it; the version is the package's own.
    return {name if name in MODULES else name.rpartition(".")[0] for name in own} - {""}


def test_imports_for_the_type_checker_count_as_imports() -> None:
    lines = "if TYPE_CHECKING:\n    import spongecalc.cli\ndef late():\n    import spongecalc.progress\n"
    assert len(list(import_statements(ast.parse(lines)))) == 2


def test_every_package_has_its_place() -> None:
    assert {name.split(".")[0] for name in MODULES} == set(LEVEL)


@pytest.mark.parametrize("package", [p for row in ORDER for p in row])
def test_a_package_imports_only_what_stands_before_it(package: str) -> None:
    upward = {
        (name, other)
        for name, path in MODULES.items()
        if name.split(".")[0] == package
        for other in imported(path)
        if other.split(".")[0] != package and LEVEL[other.split(".")[0]] >= LEVEL[package]
    }
    assert upward == set()


def test_no_modules_import_in_a_ring() -> None:
    graph = nx.DiGraph((name, other) for name, path in MODULES.items() for other in imported(path))
    rings = [sorted(ring) for ring in nx.strongly_connected_components(graph) if len(ring) > 1]
    assert rings == []


# Within the report: what is said stands below what is laid beside it as files, and both below what draws it.
REPORT_ORDER = ("content", "tables", "render")


@pytest.mark.parametrize("room", REPORT_ORDER)
def test_within_the_report_content_knows_nothing_of_what_draws_it(room: str) -> None:
    above = REPORT_ORDER[REPORT_ORDER.index(room) + 1 :]
    upward = {
        (name, other)
        for name, path in MODULES.items()
        if name.startswith(f"report.{room}")
        for other in imported(path)
        if other.split(".")[1:2] and other.startswith("report.") and other.split(".")[1] in above
    }
    assert upward == set()
    assert {n.split(".")[1] for n in MODULES if n.startswith("report.")} == set(REPORT_ORDER)


def test_word_and_workbooks_share_no_module_of_one_another() -> None:
    word = {n for n in MODULES if n.startswith("report.render.word_")}
    books = {"report.render.workbook", "report.render.quantities_workbook", "report.render.sheet_printing"}
    assert word and books <= set(MODULES)
    assert {other for n in books for other in imported(MODULES[n])} & word == set()
    assert {other for n in word for other in imported(MODULES[n])} & books == set()
