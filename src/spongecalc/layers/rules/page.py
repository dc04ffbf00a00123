"""docs/rules.md, written from the registry: ``python -m spongecalc.layers.rules.page > docs/rules.md``."""

from __future__ import annotations

import re

from spongecalc.language import catalogue
from spongecalc.layers.rules.registry import Rule, rules

HEAD = """# Rules of the data checks 数据检查规则

Written from the registry by `python -m spongecalc.layers.rules.page`; a test compares the two. An *error* keeps
its own community from being modelled, a *warning* wants an engineer's eye, a note (*info*) tells what was done.
"repair" names what `spongecalc check --fix` does about it.
"""

# Of the two words that go with a count the page has the one for many.
COUNTED = re.compile(r"\{\w+:[^|{}]*\|([^{}]*)\}")

STAGES = {
    "reading": "Reading 读取",
    "features": "Features 要素",
    "network": "Network 管网",
    "surfaces": "Surroundings 下垫面与周边",
    "model": "Model 模型",
    "repair": "Repairs 修复",
}


def rules_page() -> str:
    """The page as Markdown."""
    lines = [HEAD]
    for stage, title in STAGES.items():
        lines.append(f"## {title}\n")
        for rule in rules().values():
            if rule.stage == stage:
                lines.extend(_entry(rule))
    return "\n".join(lines).rstrip() + "\n"


def _entry(rule: Rule) -> list[str]:
    english, chinese = catalogue("findings", "en"), catalogue("findings", "zh")
    repair = f" · repair: {rule.repair}" if rule.repair else ""
    return [
        f"### {rule.id}\n",
        f"*{' or '.join(rule.severities)}*{repair}\n",
        COUNTED.sub(r"\1", f"- {english[f'findings.{rule.id}.message']} {english[f'findings.{rule.id}.action']}"),
        f"  For the model: {rule.meaning('en')}",
        f"- {chinese[f'findings.{rule.id}.message']} {chinese[f'findings.{rule.id}.action']}",
        f"  对模型：{rule.meaning('zh')}",
        "",
    ]


if __name__ == "__main__":
    print(rules_page(), end="")
