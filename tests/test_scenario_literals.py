"""The names of the default scenarios stand where they are declared, and nowhere else."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import spongecalc
from spongecalc.project.scenario_settings import DEFAULT_PAIR

ROOT = Path(spongecalc.__file__).parent
# Their declaration, the columns of the tables that tell what a repair or a delivery changed, and pydantic's words
# for when it calls a check.
MOST = 6


def literals(path: Path) -> int:
    """How often a file writes one of the names as a text of its own."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return sum(isinstance(node, ast.Constant) and node.value in DEFAULT_PAIR for node in nodes)


def counted(paths: list[Path]) -> Counter[str]:
    return Counter({p.relative_to(ROOT).as_posix(): n for p in paths if (n := literals(p))})


def test_no_code_but_the_declaration_knows_the_default_scenarios() -> None:
    found = counted(sorted(ROOT.rglob("*.py")))
    assert found.total() <= MOST, found
