"""Defects between features: pipes and nodes, laterals, run-on, surfaces on one another."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, box
from shapely.affinity import translate

from tests.defects.planting import Fits, Kind, NotHereError, Planting, having


def _nodes(p: Planting, **values: object) -> list[str]:
    """Ids of the nodes of the feature's community that hold these values."""
    nodes = p.delivery["nodes"]
    if not {"node_id", *values} <= set(nodes.columns):
        raise NotHereError
    kept = nodes["node_id"].astype(str).str[:4] == p.feature[:4]
    for column, value in values.items():
        kept &= nodes[column] == value
    return [str(n) for n in nodes["node_id"][kept]]


def _one(p: Planting, ids: list[str]) -> str:
    if not ids:
        raise NotHereError
    return ids[int(p.random.integers(len(ids)))]


def to_node_of_other_system(p: Planting) -> None:
    """A rain pipe into a sewage manhole: only the name, the line stays."""
    other = "sewage" if p.value("system") == "storm" else "storm"
    node = _one(p, _nodes(p, system=other, status="proposed"))
    p.at("nodes", node)
    p.set("to_node", node)


def laid_to_other_system(p: Planting) -> None:
    """The line leads to the manhole of the other system, too."""
    to_node_of_other_system(p)
    node = str(p.value("to_node"))
    c = list(p.shape.coords)
    p.reshape(LineString([*c[:-1], p.row_of("nodes", node).geometry]))


def system_mislabelled(p: Planting) -> None:
    p.set("system", "sewage" if p.value("system") == "storm" else "storm")
    if p.layer == "nodes":
        for pipe in p.pipes_at(p.feature):
            p.at("pipes", pipe)


def ends_where_it_begins(p: Planting) -> None:
    p.set("to_node", p.value("from_node"))


def ring(p: Planting) -> None:
    """A second pipe back from the lower node to the upper one."""
    p.add(
        pipe_id=f"{p.feature}x",
        from_node=p.value("to_node"),
        to_node=p.value("from_node"),
        invert_up_m=p.value("invert_down_m"),
        invert_down_m=p.value("invert_up_m"),
        geometry=p.shape.reverse(),
    )


def pipe_lost(p: Planting) -> None:
    """A pipe in the middle of its run is not in the delivery."""
    for node in (p.value("from_node"), p.value("to_node")):
        p.at("nodes", node)
        for pipe in p.pipes_at(str(node)):
            p.at("pipes", pipe)
    p.anywhere |= {"network.no_way_out", "node.reaches_no_outfall"}
    p.drop()


def node_lost(p: Planting) -> None:
    """A manhole that pipes name is not in the delivery."""
    for pipe in p.pipes_at(p.feature):
        p.at("pipes", pipe)
    connections = p.delivery["connections"]
    if {"to_node", "connection_id"} <= set(connections.columns):
        for lateral in connections[connections["to_node"] == p.feature]["connection_id"]:
            p.at("connections", lateral)
    p.drop()


def outfall_as_manhole(p: Planting) -> None:
    p.set("kind", "manhole")
    p.set("receives", None)
    for pipe in p.pipes_at(p.feature):
        p.at("pipes", pipe)
    # Where it was the only one, the community as a whole has none; else the part that leads to it.
    p.anywhere |= {"community.no_outfall", "network.no_way_out", "node.reaches_no_outfall"}


def outfall_in_the_middle(p: Planting) -> None:
    p.set("kind", "outfall")
    p.set("receives", "municipal_storm")


def pipe_much_wider(p: Planting) -> None:
    """The upper pipe is 1,500 mm, the next one is not."""
    p.set("diameter_mm", 1500.0)
    pipes = p.frame
    for pipe in pipes[pipes["from_node"] == p.value("to_node")]["pipe_id"]:
        p.at("pipes", pipe)
    for node in ("from_node", "to_node"):
        p.at("nodes", p.value(node))


def lateral_to(column: str, value: str) -> object:
    def change(p: Planting) -> None:
        p.set(column, value)

    return change


def lateral_to_other_system(p: Planting) -> None:
    kind = str(p.value("kind"))
    other = "storm" if kind in ("kitchen", "toilet") else "sewage"
    node = _one(p, _nodes(p, system=other, status="proposed", kind="manhole"))
    p.at("nodes", node)
    p.set("to_node", node)


def lateral_of_another_house(p: Planting) -> None:
    """The drain is said to come from a house of another community."""
    others = [b for b in p.delivery["buildings"]["building_id"].dropna() if str(b)[:4] != p.feature[:4]]
    other = _one(p, [str(o) for o in others])
    p.at("buildings", other)
    p.set("source", other)


def lateral_to_another_community(p: Planting) -> None:
    nodes = p.delivery["nodes"]
    if not {"node_id", "status"} <= set(nodes.columns):
        raise NotHereError
    far = nodes[(nodes["status"] == p.value("status")) & (nodes["node_id"].astype(str).str[:4] != p.feature[:4])]
    node = _one(p, [str(n) for n in far["node_id"].dropna()])
    p.at("nodes", node)
    p.set("to_node", node)


def lateral_lost(p: Planting) -> None:
    """All laterals of a kind of one house in one state: the house loses its way out."""
    own = p.frame
    source, status = p.value("source"), p.value("status")
    p.at("buildings", source)
    for lateral in own[(own["source"] == source) & (own["status"] == status)]["connection_id"]:
        p.drop("connections", lateral)


def house_lost(p: Planting) -> None:
    """A building that laterals come from is not in the delivery."""
    own = p.delivery["connections"]
    if "source" not in own or "connection_id" not in own:
        raise NotHereError
    for lateral in own[own["source"] == p.feature]["connection_id"]:
        p.at("connections", lateral)
    p.at("communities", p.feature[:4])
    p.drop()


def surface_lost(p: Planting) -> None:
    """A piece of ground is not in the delivery: a gap in its community."""
    p.at("communities", p.feature[:4])
    p.drop()


def surface_half(p: Planting) -> None:
    """Half of the ground is cut away."""
    x0, y0, x1, y1 = p.shape.bounds
    p.at("communities", p.feature[:4])
    p.reshape(shapely.intersection(p.shape, box(x0, y0, (x0 + x1) / 2, y1)))


def surface_larger(p: Planting) -> None:
    """The outline grew by 2 m over its neighbours."""
    p.at("communities", p.feature[:4])
    p.reshape(p.shape.buffer(2.0, join_style="mitre"))
    _others(p)


def surface_twice_with_other_cover(p: Planting) -> None:
    p.at("communities", p.feature[:4])
    p.add(surface_id=f"{p.feature}x", cover="asphalt" if p.value("cover") != "asphalt" else "concrete")


def surface_away(p: Planting) -> None:
    """Moved by 15 m, half out of its community."""
    p.at("communities", p.feature[:4])
    p.reshape(translate(p.shape, 0, 15.0))
    _others(p)


def surface_over_everything(p: Planting) -> None:
    """Extended over all of its community."""
    p.at("communities", p.feature[:4])
    outline = p.row_of("communities", p.feature[:4]).geometry
    p.reshape(outline)
    _others(p)


def _others(p: Planting) -> None:
    """Ground of the same community that an outline now lies on is named as well."""
    for other in p.frame["surface_id"].dropna():
        if str(other)[:4] == p.feature[:4]:
            p.at("surfaces", str(other))


def house_on_the_neighbour(p: Planting) -> None:
    """A building is drawn once more, 2 m off."""
    p.add(building_id=f"{p.feature}x", geometry=translate(p.shape, 2.0, 2.0))
    p.at("communities", p.feature[:4])


def community_moved(p: Planting) -> None:
    p.reshape(translate(p.shape, 20.0, 0.0))
    # Its neighbours' ground may be under it now.
    p.communities |= set(_every(p))
    p.anywhere |= {"community.two", "community.overlap", "surface.gap", "community.none"}


def community_smaller(p: Planting) -> None:
    p.reshape(p.shape.buffer(-6.0, join_style="mitre"))
    p.anywhere |= {"community.none", "community.two"}


def community_larger(p: Planting) -> None:
    p.reshape(p.shape.buffer(4.0, join_style="mitre"))
    p.communities |= set(_every(p))
    p.anywhere |= {"community.two", "community.overlap", "community.same_outline"}


def community_twice(p: Planting) -> None:
    p.add(community_id=f"{p.feature[:3]}{p.feature[3:]}b")
    p.communities |= set(_every(p))


def _every(p: Planting) -> list[str]:
    ids = p.delivery["communities"]
    return [str(c) for c in ids["community_id"].dropna()] if "community_id" in ids else []


def run_on(value: str) -> object:
    def change(p: Planting) -> None:
        written = {
            "itself": p.feature,
            "an unknown one": "EY99-D1",
            "with commas": f"{p.value('receives_from')},{p.value('receives_from')}",
            "twice": f"{p.value('receives_from')};{p.value('receives_from')}",
            "a manhole": _one(p, _nodes(p)) if value == "a manhole" else "",
            "another community's": "EY02-D01" if p.feature[:4] != "EY02" else "EY05-D01",
        }[value]
        p.set("receives_from", written)

    return change


def two_receive_it(p: Planting) -> None:
    """Another paving is said to receive the same ground."""
    own = p.frame
    others = own[(own["status"] == "proposed") & (own["surface_id"].astype(str).str[:4] == p.feature[:4])]
    others = others[
        others["cover"].isin(["sunken_green", "permeable_concrete"]) & (others["surface_id"] != p.feature)
    ]
    other = _one(p, [str(o) for o in others["surface_id"]])
    p.at("surfaces", other)
    p.set("receives_from", p.value("receives_from"), "surfaces", other)


def status_changed(value: str) -> object:
    def change(p: Planting) -> None:
        p.set("status", value)
        if p.layer == "nodes":
            for pipe in p.pipes_at(p.feature):
                p.at("pipes", pipe)
            own = p.delivery["connections"]
            if {"to_node", "connection_id"} <= set(own.columns):
                for lateral in own[own["to_node"] == p.feature]["connection_id"]:
                    p.at("connections", lateral)

    return change


def joins(column: str) -> Fits:
    """Nodes that a pipe names in the column, and no outfalls."""

    def fits(frame, delivery):  # type: ignore[no-untyped-def]
        used = set(delivery["pipes"][column].dropna())
        return frame["node_id"].isin(used).to_numpy() & (frame["kind"] != "outfall").to_numpy()

    return fits


def with_ways(frame, delivery):  # type: ignore[no-untyped-def]
    """Pipes between two others."""
    del delivery
    starts, ends = set(frame["from_node"]), set(frame["to_node"])
    return np.array(
        [f in ends and t in starts for f, t in zip(frame["from_node"], frame["to_node"], strict=True)]
    )


NEW = having(status="proposed", system=("storm", "sewage"))
HOUSE = having(kind=("kitchen", "toilet", "roof_drain", "balcony_drain"))

KINDS = [
    Kind("pipes: to a node of another system, by name", "pipes", to_node_of_other_system, NEW),
    Kind("pipes: laid to a node of another system", "pipes", laid_to_other_system, NEW),
    Kind("pipes: system mislabelled", "pipes", system_mislabelled, NEW),
    Kind("nodes: system mislabelled", "nodes", system_mislabelled, NEW),
    Kind("pipes: ends where it begins", "pipes", ends_where_it_begins),
    Kind("pipes: a ring of two", "pipes", ring, having(status="proposed")),
    Kind("pipes: one lost in the middle", "pipes", pipe_lost, with_ways),
    Kind("pipes: wider than the next", "pipes", pipe_much_wider, with_ways),
    Kind("nodes: one lost that pipes name", "nodes", node_lost, joins("to_node")),
    Kind("nodes: an outfall as a manhole", "nodes", outfall_as_manhole, having(kind="outfall")),
    Kind("nodes: a manhole as an outfall", "nodes", outfall_in_the_middle, joins("from_node")),
    *(
        Kind(f"nodes: status {s} instead of {was}", "nodes", status_changed(s), having(status=was))  # type: ignore[arg-type]
        for s, was in (("removed", "proposed"), ("proposed", "removed"), ("existing", "proposed"))
    ),
    *(
        Kind(f"pipes: status {s} instead of {was}", "pipes", status_changed(s), having(status=was))  # type: ignore[arg-type]
        for s, was in (("removed", "proposed"), ("existing", "proposed"), ("existing", "removed"))
    ),
    Kind("connections: to another system", "connections", lateral_to_other_system,
         having(status="proposed", kind=("kitchen", "toilet", "roof_drain"))),
    Kind("connections: of a house of another community", "connections", lateral_of_another_house, HOUSE),
    Kind("connections: to another community", "connections", lateral_to_another_community, HOUSE),
    Kind("connections: all of a house lost", "connections", lateral_lost, HOUSE),
    Kind("connections: from an unknown house", "connections", lateral_to("source", "EY99-B9")),  # type: ignore[arg-type]
    Kind("buildings: one lost", "buildings", house_lost),
    Kind("buildings: drawn once more", "buildings", house_on_the_neighbour),
    Kind("surfaces: one lost", "surfaces", surface_lost, having(status=("existing", "proposed"))),
    Kind("surfaces: cut in half", "surfaces", surface_half),
    Kind("surfaces: 2 m larger", "surfaces", surface_larger),
    Kind("surfaces: twice with two covers", "surfaces", surface_twice_with_other_cover),
    Kind("surfaces: 15 m away", "surfaces", surface_away),
    Kind("surfaces: over all of the community", "surfaces", surface_over_everything),
    Kind("communities: 20 m away", "communities", community_moved),
    Kind("communities: 6 m smaller", "communities", community_smaller),
    Kind("communities: 4 m larger", "communities", community_larger),
    Kind("communities: twice under two ids", "communities", community_twice),
    *(
        Kind(f"surfaces: receives from {v}", "surfaces", run_on(v), having(receives_from=True))  # type: ignore[arg-type]
        for v in ("itself", "an unknown one", "with commas", "twice", "a manhole", "another community's")
    ),
    Kind("surfaces: ground received by two", "surfaces", two_receive_it, having(receives_from=True)),
]  # fmt: skip
