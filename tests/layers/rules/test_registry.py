"""Every rule that the checks name is registered, with sentences and a docs entry."""

from __future__ import annotations

import re
from pathlib import Path

from spongecalc.language import catalogue
from spongecalc.layers.finding import SEVERITIES
from spongecalc.layers.rules.page import rules_page
from spongecalc.layers.rules.registry import rules

CHECKS = ("layers", "network/connectivity.py", "network/lateral_rules.py")
NAMED = re.compile(
    r"(?:found_at|finding_at|Finding|SourceRefusedError|Note|Misplaced|changed|tell)\(\s*f?\"([a-z]+\.[a-z_{}]+)\""
)


def test_every_rule_that_is_named_in_the_checks_is_registered(repository: Path) -> None:
    source = repository / "src" / "spongecalc"
    files = [
        f for c in CHECKS for f in ([source / c] if c.endswith(".py") else sorted((source / c).rglob("*.py")))
    ]
    named = {rule for f in files for rule in NAMED.findall(f.read_text(encoding="utf-8")) if "{" not in rule}
    assert len(named) > 80
    assert not named - set(rules())


def test_every_rule_has_sentences_and_a_known_severity() -> None:
    for language in ("en", "zh"):
        sentences, meanings = catalogue("findings", language), catalogue("rules", language)
        for rule in rules().values():
            assert sentences[f"findings.{rule.id}.message"]
            assert sentences[f"findings.{rule.id}.action"]
            assert meanings[f"rules.{rule.id}.meaning"]
            assert set(rule.severities) <= set(SEVERITIES)
    assert {m.split(".", 1)[1].rpartition(".")[0] for m in catalogue("rules", "en")} == set(rules())


def test_the_page_of_rules_is_what_the_registry_says(repository: Path) -> None:
    assert (repository / "docs" / "rules.md").read_text(encoding="utf-8") == rules_page()


def test_every_rule_is_planted_in_a_test(repository: Path) -> None:
    """A rule that no test names, in quotes, is one that nobody has seen find its fault."""
    tests = [f for f in sorted((repository / "tests").rglob("test_*.py")) if f.name != Path(__file__).name]
    quoted = {q for f in tests for q in re.findall(r"\"([a-z]+\.[a-z_]+)\"", f.read_text(encoding="utf-8"))}
    assert not set(rules()) - quoted
