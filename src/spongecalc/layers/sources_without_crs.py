"""Sources none of which says in what coordinate reference system it is: one message for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.source_read import SourceRead

NONE = "crs.none"
TAKEN_ALL = "crs.taken_all"
# For each rule of a single source that of all sources, where they are refused for the same reason.
REFUSED = {
    "crs.missing": NONE,
    "crs.missing_easting": NONE,
    "crs.missing_degrees": "crs.none_degrees",
    "crs.missing_zone": "crs.none_zone",
}
TAKEN = ("crs.guessed", "crs.taken")
# A system to show how one is written.
EXAMPLE = "EPSG:4543"


def told_once(
    findings: Sequence[Finding], read: Sequence[SourceRead], *, project_states_one: bool
) -> tuple[list[Finding], list[SourceRead]]:
    """Findings that name a lack of any CRS once, and the sources with the rule that they then come under.

    Parameters
    ----------
    findings
        What was found while reading, with a finding for each source that states no CRS.
    read
        What each source held. Where one of them states a CRS nothing is changed.
    project_states_one
        True where spongecalc.toml names the CRS to work in.
    """
    if any(source.crs for source in read):
        return list(findings), list(read)
    refused = [f for f in findings if f.rule in REFUSED]
    if refused:
        alike = len({(REFUSED[f.rule], str(f.found.get("crs", ""))) for f in refused}) == 1
        reason = refused[0].rule
        rule = REFUSED[reason] if alike else NONE
        if rule != NONE or not project_states_one:
            read = [replace(s, refused=rule) if s.refused in REFUSED else s for s in read]
            findings = _with(findings, refused, _one_for_all(rule, refused))
    taken = [f for f in findings if f.rule in TAKEN]
    if len(taken) > 1:
        findings = _with(findings, taken, _one_for_all(TAKEN_ALL, taken))
    return list(findings), list(read)


def _one_for_all(rule: str, told: Sequence[Finding]) -> Finding:
    layers = dict.fromkeys(f.feature.layer for f in told)
    found = {
        "count": len(layers),
        "layers": ", ".join(layers),
        "crs": next((str(f.found["crs"]) for f in told if f.found.get("crs")), EXAMPLE),
    }
    files = {f.feature.file for f in told}
    return Finding(rule, Feature(file=files.pop() if len(files) == 1 else ""), found)


def _with(findings: Sequence[Finding], gone: Sequence[Finding], instead: Finding) -> list[Finding]:
    """Findings with one in the place of several, where the first of them was."""
    there = {id(f) for f in gone}
    kept: list[Finding] = []
    for finding in findings:
        if finding is gone[0]:
            kept.append(instead)
        elif id(finding) not in there:
            kept.append(finding)
    return kept
