"""Parts of models among the sources that no layer holds, put back into what is built of them: rules, transects,
streets and inlets, patterns and inflows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.model_sources import shown_names
from spongecalc.layers.sources.swmm.carried import CarriedModel, CarriedObject, quoted
from spongecalc.scenario import DrainageSystem

Rows = Sequence[Sequence[str]]

# What depends on the event; the rest is the same in all of them.
OF_EVENTS = ("INFLOWS", "TIMESERIES")
FLOW_ROW_BASE, FLOW_ROW_PATTERN = 6, 7


@dataclass(frozen=True)
class CarriedPart:
    """All that is put back into one model.

    ``sections`` are the same in every event, and so are the time series ``always``, which rules read. ``inflows``
    and their series ``of_storms`` begin with a storm's run; in dry weather and with tracers, which are of another
    time, their steady part alone flows. ``patterns`` are those of the layers' own flows by model id.
    """

    sections: Mapping[str, list[tuple[str, ...]]] = field(default_factory=dict)
    inflows: tuple[tuple[str, ...], ...] = ()
    always: tuple[tuple[str, ...], ...] = ()
    of_storms: tuple[tuple[str, ...], ...] = ()
    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def with_sections(self, sections: Mapping[str, Rows]) -> dict[str, Rows]:
        """Return a model's sections with what is put back, and the layers' own flows with their patterns."""
        joined = dict(sections)
        for name, rows in self.sections.items():
            joined[name] = [*sections.get(name, []), *rows]
        if self.patterns:
            joined["DWF"] = [
                (*row[:3], *self.patterns[row[0]]) if row[0] in self.patterns else row for row in sections["DWF"]
            ]
        return joined

    def in_event(self, of_event: Mapping[str, Rows], *, storm: bool) -> dict[str, Rows]:
        """Return the sections of an event with inflows and series; ``storm`` for one without tracers.

        SWMM holds one flow a node: what else flows in there is added to the steady part.
        """
        if not (self.inflows or self.always or self.patterns):
            return dict(of_event)
        rows = {row[0]: list(row) for row in of_event["INFLOWS"] if row[1] == "FLOW"}
        for node, row in rows.items():
            if len(self.patterns.get(node, ())) == 1:
                rows[node] = [*row, *self.patterns[node]]
        for own in self.inflows:
            row = list(own) if storm else [*own[:2], '""', *own[3:]]
            base = float(row[FLOW_ROW_BASE])
            if row[2] == '""' and base == 0:
                continue
            given = rows.get(row[0])
            if given is not None:
                row[FLOW_ROW_BASE] = f"{base + float(given[FLOW_ROW_BASE]):.9g}"
            rows[row[0]] = row
        others = [tuple(row) for row in of_event["INFLOWS"] if row[1] != "FLOW"]
        series = [*of_event["TIMESERIES"], *self.always, *(self.of_storms if storm else ())]
        inflows = [*(tuple(row) for row in rows.values()), *others]
        return {**of_event, "INFLOWS": inflows, "TIMESERIES": series}


def carried_part(
    system: DrainageSystem,
    nodes: Mapping[str, str],
    elements: Iterable[Sequence[str]],
    sections: Mapping[str, Rows],
) -> CarriedPart:
    """Choose what of the sources' models belongs to a system, with the names that the model has.

    What names a node or link of another community is a finding, and so is a name that is in use.

    Parameters
    ----------
    system
        The system.
    nodes
        Model ids by node id.
    elements
        The model's links as (element, model id, role, layer, feature id, ...).
    sections
        The model's sections so far.
    """
    if not system.carried:
        return CarriedPart()
    links = {e[4]: e[1] for e in elements if e[3] in ("pipes", "structures")}
    names_in_use = {(s, row[0].lower()) for s, rows in sections.items() for row in rows if len(row) > 1}
    wanted = _named_by_layers(system)
    made: dict[str, list[tuple[str, ...]]] = {}
    inflows: list[tuple[str, ...]] = []
    series: dict[str, list[tuple[str, ...]]] = {"always": [], "of_storms": []}
    findings: list[Finding] = []
    for model in system.carried:
        chosen = _chosen(model, nodes, links, wanted)
        findings.extend(_elsewhere(system, model, chosen))
        by_rules = {need for o in chosen if o.section == "CONTROLS" for need in o.needs}
        for found in chosen:
            if found.section not in ("INFLOWS", "CONTROLS") and found.key in names_in_use:
                words = {"file": model.file, "section": found.section, "names": found.name}
                findings.append(Finding("model.name_taken", Feature(file=model.file), words))
                continue
            names_in_use.add(found.key)
            rows = _translated(found, nodes, links)
            if found.section == "INFLOWS":
                inflows.extend(rows)
            elif found.section == "TIMESERIES":
                series["always" if found.key in by_rules else "of_storms"].extend(rows)
            else:
                made.setdefault(found.section, []).extend(rows)
    kept = {row[0].lower() for row in made.get("PATTERNS", [])}
    patterns = {
        nodes[node]: names
        for node, names in _patterns(system.nodes).items()
        if node in nodes and all(name.lower() in kept for name in names)
    }
    always, of_storms = (tuple(series[when]) for when in ("always", "of_storms"))
    return CarriedPart(made, tuple(inflows), always, of_storms, patterns, tuple(findings))


def _chosen(
    model: CarriedModel,
    nodes: Mapping[str, str],
    links: Mapping[str, str],
    wanted: frozenset[tuple[str, str]],
) -> list[CarriedObject]:
    """The objects of a model that have all they name in the system, and those that they or the layers need."""
    by_key = {o.key: o for o in model.objects}
    standing = {
        o.key
        for o in model.objects
        if (o.nodes or o.links) and o.nodes <= nodes.keys() and o.links <= links.keys()
    }
    # A rule is nothing without a variable that it reads of another community.
    while lacking := {
        key
        for key in standing
        for need in by_key[key].needs
        if need not in standing and (by_key[need].nodes or by_key[need].links)
    }:
        standing -= lacking
    taken: set[tuple[str, str]] = set()
    open_ = [*standing, *(key for key in wanted if key in by_key)]
    while open_:
        key = open_.pop()
        if key not in taken:
            taken.add(key)
            open_.extend(by_key[key].needs)
    return [o for o in model.objects if o.key in taken]


def _elsewhere(system: DrainageSystem, model: CarriedModel, chosen: Sequence[CarriedObject]) -> Iterable[Finding]:
    """Findings of what names nodes or links that the system does not have, by section."""
    keys = {o.key for o in chosen}
    left: dict[str, list[str]] = {}
    for found in model.objects:
        if (found.nodes or found.links) and found.key not in keys:
            left.setdefault(found.section, []).append(found.name)
    for section, names in left.items():
        words = {
            "file": model.file,
            "section": section,
            "count": len(names),
            "names": shown_names(names),
            "model": system.model,
        }
        yield Finding("model.elsewhere", Feature(file=model.file), words)


def _named_by_layers(system: DrainageSystem) -> frozenset[tuple[str, str]]:
    """Transects, streets, shapes and patterns that columns of the system's layers name."""
    found: set[tuple[str, str]] = set()
    for name in system.pipes["transect"].dropna().unique():
        found.add(("TRANSECTS", str(name).lower()))
    for words in system.pipes["swmm_section"].dropna().unique():
        shape, *rest = str(words).split()
        if shape == "STREET" and rest:
            found.add(("STREETS", rest[0].lower()))
        elif shape == "CUSTOM" and len(rest) > 1:
            found.add(("CURVES", rest[1].lower()))
    found |= {("PATTERNS", n.lower()) for names in _patterns(system.nodes).values() for n in names}
    return frozenset(found)


def _patterns(nodes: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Names of the patterns of each node's own flow, by node id."""
    given = nodes.loc[nodes["inflow_pattern"].notna(), ["node_id", "inflow_pattern"]]
    return {
        str(node): tuple(name for part in str(cell).split(";") if (name := part.strip()))
        for node, cell in given.itertuples(index=False)
    }


def _translated(
    found: CarriedObject, nodes: Mapping[str, str], links: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """The rows of an object with the model's names of nodes and links."""
    rows = [list(quoted(row)) for row in found.rows]
    for (row, place), name in found.node_words.items():
        rows[row][place] = nodes[name]
    for (row, place), name in found.link_words.items():
        rows[row][place] = links[name]
    return [tuple(row) for row in rows]
