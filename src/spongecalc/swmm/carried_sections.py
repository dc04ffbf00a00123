"""Parts of models among the sources that no layer holds, put back into what is built of them: rules, transects,
streets and inlets, patterns and inflows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.model_sources import shown_names
from spongecalc.layers.named_objects import named_objects, patterns_of
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
    time, their steady part alone flows. ``patterns`` are those of the layers' own sewage by model id, and
    ``clean_patterns`` the one of clean water at a node of rain.
    """

    sections: Mapping[str, list[tuple[str, ...]]] = field(default_factory=dict)
    inflows: tuple[tuple[str, ...], ...] = ()
    always: tuple[tuple[str, ...], ...] = ()
    of_storms: tuple[tuple[str, ...], ...] = ()
    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clean_patterns: Mapping[str, str] = field(default_factory=dict)
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
        if not (self.inflows or self.always or self.clean_patterns):
            return dict(of_event)
        rows = {row[0]: list(row) for row in of_event["INFLOWS"] if row[1] == "FLOW"}
        for node, row in rows.items():
            if node in self.clean_patterns:
                rows[node] = [*row, self.clean_patterns[node]]
        for own in self.inflows:
            row = list(own) if storm else [*own[:2], '""', *own[3:]]
            base = float(row[FLOW_ROW_BASE])
            if row[2] == '""' and base == 0:
                continue
            given = rows.get(row[0])
            if given is not None:
                row[FLOW_ROW_BASE] = f"{base + float(given[FLOW_ROW_BASE]):.9g}"
                if base == 0:
                    # A pattern is that of the steady part, which is the layers' alone.
                    row[FLOW_ROW_PATTERN:] = given[FLOW_ROW_PATTERN:]
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
    clean: Collection[str] = (),
    of_flows: Mapping[str, tuple[str, ...]] | None = None,
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
    clean
        Ids of the nodes of rain that the layers give clean water.
    of_flows
        Patterns of the nodes' flows where they are known already.
    """
    of_flows = patterns_of(system.nodes) if of_flows is None else of_flows
    if not system.carried and not of_flows:
        return CarriedPart()
    links = {e[4]: e[1] for e in elements if e[3] in ("pipes", "structures")}
    names_in_use = {(s, row[0].lower()) for s, rows in sections.items() for row in rows if len(row) > 1}
    wanted = named_objects(system.nodes, system.pipes)
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
    kinds = {row[0].strip('"').lower(): row[1].upper() for row in reversed(made.get("PATTERNS", []))}
    patterns: dict[str, tuple[str, ...]] = {}
    clean_patterns: dict[str, str] = {}
    own_base = {row[0]: row[FLOW_ROW_PATTERN:] for row in inflows if float(row[FLOW_ROW_BASE])}
    flows = system.nodes[(system.nodes["inflow_l_s"] > 0).to_numpy() & system.nodes["node_id"].isin(nodes)]
    for node in flows.itertuples():
        names = of_flows.get(str(node.node_id), ())
        kept = tuple(name for name in names if name.lower() in kinds)
        model_id = nodes[str(node.node_id)]
        if node.node_id not in clean:
            patterns |= {model_id: kept} if kept else {}
        else:
            # An inflow has one pattern: that of the day's hours changes most within a storm.
            kept = tuple(sorted(kept, key=lambda name: kinds[name.lower()] != "HOURLY")[:1])
            clean_patterns |= {model_id: kept[0]} if kept else {}
            # Water that a file gives the node, too, has its own.
            kept = own_base.get(model_id, kept)
        dropped = [name for name in names if name not in kept]
        if dropped or (node.node_id in clean and kept and not names):
            words = {"kept": ", ".join(kept) or "-", "dropped": ", ".join(dropped) or "-"}
            findings.append(finding_at("model.patterns_dropped", "nodes", node, **words))
    always, of_storms = (tuple(series[when]) for when in ("always", "of_storms"))
    return CarriedPart(made, tuple(inflows), always, of_storms, patterns, clean_patterns, tuple(findings))


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
