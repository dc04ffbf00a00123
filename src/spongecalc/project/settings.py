"""Settings of spongecalc.toml, with the bounds of every value. Quantities may be typed with units."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    field_validator,
)
from pyproj import CRS

from spongecalc.catalogue.catalogue import ASSUMED_COVER, Catalogue
from spongecalc.contract import SCHEMAS
from spongecalc.project.bill_settings import BillSettings
from spongecalc.project.catalogue_settings import CatalogueSettings, CoverOverride, catalogue_of, check_horton
from spongecalc.project.check_settings import CheckSettings, RepairSettings
from spongecalc.project.design_settings import DesignSettings
from spongecalc.project.document_settings import DocumentSettings
from spongecalc.project.evidence_settings import EvidenceSettings
from spongecalc.project.ground_settings import GroundSettings
from spongecalc.project.infiltration_settings import InfiltrationSettings
from spongecalc.project.layer_source import SURVEY_KEYS, LayerSource, known_crs
from spongecalc.project.outfall_level_settings import OutfallLevelSettings, named_once
from spongecalc.project.ponding_settings import PondingSettings
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.scenario_settings import (
    DEFAULT_SCENARIOS,
    Scenario,
    as_listed,
    as_pair,
    told_apart,
    unknown_names,
)
from spongecalc.project.section import (
    CubicMeters,
    InsidePath,
    LitersPerSecond,
    Megabytes,
    Meters,
    Minutes,
    Number,
    OrificeDiameter,
    Percent,
    PipeDiameter,
    Seconds,
    Section,
    WholeMinutes,
    WholeSeconds,
    Years,
    once_read,
)
from spongecalc.project.security_settings import SecuritySettings
from spongecalc.project.separation_settings import SeparationSettings
from spongecalc.project.sewage_settings import SewageSettings
from spongecalc.project.sponge_settings import SpongeSettings
from spongecalc.project.standards_settings import StandardsSettings
from spongecalc.project.storm_pattern import StormPattern
from spongecalc.project.structure_settings import StructureSettings
from spongecalc.project.sweep_settings import SweepSettings, names_differ
from spongecalc.project.verdict_settings import VerdictSettings
from spongecalc.rainfall.formula_range import (
    NO_DATE,
    NOT_STATED,
    FittedRange,
    Sampling,
    usual_range,
)
from spongecalc.rainfall.interval_formula import Interval, IntervalFormula, interval_formula_of, interval_places
from spongecalc.rainfall.storm_formula import RainFormula, StormFormula, formula_of
from spongecalc.standards.provenance import BY_PROJECT
from spongecalc.standards.tables import table

DEM = "dem"
# What fields of a table or layer of ground hold: the level, and in a table the coordinates.
DEM_LEVEL, DEM_PLACE = "level_m", ("x", "y")
LAYER_NAMES = (*SCHEMAS, DEM)


def in_metres(crs: CRS) -> bool:
    """True where lengths and areas can be measured in a CRS: it is projected, and its unit is the metre."""
    return crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info[:2])


class FormulaSettings(Section):
    """A storm formula typed in the project: q = A (1 + C lg P) / (t + b)^n in L/(s ha).

    ``sampling`` says how its rain was picked; ``shortest_min``, ``longest_min``, ``p_from_a`` and ``p_to_a`` are
    the durations and return periods that it was fitted to, those usual for the sampling where they are not typed;
    ``issued`` is the date of its paper.
    """

    A: Number = Field(gt=0)
    C: Number = Field(ge=0)
    b: Number = Field(ge=0)
    n: Number = Field(gt=0, lt=2)
    source: str
    sampling: Sampling = NOT_STATED
    issued: str = NO_DATE
    shortest_min: WholeMinutes | None = Field(None, ge=0, le=1440, alias="shortest_duration")
    longest_min: WholeMinutes | None = Field(None, ge=5, le=1440, alias="longest_duration")
    p_from_a: Years | None = Field(None, gt=0, alias="p_from")
    p_to_a: Years | None = Field(None, gt=0, alias="p_to")

    @property
    def fitted(self) -> FittedRange:
        """Durations and return periods that it was fitted to."""
        usual = usual_range(self.sampling, self.issued)
        return replace(
            usual,
            shortest_min=usual.shortest_min if self.shortest_min is None else self.shortest_min,
            longest_min=usual.longest_min if self.longest_min is None else self.longest_min,
            p_from_a=usual.p_from_a if self.p_from_a is None else self.p_from_a,
            p_to_a=usual.p_to_a if self.p_to_a is None else self.p_to_a,
        )


class IntervalSettings(Section):
    """One interval of return periods of a formula whose A, b and n are k1 + k2 ln(P - k3), A in 167 L/(s ha)."""

    p_from_a: Years = Field(gt=0, alias="p_from")
    p_to_a: Years = Field(gt=0, alias="p_to")
    A: tuple[Number, Number, Number]
    b: tuple[Number, Number, Number]
    n: tuple[Number, Number, Number]


class RainfallSettings(Section):
    """The storm formula and the shape of design storms.

    ``form`` chooses between one formula for all return periods and one whose coefficients are functions of the
    return period; ``intervals`` types the latter, for a place that the table does not hold. ``return_periods``
    says which return periods the project means: those of annual maxima, as GB 50014-2021 has them, or of multiple
    samples a year, as handbooks had them.
    """

    formula: str | FormulaSettings
    form: Literal["general", "interval"] = "general"
    intervals: tuple[IntervalSettings, ...] = ()
    own_formula: bool = True
    return_periods: Literal["annual_maximum", "multiple_samples"] = "annual_maximum"
    peak_ratio: Number = Field(0.4, gt=0, lt=1)
    step_min: WholeMinutes = Field(5.0, ge=1, le=60, alias="step")

    @once_read
    def _place_is_known(self) -> Self:
        if not isinstance(self.formula, str) or self.intervals:
            return self
        interval = self.form == "interval"
        places = interval_places() if interval else tuple(table("storm_formulas")["place"].tolist())
        if self.formula not in places:
            raise RefusedValueError("formula", self.formula, ", ".join(places), key=("formula",))
        return self

    def storm_formula(self, project: str) -> RainFormula:
        """The formula itself; ``project`` is its place where it is typed in the project."""
        given = self.formula
        if self.intervals:
            place = given if isinstance(given, str) else project
            rows = tuple(Interval(i.p_from_a, i.p_to_a, i.A, i.b, i.n) for i in self.intervals)
            usual = usual_range(NOT_STATED) if isinstance(given, str) else given.fitted
            return IntervalFormula(
                place,
                rows,
                BY_PROJECT if isinstance(given, str) else given.source,
                BY_PROJECT,
                usual.shortest_min,
                usual.longest_min,
                usual.sampling,
                usual.issued,
            )
        if isinstance(given, str):
            return interval_formula_of(given) if self.form == "interval" else formula_of(given)
        return StormFormula(project, given.A, given.C, given.b, given.n, given.source, BY_PROJECT, given.fitted)


class StormSettings(StormPattern):
    """One design storm: its return period and duration, and how its rain is spread over them."""

    return_period_a: Years = Field(ge=0.25, le=1000, alias="return_period")
    duration_min: WholeMinutes = Field(ge=5, le=1440, alias="duration")
    id: str | None = Field(None, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,29}$")

    @property
    def storm_id(self) -> str:
        """The id given, or one made from return period and duration, such as "P3-120"."""
        return self.id or f"P{self.return_period_a:g}-{self.duration_min:g}"


class SimulationSettings(Section):
    """Settings of SWMM's runs; ``settled`` runs models under pressure once more by the reference scheme.

    Without ``time_limit_s`` a run is given time by the size of its model (``spongecalc.batch.time_limit``).
    """

    routing_step_s: Seconds = Field(2.0, ge=0.5, le=30, alias="routing_step")
    wet_step_s: WholeSeconds = Field(15.0, ge=1, le=300, alias="wet_step")
    report_step_s: WholeSeconds = Field(60.0, ge=1, le=3600, alias="report_step")
    recession_min: Minutes = Field(240.0, ge=0, le=10080, alias="recession")
    dry_warm_up_min: Minutes = Field(120.0, ge=1, le=2880, alias="dry_warm_up")
    dry_measure_min: Minutes = Field(1440.0, ge=60, le=10080, alias="dry_measure")
    dry_carrier_l_s: LitersPerSecond = Field(0.1, ge=0, le=10, alias="dry_carrier")
    dry_routing_step_s: Seconds = Field(10.0, ge=0.5, le=60, alias="dry_routing_step")
    max_trials: int = Field(8, ge=2, le=50)
    time_limit_s: Seconds | None = Field(None, ge=1, le=86400, alias="time_limit")
    file_limit_mb: Megabytes = Field(1000.0, ge=1, le=1e6, alias="file_limit")
    memory_limit_mb: Megabytes = Field(2000.0, ge=100, le=1e6, alias="memory_limit")
    keep_out: bool = False
    settled: bool = True


class SurfaceSettings(Section):
    """Settings for the making of subcatchments from ground."""

    uncovered: str = ASSUMED_COVER
    roof_slope_percent: Percent = Field(2.0, gt=0)
    default_slope_percent: Percent = Field(1.0, gt=0)
    min_slope_percent: Percent = Field(0.3, gt=0)
    run_on_percent: Percent | None = None
    run_on_by_dem: bool = True
    overrides: dict[str, CoverOverride] = Field({}, alias="covers")


class InletSettings(Section):
    """Assumptions on inlet leads, which surveys draw without size or invert."""

    lead_diameter_mm: PipeDiameter = Field(200.0, alias="lead_diameter")
    lead_slope_percent: Percent = Field(1.0, gt=0, alias="lead_slope")


class TankSettings(Section):
    """Assumptions on rain tanks."""

    depth_m: Meters = Field(1.5, gt=0, le=10, alias="depth")
    overflow_diameter_mm: PipeDiameter = Field(200.0, alias="overflow_diameter")


class BasinSettings(Section):
    """Assumptions on detention basins: a throttle not surveyed empties one within ``emptying_min``."""

    emptying_min: Minutes = Field(1440.0, ge=10, le=14400, alias="emptying")
    least_outlet_mm: OrificeDiameter = Field(50.0, alias="least_outlet")
    depth_m: Meters = Field(1.5, gt=0, le=10, alias="depth")
    overflow_width_m: Meters = Field(2.0, gt=0, le=50, alias="overflow_width")


class Targets(Section):
    """Targets of the design; the report gives a verdict on each that is stated."""

    runoff_reduction_percent: Percent | None = None
    ponding_max_m3: CubicMeters = Field(0.0, ge=0, le=1e6)
    length_difference_m: Meters = Field(1.0, ge=0, le=1e6)


def _more_fields(layer: str) -> tuple[str, ...]:
    """Fields that a source of a layer may name besides columns of the contract."""
    if layer == DEM:
        return DEM_PLACE
    return SURVEY_KEYS if layer in ("nodes", "pipes") else ()


def _sources_listed(layers: object) -> object:
    """Return the layers as typed, each with the list of its sources, also where it has one."""
    if not isinstance(layers, dict):
        return layers
    return {name: [given] if isinstance(given, dict) else given for name, given in layers.items()}


class Settings(Section):
    """The whole file."""

    name: str = Field(min_length=1, max_length=200)
    language: Literal["zh", "en"] = "zh"
    crs: Annotated[str, BeforeValidator(known_crs)] | None = None
    notes: tuple[str, ...] = ()
    models: InsidePath = "swmm_models"
    results: InsidePath = "results"
    report: InsidePath = "report"
    layers: Annotated[
        dict[Literal[LAYER_NAMES], tuple[LayerSource, ...]],  # type: ignore[valid-type]
        BeforeValidator(_sources_listed),
    ]
    scenarios: Annotated[tuple[Scenario, ...], BeforeValidator(as_listed), AfterValidator(told_apart)] = (
        DEFAULT_SCENARIOS
    )
    compare: Annotated[tuple[str, str] | None, BeforeValidator(as_pair)] = None
    rainfall: RainfallSettings
    storms: tuple[StormSettings, ...] = Field(min_length=1)
    headline: str | None = None
    outfall_levels: Annotated[tuple[OutfallLevelSettings, ...], AfterValidator(named_once)] = ()
    simulation: SimulationSettings = SimulationSettings()
    sewage: SewageSettings = SewageSettings()
    surfaces: SurfaceSettings = SurfaceSettings()
    inlets: InletSettings = InletSettings()
    ground: GroundSettings = GroundSettings()
    ponding: PondingSettings = PondingSettings()
    tanks: TankSettings = TankSettings()
    basins: BasinSettings = BasinSettings()
    structures: StructureSettings = StructureSettings()
    checks: CheckSettings = CheckSettings()
    separation: SeparationSettings = SeparationSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    infiltration: InfiltrationSettings = InfiltrationSettings()
    own_rows: CatalogueSettings = Field(CatalogueSettings(), alias="catalogue")
    repair: RepairSettings = RepairSettings()
    targets: Targets = Targets()
    verdict: VerdictSettings = VerdictSettings()
    sponge: SpongeSettings = SpongeSettings()
    quantities: BillSettings = BillSettings()
    design: DesignSettings = DesignSettings()
    standards: StandardsSettings = StandardsSettings()
    document: DocumentSettings = DocumentSettings()
    security: SecuritySettings = SecuritySettings()
    sweeps: Annotated[tuple[SweepSettings, ...], AfterValidator(names_differ)] = ()

    @field_validator("crs")
    @classmethod
    def _crs_is_projected(cls, crs: str | None) -> str | None:
        if crs is not None and not in_metres(CRS.from_user_input(crs)):
            raise RefusedValueError("crs_not_in_metres", crs)
        return crs

    @once_read
    def _columns_exist(self) -> Self:
        for layer, sources in self.layers.items():
            known = (
                (DEM_LEVEL,)
                if layer == DEM
                else (*SCHEMAS[layer].column_names, "community_id", *self.scenario_columns)
            )
            for index, source in enumerate(sources):
                for part in ("fields", "units", "values", "constants"):
                    extra = _more_fields(layer) if part == "fields" else ()
                    for column in getattr(source, part):
                        if column not in known and column not in extra:
                            allowed = ", ".join(dict.fromkeys(known)) or "-"
                            raise RefusedValueError(
                                "column", column, allowed, ("layers", layer, index, part, column)
                            )
                for number, lookup in enumerate(source.lookups):
                    for column in lookup.take:
                        if column not in known:
                            place = ("layers", layer, index, "lookups", number, "take", column)
                            raise RefusedValueError(
                                "column", column, ", ".join(dict.fromkeys(known)) or "-", place
                            )
        return self

    @once_read
    def _named_scenarios_exist(self) -> Self:
        """The pair compared, and the scenarios of sweeps and evidence, are scenarios of the project."""
        known = ", ".join(s.name for s in self.scenarios)
        named: list[tuple[tuple[str | int, ...], str]] = [
            (("compare", index), name) for index, name in enumerate(self.compare or ())
        ]
        if self.evidence.scenario is not None:
            named.append((("evidence", "scenario"), self.evidence.scenario))
        for number, sweep in enumerate(self.sweeps):
            named.extend((("sweeps", number, "scenarios", i), n) for i, n in enumerate(sweep.scenarios))
        for key, name in named:
            if unknown_names((name,), self.scenarios):
                raise RefusedValueError("scenario_unknown", name, known, key)
        if self.compare is not None and self.compare[0] == self.compare[1]:
            raise RefusedValueError("scenario_same", self.compare[0], known, ("compare",))
        return self

    @once_read
    def _folders_differ(self) -> Self:
        folders = [self.models, self.results, self.report]
        if len({f.lower() for f in folders}) < len(folders):
            raise RefusedValueError("folders", ", ".join(folders), key=("models",))
        return self

    @once_read
    def _storms_can_be_made(self) -> Self:
        """The formula gives rain for each storm, and the time step divides its duration, as SWMM's gage wants."""
        formula, step = self.rainfall.storm_formula(self.name), self.rainfall.step_min
        for index, storm in enumerate(self.storms):
            least = formula.least_return_period_a
            if storm.return_period_a < least or not formula.gives_rain(storm.return_period_a):
                key = ("storms", index, "return_period")
                raise RefusedValueError("formula_return_period", storm.return_period_a, f"{least:.3g}", key)
            longest = formula.longest_duration_min(storm.return_period_a)
            if storm.duration_min > longest:
                key = ("storms", index, "duration")
                raise RefusedValueError("formula_duration", storm.duration_min, f"{longest:.0f}", key)
            if storm.duration_min % step:
                key = ("storms", index, "duration")
                raise RefusedValueError("step_multiple", storm.duration_min, f"{step:g}", key)
        return self

    @once_read
    def _covers_are_known(self) -> Self:
        """Covers that the file names are in the catalogue, and what it changes of them can be."""
        known = self.catalogue.cover_ids
        listed = ", ".join(known)
        for cover in self.surfaces.overrides:
            if cover not in known:
                raise RefusedValueError("cover", cover, listed, ("surfaces", "covers", cover))
        if self.surfaces.uncovered not in known:
            raise RefusedValueError("cover", self.surfaces.uncovered, listed, ("surfaces", "uncovered"))
        for index, cover in enumerate(self.design.carriageway or ()):
            if cover not in known:
                raise RefusedValueError("cover", cover, listed, ("design", "carriageway", index))
        for cover in self.design.runoff_coefficients:
            if cover not in known:
                raise RefusedValueError("cover", cover, listed, ("design", "runoff_coefficients", cover))
        for cover, own in self.surfaces.overrides.items():
            try:
                check_horton(self.catalogue.cover(cover))
            except RefusedValueError as refused:
                key = ("surfaces", "covers", cover, "f0_mm_h" if own.fmin_mm_h is None else "fmin_mm_h")
                raise RefusedValueError(refused.rule, refused.given, refused.allowed, key) from None
        return self

    @once_read
    def _storms_have_names(self) -> Self:
        ids = [s.storm_id for s in self.storms]
        # SWMM and some file systems take "A" and "a" for the same.
        lower = ["dry", "traced", "week", *(i.lower() for i in ids)]
        doubled = sorted({i for i in ids if lower.count(i.lower()) > 1})
        if doubled:
            raise RefusedValueError("storm_ids", ", ".join(doubled), key=("storms",))
        if self.headline is not None and self.headline not in ids:
            raise RefusedValueError("headline", self.headline, ", ".join(ids), key=("headline",))
        return self

    @cached_property
    def catalogue(self) -> Catalogue:
        """Covers, materials and trade sizes of this project."""
        return catalogue_of(self.own_rows, self.surfaces.overrides)

    @property
    def carriageway(self) -> tuple[str, ...]:
        """Covers that vehicles use: those that the project names, else those of the catalogue."""
        own = self.design.carriageway
        return tuple(c for c, v in self.catalogue.covers.items() if v.carriageway) if own is None else own

    @property
    def scenario_names(self) -> tuple[str, ...]:
        """Names of the scenarios, in order."""
        return tuple(s.name for s in self.scenarios)

    @property
    def scenario_columns(self) -> tuple[str, ...]:
        """Columns that the rules of the scenarios read of any layer, whether or not the contract gives it one."""
        return tuple(dict.fromkeys(s.reads for s in self.scenarios if s.reads))

    @property
    def compared(self) -> tuple[str, str]:
        """The two scenarios that communities.csv sets side by side: those named, else the first and the last."""
        return self.compare or (self.scenarios[0].name, self.scenarios[-1].name)

    @property
    def surveyed(self) -> str:
        """The scenario that ponding was observed in: the first, the state from which the others set out."""
        return self.scenarios[0].name

    @property
    def measured(self) -> str:
        """The scenario that sensors measured in: that of the section evidence, else the last one compared."""
        return self.evidence.scenario or self.compared[1]

    def scenario(self, name: str) -> Scenario:
        """The scenario of that name. Raises KeyError."""
        return {s.name: s for s in self.scenarios}[name]

    @property
    def headline_storm(self) -> str:
        """Id of the storm that communities.csv speaks of."""
        return self.headline or self.storms[0].storm_id

    @property
    def longest_h(self) -> float:
        """Longest storm with the time after it, in hours."""
        return (max(s.duration_min for s in self.storms) + self.simulation.recession_min) / 60

    @property
    def headline_return_period_a(self) -> float:
        """Return period in years of that storm."""
        return next(s.return_period_a for s in self.storms if s.storm_id == self.headline_storm)
