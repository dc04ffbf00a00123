"""The part [sponge] of spongecalc.toml: the year's rain, the target, and what performance rests on."""

from __future__ import annotations

from functools import partial
from typing import Literal, Self

from pydantic import Field

from spongecalc.project.rain_file_settings import RainFile, RainFileSettings
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import Millimeters, Number, Percent, Section, WholeMinutes, Years, once_read
from spongecalc.standards.tables import table

GENERATED = "generated"
LEAST_POINTS = 3


def _life(column: str) -> float:
    """A value of the life of permeable paving, from ``paving_life.csv``."""
    return float(table("paving_life").set_index("column").loc[column, "value"])


def _event(item: str) -> float:
    """A duration of events, from ``assessment_method.csv``."""
    return float(table("assessment_method").set_index("item").loc[item, "value"])


class DesignRainfallSettings(Section):
    """A city's own table of design rainfall by capture ratio: pairs of a ratio in percent and a depth in mm."""

    city: str = Field(min_length=1, max_length=100)
    points: tuple[tuple[Percent, Millimeters], ...] = Field(min_length=LEAST_POINTS, max_length=100)
    source: str = Field(min_length=1, max_length=300)

    @once_read
    def _points_rise(self) -> Self:
        before = (0.0, 0.0)
        for index, point in enumerate(self.points):
            if not (before[0] < point[0] < 100 and before[1] < point[1] <= 500):
                found = f"{point[0]:g} %, {point[1]:g} mm"
                raise RefusedValueError("rising_points", found, key=("points", index))
            before = point
        return self


class SpongeSettings(Section):
    """The annual capture ratio and what it rests on.

    ``place`` is the city of the guide's table of design rainfall, ``own_place`` false where it is not the
    project's; ``own_table`` a table of the project's own city in its place; ``series`` a file of rainfall (a
    path, or a table with ``file`` and how it is to be read), or "generated" for a series made from the monthly
    climate of ``climate``; ``evaporation_mm_d`` twelve monthly values in place of that climate's,
    ``evaporation_in_rain`` lets water evaporate while it rains, too. ``event_h`` is the mean duration of the
    place's events, in which GB/T 51345-2018 lets facilities and ground take water in.
    ``continuous`` runs the series where nothing fitting is kept, brought to steps of ``series_step_min`` where
    its own are longer; without it the events give the capture ratio. ``initial`` says how rain finds tanks and
    ground: as the days of the series leave them, or empty; ``initial_tank_free``, ``initial_soil_recovered`` and
    ``initial_base_filled`` are shares in place of both, of the tanks' volume, of Horton's fall, and of what bases
    and facilities hold.
    """

    place: str = "昆明"
    own_place: bool = False
    own_table: DesignRainfallSettings | None = None
    target_percent: Percent | None = Field(None, alias="target")
    design_percent: Percent = Field(80.0, gt=0, lt=100, alias="design_ratio")
    design_rainfall_mm: Millimeters | None = Field(None, gt=0, le=500, alias="design_rainfall")
    series: RainFile = RainFileSettings(file=GENERATED)
    generated_years: int = Field(10, ge=1, le=100)
    generated_seed: int = Field(1, ge=0, le=2**31 - 1)
    series_step_min: WholeMinutes = Field(10.0, ge=1, le=1440, alias="series_step")
    climate: str = "昆明"
    evaporation_mm_d: tuple[Number, ...] = ()
    evaporation_in_rain: bool = False
    continuous: bool = True
    initial: Literal["series", "empty"] = "series"
    initial_tank_free_percent: Percent | None = Field(None, ge=0, le=100, alias="initial_tank_free")
    initial_soil_recovered_percent: Percent | None = Field(None, ge=0, le=100, alias="initial_soil_recovered")
    initial_base_filled_percent: Percent | None = Field(None, ge=0, le=100, alias="initial_base_filled")
    dry_interval_h: Number = Field(6.0, gt=0, le=240)
    event_h: Number = Field(default_factory=partial(_event, "event_h_low"), gt=0, le=24)
    years_to_clog_a: Years = Field(
        default_factory=partial(_life, "years_to_clog"), gt=0, le=200, alias="years_to_clog"
    )
    cleaning_interval_a: Years = Field(0.0, ge=0, le=50, alias="cleaning_interval")
    cleaning_restores_percent: Percent = Field(
        default_factory=partial(_life, "restored_percent"), alias="cleaning_restores"
    )
    horizon_a: int = Field(30, ge=1, le=100)
    watering_l_m2_d: Number = Field(2.0, ge=0, le=20)
    washing_l_m2_d: Number = Field(0.5, ge=0, le=20)

    @property
    def borrowed(self) -> bool:
        """True where the table of design rainfall is that of another place."""
        return self.own_table is None and not self.own_place

    @once_read
    def _places_are_known(self) -> Self:
        cities = table("design_rainfall_vcr")["city"].tolist()
        if self.place not in cities:
            raise RefusedValueError("series", self.place, ", ".join(cities), key=("place",))
        climates = sorted(set(table("monthly_climate")["place"]))
        if self.climate not in climates:
            raise RefusedValueError("series", self.climate, ", ".join(climates), key=("climate",))
        given = self.evaporation_mm_d
        if given and (len(given) != 12 or min(given) < 0 or max(given) > 50):
            raise RefusedValueError("series", str(len(given)), "12, 0-50 mm/d", key=("evaporation_mm_d",))
        return self
