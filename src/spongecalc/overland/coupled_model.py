"""The parts of a coupled run: SWMM's model without the ground's subcatchments, the grid, and the inlets."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spongecalc.ground.grid import Ground
from spongecalc.overland.coupled import EXCHANGE_S, SCHEME, CoupledResult, Exchange, run_coupled
from spongecalc.overland.ground_water import GroundCover, ground_cover
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.grate import flat_grate
from spongecalc.surfaces.inlet_areas import intake_nodes
from spongecalc.surfaces.subcatchment import GROUND_ROLES
from spongecalc.swmm.event import Event, event_sections, storm_event
from spongecalc.swmm.gutters import ON_GROUND
from spongecalc.swmm.inp_text import joined_sections, section_texts
from spongecalc.swmm.model import COMES_UP, TANK_FLOWS, SwmmModel
from spongecalc.swmm.outfall_levels import with_level_series
from spongecalc.versions import versions


@dataclass(frozen=True)
class CoupledRun:
    """One model through one storm, ready for a worker process."""

    model: str
    scenario: str
    communities: tuple[str, ...]
    storm_id: str
    text: str
    ground: Ground
    cover: GroundCover
    exchanges: tuple[Exchange, ...]
    rain_mm_h: tuple[tuple[float, float], ...]
    duration_s: float
    ground_water_l_s: float = 0.0

    @property
    def run_id(self) -> str:
        """Model, scenario and storm, joined by slashes."""
        return f"{self.model}/{self.scenario}/{self.storm_id}"

    @property
    def key(self) -> str:
        """Digest of everything that determines the result."""
        digest = hashlib.sha256(self.text.encode())
        for grid in (self.ground.elevation_m, *vars(self.cover).values()):
            digest.update(np.ascontiguousarray(grid).tobytes())
        rest = (
            self.exchanges,
            self.rain_mm_h,
            self.duration_s,
            tuple(self.ground.transform),
            sorted(versions().items()),
            SCHEME,
        )
        digest.update(repr(rest).encode())
        return digest.hexdigest()


def coupled_run(
    system: DrainageSystem,
    model: SwmmModel,
    settings: Settings,
    storm: Storm,
    ground: Ground,
    doubled: Collection[str] = (),
) -> CoupledRun:
    """The coupled run of a model through a storm.

    Inlets take water in; where a survey has none the rain manholes do, as for SWMM's subcatchments. Every
    other node only gives back what SWMM cannot hold. ``doubled`` are inlets that have a second grate.
    """
    event = replace(storm_event(storm, settings.simulation), routing_step_s=EXCHANGE_S)
    rows = storm.hyetograph
    times = [60.0 * float(m) for m in rows.index]
    rain = [*zip(times, (float(v) for v in rows), strict=True), (60.0 * storm.duration_min, 0.0)]
    return CoupledRun(
        model.name,
        model.scenario,
        model.communities,
        storm.storm_id,
        _text(model, event),
        ground,
        ground_cover(system, model.areas, settings.surfaces, ground.elevation_m.shape, ground.transform),
        _exchanges(system, model, settings, ground, doubled),
        tuple(rain),
        event.duration_s,
        sum(model.groundwater_l_s.values()) + sum(model.clean_l_s.values()),
    )


def _exchanges(
    system: DrainageSystem, model: SwmmModel, settings: Settings, ground: Ground, doubled: Collection[str]
) -> tuple[Exchange, ...]:
    elements = model.elements
    junctions = elements[elements["role"].isin(COMES_UP)]
    takes = {node for c in system.communities for node, _ in intake_nodes(system, c)}
    grate = flat_grate(settings.ponding.inlet_capacity_l_s, settings.ponding.inlet_clogging_percent)
    places = system.nodes.drop_duplicates("node_id").set_index("node_id").geometry
    found = []
    for element in junctions.itertuples():
        place = places[element.feature_id]
        cell = ground.low_cell(place.x, place.y)
        if cell is not None:
            count = 2.0 if element.feature_id in doubled else 1.0
            takes_in = grate.times(count) if element.feature_id in takes else None
            found.append(Exchange(str(element.model_id), *cell, takes_in))
    return tuple(found)


def _text(model: SwmmModel, event: Event) -> str:
    """The input file: fixed steps, no ponding in SWMM, rain on roofs only; the grid stands for the gutters."""
    elements = model.elements
    of_ground = (elements["element"] == "subcatchment") & elements["role"].isin(GROUND_ROLES)
    on_grid = set(elements.loc[of_ground, "model_id"])
    sections: dict[str, Sequence[Sequence[str]]] = dict(model.sections)
    for name in ("SUBCATCHMENTS", "SUBAREAS", "INFILTRATION", "LID_USAGE", "POLYGONS"):
        rows = model.sections.get(name, [])
        sections[name] = [r for r in rows if r[0] not in on_grid and not r[0].startswith(";")]
    used = {r[1] for r in sections["LID_USAGE"]}
    sections["LID_CONTROLS"] = [r for r in model.sections["LID_CONTROLS"] if r[0] in used]
    sections["TAGS"] = [r for r in model.sections["TAGS"] if not (r[0] == "Subcatch" and r[1] in on_grid)]
    gone = set(elements.loc[elements["role"].isin(ON_GROUND), "model_id"])
    for name in ("STORAGE", "OUTFALLS", "OUTLETS", "COORDINATES", "TAGS"):
        column = 1 if name == "TAGS" else 0
        sections[name] = [r for r in sections.get(name, []) if len(r) == 1 or r[column] not in gone]
    roles = elements.groupby("role")["model_id"].agg(list).to_dict()
    sewage = [row[0] for row in model.sections["DWF"]]
    flows = [link for role in TANK_FLOWS for link in roles.get(role, [])]
    made = event_sections(
        event,
        model.storms,
        roles.get("tank", []),
        flows,
        sewage,
        model.groundwater_l_s,
        clean_l_s=model.clean_l_s,
    )
    made = with_level_series(made, sections["OUTFALLS"], model.outfall_levels)
    made = model.carried.in_event(made, storm=True)
    wanted = {"ROUTING_STEP": f"{EXCHANGE_S:.2f}", "VARIABLE_STEP": "0", "ALLOW_PONDING": "NO"}
    options = [(key, wanted.get(key, value)) for key, value in made["OPTIONS"]]
    return joined_sections(section_texts({**sections, **made, "OPTIONS": options}))


def perform(run: CoupledRun, folder: Path) -> CoupledResult:
    """Make a coupled run in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    inp = folder / "model.inp"
    inp.write_text(run.text, encoding="utf-8", newline="\n")
    try:
        return run_coupled(
            inp,
            run.ground.elevation_m,
            run.ground.cell_m,
            run.cover,
            run.exchanges,
            run.rain_mm_h,
            run.duration_s,
            run.ground_water_l_s,
        )
    finally:
        for leftover in ("model.out", "model.rpt"):
            (folder / leftover).unlink(missing_ok=True)
