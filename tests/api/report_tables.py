"""Tables of SWMM's own report, read with a reader of the tests' own."""

from __future__ import annotations


def report_table(report: str, title: str) -> dict[str, list[str]]:
    """Rows of one of the report's tables: first word -> the other words; empty where the report has none."""
    if f"\n  {title}\n" not in report:
        return {}
    lines = report.split(f"\n  {title}\n", 1)[1].splitlines()
    rules = [n for n, line in enumerate(lines) if line.strip() and set(line.strip()) == {"-"}]
    rows: dict[str, list[str]] = {}
    for line in lines[rules[1] + 1 :] if len(rules) > 1 else []:
        words = line.split()
        if not words or set(words[0]) <= {"-", "*"}:
            break
        rows[words[0]] = words[1:]
    return rows
