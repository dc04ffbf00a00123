"""docs/rules.md, written from the registry: ``python -m spongecalc.layers.rules.page > docs/rules.md``."""

from __future__ import annotations

import re

from spongecalc.language import catalogue
from spongecalc.layers.rules.registry import Rule, rules

HEAD = """# Rules of the findings 问题清单的规则

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
    "runs": "Runs 计算",
    "ground": "Ground 地面",
    "measurements": "Measurements 监测",
    "bill": "Claims and prices 申报与单价",
    "repair": "Repairs 修复",
}


def rules_page() -> str:
    """The page as Markdown.

    Raises
    ------
    ValueError
        A rule is of a stage that the page has no heading for.
    """
    lines = [HEAD]
    homeless = [r.id for r in rules().values() if r.stage not in STAGES]
    if homeless:
        raise ValueError(f"rules of no stage of the page: {', '.join(homeless)}")
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
        f"*{rule.severity}*{repair}\n",
        COUNTED.sub(r"\1", f"- {english[f'findings.{rule.id}.message']} {english[f'findings.{rule.id}.action']}"),
        f"  For the model: {rule.meaning('en')}",
        f"- {chinese[f'findings.{rule.id}.message']} {chinese[f'findings.{rule.id}.action']}",
        f"  对模型：{rule.meaning('zh')}",
        "",
    ]


if __name__ == "__main__":
    print(rules_page(), end="")
