"""pyswmm is how SWMM is spoken to; where it is not, the line says why."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pyswmm import Nodes, Simulation
from pyswmm.swmm5 import PYSWMMException
from pyswmm.toolkitapi import NodeResults

import spongecalc
from spongecalc.swmm.open_model import OpenModel

SOURCES = Path(spongecalc.__file__).parent
REASON = re.compile(r"swmm-toolkit: .*pyswmm")


def direct_uses(text: str) -> list[tuple[str, str]]:
    """Each line that imports from swmm.toolkit or calls it, with the comment on it and right above it."""
    lines, names, found = text.splitlines(), set(), set()
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            module = getattr(node, "module", None) or node.names[0].name
            if module.partition(".")[0] == "swmm":
                found.add(node.lineno)
                if module == "swmm.toolkit":
                    names |= {alias.asname or alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            found.add(node.lineno)
    uses = []
    for line in sorted(found):
        above = line - 1
        while above and lines[above - 1].lstrip().startswith("#"):
            above -= 1
        uses.append((lines[line - 1].strip(), " ".join(x.partition("#")[2].strip() for x in lines[above:line])))
    return uses


def test_each_direct_use_of_the_toolkit_says_why():
    found = {
        (path.relative_to(SOURCES).as_posix(), line): said
        for path in sorted(SOURCES.rglob("*.py"))
        for line, said in direct_uses(path.read_text(encoding="utf-8"))
    }
    files = {name for name, _ in found}
    assert files == {
        "batch/run_key.py",
        "swmm/output_file.py",
        "swmm/runoff_volumes.py",
        "swmm/statistics.py",
    }, "another module speaks to swmm-toolkit itself"
    silent = [use for use, said in found.items() if not REASON.search(said)]
    assert silent == []


def test_a_use_that_says_nothing_is_found():
    text = (
        "from swmm.toolkit import solver as engine  # swmm-toolkit: pyswmm has no call\n"
        "# swmm-toolkit: pyswmm leaves it out\n"
        "x = engine.node_get_stats(1).nonConvergedCount\n"
        "y = engine.swmm_step()\n"
        "z = other.swmm_step()\n"
    )
    assert [bool(REASON.search(said)) for _, said in direct_uses(text)] == [True, True, False]


def test_everything_that_runs_the_engine_imports_pyswmm():
    importing = {
        path.stem
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "pyswmm"
    }
    wanted = {
        "engine",
        "statistics",
        "output_file",
        "open_model",
        "runoff_volumes",
        "coupled",
        "stepped_simulation",
    }
    assert wanted <= importing


@pytest.mark.parametrize(
    "module",
    ["cli.app", "batch.runs", "batch.model_runs", "batch.runoff_batch", "overland.store", "steps.pipeline"],
)
def test_who_only_plans_does_not_wait_for_pyswmm(module):
    code = f"import sys, spongecalc.{module}; print('pyswmm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_objects_by_number_and_by_id(tmp_path, courtyard):
    """A number reads what the id reads, and reads it of a file in GBK, where pyswmm finds no such object."""
    inp = tmp_path / "gbk.inp"
    inp.write_bytes(courtyard.replace("J1", "雨水井1").encode("gbk"))
    with Simulation(str(inp)) as simulation:
        simulation.step_advance(3600)
        next(simulation)
        model = OpenModel()
        assert model.getNodeResult("J2", NodeResults.newDepth.value) == Nodes(simulation)["J2"].depth
        assert model.node_statistics(1) == model.node_statistics("J2") == Nodes(simulation)["J2"].statistics
        assert model.node_statistics(0)["max_depth"] > 0.1
        with pytest.raises(PYSWMMException):
            list(Nodes(simulation))
