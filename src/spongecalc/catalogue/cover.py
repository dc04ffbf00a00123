"""A cover of the ground: what rain does on it, how it is counted, what it is called and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Infiltration = Literal["none", "soil", "permeable_paving", "gravel_base", "sunken_storage"]
End = Literal["low", "middle", "high"]
PERMEABLE_PAVING: Infiltration = "permeable_paving"
SUNKEN: Infiltration = "sunken_storage"


@dataclass(frozen=True)
class Cover:
    """One cover; infiltration into its soil by Horton's equation.

    ``infiltration`` says how rain gets into it: not at all, into soil, through a permeable paving's layers, over
    a gravel base, or from a sunken surface that holds ``depression_storage_mm``. ``sealed`` cover runs to a
    facility first; ``green`` is watered and counts as green; ``paved`` is washed; vehicles use a
    ``carriageway``. ``solids_group`` is the row of solids_removal that its retained rain counts under ("hard" for
    none of its own). Volumetric and peak coefficients are ranges. ``reason`` and ``like`` are those of a
    project's own row.
    """

    cover: str
    name_zh: str
    name_en: str
    infiltration: str
    sealed: bool
    green: bool
    paved: bool
    carriageway: bool
    solids_group: str
    impervious_percent: float
    depression_storage_mm: float
    manning_n: float
    f0_mm_h: float
    fmin_mm_h: float
    decay_1_h: float
    dry_days: float
    volume_low: float
    volume_high: float
    peak_low: float
    peak_high: float
    map_fill: str
    map_line: str
    map_pattern: str
    qgis_fill: str
    synonyms: tuple[str, ...]
    source: str
    how_known: str
    runoff_source: str
    runoff_how_known: str
    names_source: str
    names_how_known: str
    like: str = ""
    reason: str = ""

    @property
    def is_permeable_paving(self) -> bool:
        """True where its rain seeps through layers of its own (a permeable pavement in SWMM)."""
        return self.infiltration == PERMEABLE_PAVING

    @property
    def is_sunken(self) -> bool:
        """True where it lies lower than its surroundings and holds water."""
        return self.infiltration == SUNKEN

    @property
    def has_own_store(self) -> bool:
        """True where what it holds is nothing that ground beside it could share: sunken ground, and water.

        A mean depression storage with other ground would let a plain lawn fill the hollow of a sunken one, and
        rain on water wet the street beside it.
        """
        return self.is_sunken or (self.impervious_percent == 100 and self.depression_storage_mm == 0)

    @property
    def peak_coefficient(self) -> float:
        """Runoff coefficient of the rational method: the middle of its range."""
        return (self.peak_low + self.peak_high) / 2

    def name(self, lang: str) -> str:
        """Its name in "zh" or "en"."""
        return self.name_zh if lang == "zh" else self.name_en

    def sentence(self, language: str) -> str:
        """Its name and its code, as a finding says them: the code is what stands in layers and settings."""
        return f"{self.name(language)} ({self.cover})"


@dataclass(frozen=True)
class FacilityGround:
    """Runoff coefficients of a facility's own ground, where they are not those of the cover it is ``like``."""

    kind: str
    like: str


def in_range(low: float, high: float, end: End) -> float:
    """One end of a range, or its middle."""
    return {"low": low, "high": high, "middle": (low + high) / 2}[end]
