"""The data contract: which layers there are, with which columns, units and allowed values."""

from __future__ import annotations

from dataclasses import dataclass

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.pipe_section import SHAPES
from spongecalc.catalogue.structure_form import FORMS, KINDS, RATED_BY, ROAD_SURFACES

STATUSES = ("existing", "proposed", "removed")
SYSTEMS = ("storm", "sewage", "combined")
NODE_KINDS = ("manhole", "inlet", "outfall", "septic_tank", "storage", "pump", "junction")
RECEIVERS = ("municipal_storm", "municipal_sewage", "municipal_combined", "river", "reuse")
# How the base of a permeable pavement gives its water up: into the subgrade, by an underdrain, or both.
BASE_KINDS = ("full", "half", "drained")
CONNECTION_KINDS = ("roof_drain", "balcony_drain", "kitchen", "toilet", "yard_drain", "underdrain")
FACILITY_KINDS = (
    "rain_tank",
    "rain_garden",
    "infiltration_well",
    "infiltration_trench",
    "green_roof",
    "detention_basin",
)
# How the water outside an outfall stands: none against it, at normal depth in its pipe, at a level.
OUTFALL_KINDS = ("free", "normal", "fixed")
YES_OR_NO = ("yes", "no")
TREE_KINDS = ("tree", "shrub", "pole")
BARRIERS = ("wall", "kerb", "breakline", "opening")
UTILITIES = ("gas_low", "gas_medium", "telecom", "water", "reclaimed_water", "power", "heat")

POINT = ("Point",)
LINE = ("LineString",)
POLYGON = ("Polygon", "MultiPolygon")


@dataclass(frozen=True)
class SizeBounds:
    """The least and the greatest value allowed, both inclusive, in the unit of what they bound."""

    low: float
    high: float


@dataclass(frozen=True)
class Column:
    """One column: ``kind`` is text, number or date; bounds are inclusive and in the column's own unit.

    Of a ``catalogued`` column the allowed values are the ids of the project's catalogue of covers.
    """

    name: str
    kind: str = "text"
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    positive: bool = False
    allowed: tuple[str, ...] = ()
    catalogued: bool = False

    def allowed_in(self, catalogue: Catalogue) -> tuple[str, ...]:
        """The values that it may hold in a project with that catalogue; empty: any."""
        return catalogue.cover_ids if self.catalogued else self.allowed


@dataclass(frozen=True)
class LayerSchema:
    """One layer: its geometry types, its id column, its columns, whether a project needs it."""

    name: str
    geometry: tuple[str, ...]
    id_column: str
    columns: tuple[Column, ...]
    needed: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns, the id first."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; raises KeyError."""
        return {c.name: c for c in self.columns}[name]


def _text(name: str, required: bool = False, allowed: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", required, allowed=allowed)


def _number(
    name: str, minimum: float | None = None, maximum: float | None = None, *, positive: bool = False
) -> Column:
    return Column(name, "number", minimum=minimum, maximum=maximum, positive=positive)


_STATUS = _text("status", True, STATUSES)
_COMMUNITY = _text("community_id")
# Which of a feature's values were not surveyed: see spongecalc.layers.provenance.
_FLAGS = _text("flags")
# The day a new feature was surveyed as laid; a month or a year will do. Empty while it is only designed.
_LAID = Column("laid", "date")

# Inner sizes of pipes in mm, the same wherever one is given: the diameter of a round one, width and height of a
# box or channel, the orifice at the floor of a basin. A size outside has its unit wrong.
ROUND_MM, BOX_MM, ORIFICE_MM = SizeBounds(50, 6000), SizeBounds(50, 20000), SizeBounds(10, 3000)
# Thinnest sheet steel and thickest masonry.
WALL_MM = SizeBounds(1, 2000)

# Elevations: the Dead Sea shore to the highest plateau town, so that a depth in an elevation column shows.
_LEVEL_MIN_M, _LEVEL_MAX_M = -500.0, 6000.0

SCHEMAS: dict[str, LayerSchema] = {
    s.name: s
    for s in (
        LayerSchema(
            "communities",
            POLYGON,
            "community_id",
            (
                _text("community_id", True),
                _text("name"),
                _text("phase"),
                _text("district"),
                _text("grid"),
                _number("households", 0),
                _number("residents", 0),
                _number("buildings", 0),
                _number("floor_area_m2", 0),
                _number("claimed_storm_m", 0),
                _number("claimed_sewage_m", 0),
                _FLAGS,
            ),
            needed=True,
        ),
        LayerSchema(
            "nodes",
            POINT,
            "node_id",
            (
                _text("node_id", True),
                _text("system", True, SYSTEMS),
                _text("kind", True, NODE_KINDS),
                _number("ground_m", _LEVEL_MIN_M, _LEVEL_MAX_M),
                _number("invert_m", _LEVEL_MIN_M, _LEVEL_MAX_M),
                _number("depth_m", 0, 100),
                _text("receives", allowed=RECEIVERS),
                _number("outfall_level_m", _LEVEL_MIN_M, _LEVEL_MAX_M),
                # What the pipe or river that an outfall leads to takes of it.
                _number("receiver_capacity_l_s", 0.1, 1e6, positive=True),
                _text("outfall_kind", allowed=OUTFALL_KINDS),
                # Of an outfall whose gate lets nothing back in.
                _text("flap_gate", allowed=YES_OR_NO),
                # A storage or wet well: its area at the floor, how far its banks run out per metre of height, or
                # depth:area pairs with semicolons between.
                _number("area_m2", 0, 1e7),
                _number("bank_slope", 0, 20),
                _text("storage_curve"),
                _number("seepage_mm_h", 0, 1000),
                _number("initial_depth_m", 0, 100),
                # Pressure that a bolted cover bears, and the ground on which water stands, where they are known.
                _number("surcharge_m", 0, 1000),
                _number("ponded_m2", 0, 1e6),
                # Dry-weather flow given at the node, on average, and its patterns in the model it is of.
                _number("inflow_l_s", 0, 1e6),
                _text("inflow_pattern"),
                _STATUS,
                _COMMUNITY,
                _FLAGS,
            ),
            needed=True,
        ),
        LayerSchema(
            "pipes",
            LINE,
            "pipe_id",
            (
                _text("pipe_id", True),
                _text("system", True, SYSTEMS),
                _text("from_node"),
                _text("to_node"),
                _text("shape", allowed=SHAPES),
                _number("diameter_mm", ROUND_MM.low, ROUND_MM.high, positive=True),
                _number("width_mm", BOX_MM.low, BOX_MM.high, positive=True),
                _number("height_mm", BOX_MM.low, BOX_MM.high, positive=True),
                # With it the outer size is known: the given one is inside.
                _number("wall_mm", WALL_MM.low, WALL_MM.high, positive=True),
                _text("material"),
                _number("roughness", 0.005, 0.1, positive=True),
                _number("invert_up_m", _LEVEL_MIN_M, _LEVEL_MAX_M),
                _number("invert_down_m", _LEVEL_MIN_M, _LEVEL_MAX_M),
                _number("depth_up_m", 0, 100),
                _number("depth_down_m", 0, 100),
                _number("length_m", 0, 100000),
                _number("sediment_mm", 0, ROUND_MM.high),
                _number("barrels", 1, 100),
                # Of a pressure pipe: the C of Hazen and Williams.
                _number("hazen_williams", 30, 200, positive=True),
                _number("entry_loss", 0, 100),
                _number("exit_loss", 0, 100),
                _number("bend_loss", 0, 100),
                _text("flap_gate", allowed=YES_OR_NO),
                # Of a trapezoidal channel: metres out per metre of height; the right bank where it differs.
                _number("side_slope", 0, 100),
                _number("side_slope_right", 0, 100),
                # Of an irregular channel: station:elevation pairs with semicolons between, or a transect's name.
                _text("transect"),
                # Any other section, in SWMM's words with measures in m: "HORSESHOE 1.2".
                _text("swmm_section"),
                _number("seepage_mm_h", 0, 1000),
                _number("initial_flow_l_s", 0, 1e6),
                _number("flow_limit_l_s", 0, 1e6),
                _number("year", 1800, 2200),
                _LAID,
                _STATUS,
                _COMMUNITY,
                _FLAGS,
            ),
            needed=True,
        ),
        LayerSchema(
            "structures",
            (*LINE, *POINT),
            "structure_id",
            (
                _text("structure_id", True),
                _text("kind", True, KINDS),
                _text("form", allowed=FORMS),
                _text("system", allowed=SYSTEMS),
                _text("from_node"),
                _text("to_node"),
                # Of a weir, orifice or outlet: the level at which water begins to pass.
                _number("crest_m", _LEVEL_MIN_M, _LEVEL_MAX_M),
                _number("diameter_mm", ORIFICE_MM.low, ROUND_MM.high, positive=True),
                _number("width_mm", ORIFICE_MM.low, 1e6, positive=True),
                _number("height_mm", ORIFICE_MM.low, BOX_MM.high, positive=True),
                _number("side_slope", 0, 100),
                _number("coefficient", 0, 1e6),
                _text("flap_gate", allowed=YES_OR_NO),
                _number("end_contractions", 0, 2),
                _number("end_coefficient", 0, 10),
                _text("surcharges", allowed=YES_OR_NO),
                _number("road_width_m", 0, 1000),
                _text("road_surface", allowed=ROAD_SURFACES),
                # Time in which an orifice opens or closes under a rule.
                _number("closing_h", 0, 100),
                # Pairs with semicolons between, by metres (volume_flow: by m3): of a pump and
                # an outlet flows in l/s, of a weir its coefficient.
                _text("curve"),
                _number("exponent", 0, 10),
                _text("rated_by", allowed=RATED_BY),
                # A pump's design point, the levels in its well at which it starts and stops, how many there are.
                _number("flow_l_s", 0, 1e6),
                _number("head_m", 0, 1000),
                _number("on_level_m", _LEVEL_MIN_M, _LEVEL_MAX_M),
                _number("off_level_m", _LEVEL_MIN_M, _LEVEL_MAX_M),
                _number("duty", 1, 100),
                _number("standby", 0, 100),
                _text("running", allowed=YES_OR_NO),
                _LAID,
                _STATUS,
                _COMMUNITY,
                _FLAGS,
            ),
        ),
        LayerSchema(
            "surfaces",
            POLYGON,
            "surface_id",
            (
                _text("surface_id", True),
                Column("cover", required=True, catalogued=True),
                _number("surface_mm", 10, 1000, positive=True),
                _number("base_mm", 0, 3000),
                _number("porosity_percent", 1, 60, positive=True),
                _number("base_porosity_percent", 1, 70, positive=True),
                _number("permeability_mm_s", 0, 50),
                _number("subgrade_mm_h", 0, 1000),
                _text("base_kind", allowed=BASE_KINDS),
                _number("drain_offset_mm", 0, 3000),
                # Ids of the ground whose runoff passes over it, with semicolons between.
                _text("receives_from"),
                _LAID,
                _STATUS,
                _COMMUNITY,
                _FLAGS,
            ),
            needed=True,
        ),
        LayerSchema(
            "buildings",
            POLYGON,
            "building_id",
            (
                _text("building_id", True),
                _number("households", 0, 5000),
                _number("residents", 0, 20000),
                _number("floors", 0, 120),
                _text("roof_to"),
                _text("sewage_to"),
                _STATUS,
                _COMMUNITY,
                _FLAGS,
            ),
        ),
        LayerSchema(
            "connections",
            LINE,
            "connection_id",
            (
                _text("connection_id", True),
                _text("source", True),
                _text("kind", True, CONNECTION_KINDS),
                _text("to_node"),
                _STATUS,
                _COMMUNITY,
                _FLAGS,
            ),
        ),
        LayerSchema(
            "facilities",
            (*POLYGON, *POINT),
            "facility_id",
            (
                _text("facility_id", True),
                _text("kind", True, FACILITY_KINDS),
                _number("volume_m3", 0, 1e6),
                _number("area_m2", 0, 1e6),
                _text("from_node"),
                _text("overflow_to"),
                # Throttle at the floor of a detention basin.
                _number("outlet_mm", ORIFICE_MM.low, ORIFICE_MM.high, positive=True),
                # Of a basin with banks: metres out per metre of height, or depth:area pairs.
                _number("bank_slope", 0, 20),
                _text("storage_curve"),
                _number("first_flush_mm", 0, 50),
                _number("demand_m3_d", 0, 1e5),
                # Ground that drains to a rain garden, trench or well, and its layers where they are known.
                _number("catchment_m2", 0, 1e6),
                _number("ponding_mm", 0, 1000),
                _number("soil_mm", 10, 3000, positive=True),
                _number("base_mm", 0, 10000),
                _number("subgrade_mm_h", 0, 1000),
                _text("base_kind", allowed=BASE_KINDS),
                _text("receives_from"),
                _STATUS,
                _COMMUNITY,
                _FLAGS,
            ),
        ),
        LayerSchema(
            "ponding_records",
            (*POINT, *POLYGON),
            "record_id",
            (
                _text("record_id", True),
                Column("observed_on", "date"),
                _number("depth_m", 0, 20),
                _number("duration_min", 0, 100000),
                _number("area_m2", 0),
                _number("rainfall_mm", 0, 3000),
                _COMMUNITY,
                _FLAGS,
            ),
        ),
        LayerSchema(
            "utilities",
            LINE,
            "utility_id",
            (
                _text("utility_id", True),
                _text("utility", True, UTILITIES),
                _number("diameter_mm", 0, 5000),
                _number("top_m", _LEVEL_MIN_M, _LEVEL_MAX_M),
                _LAID,
                _STATUS,
                _COMMUNITY,
                _FLAGS,
            ),
        ),
        LayerSchema(
            "trees",
            POINT,
            "tree_id",
            (_text("tree_id", True), _text("kind", True, TREE_KINDS), _STATUS, _COMMUNITY, _FLAGS),
        ),
        LayerSchema(
            "barriers",
            LINE,
            "barrier_id",
            (
                _text("barrier_id", True),
                _text("kind", True, BARRIERS),
                _number("height_m", 0, 20),
                _number("top_m", _LEVEL_MIN_M, _LEVEL_MAX_M),
                _STATUS,
                _COMMUNITY,
                _FLAGS,
            ),
        ),
        LayerSchema(
            "monitoring",
            POINT,
            "sensor_id",
            (
                _text("sensor_id", True),
                _text("node_or_pipe"),
                _text("quantity"),
                _text("readings_file"),
                _COMMUNITY,
                _FLAGS,
            ),
        ),
    )
}
