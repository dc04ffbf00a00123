"""Results of the continuous simulation: capture over a long series, and the balance of each tank."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spongecalc.batch.runoff_batch import GroundVolumes, per_mark
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.rainfall.capture_ratio import CaptureCurve, curve_of_series
from spongecalc.sealed_json import sealed_json
from spongecalc.sponge.event_runs import TAKEN, Site
from spongecalc.sponge.ground_states import SiteGround, StoreState
from spongecalc.sponge.question import CLOSED, SpongeQuestion
from spongecalc.surfaces.tank_balance import TankBalance, paying_volume_m3, tank_balance
from spongecalc.swmm.ground_state import GroundState
from spongecalc.swmm.runoff_volumes import left_m3
from spongecalc.swmm.tank import Tank
from spongecalc.swmm.tank_start import demand_m3_d, roof_inflow_m3, roofs_of
from spongecalc.whole_file import replace_file

TANK_COLUMNS = [
    "community_id",
    "facility_id",
    "inflow_from",
    "volume_m3",
    "roof_m2",
    "demand_m3_d",
    "years",
    "yield_m3",
    "first_flush_m3",
    "reused_m3",
    "overflow_m3",
    "reused_percent",
    "reliability_percent",
    "free_design_percent",
    "paying_volume_m3",
]

Key = tuple[str, str]


@dataclass(frozen=True)
class ContinuousResult:
    """Capture ratio in percent by community and scenario over the series, and the tanks' rows.

    ``digests`` are those of each ground's model, tanks and rain; ``source`` names the series, ``generated`` says
    that it was never measured; ``curve`` is the series' own; ``closed_percent`` is the capture with closed
    paving, ``tanks_percent`` what tanks add to it, ``ground`` how days of rain find the ground.
    """

    digests: Mapping[Key, str]
    source: str
    generated: bool
    years: float
    rain_mm: float
    capture_percent: Mapping[Key, float]
    closed_percent: Mapping[Key, float]
    tanks_percent: Mapping[Key, float]
    runoff_m3: Mapping[Key, float]
    tanks: tuple[Mapping[str, object], ...]
    curve: CaptureCurve
    worst_continuity_percent: float
    failed: Mapping[Key, str]
    ground: Mapping[Key, SiteGround] = field(default_factory=dict)

    def of(self, keys: set[Key]) -> ContinuousResult | None:
        """Only what belongs to some communities and scenarios; None where that is nothing."""
        if not keys:
            return None
        communities = {community for community, _ in keys}
        return replace(
            self,
            capture_percent={k: v for k, v in self.capture_percent.items() if k in keys},
            closed_percent={k: v for k, v in self.closed_percent.items() if k in keys},
            tanks_percent={k: v for k, v in self.tanks_percent.items() if k in keys},
            runoff_m3={k: v for k, v in self.runoff_m3.items() if k in keys},
            tanks=tuple(t for t in self.tanks if t["community_id"] in communities),
            ground={k: v for k, v in self.ground.items() if k in keys},
        )

    def with_others(self, earlier: ContinuousResult | None) -> ContinuousResult:
        """This with what an earlier result holds of other communities and scenarios; their digests judge it."""
        if earlier is None:
            return self
        own = {community for community, _ in self.digests}
        others = (t for t in earlier.tanks if t["community_id"] not in own)
        return replace(
            self,
            digests={**earlier.digests, **self.digests},
            capture_percent={**earlier.capture_percent, **self.capture_percent},
            closed_percent={**earlier.closed_percent, **self.closed_percent},
            tanks_percent={**earlier.tanks_percent, **self.tanks_percent},
            runoff_m3={**earlier.runoff_m3, **self.runoff_m3},
            tanks=(*others, *self.tanks),
            ground={**{k: v for k, v in earlier.ground.items() if k not in self.digests}, **self.ground},
            failed={**{k: v for k, v in earlier.failed.items() if k not in self.digests}, **self.failed},
        )


def continuous_result(
    question: SpongeQuestion,
    volumes: Mapping[tuple[str, ...], GroundVolumes],
    failed: Mapping[tuple[str, ...], str],
    digests: Mapping[Key, str],
) -> ContinuousResult:
    """Capture over the whole series: rain less runoff, roofs' runoff that tanks let be reused taken out."""
    capture: dict[Key, float] = {}
    closed: dict[Key, float] = {}
    by_tanks: dict[Key, float] = {}
    runoff_m3: dict[Key, float] = {}
    tanks: list[Mapping[str, object]] = []
    ground: dict[Key, SiteGround] = {}
    worst, series = 0.0, question.series
    for site in question.sites:
        key = (site.community_id, site.scenario)
        own = volumes.get((*key, TAKEN))
        if own is None:
            continue
        v = own.volumes
        worst = max(worst, abs(v.continuity_percent))
        left = left_m3(v, site.areas)
        if (states := question.ground(site, own)) is not None:
            ground[key] = states
        kept = 0.0
        if site.tanks:
            # Day by day SWMM's own runoff, brought to what is left over the whole series.
            by_area = v.runoff_m3[-1]
            share = np.divide(left, by_area, out=np.ones_like(left), where=by_area > 0)
            daily = np.maximum(per_mark(v.runoff_m3), 0.0) * share
            for tank in site.tanks:
                fed = [i for i, a in enumerate(site.areas) if a.outlet_node == tank.node_id]
                row, balance = tank_row(site, tank, daily[:, fed].sum(axis=1), question, "swmm")
                kept += balance.reused_m3 + balance.stored_m3
                tanks.append(row)
        rain = float(v.rain_m3[-1].sum())
        runoff_m3[key] = float(left.sum()) - kept
        capture[key] = 100 * (1 - runoff_m3[key] / rain) if rain > 0 else math.nan
        by_tanks[key] = 100 * kept / rain if rain > 0 else 0.0
        shut = volumes.get((*key, CLOSED))
        if shut is not None and rain > 0:
            # Tanks are fed by roofs, which paving does not change.
            closed[key] = 100 * (1 - (float(left_m3(shut.volumes, site.areas).sum()) - kept) / rain)
    return ContinuousResult(
        digests,
        series.source,
        series.generated,
        series.years,
        float(series.depth_mm.sum()),
        capture,
        closed,
        by_tanks,
        runoff_m3,
        tuple(tanks),
        curve_of_series(series, "", ""),
        worst,
        {(k[0], k[1]): reason for k, reason in failed.items()},
        ground,
    )


def tank_row(
    site: Site, tank: Tank, inflow_m3: np.ndarray, question: SpongeQuestion, inflow_from: str
) -> tuple[dict[str, object], TankBalance]:
    """A row of tanks.csv and its balance, from the roof's runoff by day."""
    volume, flush = tank.volume_m3, tank.first_flush_mm
    roof = sum(a.area_m2 for a in roofs_of(tank, site.areas))
    demand = demand_m3_d(tank, site.tanks, site.areas, question.catalogue, question.sponge)
    balance = tank_balance(inflow_m3, volume, demand, roof_m2=roof, first_flush_mm=flush)
    states = question.tank_states[site.community_id, site.scenario]
    free = float(states[1.0][tank.facility_id].free_m3.mean())
    row: dict[str, object] = {
        "community_id": site.community_id,
        "facility_id": tank.facility_id,
        "inflow_from": inflow_from,
        "volume_m3": volume,
        "roof_m2": roof,
        "demand_m3_d": demand,
        "years": len(inflow_m3) / 365.25,
        "yield_m3": balance.yield_m3,
        "first_flush_m3": balance.first_flush_m3,
        "reused_m3": balance.reused_m3,
        "overflow_m3": balance.overflow_m3,
        "reused_percent": balance.reused_percent,
        "reliability_percent": balance.reliability_percent,
        "free_design_percent": 100 * free / volume if volume > 0 else math.nan,
        "paying_volume_m3": paying_volume_m3(inflow_m3, demand, roof_m2=roof, first_flush_mm=flush),
    }
    return row, balance


def tank_rows_by_day(question: SpongeQuestion) -> pd.DataFrame:
    """tanks.csv without a simulation: a day's runoff of a roof is its rain less the roof's depression storage."""
    daily = question.series.daily_mm().to_numpy()
    rows = []
    for site in question.sites:
        for tank in site.tanks:
            inflow = roof_inflow_m3(tank, site.areas, daily)
            rows.append(tank_row(site, tank, inflow, question, "daily_depths")[0])
    return pd.DataFrame(rows, columns=TANK_COLUMNS)


def write_continuous(result: ContinuousResult, path: Path) -> None:
    """Keep the result; the digest in it tells later whether it still belongs to the layers."""
    document = {
        "digests": [[*k, v] for k, v in result.digests.items()],
        "source": result.source,
        "generated": result.generated,
        "years": result.years,
        "rain_mm": result.rain_mm,
        "worst_continuity_percent": result.worst_continuity_percent,
        "capture_percent": [[*k, v] for k, v in result.capture_percent.items()],
        "closed_percent": [[*k, v] for k, v in result.closed_percent.items()],
        "tanks_percent": [[*k, v] for k, v in result.tanks_percent.items()],
        "runoff_m3": [[*k, v] for k, v in result.runoff_m3.items()],
        "failed": [[*k, v] for k, v in result.failed.items()],
        "tanks": [
            {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in t.items()} for t in result.tanks
        ],
        "days_mm": list(result.curve.days_mm),
        "ground": [[*key, *_ground_lists(own)] for key, own in result.ground.items()],
    }
    replace_file(path, sealed_json(document))


def _ground_lists(own: SiteGround) -> list[object]:
    areas = [
        [ratio, [[s.recovered, s.base_filled, *s.units_filled] for s in a]] for ratio, a in own.areas.items()
    ]
    return [areas, [list(asdict(s).values()) for s in own.stores]]


def _ground_of(areas: list[list[Any]], stores: list[list[Any]]) -> SiteGround:
    return SiteGround(
        {ratio: tuple(GroundState(s[0], s[1], tuple(s[2:])) for s in states) for ratio, states in areas},
        tuple(StoreState(*s) for s in stores),
    )


def read_continuous(path: Path) -> ContinuousResult | None:
    """A result that :func:`write_continuous` kept; None where there is none or it cannot be read."""
    try:
        with Entrance(path, "stored"):
            d = stored.sealed(path)
            curve = CaptureCurve(
                "", d["source"], "", tuple(d["days_mm"]), years=d["years"], generated=d["generated"]
            )
            by_key = {
                name: {(row[0], row[1]): row[2] for row in d[name]}
                for name in (
                    "digests",
                    "capture_percent",
                    "closed_percent",
                    "tanks_percent",
                    "runoff_m3",
                    "failed",
                )
            }
            tanks = tuple({k: math.nan if v is None else v for k, v in t.items()} for t in d["tanks"])
            return ContinuousResult(
                by_key["digests"],
                d["source"],
                d["generated"],
                d["years"],
                d["rain_mm"],
                by_key["capture_percent"],
                by_key["closed_percent"],
                by_key["tanks_percent"],
                by_key["runoff_m3"],
                tanks,
                curve,
                d["worst_continuity_percent"],
                by_key["failed"],
                {(row[0], row[1]): _ground_of(*row[2:]) for row in d["ground"]},
            )
    except InputRefusedError:
        return None
