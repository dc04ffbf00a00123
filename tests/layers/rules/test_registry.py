"""The registry holds every rule that the source can raise, and no other; severities stand nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from spongecalc.language import LANGUAGES, catalogue
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.rules.page import STAGES, rules_page
from spongecalc.layers.rules.registry import SEVERITIES, rules

SOURCE = Path(__file__).resolve().parents[3] / "src" / "spongecalc"
# What is called with the id of a rule, and at which place among the arguments.
RAISERS = {
    "Finding": 0,
    "finding_at": 0,
    "found_at": 0,
    "changed": 0,
    "tell": 0,
    "say": 0,
    "_set_inverts": 2,
    "Note": 0,
    "Misplaced": 0,
    "SourceRefusedError": 0,
    "RowUnreadError": 0,
    "ClaimError": 0,
    "PriceError": 0,
    "LevelFileError": 0,
    "GroundError": 0,
    "EntityNote": 0,
    "note_at": 0,
    "_leave": 0,
    "_for_communities": 0,
    "_one_for_all": 0,
}
# Names that mean something else in other rooms, and the room in which they are called with a rule.
ONLY_IN = {"tell": "layers/", "say": "swmm/basin.py", "changed": "layers/repairs/", "notes": "ground/"}


@dataclass(frozen=True)
class Raised:
    """A call that raises rules: where it stands, the ids it may raise, and the texts among its arguments."""

    place: str
    ids: frozenset[str]
    texts: frozenset[str]
    keywords: frozenset[str]


class UnknownRuleError(Exception):
    """An argument of which nobody can say which rules it names."""


def constants(node: ast.expr, names: dict[str, list[ast.expr]], parameters: set[str]) -> set[str]:
    """Ids that an argument may be; none where it only hands on what another call was given."""
    match node:
        case ast.Constant(value=str(given)):
            return {given}
        case ast.IfExp():
            return constants(node.body, names, parameters) | constants(node.orelse, names, parameters)
        case ast.Attribute(attr="rule"):
            return set()
        case ast.Name() if node.id in names:
            return set().union(*(constants(v, names, parameters) for v in names[node.id]))
        case ast.Name() if node.id in parameters:
            return set()
        case ast.Subscript(value=ast.Name() as table) if table.id in names:
            (given,) = names[table.id]
            assert isinstance(given, ast.Dict)
            return set().union(*(constants(v, names, parameters) for v in given.values))
    raise UnknownRuleError(ast.unparse(node))


def assigned(tree: ast.AST) -> tuple[dict[str, list[ast.expr]], set[str]]:
    """Values given to names, those of loops over literals among them, and names that are handed in."""
    names: dict[str, list[ast.expr]] = {}
    handed = {"rule"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            names.setdefault(node.targets[0].id, []).append(node.value)
        if isinstance(node, ast.For) and isinstance(node.target, ast.Tuple) and isinstance(node.iter, ast.Tuple):
            for position, target in enumerate(node.target.elts):
                if isinstance(target, ast.Name):
                    rows = [r for r in node.iter.elts if isinstance(r, ast.Tuple)]
                    names.setdefault(target.id, []).extend(r.elts[position] for r in rows)
    return names, handed


def called(node: ast.Call) -> str:
    """The name of what a call calls."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def raised_in(text: str, name: str) -> Iterator[Raised]:
    """Every call of a module that raises rules."""
    tree = ast.parse(text)
    module, handed = assigned(tree)
    parents: dict[ast.AST, ast.AST] = {c: p for p in ast.walk(tree) for c in ast.iter_child_nodes(p)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        what = called(node)
        argument: ast.expr | None = None
        if what in RAISERS and name.startswith(ONLY_IN.get(what, "")):
            if len(node.args) > RAISERS[what]:
                argument = node.args[RAISERS[what]]
        elif what == "append" and isinstance(node.func, ast.Attribute):
            # The ground's notes are pairs of a rule and what fills its sentences.
            notes = isinstance(node.func.value, ast.Name) and node.func.value.id == "notes"
            if notes and name.startswith(ONLY_IN["notes"]) and node.args and isinstance(node.args[0], ast.Tuple):
                argument = node.args[0].elts[0]
        elif what == "replace":
            argument = next((k.value for k in node.keywords if k.arg == "rule"), None)
        if argument is None:
            continue
        around: ast.AST = node
        while around in parents and not isinstance(around, ast.FunctionDef):
            around = parents[around]
        own, _ = assigned(around)
        place = f"{name}:{node.lineno}"
        try:
            ids = constants(argument, {**module, **own}, handed)
        except UnknownRuleError as reason:
            raise AssertionError(f"{place}: nobody can tell which rules {reason} names") from None
        every = [*node.args, *(k.value for k in node.keywords)]
        texts = {n.value for a in every for n in ast.walk(a) if isinstance(n, ast.Constant) and str(n.value)}
        yield Raised(
            place,
            frozenset(ids),
            frozenset(t for t in texts if isinstance(t, str)),
            frozenset(k.arg for k in node.keywords if k.arg),
        )


@cache
def every_raise() -> tuple[Raised, ...]:
    files = sorted(SOURCE.rglob("*.py"))
    return tuple(
        r for f in files for r in raised_in(f.read_text(encoding="utf-8"), f.relative_to(SOURCE).as_posix())
    )


def test_every_rule_that_is_raised_is_registered_and_no_other_is() -> None:
    raised = {i: r.place for r in every_raise() for i in r.ids}
    assert len(raised) > 150
    assert not {i: place for i, place in raised.items() if i not in rules()}, "raised, but not in rules.csv"
    assert not set(rules()) - set(raised), "in rules.csv, but raised by nothing"


def test_no_call_passes_a_severity() -> None:
    passing = [r.place for r in every_raise() if r.texts & set(SEVERITIES) or "severity" in r.keywords]
    assert not passing


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ('finding_at("a.b", "pipes", row)', {"a.b"}),
        ('finding_at("a.b" if x else "a.c", "pipes", row)', {"a.b", "a.c"}),
        ('rule = "a.b" if x else "a.c"\nfinding_at(rule, "pipes", row)', {"a.b", "a.c"}),
        ('T = {"x": "a.b", "y": "a.c"}\nraise SourceRefusedError(T[k])', {"a.b", "a.c"}),
        ('for rule, n in (("a.b", 1), ("a.c", 2)):\n    changed(rule, "pipes")', {"a.b", "a.c"}),
        ('replace(finding, rule="a.b")', {"a.b"}),
        ('notes.append(("a.b", {}))', {"a.b"}),
        ("Finding(refusal.rule, Feature())", set()),
    ],
)
def test_the_collector_sees_every_way_of_naming_a_rule(line: str, ids: set[str]) -> None:
    (found,) = raised_in(line, "ground/m.py" if "notes" in line else "layers/repairs/m.py")
    assert found.ids == ids


def test_the_collector_sees_a_severity_and_refuses_what_it_cannot_read() -> None:
    (found,) = raised_in('finding_at("a.b", "warning", "pipes", row)', "m.py")
    assert found.texts & set(SEVERITIES)
    with pytest.raises(AssertionError, match=r"m\.py:1: nobody can tell which rules"):
        list(raised_in('Finding(f"a.{kind}", Feature())', "m.py"))


def test_a_finding_of_a_rule_that_is_not_registered_cannot_be_made() -> None:
    with pytest.raises(KeyError, match=r"pipe\.imagined"):
        Finding("pipe.imagined", Feature("pipes", "P1"))


def test_every_rule_has_sentences_and_a_stage() -> None:
    for language in LANGUAGES:
        sentences, meanings = catalogue("findings", language), catalogue("rules", language)
        for rule in rules().values():
            assert sentences[f"findings.{rule.id}.message"]
            assert sentences[f"findings.{rule.id}.action"]
            assert meanings[f"rules.{rule.id}.meaning"]
            assert rule.stage in STAGES
        assert {k.removeprefix("findings.").rpartition(".")[0] for k in sentences} == set(rules())
        assert {k.removeprefix("rules.").rpartition(".")[0] for k in meanings} == set(rules())


def test_the_page_of_rules_is_what_the_registry_says(repository: Path) -> None:
    assert (repository / "docs" / "rules.md").read_text(encoding="utf-8") == rules_page()


def test_every_rule_is_planted_in_a_test(repository: Path) -> None:
    """A rule that no test names, in quotes, is one that nobody has seen find its fault."""
    tests = [f for f in sorted((repository / "tests").rglob("test_*.py")) if f.name != Path(__file__).name]
    quoted = {q for f in tests for q in re.findall(r"\"([a-z]+\.[a-z_]+)\"", f.read_text(encoding="utf-8"))}
    assert not set(rules()) - quoted
