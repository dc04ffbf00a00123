"""Design faults that the worked example holds on purpose, each of another kind: what a design review finds.

``gis/README.md`` lists them with their features; tests/gis/planted_faults.json says which checks they break.
"""

from __future__ import annotations

from example_layout import Layout, Row

WALL_SHARE = 0.085
GAS_ON_RAIN, SOFFIT_STEP, TOO_FLAT, LITTLE_COVER, FLAT_LEAD = "EY02", "EY16", "EY10", "EY13", "EY18"
# A telecom duct beside a rain branch: number of the community, utility, and position of its house.
TOO_NEAR = (15, "telecom", 0)


def too_near_u_m(layout: Layout) -> float:
    """Where the duct of ``TOO_NEAR`` lies: 0.65 m beside the branch that crosses the courtyard."""
    return layout.length_m * 0.36 + 0.8 + 0.65


def plant_faults(nodes: list[Row], pipes: list[Row], connections: list[Row], utilities: list[Row]) -> None:
    """Spoil a sound design at one feature of each kind."""
    by_id = {n["node_id"]: n for n in nodes}
    new = [p for p in pipes if p["status"] == "proposed"]
    gas_on_rain(own(utilities, GAS_ON_RAIN), own(new, GAS_ON_RAIN))
    soffit_step(own(new, SOFFIT_STEP), by_id)
    flat = head_branch(own(new, TOO_FLAT), "storm")
    start_at(flat, flat["invert_down_m"] + 0.0015 * flat["geometry"].length, by_id)
    shallow = head_branch(own(new, LITTLE_COVER), "sewage")
    crown_m = by_id[shallow["from_node"]]["ground_m"] - 0.45
    start_at(shallow, crown_m - shallow["diameter_mm"] * (1 + WALL_SHARE) / 1000, by_id)
    flat_lead(own(connections, FLAT_LEAD), by_id)


def own(rows: list[Row], community_id: str) -> list[Row]:
    """The rows of a community."""
    return [row for row in rows if row["community_id"] == community_id]


def head_branch(pipes: list[Row], system: str) -> Row:
    """The last pipe laid of a system: the branch behind the blocks."""
    return [p for p in pipes if p["system"] == system][-1]


def start_at(pipe: Row, invert_m: float, nodes: dict[str, Row]) -> None:
    """Move the upper end of a pipe, and its manhole with it."""
    pipe["invert_up_m"] = nodes[pipe["from_node"]]["invert_m"] = round(invert_m, 3)


def gas_on_rain(utilities: list[Row], pipes: list[Row]) -> None:
    """A gas service laid 0.05 m above the rain main that it crosses: 0.15 m are asked."""
    for line in utilities:
        for pipe in pipes:
            crosses = pipe["system"] == "storm" and pipe["geometry"].crosses(line["geometry"])
            if line["utility"] == "gas_low" and crosses:
                place = pipe["geometry"].intersection(line["geometry"])
                share = pipe["geometry"].project(place, normalized=True)
                invert = pipe["invert_up_m"] + (pipe["invert_down_m"] - pipe["invert_up_m"]) * share
                crown = invert + pipe["diameter_mm"] * (1 + WALL_SHARE) / 1000
                line["top_m"] = round(crown + 0.05 + line["diameter_mm"] / 1000, 2)
                return
    raise ValueError("no gas pipe crosses a rain pipe")


def soffit_step(pipes: list[Row], nodes: dict[str, Row]) -> None:
    """Where the rain main grows its inverts are level, and the upper pipe's soffit lies below the lower one's."""
    storm = [p for p in pipes if p["system"] == "storm"]
    for upper in storm:
        for lower in storm:
            if upper["to_node"] == lower["from_node"] and lower["diameter_mm"] > upper["diameter_mm"]:
                start_at(lower, upper["invert_down_m"], nodes)
                return
    raise ValueError("no rain main grows")


def flat_lead(connections: list[Row], nodes: dict[str, Row]) -> None:
    """The longest lead of an inlet falls by 0.005: 0.01 are asked."""
    leads = [
        c for c in connections if c["status"] == "proposed" and c["source"] in nodes and c["kind"] == "yard_drain"
    ]
    lead = max(leads, key=lambda c: (round(c["geometry"].length, 3), c["connection_id"]))
    inlet, manhole = nodes[lead["source"]], nodes[lead["to_node"]]
    inlet["invert_m"] = round(manhole["invert_m"] + 0.005 * lead["geometry"].length, 3)
